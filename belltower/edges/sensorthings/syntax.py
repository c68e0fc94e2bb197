# SPDX-License-Identifier: Apache-2.0
"""What an OData expression and its query options are once they have been read: a small tree, no SQL, no tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a value is; decides how two of them are compared."""

    ID = "id"
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"  # an instant or an interval
    DURATION = "duration"
    JSON = "json"
    GEOMETRY = "geometry"
    RESULT = "result"  # a number, else any JSON
    DATE = "date"
    CLOCK = "clock"  # a time of day
    NULL = "null"


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: a str, float, bool, None, times.Period or timedelta; a geometry is its WKT."""

    value: object
    kind: Kind


@dataclass(frozen=True, slots=True)
class Path:
    """A property, by way of navigations and into JSON: ``Datastream/Thing/properties/floors/0``."""

    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function's name in lower case and what it is given."""

    name: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """``not`` or ``-``."""

    operator: str
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``; of ``in``, ``right`` is a Listed."""

    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class Listed:
    """``('a','b')``."""

    items: tuple[Expression, ...]


Expression = Literal | Path | Call | Unary | Binary | Listed


@dataclass(frozen=True, slots=True)
class Ordering:
    """One key of $orderby."""

    by: Expression
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Expansion:
    """One navigation of $expand with its own options."""

    navigation: str
    options: Options


@dataclass(frozen=True, slots=True)
class Options:
    """The query options of a request or of one expansion. ``top`` None: the door's page.

    ``given`` are their names and texts as they came, for the link to the next page.
    """

    filter: Expression | None = None
    order: Sequence[Ordering] = ()
    select: tuple[str, ...] = ()
    expand: tuple[Expansion, ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool | None = None
    as_array: bool = False
    given: tuple[tuple[str, str], ...] = field(default=(), compare=False)
