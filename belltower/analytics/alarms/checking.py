# SPDX-License-Identifier: Apache-2.0
"""What a batch must be before anything of it is judged: both engines ask here first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.alarms.definitions import LATEST_US, Definitions
from belltower.analytics.alarms.log import Log
from belltower.analytics.alarms.refusals import BadLog
from belltower.analytics.alarms.state import State, fits
from belltower.analytics.alarms.states import Command, EventKind


def check(state: State, batch: Log, now: int, definitions: Definitions) -> None:
    """Raises UnreadableState when state and definitions do not belong together, BadLog for the first wrong entry.

    A batch before ``state.position`` was judged already and is refused: nothing is judged twice. A tick beyond ``now``
    (microseconds) is refused, because silence judged by a clock that runs ahead cannot be taken back.
    """
    check_places(state, batch, definitions)
    check_entries(batch, now, definitions)


def check_places(state: State, batch: Log, definitions: Definitions) -> None:
    """The part of check that is not about single entries."""
    fits(state, definitions)
    if len(batch) and batch.position(0) < state.position:
        raise BadLog(position=batch.position(0), reason=f"it was judged before; the log goes on at {state.position}")
    if batch.positions is not None and bool((np.diff(batch.positions) <= 0).any()):
        raise BadLog(position=batch.position(0), reason="positions must ascend")


def check_entries(part: Log, now: int, definitions: Definitions) -> None:
    """Raises BadLog for the first reason, and the first entry that it is against."""
    streams, alarms = len(definitions.stream_ids), len(definitions.points)
    is_reading = part.kind == EventKind.READING
    _refuse(part, is_reading & _outside(part.index, streams), "there is no such stream")
    _refuse(part, (part.at <= 0) | (part.at > LATEST_US), "its instant is none")
    rest = ~is_reading
    if rest.any():
        _refuse(part, part.kind > EventKind.TICK, "its kind is unknown")
        is_command = part.kind == EventKind.COMMAND
        _refuse(part, is_command & _outside(part.index, alarms), "there is no such alarm")
        _refuse(part, is_command & ((part.code < 1) | (part.code > max(Command))), "the command is unknown")
        shelves = is_command & (part.code == Command.SHELVE)
        _refuse(part, shelves & ((part.arg <= 0) | (part.arg > LATEST_US)), "a shelf needs an end")
        _refuse(part, (part.kind == EventKind.TICK) & (part.at > now), "the clock is ahead of now")


def _outside(index: NDArray[np.int32], size: int) -> NDArray[np.bool_]:
    return (index < 0) | (index >= size)


def _refuse(part: Log, wrong: NDArray[np.bool_], reason: str) -> None:
    if wrong.any():
        raise BadLog(position=part.position(int(np.argmax(wrong))), reason=reason)
