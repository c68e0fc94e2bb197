# SPDX-License-Identifier: Apache-2.0
"""The alarm engine: ``step`` judges a batch of the log at many millions of readings a second, as reference.py does."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.alarms import kernels
from belltower.analytics.alarms import work as c
from belltower.analytics.alarms.checking import check, check_positions, first_wrong
from belltower.analytics.alarms.definitions import LATEST_US, Definitions, leaves_at
from belltower.analytics.alarms.log import Log
from belltower.analytics.alarms.state import State
from belltower.analytics.alarms.states import LIFE, WAKES, AlarmState, Cause, Command, Kind
from belltower.analytics.alarms.transitions import TRANSITION, Transitions

_NO_POSITIONS = np.zeros(0, dtype=np.int64)


def step(state: State, batch: Log, now: int, definitions: Definitions) -> tuple[State, Transitions]:
    """The state after the batch, and every transition in it. Pure; the same for any cut of the log into batches.

    ``now``, in microseconds, only bounds ticks. Raises BadLog and UnreadableState before anything is judged.
    """
    _check(state, batch, now, definitions)
    after = state.copy()
    work = _work(after, definitions, room=max(1024, len(batch) // 8))
    fan = _fan(definitions)
    positions = _NO_POSITIONS if batch.positions is None else batch.positions
    columns = (batch.kind, batch.index, batch.at, batch.value, batch.code, batch.arg, batch.first, positions)
    row, needed = kernels.run(work, len(work.out), fan, *columns, 0)
    while row < len(batch):
        work = work._replace(out=_larger(work.out, int(needed)))
        row, needed = kernels.run(work, len(work.out), fan, *columns, row)
    _take_back(after, work, batch)
    return after, Transitions(_in_order(work.out[: work.tally[c.MADE]]))


def _check(state: State, batch: Log, now: int, definitions: Definitions) -> None:
    """As checking.check; it is asked itself only about the first wrong entry, to say what is wrong with it."""
    sizes = (len(definitions.stream_ids), len(definitions.points), max(Command))
    row = first_wrong(batch.kind, batch.index, batch.at, batch.code, batch.arg, now, LATEST_US, sizes)
    check(state, batch.cut(0, 1), now, definitions)
    check(state, batch.cut(row, row + 1), now, definitions)
    if batch.positions is not None:
        check_positions(batch)


def warm_up() -> None:
    """Compile, or load what was compiled before, ahead of the first reading (some 20 s once, then a moment)."""
    from belltower.analytics.alarms.definitions import AlarmPoint, define
    from belltower.analytics.alarms.log import log_of, tick
    from belltower.analytics.alarms.state import fresh

    nothing = define([AlarmPoint(alarm=1, stream=1, kind=Kind.HI)])
    step(fresh(nothing), log_of([tick(1)]), 1, nothing)


def _work(state: State, definitions: Definitions, *, room: int) -> c.Work:
    low, high, gap, edge, slope, beside, leave = _bands(definitions)
    hot = _lines(len(state.streams))
    hot["last_at"], hot["value"] = state.streams["last_at"], state.streams["value"]
    hot["gap"], hot["edge"], hot["slope"], hot["beside"] = gap, edge, slope, beside
    alarms = len(state.alarms)
    found = np.empty(3 * alarms, dtype=np.int64)
    work = c.Work(
        definitions.points, leave, *definitions.by_stream, *definitions.by_suppressor, low, high, _life(), _wakes(),
        definitions.chatter_within_us, hot, state.streams, state.alarms, np.empty(alarms, dtype=np.int64),
        np.full(alarms // c.BLOCK + 1, c.FAR), np.empty_like(found), found, np.zeros(6, dtype=np.int64), np.empty(room, dtype=TRANSITION),
    )  # fmt: skip
    kernels.begin_quiet(work)
    return work


def _take_back(state: State, work: c.Work, batch: Log) -> None:
    """Into the new state what the loop kept elsewhere."""
    state.streams["last_at"], state.streams["value"] = work.hot["last_at"], work.hot["value"]
    tally, counts = work.tally, state.counts
    heard = len(batch) - tally[c.COMMANDS] - tally[c.TICKS]
    for name, more in (("readings", heard), ("late", tally[c.LATE]), ("bad", tally[c.N_BAD]),
                       ("commands", tally[c.COMMANDS]), ("idle", tally[c.IDLE]),
                       ("ticks", tally[c.TICKS])):  # fmt: skip
        counts[name] += more
    if len(batch):
        counts["position"] = batch.end


def _in_order(rows: NDArray[Any]) -> NDArray[Any]:
    """What one event made, by instant, then alarm; an alarm's own moves stay in the order in which they came."""
    return rows[np.lexsort((rows["alarm"], rows["at"], rows["position"]))]


