# SPDX-License-Identifier: Apache-2.0
"""The six kinds of check as they were written. Limits are names of the clause's dated values, never numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar

from belltower.analytics.alarms.states import Kind as SignalKind
from belltower.core.standards.predicates.binding import Given, bind
from belltower.core.standards.predicates.nodes import Kind, Literal, Node, names_in
from belltower.kernel.texts import Text

TRUE = Literal(True, Kind.BOOLEAN)


class CheckKind(StrEnum):
    """The six sentences of which nearly all written standards are one."""

    ATTRIBUTE = "attribute"
    CADENCE = "cadence"
    SIGNAL = "signal"
    SPATIAL = "spatial"
    COVERAGE = "coverage"
    INDICATOR = "indicator"


class Must(StrEnum):
    """What a thing must do about those of another kind. Inside: covered by one of them; outside: no part in any."""

    KEEP_AWAY_FROM = "keep_away_from"
    BE_NEAR = "be_near"
    BE_INSIDE = "be_inside"
    BE_OUTSIDE = "be_outside"


class Over(StrEnum):
    """How a reach is measured: straight, along the streets as vehicles may, or along them as people walk."""

    STRAIGHT = "straight"
    STREETS = "streets"
    ON_FOOT = "on_foot"


class Counted(StrEnum):
    """What the rate of an indicator is of."""

    ACTIVITIES = "activities"
    READINGS = "readings"
    ASSETS = "assets"


class Bound(StrEnum):
    """On which side of its limit a rate must be; the limit itself holds."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate as somebody wrote it, and what was read of it."""

    written: str
    tree: Node

    def on(self, values: Mapping[str, Given], today: date) -> Node:
        """With the values in force; WrongKind for a factor out of range."""
        return bind(self.tree, values, today)

    def __str__(self) -> str:
        return self.written


@dataclass(frozen=True, slots=True)
class AttributeCheck:
    """Every thing for which ``where`` holds must be so that ``holds`` holds."""

    kind: ClassVar = CheckKind.ATTRIBUTE
    holds: Predicate
    where: Predicate | None

    def on(self, values: Mapping[str, Given], today: date) -> tuple[Node, Node]:
        """``where`` and ``holds`` with the values in force; WrongKind for a factor out of range."""
        return bound(self.where, values, today), self.holds.on(values, today)


@dataclass(frozen=True, slots=True)
class CadenceCheck:
    """Every thing must have had ``activity`` ``within`` a time; only those that ``counts`` says of (its own fields) count."""

    kind: ClassVar = CheckKind.CADENCE
    activity: str
    within: str
    counts: Predicate | None
    where: Predicate | None


@dataclass(frozen=True, slots=True)
class Condition:
    """When a stream is wrong: the kind as the alarm engine names it, and names of values.

    ``limit`` is a number in the stream's unit (for ``rate`` per second), for ``stale`` a length of time; ``set_point`` is
    what a ``deviation`` is measured from; ``on_delay`` and ``off_delay`` are lengths of time.
    """

    kind: SignalKind
    limit: str
    deadband: str | None
    on_delay: str | None
    off_delay: str | None
    set_point: str | None

    @property
    def word(self) -> str:
        """The kind as it is written: ``hi``, ``stale``."""
        return self.kind.name.lower()


@dataclass(frozen=True, slots=True)
class Rationalisation:
    """Why there is an alarm: what makes it, what follows, what to do, and within what time."""

    cause: Text
    consequence: Text
    response: Text
    time_to_respond: timedelta


@dataclass(frozen=True, slots=True)
class SignalCheck:
    """On every thing for which ``where`` holds, ``stream`` must not be in ``condition``: one alarm a stream."""

    kind: ClassVar = CheckKind.SIGNAL
    stream: str
    condition: Condition
    priority: int
    rationalisation: Rationalisation
    where: Predicate | None


@dataclass(frozen=True, slots=True)
class SpatialCheck:
    """Every thing for which ``where`` holds must keep to ``must`` of those of kind ``of``, or ``unless`` holds.

    ``distance`` names a value in metres; None for inside and outside.
    """

    kind: ClassVar = CheckKind.SPATIAL
    must: Must
    of: str
    distance: str | None
    of_where: Predicate | None
    where: Predicate | None
    unless: Predicate | None


@dataclass(frozen=True, slots=True)
class ReachCheck:
    """Every place must have one of kind ``by`` within ``reach`` (a value in metres)."""

    kind: ClassVar = CheckKind.COVERAGE
    by: str
    reach: str
    over: Over
    by_where: Predicate | None
    where: Predicate | None


@dataclass(frozen=True, slots=True)
class WatchCheck:
    """Every place must have had ``activity`` in each ``window`` (a value that divides the civil day)."""

    kind: ClassVar = CheckKind.COVERAGE
    activity: str
    window: str
    counts: Predicate | None
    where: Predicate | None


@dataclass(frozen=True, slots=True)
class IndicatorCheck:
    """Of those for which ``among`` holds, the share for which ``counts`` holds, in each area of level ``by``.

    ``limit`` names a value in per cent; ``window`` one that says how long before now is looked at (None for assets);
    ``sample_at_least`` one that says below how many nothing is judged that the interval leaves open.
    """

    kind: ClassVar = CheckKind.INDICATOR
    of: Counted
    name: str | None
    counts: Predicate
    among: Predicate | None
    window: str | None
    bound: Bound
    limit: str
    by: str
    sample_at_least: str | None


Check = AttributeCheck | CadenceCheck | SignalCheck | SpatialCheck | ReachCheck | WatchCheck | IndicatorCheck


def bound(predicate: Predicate | None, values: Mapping[str, Given], today: date) -> Node:
    """The predicate with the values in force; true where there is none."""
    return predicate.on(values, today) if predicate else TRUE


def predicates_of(check: Check) -> Iterator[Predicate]:
    """Every predicate of the check."""
    return (each for one in fields(check) if isinstance(each := getattr(check, one.name), Predicate))


def limits_of(check: Check) -> frozenset[str]:
    """The names of values that the check uses as a limit, outside of its predicates."""
    among = (check.condition,) if isinstance(check, SignalCheck) else ()
    named = (getattr(of, one) for of in (check, *among) for one in _LIMITS if hasattr(of, one))
    return frozenset(name for name in named if name is not None)


def used_by(check: Check) -> frozenset[str]:
    """The names of values and fields that the check uses."""
    return limits_of(check).union(*(names_in(one.tree) for one in predicates_of(check)))


_LIMITS = ("within", "distance", "reach", "window", "limit", "sample_at_least", "deadband", "on_delay", "off_delay",
           "set_point")  # fmt: skip
