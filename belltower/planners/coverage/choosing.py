# SPDX-License-Identifier: Apache-2.0
"""Good plans quickly: greedy, and then one site for another while that helps. How good they are, proving.py says."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from belltower.planners.coverage.model import Model
from belltower.planners.coverage.problem import Flags, Ints


def greedy(model: Model) -> Flags:
    """What stands, and then always the column that adds the most (for its price)."""
    return _filled(model, model.fixed.copy())


def repaired(model: Model, shares: NDArray[np.float64]) -> Flags:
    """A plan near a relaxation: the columns that it opens most, as far as the limits go, filled up greedily."""
    opened = model.fixed.copy()
    if not model.is_most:
        return _without_spare(model, _filled(model, opened | (shares > 0.999)))
    for column in np.argsort(-shares, kind="stable").tolist():
        if shares[column] <= 0.5:
            break
        opened[column] = True
        if not model.is_allowed(opened):
            opened[column] = model.fixed[column]
    return _filled(model, opened)


def improved(model: Model, opened: Flags, *, rounds: int = 400) -> Flags:
    """One site in, the one that is missed least out, while the value rises; COVER_ALL: without what is spare."""
    if not model.is_most:
        return _without_spare(model, opened)
    out = model.reach.T.tocsr()
    best = _swept(model, out, opened.copy())
    value = model.value(best)
    tried = np.zeros(model.columns, dtype=np.int64)
    now = best.copy()
    for turn in range(1, rounds):
        now = _swapped(model, out, now, tried, turn)
        if (reached := model.value(now)) > value and model.is_allowed(now):
            best, value = now.copy(), reached
    return _swept(model, out, best)


def _swept(model: Model, out: object, opened: Flags) -> Flags:
    """Each open site in turn for the best other, until no single exchange helps: that finds the shift to a neighbour."""
    is_better = True
    while is_better:
        is_better = False
        for column in np.flatnonzero(opened & ~model.fixed).tolist():
            tried = opened.copy()
            tried[column] = False
            gains = np.where(tried, -1, _gains(model, out, tried))
            other = int(gains.argmax())
            if gains[other] > gains[column]:
                tried[other] = True
                if model.is_allowed(tried):
                    opened, is_better = tried, True
    return opened


def _swapped(model: Model, out: object, now: Flags, tried: Ints, turn: int) -> Flags:
    """The best that was not moved lately goes in, then the least missed goes out until the limits hold."""
    gains = np.where(now | (tried > turn), -1, _gains(model, out, now))
    column = int(gains.argmax())
    if gains[column] < 0:
        return now
    now = now.copy()
    now[column], tried[column] = True, turn + 12
    while not model.is_allowed(now):
        losses = np.where(now & ~model.fixed & (tried <= turn), _losses(model, out, now), np.iinfo(np.int64).max)
        least = int(losses.argmin())
        if not now[least] or losses[least] == np.iinfo(np.int64).max:
            least = column
        now[least], tried[least] = False, turn + 6
        if least == column:
            break
    return now


def _gains(model: Model, out: object, now: Flags) -> Ints:
    count = model.reach @ now.astype(np.int64)
    found: Ints = out @ np.where(count == 0, model.first, np.where(count == 1, model.second, 0))
    return found


def _losses(model: Model, out: object, now: Flags) -> Ints:
    count = model.reach @ now.astype(np.int64)
    found: Ints = out @ np.where(count == 1, model.first, np.where(count == 2, model.second, 0))
    return found


def _filled(model: Model, opened: Flags) -> Flags:
    """Greedily until nothing may be added, or nothing more is wanted."""
    out = model.reach.T.tocsr()
    count = model.reach @ opened.astype(np.int64)
    may = ~opened
    while True:
        if model.is_most:
            wanted = np.where(count == 0, model.first, np.where(count == 1, model.second, 0))
            prices = model.costs if model.budget is not None else np.ones(model.columns, dtype=np.int64)
        else:
            wanted, prices = np.maximum(0, model.wants - count), model.prices
        gains = np.where(may, (out @ wanted) / np.maximum(prices, 0.5), 0.0)
        column = int(gains.argmax()) if model.columns else 0
        if not model.columns or gains[column] <= 0:
            return opened
        opened[column] = True
        may[column] = False
        if model.is_most and not model.is_allowed(opened):
            opened[column] = False
        else:
            count = count + _column(out, column, model.rows)


def _column(out: object, column: int, rows: int) -> Ints:
    found = np.zeros(rows, dtype=np.int64)
    starts, indices = out.indptr, out.indices  # type: ignore[attr-defined]
    found[indices[starts[column] : starts[column + 1]]] = 1
    return found


def _without_spare(model: Model, opened: Flags) -> Flags:
    """Close what is not needed, the dearest and then the least used first."""
    count = model.reach @ opened.astype(np.int64)
    out = model.reach.T.tocsr()
    sizes = np.diff(out.indptr)
    order = np.lexsort((sizes, -model.prices))
    for column in order[opened[order] & ~model.fixed[order]].tolist():
        rows = out.indices[out.indptr[column] : out.indptr[column + 1]]
        if (count[rows] > model.wants[rows]).all():
            opened[column] = False
            count[rows] -= 1
    return opened
