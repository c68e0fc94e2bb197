# SPDX-License-Identifier: Apache-2.0
"""What the engine remembers between two batches, with an exact form in bytes."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.alarms.definitions import Definitions
from belltower.analytics.alarms.refusals import UnreadableState
from belltower.analytics.alarms.states import AlarmState

STREAM = np.dtype([("last_at", "<i8"), ("value", "<f8"), ("late", "<i8"), ("bad", "<i8")])
"""Of a stream: its watermark (instant of its last good reading, 0: never), that reading's value, and what was not judged."""

ALARM = np.dtype(
    [
        ("since", "<i8"), ("timer", "<i8"), ("shelved_until", "<i8"), ("last_raised", "<i8"), ("raised_before", "<i8"),
        ("value", "<f8"), ("occurrences", "<u4"), ("chatters", "<u4"), ("state", "u1"), ("beneath", "u1"), ("raw", "u1"),
        ("active", "u1"), ("suppressed", "u1"), ("out_of_service", "u1"), ("spare", "<u2"),
    ]
)  # fmt: skip
"""Of an alarm: instants of its last transition, its running delay, its shelf, its last two occurrences (0: none); the
measure last judged while it mattered; its state and the one hidden beneath; whether its condition holds before (raw) and
after (active) delays; what hides it."""

COUNTS = np.dtype([(name, "<i8") for name in ("position", "readings", "late", "bad", "commands", "idle", "ticks")])
"""Of the log: the position after the last entry judged, and its entries by kind; ``idle`` are commands without effect."""

_HEAD = struct.Struct("<8sIQQ")
_MAGIC = b"BTALARM1"


@dataclass(frozen=True, slots=True)
class State:
    """Arrays of STREAM and ALARM rows beside Definitions, and one COUNTS row. Never changed: step returns a new one."""

    streams: NDArray[np.void]
    alarms: NDArray[np.void]
    counts: NDArray[np.void]

    @property
    def position(self) -> int:
        """Where in the log the next batch begins."""
        return int(self.counts["position"][0])

    def copy(self) -> State:
        """One of its own."""
        return State(self.streams.copy(), self.alarms.copy(), self.counts.copy())

    def to_bytes(self) -> bytes:
        """All of it, little-endian, behind a head with counts and a CRC-32."""
        body = self.counts.tobytes() + self.streams.tobytes() + self.alarms.tobytes()
        return _HEAD.pack(_MAGIC, zlib.crc32(body), len(self.streams), len(self.alarms)) + body


def fresh(definitions: Definitions, *, position: int = 0) -> State:
    """Every alarm normal, no stream heard, at ``position`` of the log."""
    streams = np.zeros(len(definitions.stream_ids), dtype=STREAM)
    streams["value"] = np.nan
    alarms = np.zeros(len(definitions.points), dtype=ALARM)
    alarms["value"] = np.nan
    counts = np.zeros(1, dtype=COUNTS)
    counts["position"] = position
    return State(streams, alarms, counts)


def from_bytes(data: bytes | memoryview) -> State:
    """What to_bytes wrote, exactly. Raises UnreadableState when it is cut, damaged or something else."""
    data = bytes(data)
    if len(data) < _HEAD.size or data[: len(_MAGIC)] != _MAGIC:
        raise UnreadableState(reason="it is not a state of this version")
    _, check, streams, alarms = _HEAD.unpack_from(data)
    body = data[_HEAD.size :]
    if len(body) != COUNTS.itemsize + streams * STREAM.itemsize + alarms * ALARM.itemsize or zlib.crc32(body) != check:
        raise UnreadableState(reason="it is damaged")
    ends = np.cumsum([0, COUNTS.itemsize, streams * STREAM.itemsize, alarms * ALARM.itemsize]).tolist()
    parts = [
        np.frombuffer(body[ends[i] : ends[i + 1]], dtype=kind).copy() for i, kind in enumerate((COUNTS, STREAM, ALARM))
    ]
    return State(parts[1], parts[2], parts[0])


def carried(state: State, before: Definitions, after: Definitions) -> State:
    """The state for changed definitions: alarms and streams keep what they knew by their ids, new ones begin fresh.

    A delay that runs keeps its end; limits hold from the next reading on. Who is no longer defined is forgotten.
    """
    fits(state, before)
    new = fresh(after)
    new.counts[:] = state.counts
    _keep(new.streams, state.streams, before.streams_at(after.stream_ids))
    _keep(new.alarms, state.alarms, before.alarms_at(after.alarm_ids))
    return new


def _keep(new: NDArray[np.void], old: NDArray[np.void], places: NDArray[np.int32]) -> None:
    known = places >= 0
    new[known] = old[places[known]]


def fits(state: State, definitions: Definitions) -> None:
    """Raises UnreadableState unless the state has a row for each stream and alarm that is defined, in known states."""
    if (len(state.streams), len(state.alarms)) != (len(definitions.stream_ids), len(definitions.points)):
        raise UnreadableState(reason="it belongs to other definitions")
    if len(state.alarms) and max(state.alarms["state"].max(), state.alarms["beneath"].max()) > max(AlarmState):
        raise UnreadableState(reason="it holds an unknown state")
