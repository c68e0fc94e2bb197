# SPDX-License-Identifier: Apache-2.0
"""The alarm engine: ``step`` judges a batch of the log at many millions of readings a second, as reference.py does."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.alarms import kernels
from belltower.analytics.alarms import work as c
from belltower.analytics.alarms.checking import check_entries, check_places
from belltower.analytics.alarms.compiling import loops
from belltower.analytics.alarms.definitions import Definitions, leaves_at
from belltower.analytics.alarms.log import Log
from belltower.analytics.alarms.state import State
from belltower.analytics.alarms.states import LIFE, WAKES, AlarmState, Cause, Kind
from belltower.analytics.alarms.transitions import TRANSITION, Transitions

_NO_POSITIONS = np.zeros(0, dtype=np.int64)


def step(state: State, batch: Log, now: int, definitions: Definitions) -> tuple[State, Transitions]:
    """The state after the batch, and every transition in it. Pure; the same for any cut of the log into batches.

    ``now``, in microseconds, only bounds ticks. Raises BadLog and UnreadableState before anything is judged.
    """
    warm_up()
    return _step(state, batch, now, definitions)


def _step(state: State, batch: Log, now: int, definitions: Definitions) -> tuple[State, Transitions]:
    check_places(state, batch, definitions)
    after = state.copy()
    work = _work(after, definitions, room=max(1024, len(batch) // 8))
    fan = _fan(definitions)
    positions = _NO_POSITIONS if batch.positions is None else batch.positions
    columns = (batch.kind, batch.index, batch.at, batch.value, batch.code, batch.arg, batch.first, positions, now)
    row, needed = kernels.run(work, fan, *columns, 0)
    while row < len(batch):
        if needed == c.WRONG:
            check_entries(batch.cut(row, row + 1), now, definitions)
        work = work._replace(out=_larger(work.out, int(needed)))
        row, needed = kernels.run(work, fan, *columns, row)
    _take_back(after, work, batch)
    return after, Transitions(_in_order(work.out[: work.tally[c.MADE]]))


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Compile, or load what was compiled before, ahead of the first reading (some 15 s once, then a moment)."""
    from belltower.analytics.alarms.definitions import AlarmPoint, define
    from belltower.analytics.alarms.log import log_of, tick
    from belltower.analytics.alarms.state import fresh

    nothing = define([AlarmPoint(alarm=1, stream=1, kind=Kind.HI)])
    with loops.one_at_a_time():
        _step(fresh(nothing), log_of([tick(1)]), 1, nothing)


def _work(state: State, definitions: Definitions, *, room: int) -> c.Work:
    low, high, rules, rule, may_wait, leave = _bands(definitions)
    hot = _lines(len(state.streams))
    hot["last_at"], hot["value"] = state.streams["last_at"], state.streams["value"]
    hot["rule"], hot["may_wait"] = rule, may_wait
    alarms = len(state.alarms)
    found = np.empty(3 * alarms, dtype=np.int64)
    work = c.Work(
        definitions.points, leave, *definitions.by_stream, *definitions.by_suppressor, low, high, rules, _life(), _wakes(),
        definitions.chatter_within_us, hot, state.streams, state.alarms, np.empty(alarms, dtype=np.int64),
        np.full(alarms // c.BLOCK + 1, c.FAR), np.full(alarms // c.BLOCK**2 + 1, c.FAR), np.empty_like(found), found, np.zeros(c.WAIT_FOR, dtype=np.int64), np.zeros(7, dtype=np.int64), np.empty(room, dtype=TRANSITION),
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
    """What one event made, by instant, then alarm; an alarm's own moves stay in the order in which they came.

    Rows come by position, and mostly in order within it: only events of which it is not so are sorted.
    """
    position, at, alarm = (np.ascontiguousarray(rows[name]) for name in ("position", "at", "alarm"))
    same = position[1:] == position[:-1]
    back = same & ((at[1:] < at[:-1]) | ((at[1:] == at[:-1]) & (alarm[1:] < alarm[:-1])))
    rows = rows.copy()
    if back.any():
        mixed = np.flatnonzero(np.isin(position, position[1:][back]))
        order = np.lexsort((alarm[mixed], at[mixed], position[mixed]))
        rows[mixed] = rows[mixed[order]]
    return rows


def _lines(streams: int) -> NDArray[Any]:
    """HOT rows of which none lies across two cache lines of 64 bytes."""
    raw = np.zeros(streams * c.HOT.itemsize + 64, dtype=np.uint8)
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
    """Of streams at rest low and high as in HOT, the rules, which of them is whose, may_wait; and of each alarm where it ends."""
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
    may_wait = _with_one_at_most(points, beside)
    restless = beside == _TOO_MUCH
    low[restless], high[restless], beside[restless] = np.inf, -np.inf, np.flatnonzero(restless)
    rules = np.zeros(streams, dtype=c.RULE)
    rules["gap"], rules["edge"], rules["slope"], rules["beside"] = gap, edge, slope, beside - np.arange(streams)
    rules, rule = np.unique(rules, return_inverse=True)
    leave = [leaves_at(*row) for row in zip(kind.tolist(), limit.tolist(), points["deadband"].tolist(), strict=True)]
    return _upwards(low), -_upwards(-high), rules, rule.astype(np.uint32), may_wait, np.array(leave, dtype=np.float64)


def _upwards(limits: NDArray[np.float64]) -> NDArray[np.float32]:
    """The nearest numbers of half the length that are not below."""
    with np.errstate(over="ignore"):
        short = limits.astype(np.float32)
    return np.where(short < limits, np.nextafter(short, np.float32(np.inf)), short)


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
    return edge, slope, beside


def _with_one_at_most(points: NDArray[Any], beside: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Whether each stream's alarms listen to no other stream than it and the one beside it."""
    paired = points["reference"] >= 0
    one, other = points["stream"][paired], points["reference"][paired]
    fits: NDArray[np.bool_] = beside != _TOO_MUCH
    for own, with_what in ((one, other), (other, one)):
        fits[own[beside[own] != with_what]] = False
    return fits


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
