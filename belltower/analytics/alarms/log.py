# SPDX-License-Identifier: Apache-2.0
"""A batch of the one ordered log that the engine reads: readings, operator commands and clock ticks, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.alarms.states import Command, EventKind, Quality

COLUMNS = (("kind", "u1"), ("index", "<i4"), ("at", "<i8"), ("value", "<f8"), ("code", "u1"), ("arg", "<i8"))
"""The columns of a log and their types."""


@dataclass(frozen=True, slots=True)
class Event:
    """One entry of the log. ``index``: of the stream of a READING, of the alarm of a COMMAND, 0 for a TICK.

    ``at`` in microseconds since 1970 UTC; ``code`` a reading's Quality or a Command; ``arg`` until when to SHELVE.
    """

    kind: int
    index: int
    at: int
    value: float = 0.0
    code: int = 0
    arg: int = 0


@dataclass(frozen=True, slots=True)
class Log:
    """Columns of equal length, in the order of the log; the first entry has position ``first``, the next one more.

    ``positions`` (ascending) says otherwise, for a shard that holds only some entries of a log.
    """

    first: int
    kind: NDArray[np.uint8]
    index: NDArray[np.int32]
    at: NDArray[np.int64]
    value: NDArray[np.float64]
    code: NDArray[np.uint8]
    arg: NDArray[np.int64]
    positions: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.kind)

    @property
    def end(self) -> int:
        """The position after the last entry."""
        if self.positions is not None and len(self.positions):
            return int(self.positions[-1]) + 1
        return self.first + len(self.kind)

    def position(self, row: int) -> int:
        """The place of a row in the whole log."""
        return self.first + row if self.positions is None else int(self.positions[row])

    def cut(self, begin: int, end: int) -> Log:
        """The rows from ``begin`` to before ``end``, at their places in the log."""
        keep = slice(begin, end)
        places = None if self.positions is None else self.positions[keep]
        return Log(self.first + begin, self.kind[keep], self.index[keep], self.at[keep], self.value[keep],
                   self.code[keep], self.arg[keep], places)  # fmt: skip

    def kept(self, rows: NDArray[np.bool_]) -> Log:
        """Only these rows, at their places in the log."""
        places = np.arange(self.first, self.first + len(self)) if self.positions is None else self.positions
        return Log(self.first, self.kind[rows], self.index[rows], self.at[rows], self.value[rows], self.code[rows],
                   self.arg[rows], places[rows])  # fmt: skip

    def events(self) -> list[Event]:
        """The same, an entry at a time."""
        columns = (self.kind, self.index, self.at, self.value, self.code, self.arg)
        return [Event(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


def log_of(events: Sequence[Event], *, first: int = 0) -> Log:
    """The log of these entries."""
    return Log(first, *(np.array([getattr(one, name) for one in events], dtype=kind) for name, kind in COLUMNS))


def readings(
    index: NDArray[np.int32],
    at: NDArray[np.int64],
    value: NDArray[np.float64],
    quality: NDArray[np.int16] | None = None,
) -> Log:
    """Readings as a log that begins at 0 (join it): indexes from Definitions.streams_at; those at -1 are left out."""
    rows = index >= 0
    count = int(rows.sum())
    code = np.zeros(count, dtype=np.uint8) if quality is None else quality[rows].astype(np.uint8)
    return Log(0, np.full(count, EventKind.READING, dtype=np.uint8), index[rows].astype(np.int32), at[rows].astype(np.int64),
               value[rows].astype(np.float64), code, np.zeros(count, dtype=np.int64))  # fmt: skip


def command(alarm: int, what: Command, at: int, *, until: int = 0) -> Event:
    """One command about the alarm at index ``alarm``."""
    return Event(EventKind.COMMAND, alarm, at, 0.0, what, until)


def tick(at: int) -> Event:
    """The clock has reached ``at``: every timer until then is due."""
    return Event(EventKind.TICK, 0, at)


def reading(stream: int, at: int, value: float, quality: Quality = Quality.GOOD) -> Event:
    """One reading of the stream at index ``stream``."""
    return Event(EventKind.READING, stream, at, value, quality)


def joined(parts: Sequence[Log], *, first: int) -> Log:
    """The parts one after another, from position ``first`` on."""
    if not parts:
        return log_of([], first=first)
    return Log(first, *(np.concatenate([getattr(part, name) for part in parts]) for name, _ in COLUMNS))
