# SPDX-License-Identifier: Apache-2.0
"""Which of several responsibilities decides: the judgement alone, without a database.

``decide`` is the whole of it; docs/why/responsibility.md tells it for people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from belltower.core.places.models import Role
from belltower.kernel.texts import Text

ROLE_TITLES: dict[str, Text] = {
    Role.TERRITORY: Text(zh="属地", en="territory"),
    Role.SECTOR: Text(zh="行业", en="sector"),
    Role.ENTERPRISE: Text(zh="企业主体", en="enterprise"),
    Role.OWNER: Text(zh="权属", en="owner"),
}
_NOT_STATED = Text(zh="未注明", en="not stated")
_BECAUSE = {
    (True, True): Text(
        zh="“{area}”内的“{kind}”，{role}责任自 {since} 起归“{party}”。依据：{basis}。",
        en="For '{kind}' in {area} the {role} role has been with {party} since {since}. Basis: {basis}.",
    ),
    (True, False): Text(
        zh="全市的“{kind}”，{role}责任自 {since} 起归“{party}”。依据：{basis}。",
        en="For '{kind}' in the whole city the {role} role has been with {party} since {since}. Basis: {basis}.",
    ),
    (False, True): Text(
        zh="“{area}”内的各类部件，{role}责任自 {since} 起归“{party}”。依据：{basis}。",
        en="For every kind in {area} the {role} role has been with {party} since {since}. Basis: {basis}.",
    ),
    (False, False): Text(
        zh="全市的各类部件，{role}责任自 {since} 起归“{party}”。依据：{basis}。",
        en="For every kind in the whole city the {role} role has been with {party} since {since}. Basis: {basis}.",
    ),
}
_OWNED = Text(
    zh="部件登记的权属人是“{party}”，没有更具体的权属规则。",
    en="{party} is recorded as its owner, and no more specific rule says otherwise.",
)


@dataclass(frozen=True, slots=True)
class Answerer:
    """The party that answers."""

    pk: int
    uid: UUID
    key: str
    title: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One responsibility as the judgement sees it. No ``kind`` means every kind, no ``area_code`` the whole city."""

    pk: int
    role: str
    party: Answerer
    kind: str = ""
    kind_title: Text | None = None
    area_code: str | None = None
    area_title: Text | None = None
    valid_from: date
    valid_until: date | None = None
    basis: str = ""

    def is_in_force(self, on: date) -> bool:
        """Whether the rule holds on that civil day; its last day is the one before ``valid_until``."""
        return self.valid_from <= on and (self.valid_until is None or on < self.valid_until)

    def covers(self, kind: str, area_codes: Sequence[str]) -> bool:
        """Whether the rule speaks of that kind in an area with these codes above it."""
        return self.kind in ("", kind) and (self.area_code is None or self.area_code in area_codes)

    @property
    def is_for_everything(self) -> bool:
        return not self.kind and self.area_code is None

    @property
    def because(self) -> Text:
        """The rule as a sentence."""
        return _BECAUSE[bool(self.kind), self.area_code is not None].format(
            kind=self.kind_title or self.kind,
            area=self.area_title or self.area_code,
            role=ROLE_TITLES[self.role],
            party=self.party.title,
            since=self.valid_from.isoformat(),
            basis=self.basis or _NOT_STATED,
        )


@dataclass(frozen=True, slots=True)
class Decision:
    """Who answers in one role, and why. ``rule`` is None where the asset's own record of its owner decides."""

    role: Role
    party: Answerer
    rule: Rule | None
    because: Text


def decide(
    rules: Iterable[Rule], *, kind: str, area_codes: Sequence[str], owner: Answerer | None, on: date
) -> dict[Role, Decision]:
    """Who answers in which role for something of ``kind`` on the civil day ``on``.

    ``area_codes`` are the codes of the areas it lies in, from the city down. In each role the narrowest rule decides:

    1. a rule for this kind beats a rule for every kind;
    2. a deeper area beats a shallower one, and any area the whole city;
    3. a later ``valid_from`` beats an earlier one;
    4. the lower id (the rule made first) beats the higher.

    In the role of owner the asset's own ``owner`` stands between the rules that name a kind or an area, which beat it,
    and a rule for everything everywhere, which it beats. A role nobody answers in is left out: it is not known.
    """
    holding = [rule for rule in rules if rule.is_in_force(on) and rule.covers(kind, area_codes)]
    decisions: dict[Role, Decision] = {}
    for role in Role:
        own = [rule for rule in holding if rule.role == role]
        narrowest = max(own, key=lambda rule: _narrowness(rule, area_codes), default=None)
        if role == Role.OWNER and owner and (narrowest is None or narrowest.is_for_everything):
            decisions[role] = Decision(role, owner, None, _OWNED.format(party=owner.title))
        elif narrowest:
            decisions[role] = Decision(role, narrowest.party, narrowest, narrowest.because)
    return decisions


def _narrowness(rule: Rule, area_codes: Sequence[str]) -> tuple[bool, int, date, int]:
    depth = -1 if rule.area_code is None else list(area_codes).index(rule.area_code)
    return bool(rule.kind), depth, rule.valid_from, -rule.pk
