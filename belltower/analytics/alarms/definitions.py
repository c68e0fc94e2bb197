# SPDX-License-Identifier: Apache-2.0
"""What the engine judges by: one row for each alarm point (a condition of a stream), and the indexes made of them once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.alarms.refusals import BadPoint
from belltower.analytics.alarms.states import Kind

POINT = np.dtype(
    [
        ("stream", "<i4"), ("reference", "<i4"), ("suppressed_by", "<i4"), ("kind", "u1"), ("priority", "u1"),
        ("latching", "u1"), ("spare", "u1"), ("limit", "<f8"), ("deadband", "<f8"), ("set_point", "<f8"),
        ("on_delay_us", "<i8"), ("off_delay_us", "<i8"), ("stale_after_us", "<i8"), ("armed_us", "<i8"),
    ]
)  # fmt: skip
"""A row of ``Definitions.points``: indexes of streams and alarms (-1: none), limits in the stream's unit, microseconds."""

CHATTER_WITHIN_US = 60_000_000
LATEST_US = 2**62
"""No instant or delay is beyond this, so that sums of two stay within 64 bits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmPoint:
    """One alarm as the database knows it: ``alarm``, ``stream``, ``reference`` and ``suppressed_by`` are ids.

    ``limit`` is in the stream's unit, for RATE that unit a second, for STALE unused. ``reference`` is the other stream of a
    DISCREPANCY, or the one that a DEVIATION's set point comes from (else ``set_point``). ``stale_after_us`` 0 means that
    silence says nothing; ``armed_us`` is from when silence counts for a stream that never spoke (0: it must speak first).
    """

    alarm: int
    stream: int
    kind: Kind
    limit: float = 0.0
    deadband: float = 0.0
    set_point: float = 0.0
    reference: int | None = None
    on_delay_us: int = 0
    off_delay_us: int = 0
    stale_after_us: int = 0
    armed_us: int = 0
    priority: int = 3
    latching: bool = False
    suppressed_by: int | None = None


@dataclass(frozen=True, eq=False)
class Definitions:
    """All alarm points, in the order of their ids, over ``len(stream_ids)`` streams. Both id columns are sorted, int64."""

    points: NDArray[np.void]
    alarm_ids: NDArray[np.int64]
    stream_ids: NDArray[np.int64]
    chatter_within_us: int = CHATTER_WITHIN_US

    def __post_init__(self) -> None:
        """Raises BadPoint for the first row that cannot be judged."""
        _check(self.points, len(self.stream_ids))

    def alarms_at(self, ids: NDArray[np.int64]) -> NDArray[np.int32]:
        """The index of each alarm id, -1 where it is not defined here."""
        return _places(self.alarm_ids, ids)

    def streams_at(self, ids: NDArray[np.int64]) -> NDArray[np.int32]:
        """The index of each stream id, -1 where no alarm listens to it."""
        return _places(self.stream_ids, ids)

    @cached_property
    def by_stream(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(first, alarms): alarms[first[s]:first[s + 1]] listen to stream s, as their own or as a reference, ascending."""
        numbers = np.arange(len(self.points), dtype=np.int32)
        other = self.points["reference"] >= 0
        streams = np.concatenate([self.points["stream"], self.points["reference"][other]])
        return _grouped(streams, np.concatenate([numbers, numbers[other]]), len(self.stream_ids))

    @cached_property
    def by_suppressor(self) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(first, alarms): alarms[first[a]:first[a + 1]] are suppressed while alarm a is active, ascending."""
        numbers = np.arange(len(self.points), dtype=np.int32)
        has = self.points["suppressed_by"] >= 0
        return _grouped(self.points["suppressed_by"][has], numbers[has], len(self.points))


def define(points: Sequence[AlarmPoint], *, chatter_within_us: int = CHATTER_WITHIN_US) -> Definitions:
    """Definitions of these points; order does not matter. Raises BadPoint for one that cannot be judged."""
    ordered = sorted(points, key=lambda one: one.alarm)
    alarm_ids = np.array([one.alarm for one in ordered], dtype=np.int64)
    named = {one.stream for one in ordered} | {one.reference for one in ordered if one.reference is not None}
    stream_ids = np.array(sorted(named), dtype=np.int64)
    alarm_at = {int(one): place for place, one in enumerate(alarm_ids)}
    stream_at = {int(one): place for place, one in enumerate(stream_ids)}
    if len(alarm_at) != len(ordered):
        raise BadPoint(row=len(alarm_at), reason="an alarm is defined twice")
    rows = np.zeros(len(ordered), dtype=POINT)
    for row, one in enumerate(ordered):
        rows[row] = _row(one, row, alarm_at, stream_at)
    return Definitions(rows, alarm_ids, stream_ids, chatter_within_us)


def _row(one: AlarmPoint, row: int, alarm_at: dict[int, int], stream_at: dict[int, int]) -> tuple[object, ...]:
    if one.suppressed_by is not None and one.suppressed_by not in alarm_at:
        raise BadPoint(row=row, reason=f"it is suppressed by alarm {one.suppressed_by}, which is not defined")
    is_stale = one.kind is Kind.STALE
    return (
        stream_at[one.stream],
        -1 if one.reference is None else stream_at[one.reference],
        -1 if one.suppressed_by is None else alarm_at[one.suppressed_by],
        one.kind, one.priority, one.latching, 0, one.limit, one.deadband, one.set_point,
        # A silence that must last longer is a longer silence.
        0 if is_stale else one.on_delay_us,
        one.off_delay_us, one.stale_after_us + (one.on_delay_us if is_stale else 0), one.armed_us,
    )  # fmt: skip


def _check(points: NDArray[np.void], streams: int) -> None:
    kind, reference = points["kind"], points["reference"]
    numbers = np.arange(len(points))
    pairs = (kind == Kind.DEVIATION) | (kind == Kind.DISCREPANCY)
    faults = {
        "its kind is unknown": (kind < Kind.HIHI) | (kind > Kind.STALE),
        "its stream is not there": (points["stream"] < 0) | (points["stream"] >= streams),
        "its reference stream is not there": (reference < -1) | (reference >= streams),
        "only deviation and discrepancy have a reference stream": ~pairs & (reference >= 0),
        "a discrepancy needs a second stream": (kind == Kind.DISCREPANCY) & (reference < 0),
        "its reference is its own stream": pairs & (reference == points["stream"]),
        "it is suppressed by what is no alarm": (points["suppressed_by"] < -1) | (points["suppressed_by"] >= len(points)),
        "it suppresses itself": points["suppressed_by"] == numbers,
        "its limits must be finite": ~(np.isfinite(points["limit"]) & np.isfinite(points["set_point"])),
        "its dead band must not be negative": ~(np.isfinite(points["deadband"]) & (points["deadband"] >= 0)),
        "silence needs a length": (kind == Kind.STALE) & (points["stale_after_us"] <= 0),
    }  # fmt: skip
    for name in ("on_delay_us", "off_delay_us", "stale_after_us", "armed_us"):
        faults[f"{name} must be between 0 and {LATEST_US}"] = (points[name] < 0) | (points[name] > LATEST_US)
    for reason, wrong in faults.items():
        if wrong.any():
            raise BadPoint(row=int(np.argmax(wrong)), reason=reason)
    _check_circles(points["suppressed_by"])


def _check_circles(suppressed_by: NDArray[np.int32]) -> None:
    """Alarms that suppress one another in a circle would all hide; following each twice as far finds them."""
    reached = suppressed_by
    for _ in range(len(suppressed_by).bit_length() + 1):
        reached = np.where(reached >= 0, reached[reached], -1)
    if (reached >= 0).any():
        raise BadPoint(row=int(np.argmax(reached >= 0)), reason="alarms suppress one another in a circle")


def leaves_at(kind: int, limit: float, deadband: float) -> float:
    """The value at which a condition that holds ends: the limit less the dead band; plus it, for a low limit."""
    return limit + deadband if kind in (Kind.LO, Kind.LOLO) else limit - deadband


def _places(known: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int32]:
    if not len(known):
        return np.full(len(ids), -1, dtype=np.int32)
    places = np.minimum(np.searchsorted(known, ids), len(known) - 1)
    return np.where(known[places] == ids, places, -1).astype(np.int32)


def _grouped(
    keys: NDArray[np.int32], numbers: NDArray[np.int32], groups: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    order = np.lexsort((numbers, keys))
    first = np.searchsorted(keys[order], np.arange(groups + 1)).astype(np.int32)
    return first, np.ascontiguousarray(numbers[order])
