# SPDX-License-Identifier: Apache-2.0
"""A long search for COVER_MOST under a number of sites: one open site at a time is chosen anew, by what each would add.

Annealing by a heat bath: a better place is likelier, the more so the colder it is, and no step is refused. What each would
add is kept, not computed anew: a step touches only the demand of two sites. The same model, seed and number of steps give the
same plan.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from numba import njit
from scipy.sparse import csc_array

from belltower.planners.coverage.model import Model
from belltower.planners.coverage.problem import Flags

HOT, COLD = 1 / 2200, 1 / 15000
"""The first and last temperature, as a share of what all demand is worth."""
PART = 25_000
"""Steps between two looks at the clock."""
_NEVER = 12.0
"""What adds less than the best by so many temperatures is not looked at: it would be chosen once in 160,000 times."""


RUNS, STEPS = 5, 400_000
"""Runs from the same beginning, each with another seed, and the steps of each: about 2.5 s of a core for 15,000 cells."""


def searched_often(model: Model, opened: Flags, *, until: float, seed: int) -> Flags:
    """The best of several runs; of fewer where it is ``until`` before."""
    best = opened
    for run in range(RUNS):
        found = searched(model, opened, steps=STEPS, until=until, seed=seed + run)
        best = max(best, found, key=model.value)
    return best


def searched(model: Model, opened: Flags, *, steps: int, until: float, seed: int) -> Flags:
    """The best that so many steps from ``opened`` came by; where it is ``until`` (monotonic) before, of those that were taken."""
    free = np.flatnonzero(opened & ~model.fixed)
    if not len(free):
        return opened
    by_column, worth = csc_array(model.reach), int(model.first.sum())
    links = [
        one.astype(np.int64)
        for one in (model.reach.indptr, model.reach.indices, by_column.indptr, by_column.indices, model.first)
    ]
    now, best, state = opened.copy(), opened.copy(), np.array([2 * seed + 1], dtype=np.uint64)
    value = model.value(opened)
    for turn in range(0, steps, PART):
        if time.monotonic() >= until:
            break
        heat = [worth * HOT * (COLD / HOT) ** (min(at, steps) / steps) for at in (turn, turn + PART)]
        value = _steps(*links, free, now, best, state, min(PART, steps - turn), heat[0], heat[1], value)  # type: ignore[call-arg]
    return best if model.is_allowed(best) else opened


@njit(cache=True, nogil=True)
def _steps(  # type: ignore[no-untyped-def]
    row_starts, row_columns, starts, rows, worth, free, now, best, state, steps, hot, cold, value
) -> Any:
    """So many steps with ``now``; the best is kept in ``best``, and what it is worth returned."""
    columns = len(now)
    net = (row_starts, row_columns, starts, rows, worth)
    count = np.zeros(len(worth), dtype=np.int64)
    gains = np.zeros(columns, dtype=np.int64)
    for column in range(columns):
        for at in range(starts[column], starts[column + 1]):
            gains[column] += worth[rows[at]]
    current = 0
    for column in range(columns):
        if now[column]:
            current += _open(column, net, now, count, gains)
    for step in range(steps):
        heat = hot * (cold / hot) ** (step / steps)
        at = _random(state, len(free))
        current -= _close(free[at], net, now, count, gains)
        free[at] = _chosen(now, gains, heat, state)
        current += _open(free[at], net, now, count, gains)
        if current > value:
            value = current
            best[:] = now
    return value


@njit(cache=True, nogil=True)
def _chosen(now, gains, heat, state) -> Any:  # type: ignore[no-untyped-def]
    """One of the closed, by exp(gain / heat)."""
    top, best = np.int64(-1), 0
    for column in range(len(now)):
        if not now[column] and gains[column] > top:
            top, best = gains[column], column
    least, total = top - _NEVER * heat, 0.0
    for column in range(len(now)):
        if not now[column] and gains[column] > least:
            total += np.exp((gains[column] - top) / heat)
    left = total * _random(state, 1 << 30) / (1 << 30)
    for column in range(len(now)):
        if not now[column] and gains[column] > least:
            left -= np.exp((gains[column] - top) / heat)
            if left < 0:
                return column
    return best


@njit(cache=True, nogil=True)
def _open(column, net, now, count, gains) -> Any:  # type: ignore[no-untyped-def]
    """Open it: what it covers first is added by nobody any more. What it adds."""
    row_starts, row_columns, starts, rows, worth = net
    gained = gains[column]
    now[column] = True
    for at in range(starts[column], starts[column + 1]):
        row = rows[at]
        count[row] += 1
        if count[row] == 1:
            for other in range(row_starts[row], row_starts[row + 1]):
                gains[row_columns[other]] -= worth[row]
    return gained


@njit(cache=True, nogil=True)
def _close(column, net, now, count, gains) -> Any:  # type: ignore[no-untyped-def]
    """Close it: what it alone covered may be added again. What is lost, which is what it would add now."""
    row_starts, row_columns, starts, rows, worth = net
    now[column] = False
    for at in range(starts[column], starts[column + 1]):
        row = rows[at]
        count[row] -= 1
        if count[row] == 0:
            for other in range(row_starts[row], row_starts[row + 1]):
                gains[row_columns[other]] += worth[row]
    return gains[column]


@njit(cache=True, nogil=True)
def _random(state, below) -> Any:  # type: ignore[no-untyped-def]
    """A whole number below another: xorshift (Marsaglia 2003)."""
    one = state[0]
    one ^= one << np.uint64(13)
    one ^= one >> np.uint64(7)
    one ^= one << np.uint64(17)
    state[0] = one
    return np.int64((one >> np.uint64(11)) % np.uint64(below))