def _lines(streams: int) -> NDArray[Any]:
    """HOT rows that each lie in one cache line of 64 bytes."""
    raw = np.zeros((streams + 1) * c.HOT.itemsize, dtype=np.uint8)
    begin = -raw.ctypes.data % 64
    return raw[begin : begin + streams * c.HOT.itemsize].view(c.HOT)


def _larger(out: NDArray[Any], needed: int) -> NDArray[Any]:
    more = np.empty(2 * len(out) + needed, dtype=out.dtype)
    more[: len(out)] = out
    return more


@lru_cache(maxsize=4)
def _fan(definitions: Definitions) -> tuple[int, int]:
    """The most transitions that one reading or command can make, and that one timer can."""
    hides = int(np.diff(definitions.by_suppressor[0]).max(initial=0)) + 1
    listeners = max(1, int(np.diff(definitions.by_stream[0]).max(initial=0)))
    return 4 * listeners * hides + hides, hides


@lru_cache(maxsize=4)
def _bands(definitions: Definitions) -> tuple[NDArray[Any], ...]:
    """Of each stream (low, high, gap, edge, slope, beside) as in HOT while its alarms rest, and of each alarm where it ends."""
    points, streams = definitions.points, len(definitions.stream_ids)
    kind, stream, limit = points["kind"], points["stream"], points["limit"]
    low, high, gap = np.full(streams, -np.inf), np.full(streams, np.inf), np.full(streams, c.FAR, dtype=np.int64)
    over, under = (kind == Kind.HI) | (kind == Kind.HIHI), (kind == Kind.LO) | (kind == Kind.LOLO)
    np.minimum.at(high, stream[over], limit[over])
    np.maximum.at(low, stream[under], limit[under])
    around = (kind == Kind.DEVIATION) & (points["reference"] < 0)
    # A little narrower than the sum, because the difference that is judged is rounded.
    centre = points["set_point"][around]
    slack = 1e-12 * (np.abs(centre) + np.abs(limit[around]))
    np.minimum.at(high, stream[around], centre + limit[around] - slack)
    np.maximum.at(low, stream[around], centre - limit[around] + slack)
    np.minimum.at(gap, stream[kind == Kind.STALE], points["stale_after_us"][kind == Kind.STALE])
    edge, slope, beside = _beside(points, streams)
    restless = beside == _TOO_MUCH
    low[restless], high[restless], beside[restless] = np.inf, -np.inf, 0
    leave = [leaves_at(*row) for row in zip(kind.tolist(), limit.tolist(), points["deadband"].tolist(), strict=True)]
    return low, high, gap, edge, slope, beside, np.array(leave, dtype=np.float64)


_TOO_MUCH = -3


def _beside(points: NDArray[Any], streams: int) -> tuple[NDArray[Any], ...]:
    """Of each stream (edge, slope, beside): its own last value where a rate or nothing is compared, else another stream's.

    One comparison does for all three. The slope of a rate is a little less than its limit, since it is rounded; a stream
    with a rate and a pair, or two pairs, has _TOO_MUCH beside it.
    """
    steep, paired = points["kind"] == Kind.RATE, points["reference"] >= 0
    edge, slope = np.full(streams, np.inf), np.full(streams, np.inf)
    beside = np.arange(streams, dtype=np.int32)
    one, other, limit = points["stream"][paired], points["reference"][paired], points["limit"][paired]
    own, with_what = (
        np.concatenate([points["stream"][steep], one, other]),
        np.concatenate([points["stream"][steep], other, one]),
    )
    np.minimum.at(edge, own, np.concatenate([np.zeros(int(steep.sum())), limit, limit]))
    np.minimum.at(slope, points["stream"][steep], points["limit"][steep] * 1e-6 * (1 - 1e-6))
    beside[own] = with_what
    beside[own[beside[own] != with_what]] = _TOO_MUCH
    slope = np.where((slope < 1e-30) | np.isinf(slope), 0.0, np.minimum(slope, 1e38))
    return edge, slope.astype(np.float32), beside


@lru_cache(maxsize=1)
def _life() -> NDArray[np.uint8]:
    table = np.full((len(AlarmState), len(Cause) + 1, 2), c.NO_MOVE, dtype=np.uint8)
    for (state, cause), after in LIFE.items():
        table[state, cause] = after
    return table


@lru_cache(maxsize=1)
def _wakes() -> NDArray[np.uint8]:
    table = np.zeros((2, 2), dtype=np.uint8)
    for (is_active, was_latched), after in WAKES.items():
        table[int(is_active), int(was_latched)] = after
    return table
