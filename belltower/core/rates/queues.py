# SPDX-License-Identifier: Apache-2.0
"""What waits where: open cases by who has them and by stage, counted by the database in one query; and those of committees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Aggregate,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models import Case as Choice

from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.table import OPEN, WITH_PARTY, Stage, State, Step
from belltower.core.places.models import Party, PartyKind

SOON = timedelta(days=1)
HELD_BY_PARTY = Q(state__in=sorted(WITH_PARTY)) | Q(state=State.SUSPENDED, before__in=sorted(WITH_PARTY))
"""The responsible party has it; every other open case the duty desk has."""


@dataclass(frozen=True, slots=True)
class Queue:
    """The open cases of one holder in one stage: ``waiting`` are all of them, ``held`` those that are suspended.

    ``party`` None is the duty desk. ``age`` is the median time since they were reported. ``soon``: the clock ends within a day.
    """

    party: Party | None
    stage: Stage | None
    waiting: int
    soon: int
    overdue: int
    held: int
    age: timedelta


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that one holder has, by stage in the order of the stages."""

    party: Party | None
    queues: Sequence[Queue]

    @property
    def waiting(self) -> int:
        return sum(one.waiting for one in self.queues)

    @property
    def overdue(self) -> int:
        return sum(one.overdue for one in self.queues)


class Median(Aggregate):
    """The median; of an even number the middle between the two."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


def is_soon(now: datetime) -> Q:
    """Cases whose clock ends within a day."""
    return Q(due_at__gte=now, due_at__lt=now + SOON, ended_at=None)


def boards(now: datetime) -> list[Board]:
    """What everybody has, of the cases that the viewer sees: the desk first, then whoever has most that is overdue."""
    age = ExpressionWrapper(Value(now, DateTimeField()) - F("reported_at"), output_field=DurationField())
    rows = (
        Case.objects.filter(state__in=sorted(OPEN)).order_by()
        .annotate(had_by=Choice(When(HELD_BY_PARTY, then=F("party")), default=None)).values("had_by", "stage")
        .annotate(
            waiting=Count("pk"), soon=Count("pk", filter=is_soon(now)), overdue=Count("pk", filter=Q(due_at__lt=now)),
            held=Count("pk", filter=Q(state=State.SUSPENDED)), age=Median(age, output_field=DurationField()),
        )
    )  # fmt: skip
    found = list(rows)
    known = Party.objects.defer("words").in_bulk({row["had_by"] for row in found} - {None})
    queues: dict[int | None, list[Queue]] = {}
    for row in found:
        queues.setdefault(row["had_by"], []).append(_queue(row, known.get(row["had_by"])))
    order = list(Stage)
    made = [
        Board(known.get(party), sorted(each, key=lambda one: order.index(one.stage) if one.stage else -1))
        for party, each in queues.items()
    ]
    return sorted(
        made, key=lambda one: (one.party is not None, -one.overdue, -one.waiting, one.party.key if one.party else "")
    )


def _queue(row: Mapping[str, Any], party: Party | None) -> Queue:
    stage = Stage(row["stage"]) if row["stage"] else None
    return Queue(party, stage, row["waiting"], row["soon"], row["overdue"], row["held"], row["age"])


def committees() -> QuerySet[Party]:
    """The standing committees, by key."""
    return Party.objects.filter(kind=PartyKind.COMMITTEE).defer("words").order_by("key")


def with_committee(committee: Party) -> QuerySet[Case]:
    """The open cases that the committee must put right."""
    return Case.objects.filter(party=committee, state__in=sorted(OPEN))


def taken_by(committee: Party) -> QuerySet[Case]:
    """The cases that the committee ever took over, wherever they are now."""
    took = CaseStep.objects.filter(step=Step.TAKE_OVER, party=committee)
    return Case.objects.filter(pk__in=took.order_by().values("case_id"))


def to_consider() -> QuerySet[Case]:
    """The open cases that the ladder brought to somebody's notice, and no committee has."""
    escalated = Case.objects.filter(rung__gt=0, state__in=sorted(OPEN))
    return escalated.exclude(party__in=committees().order_by().values("pk"))
