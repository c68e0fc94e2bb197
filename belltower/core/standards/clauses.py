# SPDX-License-Identifier: Apache-2.0
"""A document and its clauses as they were written: dated values, a check, a source with how far it was verified, examples."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Generic, TypeVar

from belltower.core.standards.checks import Check
from belltower.core.standards.predicates.binding import Given
from belltower.kernel.texts import Text

T = TypeVar("T")


class Verified(StrEnum):
    """How far a number was verified: in the standard's own text, a transcription of it, a page about it, or not at all."""

    PRIMARY = "primary"
    TRANSCRIPTION = "transcription"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"


class Outcome(StrEnum):
    """What a check says of one thing. Unknown is an outcome of its own and never counts as holding."""

    HOLDS = "holds"
    BROKEN = "broken"
    UNKNOWN = "unknown"


class Grade(StrEnum):
    """The two grades of a hazard (一般, 重大)."""

    GENERAL = "general"
    MAJOR = "major"


class Role(StrEnum):
    """Who answers for a breach, as a Responsibility names it."""

    TERRITORY = "territory"
    SECTOR = "sector"
    ENTERPRISE = "enterprise"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """A value by the day it begins to hold, the earliest first."""

    since: tuple[tuple[date, T], ...]

    def on(self, day: date) -> T | None:
        """The value in force on ``day``; None before the first."""
        return next((value for start, value in reversed(self.since) if start <= day), None)


_NO_NUMBER = {
    "not seen": Text(zh="条号未见", en="clause not seen"),
    "house default": Text(zh="本市默认", en="house default"),
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where the clause is written, when it was seen there, and how far that was verified."""

    document: str
    clause: str
    seen: date
    verified: Verified

    @property
    def is_numbered(self) -> bool:
        """Whether the clause's number is known, and there is one."""
        return self.clause not in _NO_NUMBER

    @property
    def number(self) -> Text:
        """The clause's number as people print it."""
        return number_in(self.clause)


def number_in(said: str) -> Text:
    """A clause's number as people print it; what stands for it where there is none, in both languages."""
    return _NO_NUMBER.get(said) or Text(zh=re.sub(r"^art\. ?(\d+)$", r"第 \1 条", said), en=said)


@dataclass(frozen=True, slots=True)
class TimeAllowed:
    """How long a breach may take to be put right, in ISO 8601; ``is_working``: of working time."""

    length: str
    is_working: bool


@dataclass(frozen=True, slots=True)
class Done:
    """An activity in an example, by the city's clock (no zone)."""

    at: datetime
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Other:
    """A thing of the other kind in an example: how far it is, in metres, or whether the thing that is judged lies in it."""

    fields: Mapping[str, Any]
    distance_m: float | None
    is_inside: bool | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What an example tells beside the thing's own fields, as its kind of check needs it; the rest is empty.

    ``since``: in service from that day on. ``readings``: so long after the day's beginning, a value in the stream's unit,
    or None where only the clock went on. ``nearest_m``: how far the nearest that counts is. ``counted`` of ``among``, and
    ``unknown`` beside them.
    """

    activities: tuple[Done, ...] = ()
    since: date | None = None
    readings: tuple[tuple[timedelta, float | None], ...] = ()
    others: tuple[Other, ...] = ()
    nearest_m: float | None = None
    counted: int = 0
    among: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A thing's fields on a day, what happened to it, and what the clause must say of it.

    ``at`` is the instant by the city's clock (no zone); where only a day is written, it is that day's end.
    """

    name: Text
    fields: Mapping[str, Any]
    on: date
    outcome: Outcome
    line: int
    at: datetime
    facts: Facts = Facts()

    @property
    def begins_at(self) -> datetime:
        """The beginning of its day, by the city's clock."""
        return datetime.combine(self.on, time())


@dataclass(frozen=True, slots=True)
class Quiz:
    """A question about the clause with its right answer and three wrong ones; ``why`` is told after answering."""

    question: Text
    right: Text
    wrong: tuple[Text, Text, Text]
    why: Text | None


@dataclass(frozen=True, slots=True)
class Clause:
    """One checkable sentence of a document.

    ``applies_to`` is a kind of asset; or, where ``is_of_areas``, a level of areas. A finding closes once the clause has
    held for ``closes_after``, and is the same one again within ``reopens_within`` of that; None: at once, and never.
    """

    id: str
    title: Text
    text: Text
    source: Source
    applies_to: str
    values: Mapping[str, Dated[Given]]
    check: Check
    grade: Grade
    rectify_within: Dated[TimeAllowed]
    responsible: Role
    not_covered: Text | None
    examples: tuple[Example, ...]
    line: int
    is_of_areas: bool = False
    closes_after: Dated[timedelta] | None = None
    reopens_within: Dated[timedelta] | None = None
    quiz: tuple[Quiz, ...] = ()

    def values_on(self, day: date) -> dict[str, Given] | None:
        """Every value in force on ``day``; None where one of them does not yet hold, and so the clause does not."""
        found = {name: dated.on(day) for name, dated in self.values.items()}
        return None if None in found.values() else {name: value for name, value in found.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Document:
    """A standard: what it is called, who issued it, and those of its clauses that were written down."""

    id: str
    title: Text
    issued_by: Text
    clauses: tuple[Clause, ...]
    file: str
