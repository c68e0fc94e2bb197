# SPDX-License-Identifier: Apache-2.0
"""How far a campaign is, from findings and counts alone, on any of its days: pure, no look-ups.

What is exempt, no longer meant or no longer in force was neither found for nothing nor put right: it is spared, and in no share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

PUT_RIGHT = "holds"
"""Why a finding was closed, where it was put right (standards.models.Because)."""


@dataclass(frozen=True, slots=True)
class Lot:
    """``n`` findings that are alike, as they stood at the instant of the count.

    ``settled_on`` is the civil day on which they were closed until then, ``because`` of what; ``is_overdue`` and
    ``is_unknown`` are of those that were open.
    """

    opened_on: date
    settled_on: date | None = None
    because: str = ""
    due_on: date | None = None
    is_overdue: bool = False
    is_unknown: bool = False
    grade: str = "general"
    clause_id: int = 0
    area_id: int | None = None
    party_id: int | None = None
    n: int = 1


@dataclass(frozen=True, slots=True)
class Score:
    """How many findings there were, and what became of them. What is overdue, and what is not known any more, is open."""

    found: int = 0
    put_right: int = 0
    spared: int = 0
    overdue: int = 0
    unknown: int = 0

    @property
    def open(self) -> int:
        return self.found - self.put_right - self.spared

    @property
    def among(self) -> int:
        """Those that had to be put right: all that were found and not spared."""
        return self.found - self.spared

    @property
    def share(self) -> float | None:
        """In per cent; None where nothing had to be put right."""
        return 100 * self.put_right / self.among if self.among else None

    def __add__(self, other: Score) -> Score:
        return Score(
            self.found + other.found, self.put_right + other.put_right, self.spared + other.spared,
            self.overdue + other.overdue, self.unknown + other.unknown,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """What the clauses said of their subjects on a day; ``clauses`` is how many of them were judged at all."""

    holds: int = 0
    broken: int = 0
    unknown: int = 0
    exempt: int = 0
    clauses: int = 0

    @property
    def judged(self) -> int:
        """All that are meant and not spared; what is not known is one of them."""
        return self.holds + self.broken + self.unknown


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a campaign as it ended. ``judged`` is None where nothing was judged: then nobody knows."""

    day: date
    score: Score
    judged: Judged | None = None


def score(lots: Iterable[Lot]) -> Score:
    """What the findings come to at the instant of their count."""
    total = Score()
    for one in lots:
        is_right, is_open = one.because == PUT_RIGHT, one.settled_on is None
        total += Score(
            one.n, one.n * is_right, one.n * (not is_open and not is_right), one.n * (is_open and one.is_overdue),
            one.n * (is_open and one.is_unknown),
        )  # fmt: skip
    return total


def by_day(lots: Sequence[Lot], first: date, last: date) -> list[tuple[date, Score]]:
    """The score at the end of each day from ``first`` to ``last``; the last is that of the instant of the count.

    What is not known any more is told of the last day only: since when is not kept.
    """
    if last < first:
        return []
    found, right, spared, overdue = Counter[date](), Counter[date](), Counter[date](), Counter[date]()
    for one in lots:
        found[max(one.opened_on, first)] += one.n
        if one.settled_on:
            (right if one.because == PUT_RIGHT else spared)[max(one.settled_on, first)] += one.n
        if one.due_on and (one.settled_on is None or one.due_on < one.settled_on):
            begins = max(one.due_on, one.opened_on, first)
            overdue[begins] += one.n
            if one.settled_on:
                overdue[max(one.settled_on, begins)] -= one.n
    days, total = [], Score()
    for nth in range((last - first).days):
        day = first + timedelta(days=nth)
        total += Score(found[day], right[day], spared[day], overdue[day])
        days.append((day, total))
    return [*days, (last, score(lots))]
