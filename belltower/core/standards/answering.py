# SPDX-License-Identifier: Apache-2.0
"""Who answers for many breaches at once, and by when: each question is asked once for all alike."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from belltower.core.places import city
from belltower.core.places.models import Area, Party
from belltower.core.places.responsibilities import answerer_of, rules_for
from belltower.core.places.rules import Answerer, decide
from belltower.core.standards.asking import ids_of
from belltower.core.standards.clauses import Clause
from belltower.core.standards.due import due_at
from belltower.core.standards.judging import today
from belltower.kernel.published import calendar


@dataclass(frozen=True, slots=True)
class Answer:
    """The party that answers and the rule that decided so; no rule: the asset's recorded owner. None where nobody is known."""

    party_id: int | None = None
    responsibility_id: int | None = None


def answers(clause: Clause, subjects: Iterable[tuple[int | None, int | None]], now: datetime) -> list[Answer]:
    """Who answers for each subject (asset id, area id) in the clause's role, by the rules of today."""
    listed, day, kind = list(subjects), today(now), "" if clause.is_of_areas else clause.applies_to
    rules = [rule for rule in rules_for(kind, day) if rule.role == clause.responsible.value]
    lying = _lying(asset for asset, _ in listed if asset is not None)
    paths = dict(Area.objects.filter(pk__in={area for _, area in listed}).values_list("pk", "path"))
    owners = {party.pk: answerer_of(party) for party in Party.objects.filter(pk__in=set(lying.values())).defer("words")}
    known: dict[tuple[int | None, int | None], Answer] = {}
    found = []
    for asset, area in listed:
        owner = lying.get(asset) if asset is not None else None
        if (area, owner) not in known:
            codes = paths.get(area, "").strip("/").split("/") if area in paths else []
            known[area, owner] = _answer(clause, rules, kind, codes, owners.get(owner) if owner else None, now)
        found.append(known[area, owner])
    return found


def due(clause: Clause, now: datetime) -> datetime | None:
    """By when a breach found now must be put right; None where the clause said nothing yet on this day."""
    allowed = clause.rectify_within.on(today(now))
    if allowed is None:
        return None
    profile = city.current()
    days = calendar(profile.country, profile.subdivision, profile.calendar_exceptions)
    return due_at(now, allowed, days, profile.working_hours, profile.tz)


def _lying(assets: Iterable[int]) -> dict[int, int | None]:
    """The owner of each asset."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, owner_id FROM places_asset WHERE id = ANY ({ids_of(assets)})")  # nosec B608  # numbers
        return dict(cursor.fetchall())


def _answer(clause: Clause, rules: list, kind: str, codes: list[str], owner: Answerer | None, now: datetime) -> Answer:  # type: ignore[type-arg]
    decided = decide(rules, kind=kind, area_codes=codes, owner=owner, on=today(now))
    decision = next((one for role, one in decided.items() if role.value == clause.responsible.value), None)
    if decision is None:
        return Answer()
    return Answer(decision.party.pk, decision.rule.pk if decision.rule else None)
