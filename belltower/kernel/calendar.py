# SPDX-License-Identifier: Apache-2.0
"""The working calendar: which civil days are worked, why, and whether that is published or only presumed.

What a country publishes (public holidays, and China's make-up days 调休) comes from published.py; the city's own
exceptions win over it; a day that nobody has published yet goes by the plain week and is marked provisional.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any, Protocol

from belltower.kernel.texts import Text

ONE_DAY = timedelta(days=1)
WORKDAY = Text(zh="工作日", en="Working day")
WEEKEND = Text(zh="周末", en="Weekend")
PRESUMED_WORKDAY = Text(
    zh="工作日（当年放假安排尚未公布，暂按平常周计算）",
    en="Working day (the year's holidays are not published yet; by the plain week)",
)
PRESUMED_WEEKEND = Text(
    zh="周末（当年放假安排尚未公布，暂按平常周计算）",
    en="Weekend (the year's holidays are not published yet; by the plain week)",
)


@dataclass(frozen=True, slots=True)
class DayException:
    """A day on which the city itself differs from its country's calendar."""

    day: date
    is_working: bool
    because: Text


@dataclass(frozen=True, slots=True)
class DayVerdict:
    """Whether a day is worked, why, and whether a later publication may still change it."""

    is_working: bool
    is_provisional: bool
    because: Text

    def as_json(self) -> dict[str, Any]:
        """The verdict as a later room stores it, to be told when it no longer holds."""
        return {
            "is_working": self.is_working,
            "is_provisional": self.is_provisional,
            "because": self.because.as_json(),
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> DayVerdict:
        """The verdict that ``as_json`` wrote."""
        return cls(bool(stored["is_working"]), bool(stored["is_provisional"]), Text.read(stored["because"]))


@dataclass(frozen=True, slots=True)
class Published:
    """What is published for the days from ``covered_from`` until (not including) ``covered_until``.

    ``days`` holds those that differ from the plain week, or have a name.
    """

    covered_from: date
    covered_until: date
    days: Mapping[date, DayVerdict]

    def covers(self, day: date) -> bool:
        """Whether anything can be known about that day."""
        return self.covered_from <= day < self.covered_until


class Judge(Protocol):
    """Whatever gives a verdict on a day: a calendar, or verdicts remembered from one."""

    def verdict(self, day: date) -> DayVerdict: ...


@dataclass(frozen=True, slots=True)
class Remembered:
    """Verdicts given earlier and stored. Raises KeyError for a day that was not judged."""

    verdicts: Mapping[date, DayVerdict]

    def verdict(self, day: date) -> DayVerdict:
        """The stored verdict on that day."""
        return self.verdicts[day]


@dataclass(frozen=True, slots=True)
class CountedDay:
    """The day a count of working days ends on; provisional when any day passed over on the way was."""

    day: date
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class ChangedVerdict:
    """A day that was judged anew, for the notice to those who relied on the old verdict."""

    day: date
    before: DayVerdict
    after: DayVerdict


@dataclass(frozen=True)
class WorkingCalendar:
    """The calendar of one city. It has a verdict on every day there is; it never raises for an uncovered year."""

    published: Published
    exceptions: Sequence[DayException] = ()
    _own: Mapping[date, DayVerdict] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = {one.day: DayVerdict(one.is_working, False, one.because) for one in self.exceptions}
        object.__setattr__(self, "_own", own)

    @property
    def covered_until(self) -> date:
        """The first day whose verdict can only be presumed."""
        return self.published.covered_until

    def verdict(self, day: date) -> DayVerdict:
        """Whether that day is worked: the city's exception first, then what is published, then the plain week."""
        if found := self._own.get(day) or self.published.days.get(day):
            return found
        is_working, is_known = day.weekday() < 5, self.published.covers(day)
        because = (WORKDAY if is_working else WEEKEND) if is_known else _presumed(is_working)
        return DayVerdict(is_working, not is_known, because)

    def add_working_days(self, day: date, count: int) -> CountedDay:
        """The ``count``-th working day after ``day`` (before it, when negative); ``day`` itself is never counted."""
        step, left, is_provisional = (ONE_DAY if count > 0 else -ONE_DAY), abs(count), False
        while left:
            day += step
            verdict = self.verdict(day)
            is_provisional |= verdict.is_provisional
            left -= verdict.is_working
        return CountedDay(day, is_provisional)

    def working_days(self, begin: date, until: date) -> tuple[int, bool]:
        """How many days are worked from ``begin`` until (not including) ``until``, and whether that is provisional."""
        verdicts = [self.verdict(begin + i * ONE_DAY) for i in range((until - begin).days)]
        return sum(one.is_working for one in verdicts), any(one.is_provisional for one in verdicts)

    @cached_property
    def fingerprint(self) -> str:
        """16 hex digits that change whenever any verdict of this calendar may have; stored beside what was computed."""
        days = {**self.published.days, **self._own}
        content = [
            str(self.published.covered_from),
            str(self.published.covered_until),
            [(str(day), days[day].as_json()) for day in sorted(days)],
        ]
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def changed_verdicts(days: Iterable[date], before: Judge, after: Judge) -> list[ChangedVerdict]:
    """The days on which working or not has changed, in the order given.

    A provisional verdict that is only confirmed has not changed: nobody needs a notice of it.
    """
    pairs = ((day, before.verdict(day), after.verdict(day)) for day in days)
    return [ChangedVerdict(day, old, new) for day, old, new in pairs if old.is_working != new.is_working]


def _presumed(is_working: bool) -> Text:
    return PRESUMED_WORKDAY if is_working else PRESUMED_WEEKEND
