# SPDX-License-Identifier: Apache-2.0
"""A document and its clauses as they were written: dated values, a check, a source with how far it was verified, examples."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Generic, TypeVar

from belltower.core.standards.predicates.binding import Given, bind
from belltower.core.standards.predicates.nodes import Kind, Literal, Node
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


@dataclass(frozen=True, slots=True)
class Source:
    """Where the clause is written, when it was seen there, and how far that was verified."""

    document: str
    clause: str
    seen: date
    verified: Verified


@dataclass(frozen=True, slots=True)
class TimeAllowed:
    """How long a breach may take to be put right, in ISO 8601; ``is_working``: of working time."""

    length: str
    is_working: bool


@dataclass(frozen=True, slots=True)
class Example:
    """A thing's fields on a day, and what the clause must say of it."""

    name: str
    fields: Mapping[str, Any]
    on: date
    outcome: Outcome
    line: int


@dataclass(frozen=True, slots=True)
class AttributeCheck:
    """Every thing of the kind for which ``where`` holds must be so that ``holds`` holds."""

    holds: Node
    where: Node | None
    written: str

    def on(self, values: Mapping[str, Given], today: date) -> tuple[Node, Node]:
        """Both predicates with the values in force; WrongKind for a factor out of range."""
        where = bind(self.where, values, today) if self.where else Literal(True, Kind.BOOLEAN)
        return where, bind(self.holds, values, today)


@dataclass(frozen=True, slots=True)
class Clause:
    """One checkable sentence of a document."""

    id: str
    title: Text
    text: Text
    source: Source
    applies_to: str
    values: Mapping[str, Dated[Given]]
    check: AttributeCheck
    grade: Grade
    rectify_within: Dated[TimeAllowed]
    responsible: Role
    not_covered: Text | None
    examples: tuple[Example, ...]
    line: int

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
