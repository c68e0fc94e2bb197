# SPDX-License-Identifier: Apache-2.0
"""How the city stands to its clauses: the newest counts of each, their days, and by area; as far as the viewer sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count as HowMany
from django.db.models import Q, Sum

from belltower.core.places.models import Area
from belltower.core.standards.models import Assessment, Count, Finding, FindingState

OUTCOMES = ("holds", "broken", "unknown", "exempt")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many subjects hold, break it, are not known and are exempt; ``at`` is when they were counted."""

    holds: int = 0
    broken: int = 0
    unknown: int = 0
    exempt: int = 0
    at: datetime | None = None

    @property
    def judged(self) -> int:
        """All that the clause means and does not spare: what is not known is one of them."""
        return self.holds + self.broken + self.unknown

    @property
    def rate(self) -> float | None:
        """The share of those judged that hold; None where none was."""
        return self.holds / self.judged if self.judged else None

    @property
    def said(self) -> str:
        """The share to a tenth of a per cent, never rounded up to all of them."""
        return "" if self.rate is None else f"{int(self.rate * 1000) / 10:.1f} %"

    def __add__(self, other: Tally) -> Tally:
        at = max((one for one in (self.at, other.at) if one), default=None)
        return Tally(
            self.holds + other.holds, self.broken + other.broken, self.unknown + other.unknown,
            self.exempt + other.exempt, at,
        )  # fmt: skip


def tallies(keys: Iterable[str] | None = None) -> dict[str, Tally]:
    """The newest counts of each clause, by its key, in the areas that the viewer sees. Two queries."""
    newest = _newest(keys)
    rows = Count.objects.filter(assessment__in=[pk for pk, _, _ in newest]).values("assessment").order_by()
    sums = {row["assessment"]: row for row in rows.annotate(**{f"n_{name}": Sum(name) for name in OUTCOMES})}
    return {key: replace(_tally(sums[pk]), at=at) for pk, key, at in newest if pk in sums}


def by_area(keys: Sequence[str] | None, areas: Sequence[Area]) -> dict[tuple[str, str], Tally]:
    """The newest counts of each clause in each of ``areas`` with all below it, by clause key and area code."""
    newest = {pk: (key, at) for pk, key, at in _newest(keys)}
    with connection.cursor() as cursor:
        cursor.execute(_BY_AREA, {"assessments": list(newest), "areas": [area.pk for area in areas]})
        rows = cursor.fetchall()
    return {
        (newest[pk][0], code): Tally(int(n[0]), int(n[1]), int(n[2]), int(n[3]), newest[pk][1]) for pk, code, *n in rows
    }


_BY_AREA = """
    SELECT c.assessment_id, w.code, sum(c.holds), sum(c.broken), sum(c.unknown), sum(c.exempt)
    FROM standards_count c JOIN places_area a ON a.id = c.area_id
    JOIN places_area w ON w.id = ANY (%(areas)s) AND (a.path = w.path OR starts_with(a.path, w.path))
    WHERE c.assessment_id = ANY (%(assessments)s) GROUP BY 1, 2"""


def days(key: str, since: date) -> list[tuple[date, Tally]]:
    """The counts of a clause on each day on which it was judged, the earliest first."""
    made = Assessment.objects.filter(clause__key=key, day__gte=since).order_by("day").values_list("pk", "day")
    rows = Count.objects.filter(assessment__clause__key=key, assessment__day__gte=since).values("assessment").order_by()
    sums = {row["assessment"]: row for row in rows.annotate(**{f"n_{name}": Sum(name) for name in OUTCOMES})}
    return [(day, _tally(sums[pk])) for pk, day in made if pk in sums]


def open_findings(keys: Iterable[str] | None = None) -> dict[str, tuple[int, int]]:
    """How many open findings of each clause the viewer sees: broken, and not known any more."""
    rows = Finding.objects.filter(state=FindingState.OPEN).order_by()
    if keys is not None:
        rows = rows.filter(clause__key__in=list(keys))
    counted = rows.values("clause__key").annotate(
        broken=HowMany("pk", filter=Q(outcome="broken")), unknown=HowMany("pk", filter=Q(outcome="unknown"))
    )
    return {row["clause__key"]: (row["broken"], row["unknown"]) for row in counted}


def _newest(keys: Iterable[str] | None) -> list[tuple[int, str, datetime]]:
    made = Assessment.objects.order_by("clause_id", "-day").distinct("clause_id")
    if keys is not None:
        made = made.filter(clause__key__in=list(keys))
    return list(made.values_list("pk", "clause__key", "at"))


def _tally(row: Mapping[str, Any]) -> Tally:
    return Tally(row["n_holds"], row["n_broken"], row["n_unknown"], row["n_exempt"])
