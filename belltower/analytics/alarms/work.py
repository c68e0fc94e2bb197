# SPDX-License-Identifier: Apache-2.0
"""What the compiled loops work on: the words of states.py as plain integers, and the arrays of one step."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.alarms.definitions import LATEST_US
from belltower.analytics.alarms.states import AlarmState, Cause, Command, EventKind, Kind, Quality

NEVER, DELAY, SILENCE, SHELF = 0, 0, 1, 2
FAR = np.int64(2**63 - 1)
RESTLESS = np.float32(np.inf)
LATEST = LATEST_US
WRONG = -1
NO_MOVE = np.uint8(255)
BLOCK = 32
AHEAD = np.uint64(24)
WAIT_FOR = 16

READING, COMMAND, TICK = int(EventKind.READING), int(EventKind.COMMAND), int(EventKind.TICK)
BAD = int(Quality.BAD)
HIHI, HI, LO, LOLO = int(Kind.HIHI), int(Kind.HI), int(Kind.LO), int(Kind.LOLO)
DEVIATION, RATE, DISCREPANCY, STALE = int(Kind.DEVIATION), int(Kind.RATE), int(Kind.DISCREPANCY), int(Kind.STALE)
NORMAL, UNACK, ACK = int(AlarmState.NORMAL), int(AlarmState.UNACKNOWLEDGED), int(AlarmState.ACKNOWLEDGED)
LATCHED_UNACK, LATCHED_ACK = int(AlarmState.LATCHED_UNACKNOWLEDGED), int(AlarmState.LATCHED_ACKNOWLEDGED)
SHELVED, SUPPRESSED, OUT = int(AlarmState.SHELVED), int(AlarmState.SUPPRESSED), int(AlarmState.OUT_OF_SERVICE)
BY_ALARM, BY_RETURN, BY_ACK, BY_RESET = int(Cause.ALARM), int(Cause.RETURN), int(Cause.ACKNOWLEDGE), int(Cause.RESET)
BY_SHELVE, BY_UNSHELVE, BY_EXPIRY = int(Cause.SHELVE), int(Cause.UNSHELVE), int(Cause.SHELF_EXPIRED)
BY_SUPPRESS, BY_UNSUPPRESS = int(Cause.SUPPRESS), int(Cause.UNSUPPRESS)
BY_SUPPRESSOR, BY_SUPPRESSOR_CLEAR = int(Cause.SUPPRESSOR_ALARM), int(Cause.SUPPRESSOR_CLEAR)
BY_OUT, BY_BACK = int(Cause.OUT_OF_SERVICE), int(Cause.RETURN_TO_SERVICE)
DO_ACK, DO_RESET, DO_SHELVE, DO_UNSHELVE = (
    int(one) for one in (Command.ACKNOWLEDGE, Command.RESET, Command.SHELVE, Command.UNSHELVE)
)
LAST_COMMAND = int(max(Command))
DO_SUPPRESS, DO_UNSUPPRESS, DO_OUT = int(Command.SUPPRESS), int(Command.UNSUPPRESS), int(Command.OUT_OF_SERVICE)

MADE, LATE, N_BAD, COMMANDS, IDLE, TICKS, WAITING = range(7)
"""Places in Work.tally: transitions made, counts, and rows of Work.waiting."""

HOT = np.dtype(
    [("last_at", "<i8"), ("value", "<f8"), ("low", "<f4"), ("high", "<f4"), ("rule", "<u4"), ("may_wait", "<u4")]
)
"""Of a stream, two in a cache line: a reading strictly between low and high, and within its rule, leaves every alarm of the
stream as it is, and only moves last_at and value. ``may_wait``: its alarms listen to no stream but it and the one beside."""

RULE = np.dtype([("gap", "<i8"), ("edge", "<f8"), ("slope", "<f8"), ("beside", "<i8")])
"""What streams of a kind have alike, a few rows: within gap of the last reading, and nearer than edge + slope * gap to the
value of the stream that is ``beside`` rows further on."""


class Work(NamedTuple):
    """Arrays of one step. ``due``: of an alarm, an instant before which none of its timers ends; ``block_due``: of
    BLOCK alarms, ``top_due``: of BLOCK blocks."""

    points: NDArray[Any]
    leave: NDArray[np.float64]
    first: NDArray[np.int32]
    numbers: NDArray[np.int32]
    hides_first: NDArray[np.int32]
    hides: NDArray[np.int32]
    low: NDArray[np.float32]
    high: NDArray[np.float32]
    rules: NDArray[Any]
    life: NDArray[np.uint8]
    wakes: NDArray[np.uint8]
    chatter_within: int
    hot: NDArray[Any]
    streams: NDArray[Any]
    alarms: NDArray[Any]
    due: NDArray[np.int64]
    block_due: NDArray[np.int64]
    top_due: NDArray[np.int64]
    found_at: NDArray[np.int64]
    found: NDArray[np.int64]
    waiting: NDArray[np.int64]
    tally: NDArray[np.int64]
    out: NDArray[Any]
