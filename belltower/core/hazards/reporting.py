# SPDX-License-Identifier: Apache-2.0
"""The closing report of hazards: by area, enterprise, kind and month, counted from how their cases stand. Nothing of it is stored.

Answered is not put right: only what somebody independent verified counts as such.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Case as Choose
from django.db.models import Count, Q, QuerySet, Value, When
from django.db.models.functions import TruncMonth

from belltower.core.cases.kinds import Grade
from belltower.core.cases.table import ENDED, State
from belltower.core.hazards.models import Hazard
from belltower.core.places.models import Area, AreaLevel, Party
from belltower.kernel.texts import Text

PUT_RIGHT = frozenset({State.VERIFIED, State.CLOSED})
NO_AREA = Text(zh="区域不详", en="area not known")


class By(StrEnum):
    """What a report is grouped by."""

    AREA = "area"
    ENTERPRISE = "enterprise"
    KIND = "kind"
    MONTH = "month"

    @property
    def text(self) -> Text:
        return _BY[self]


_BY = {
    By.AREA: Text(zh="区县", en="District"),
    By.ENTERPRISE: Text(zh="企业", en="Enterprise"),
    By.KIND: Text(zh="类别", en="Kind"),
    By.MONTH: Text(zh="月份", en="Month"),
}
_COLUMN = {By.AREA: "area_id", By.ENTERPRISE: "enterprise_id", By.KIND: "category", By.MONTH: "month"}


@dataclass(frozen=True, slots=True)
class Counted:
    """Of one group. ``answered`` wait for re-inspection; ``put_right`` were verified; ``dropped`` were declined or merged."""

    found: int = 0
    major: int = 0
    open: int = 0
    overdue: int = 0
    answered: int = 0
    put_right: int = 0
    dropped: int = 0

    @property
    def share(self) -> float | None:
        """Per cent put right of those that were to be; None where there were none."""
        among = self.found - self.dropped
        return 100 * self.put_right / among if among else None

    def plus(self, state: State, grade: str, *, is_overdue: bool, n: int) -> Counted:
        """With ``n`` more that stand so."""
        is_right, is_dropped = state in PUT_RIGHT, state in ENDED and state not in PUT_RIGHT
        is_open = not is_right and not is_dropped
        return replace(
            self, found=self.found + n, major=self.major + n * (grade == Grade.MAJOR), open=self.open + n * is_open,
            overdue=self.overdue + n * (is_overdue and is_open), answered=self.answered + n * (state is State.ANSWERED),
            put_right=self.put_right + n * is_right, dropped=self.dropped + n * is_dropped,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A group of the report: the ``key`` that finds its hazards again, what it is called, and its counts."""

    key: str
    title: Text
    counted: Counted


def report(by: By, *, now: datetime) -> tuple[list[Row], Counted]:
    """The groups, the most open first (months in their order), and all of them together; of what the viewer sees."""
    tallies: dict[Any, Counted] = {}
    total = Counted()
    group = _groups(by)
    for told in _standings(_COLUMN[by], now):
        key, state = group(told[_COLUMN[by]]), State(told["case__state"])
        plus = {"is_overdue": told["late"], "n": told["n"]}
        tallies[key] = tallies.get(key, Counted()).plus(state, told["grade"], **plus)
        total = total.plus(state, told["grade"], **plus)
    called = _called(by, tallies)
    rows = [Row(*called[key], counted) for key, counted in tallies.items()]
    if by is By.MONTH:
        return sorted(rows, key=lambda row: row.key, reverse=True), total
    return sorted(rows, key=lambda row: (-row.counted.open, -row.counted.found, row.title.zh)), total


def hazards_of(by: By, key: str) -> QuerySet[Hazard]:
    """The hazards behind a group's numbers; none for a key that means nothing."""
    if by is By.KIND:
        return Hazard.objects.filter(category=key)
    if by is By.MONTH:
        year, _, month = key.partition("-")
        known = year.isdigit() and month.isdigit()
        return (
            Hazard.objects.filter(found_on__year=int(year), found_on__month=int(month))
            if known
            else Hazard.objects.none()
        )
    if by is By.ENTERPRISE:
        return Hazard.objects.filter(enterprise__key=key)
    if not key:
        return Hazard.objects.filter(area=None)
    area = Area.objects.current().filter(code=key).first()
    return Hazard.objects.filter(area__path__startswith=area.path) if area else Hazard.objects.none()


def _standings(column: str, now: datetime) -> Iterable[Mapping[str, Any]]:
    """How many stand alike, by the column."""
    late = Choose(When(Q(case__due_at__lt=now) & Q(case__ended_at=None), then=Value(True)), default=Value(False))
    rows = Hazard.objects.annotate(month=TruncMonth("found_on"), late=late)
    told: Iterable[Mapping[str, Any]] = (
        rows.order_by().values(column, "grade", "case__state", "late").annotate(n=Count("pk"))
    )
    return told


def _groups(by: By) -> Any:
    """What a value of the column is grouped under: an area under its district."""
    if by is not By.AREA:
        return lambda value: value
    districts = list(Area.objects.filter(level=AreaLevel.DISTRICT).values_list("pk", "path"))
    used = Hazard.objects.exclude(area=None).values_list("area_id", "area__path").order_by().distinct()
    under = {pk: next((one for one, above in districts if path.startswith(above)), pk) for pk, path in used}
    return lambda value: under.get(value)


def _called(by: By, keys: Iterable[Any]) -> dict[Any, tuple[str, Text]]:
    """The key and the title of each group."""
    if by is By.KIND:
        return {key: (key, Text(zh=key, en=key)) for key in keys}
    if by is By.MONTH:
        return {key: (f"{key:%Y-%m}", Text(zh=f"{key:%Y-%m}", en=f"{key:%Y-%m}")) for key in keys}
    ids = [key for key in keys if key]
    if by is By.ENTERPRISE:
        found = {row.pk: (row.key, row.title) for row in Party.objects.filter(pk__in=ids)}
    else:
        found = {row.pk: (row.code, row.title) for row in Area.objects.filter(pk__in=ids).defer("geometry", "words")}
    return {key: found.get(key, ("", NO_AREA)) for key in keys}
