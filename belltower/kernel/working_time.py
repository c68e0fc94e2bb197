# SPDX-License-Identifier: Apache-2.0
"""Working time of a city: its hours on the days that its calendar works, as half-open spans of instants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from belltower.kernel.calendar import ONE_DAY, WorkingCalendar
from belltower.kernel.city import Hours
from belltower.kernel.instants import civil_day, day_bounds, first_instant

Span = tuple[datetime, datetime]
"""Half-open, in UTC."""
NONE = timedelta(0)


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When a city works: ``hours`` in its civil time on working days; where none are declared, the whole of them."""

    calendar: WorkingCalendar
    hours: tuple[Hours, ...]
    zone: ZoneInfo

    def spans(self, day: date) -> tuple[Span, ...]:
        """The spans that are worked on that civil day, in order and apart; none on a day off."""
        return hours_on(day, self.hours, self.zone) if self.calendar.verdict(day).is_working else ()

    def since(self, begin: datetime, until: datetime | None = None) -> Iterator[Span]:
        """The spans that are worked from ``begin`` until (not including) ``until``, cut at both; without end where None."""
        day = civil_day(begin, self.zone)
        last = civil_day(until, self.zone) if until else date.max
        while day <= last:
            for opens, closes in self.spans(day):
                opens, closes = max(opens, begin), min(closes, until) if until else closes
                if opens < closes:
                    yield opens, closes
            day += ONE_DAY

    def after(self, at: datetime, amount: timedelta) -> datetime:
        """The first instant at which so much working time (none or more) has run since ``at``."""
        for begin, end in self.since(at) if amount > NONE else ():
            if end - begin >= amount:
                return begin + amount
            amount -= end - begin
        return at


@lru_cache(maxsize=4096)
def hours_on(day: date, hours: tuple[Hours, ...], zone: ZoneInfo) -> tuple[Span, ...]:
    """The instants of these hours on that civil day, in order; hours that overlap are one. Without hours the whole day."""
    if not hours:
        return (day_bounds(day, zone),)
    found: list[Span] = []
    for one in sorted(hours, key=lambda each: each.begin):
        begin, end = (first_instant(datetime.combine(day, clock), zone) for clock in (one.begin, one.end))
        if found and begin <= found[-1][1]:
            found[-1] = found[-1][0], max(end, found[-1][1])
        elif begin < end:  # the clocks may have skipped them whole
            found.append((begin, end))
    return tuple(found)
