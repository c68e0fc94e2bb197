# SPDX-License-Identifier: Apache-2.0
"""What standards keep of a campaign's clauses and areas, counted as the viewer sees it: findings alike in lots, subjects by day.

Nothing is copied: a past day is told from when findings opened and closed, and from that day's assessments.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Case, Count, DateTimeField, F, Q, Sum, Value, When
from django.db.models.functions import TruncDate

from belltower.core.campaigns.models import Campaign
from belltower.core.campaigns.progress import Judged, Lot
from belltower.core.places import city
from belltower.core.places.models import Area, AreaLevel
from belltower.core.standards.judging import today
from belltower.core.standards.models import Assessment, Finding, FindingOutcome
from belltower.core.standards.models import Count as Counted
from belltower.kernel.instants import day_bounds

_OUTCOMES = ("holds", "broken", "unknown", "exempt")
_SUMS: dict[str, Any] = {f"n_{name}": Sum(name) for name in _OUTCOMES}


@dataclass(frozen=True, slots=True)
class Extent:
    """What a campaign is about, looked up once: its clauses' ids, its areas, and the instant until which it is counted."""

    campaign: Campaign
    clauses: tuple[int, ...]
    areas: tuple[Area, ...]
    at: datetime

    @property
    def until(self) -> date:
        """The last day that is counted."""
        return min(self.campaign.last_day, today(self.at))

    @property
    def within(self) -> Q:
        """Rows with an ``area`` that lie in one of its areas, or below; all rows where it has none."""
        if not self.areas:
            return Q()
        below = Q()
        for area in self.areas:
            below |= Q(path__startswith=area.path)
        return Q(area__in=Area.objects.filter(below).order_by().values("pk"))


def extent(campaign: Campaign, now: datetime) -> Extent:
    """What it is about, and until when it is counted: now, the end of its last day, or when it was closed."""
    end = day_bounds(campaign.last_day, city.current().tz)[1]
    at = min(one for one in (now, end, campaign.closed_at) if one)
    clauses = tuple(campaign.clauses.values_list("clause_id", flat=True))
    areas = Area.objects.filter(campaigns__campaign=campaign).defer("geometry", "words").order_by("code")
    return Extent(campaign, clauses, tuple(areas), at)


def findings(of: Extent) -> list[Lot]:
    """The findings that stood when it began or opened since, in lots that are alike at ``of.at``. One query."""
    zone = city.current().tz
    begin = day_bounds(of.campaign.first_day, zone)[0]
    rows = Finding.objects.filter(of.within, clause__in=of.clauses, opened_at__lt=of.at).exclude(closed_at__lt=begin)
    is_settled = Q(closed_at__lte=of.at)
    lots = (
        rows.annotate(
            settled_at=Case(When(is_settled, then=F("closed_at")), default=None, output_field=DateTimeField()),
            why=Case(When(is_settled, then=F("closed_because")), default=Value("")),
            opened_on=TruncDate("opened_at", tzinfo=zone), due_on=TruncDate("due_at", tzinfo=zone),
            is_overdue=Case(When(due_at__lt=of.at, then=True), default=False, output_field=BooleanField()),
            is_unknown=Case(
                When(~is_settled & Q(outcome=FindingOutcome.UNKNOWN), then=True), default=False,
                output_field=BooleanField(),
            ),
        )
        .annotate(settled_on=TruncDate("settled_at", tzinfo=zone))
        .order_by()
        .values_list(
            "opened_on", "settled_on", "why", "due_on", "is_overdue", "is_unknown", "grade", "clause_id", "area_id",
            "party_id",
        )
        .annotate(n=Count("pk"))
    )  # fmt: skip
    return [Lot(*row) for row in lots]


def subjects(of: Extent) -> dict[date, Judged]:
    """What the clauses said of their subjects on each day on which any of them was judged, as last counted on it."""
    made = Assessment.objects.filter(clause__in=of.clauses, day__gte=of.campaign.first_day, day__lte=of.until)
    clauses = dict(made.order_by().values_list("day").annotate(n=Count("clause", distinct=True)))
    rows = Counted.objects.filter(of.within, assessment__in=made).order_by().values_list("assessment__day")
    sums = {day: numbers for day, *numbers in rows.annotate(**_SUMS)}
    return {day: _judged(sums.get(day, (0, 0, 0, 0)), number) for day, number in clauses.items()}


def subjects_by_area(of: Extent, day: date) -> dict[int | None, Judged]:
    """The same of one day, by the area that the subjects themselves lie in."""
    rows = Counted.objects.filter(of.within, assessment__clause__in=of.clauses, assessment__day=day).order_by()
    clauses = Count("assessment__clause", distinct=True)
    sums = rows.values_list("area_id").annotate(**_SUMS, clauses=clauses)
    return {area: _judged(numbers, number) for area, *numbers, number in sums}


def _judged(numbers: Sequence[int], clauses: int) -> Judged:
    """What was said of subjects, in the order of _OUTCOMES."""
    holds, broken, unknown, exempt = numbers
    return Judged(holds, broken, unknown, exempt, clauses)


def ranked_areas(of: Extent) -> list[Area]:
    """The areas that are compared: those chosen; those directly below where one is chosen; the districts where none is."""
    if len(of.areas) > 1:
        return list(of.areas)
    current = Area.objects.current().defer("geometry", "words").order_by("code")
    if not of.areas:
        return list(current.filter(level=AreaLevel.DISTRICT))
    below = list(current.filter(parent__code=of.areas[0].code))
    return below or list(of.areas)


def lying_in(areas: Iterable[Area], ids: Iterable[int | None]) -> Mapping[int | None, Area]:
    """Which of ``areas`` each of these areas lies in, or is; one that lies in none is left out."""
    tops = list(areas)
    paths = Area.objects.filter(pk__in=[one for one in ids if one is not None]).order_by().values_list("pk", "path")
    found: dict[int | None, Area] = {}
    for pk, path in paths:
        top = next((one for one in tops if path.startswith(one.path)), None)
        if top is not None:
            found[pk] = top
    return found


def added(parts: Iterable[tuple[Area, Judged]]) -> dict[Area, Judged]:
    """Counts of parts of areas as those of the areas; ``clauses`` is the most of any part."""
    total: dict[Area, list[Judged]] = defaultdict(list)
    for area, one in parts:
        total[area].append(one)
    return {
        area: _judged([sum(getattr(one, name) for one in some) for name in _OUTCOMES], max(one.clauses for one in some))
        for area, some in total.items()
    }
