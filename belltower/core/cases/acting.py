# SPDX-License-Identifier: Apache-2.0
"""In what part somebody acts on a case: from what they may do, where, and from the case's own history. No look-ups here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from belltower.core.access.rules import Verb
from belltower.core.cases.table import Part, Step
from belltower.core.places.scope import EVERYTHING, Scope
from belltower.kernel.actors import Actor

BY_FINDING = Actor.system("standards")
BY_CLOCK = Actor.system("cases")
DID_THE_WORK = (Step.TAKE, Step.ANSWER)
"""Who took one of these steps had a hand in the work, and does not check it."""


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts: what they may do, each verb on the rows of a scope; ``party_id`` is whose somebody they are.

    ``fixed`` is the part of who holds no verbs: a reporter with the code, the city's judge, the clock.
    """

    actor: Actor
    verbs: Mapping[Verb, Scope] = field(default_factory=dict)
    party_id: int | None = None
    fixed: Part | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a case decides who may do what with it. ``workers`` are the references of who had a hand in the work.

    ``taken_from`` is the party that a standing committee took it from, while the committee has it (``taken_from``).
    """

    party_id: int | None
    area_id: int | None
    asset_kind: str = ""
    workers: frozenset[str] = frozenset()
    taken_from: int | None = None


PARTS = {
    Part.DESK: Verb.DISPATCH_CASES, Part.WORKER: Verb.HANDLE_CASES, Part.CHECKER: Verb.CHECK_CASES,
    Part.LEADER: Verb.LEAD_CASES,
}  # fmt: skip
"""The verb that each part asks for; where it is held, and of a checker what they did before, counts beside it."""
_EVERYBODYS = (Part.DESK, Part.LEADER)


def parts_of(acting: Acting, case: Standing) -> frozenset[Part]:
    """Every part in which ``acting`` may act on the case."""
    if acting.fixed:
        return frozenset({acting.fixed})
    found = {part for part in _EVERYBODYS if _reaches_all(acting.verbs.get(PARTS[part]), case)}
    if _reaches(acting.verbs.get(Verb.HANDLE_CASES), case):
        found.add(Part.WORKER)
        if case.taken_from is not None and acting.party_id == case.party_id:
            found.add(Part.COMMITTEE)
    if _reaches_all(acting.verbs.get(Verb.CHECK_CASES), case) and is_independent(acting, case):
        found.add(Part.CHECKER)
    return frozenset(found)


def is_independent(acting: Acting, case: Standing) -> bool:
    """Whether they had no hand in the work: neither themselves nor the party that must put it right."""
    is_of_party = acting.party_id is not None and acting.party_id == case.party_id
    return acting.actor.reference not in case.workers and not is_of_party


def workers_in(steps: Iterable[tuple[str, str]]) -> frozenset[str]:
    """Who had a hand in the work, from the steps' (step, by)."""
    return frozenset(by for step, by in steps if step in DID_THE_WORK)


def taken_from(steps: Iterable[tuple[str, int | None]]) -> int | None:
    """The party that the case was taken over from, while whoever took it over still has to put it right; from the steps'
    (step, party from then on).
    """
    party: int | None = None
    found: int | None = None
    for step, then in steps:
        if step == Step.TAKE_OVER and then != party:
            found = found if found is not None else party
        elif then != party:
            found = None
        party = then
    return found


def finding() -> Acting:
    """The city's own judge."""
    return Acting(BY_FINDING, fixed=Part.FINDING)


def clock() -> Acting:
    """The clock, which resumes and escalates."""
    return Acting(BY_CLOCK, fixed=Part.CLOCK)


def everywhere(actor: Actor, verbs: Iterable[Verb], party_id: int | None = None) -> Acting:
    """Somebody who may do ``verbs`` in the whole city."""
    return Acting(actor, dict.fromkeys(verbs, EVERYTHING), party_id)


def _reaches(scope: Scope | None, case: Standing) -> bool:
    """Whether the case is of one of the scope's parties, in one of its areas, and not too secret."""
    if scope is None or case.asset_kind in scope.hidden_kinds:
        return False
    is_theirs = scope.owner_ids is None or case.party_id in scope.owner_ids
    return is_theirs and (scope.area_ids is None or case.area_id in scope.area_ids)


def _reaches_all(scope: Scope | None, case: Standing) -> bool:
    """The same, for what is done by who reaches every party's things only."""
    return scope is not None and scope.owner_ids is None and _reaches(scope, case)
