# SPDX-License-Identifier: Apache-2.0
"""Whose turn it is: the open cases that somebody has to work on or may check, with what they may do."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q

from belltower.core.cases.acting import Acting, parts_of
from belltower.core.cases.actions import standing_of
from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.table import WITH_PARTY, State, Step, steps_for
from belltower.core.fieldwork.rules import OUTSIDE, Order, Place, Task, metres, ordered

MOST = 200
"""Of more than so many, those with the nearest deadlines are looked at."""
LISTED = 50


@dataclass(frozen=True, slots=True)
class Turn:
    """A case, what whoever looks may do with it outside, and the number of its last step."""

    case: Case
    can: tuple[Step, ...]
    seen: int


def my_tasks(acting: Acting, *, here: Place | None, order: Order, now: datetime) -> list[Task[Turn]]:
    """The at most LISTED cases in which it is their turn, of those that the viewer sees, in that order.

    Who is of a party works on its cases; who is of none, on what they may put right.
    """
    theirs = Q(party_id=acting.party_id) if acting.party_id else Q()
    wanted = (Q(state__in=WITH_PARTY) & theirs) | Q(state__in=(State.ANSWERED, State.VERIFIED))
    rows = Case.objects.filter(wanted).select_related("area", "party").defer(
        "area__geometry", "area__words", "party__words"
    )  # fmt: skip
    cases = list(rows.order_by(F("due_at").asc(nulls_last=True), "pk")[:MOST])
    tasks = [_task(turn, here, now) for turn in turns(cases, acting) if turn.can]
    return ordered(tasks, order, now)[:LISTED]


def turns(cases: Sequence[Case], acting: Acting) -> list[Turn]:
    """What they may do outside with each of them; two of a history are one query."""
    history: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for case_id, step, by in (
        CaseStep.objects.filter(case__in=cases).order_by("number").values_list("case_id", "step", "by")
    ):
        history[case_id].append((step, by))
    return [Turn(one, can(one, history[one.pk], acting), len(history[one.pk])) for one in cases]


def can(case: Case, history: Sequence[tuple[str, str]], acting: Acting) -> tuple[Step, ...]:
    """The steps of OUTSIDE that they may take now; ``history`` is the (step, by) of each step."""
    allowed = steps_for(State(case.state), parts_of(acting, standing_of(case, history)))
    return tuple(step for step in allowed if step in OUTSIDE)


def _task(turn: Turn, here: Place | None, now: datetime) -> Task[Turn]:
    case = turn.case
    place = Place(case.lon, case.lat) if case.lon is not None and case.lat is not None else None
    return Task(turn, place, case.due_at, metres(here, place, now))
