# SPDX-License-Identifier: Apache-2.0
"""The linear relaxation of a cover, kept by HiGHS between one branch and the next, and bounds from it in whole numbers."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from belltower.planners.coverage.model import Model
from belltower.planners.coverage.problem import Flags, Ints

Floats = NDArray[np.float64]
SCALE = 1_000_000
"""Multipliers are whole numbers of millionths."""
INFINITE = highspy.kHighsInf
_LARGE = 40_000


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What a relaxation says: the share of each column that is open, and the multipliers of rows and of the budget."""

    shares: Floats
    dual: Ints
    money: int


def lp_of(model: Model, *, is_whole: bool = False) -> highspy.HighsLp:
    """Columns: one a site, then (COVER_MOST) how far each row is covered once and twice. It minimises."""
    sites, rows = model.columns, model.rows
    extra = rows * (2 if model.second.any() else 1) if model.is_most else 0
    lp = highspy.HighsLp()
    worth = np.concatenate([model.first, model.second])[:extra]
    lp.num_col_, lp.num_row_ = sites + extra, rows + len(_limits(model))
    lp.col_cost_ = np.concatenate([np.zeros(sites) if model.is_most else model.prices, -worth]).astype(np.float64)
    lp.col_lower_ = np.concatenate([model.fixed.astype(np.float64), np.zeros(extra)])
    lp.col_upper_ = np.ones(sites + extra)
    least = np.zeros(rows) if model.is_most else model.wants.astype(np.float64)
    limits = _limits(model)
    lp.row_lower_ = np.concatenate([least, np.full(len(limits), -INFINITE)])
    lp.row_upper_ = np.concatenate([np.full(rows, INFINITE), [most for _, most in limits]])
    matrix = _matrix(model, extra, [row for row, _ in limits])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data.astype(np.float64)
    if is_whole:
        whole, part = highspy.HighsVarType.kInteger, highspy.HighsVarType.kContinuous
        lp.integrality_ = [whole] * sites + [part] * extra
    return lp


def _limits(model: Model) -> list[tuple[Floats, float]]:
    """Rows of limits over the columns of sites: number, money, number of each class."""
    if not model.is_most:
        return []
    new = ~model.fixed
    found = [] if model.room is None else [(np.ones(model.columns), float(model.room))]
    if model.budget is not None:
        found.append((model.costs.astype(np.float64), float(model.budget)))
    return found + [((new & (model.classes == k)).astype(np.float64), float(cap)) for k, cap in enumerate(model.caps)]


def _matrix(model: Model, extra: int, limits: list[Floats]) -> csr_array:
    reach = coo_array(model.reach)
    rows, columns, values = [reach.coords[0]], [reach.coords[1]], [np.ones(reach.nnz)]
    if extra:
        rows.append(np.arange(extra) % model.rows)
        columns.append(model.columns + np.arange(extra))
        values.append(np.full(extra, -1.0))
    for number, limit in enumerate(limits):
        there = np.flatnonzero(limit)
        rows.append(np.full(len(there), model.rows + number))
        columns.append(there)
        values.append(limit[there])
    shape = (model.rows + len(limits), model.columns + extra)
    return csr_array((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), shape=shape)


class Relaxation:
    """One linear program whose columns are opened and closed; each solution begins from the last."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._highs = quiet()
        if model.reach.nnz > _LARGE:
            # Multipliers need no corner of the polytope: any are a bound, and these are found ten times as fast.
            self._highs.setOptionValue("solver", "ipm")
            self._highs.setOptionValue("run_crossover", "off")
        self._highs.passModel(lp_of(model))
        self._money = model.rows + (model.room is not None) if model.is_most and model.budget is not None else None

    def solve(self, opened: Flags, closed: Flags, *, seconds: float) -> Relaxed | None:
        """The relaxation with some columns opened and some closed; None where it has no solution or the time is over."""
        highs, count = self._highs, self.model.columns
        low: Floats = opened.astype(np.float64)
        high: Floats = (~closed).astype(np.float64)
        highs.changeColsBounds(count, np.arange(count, dtype=np.int32), low, high)
        highs.setOptionValue("time_limit", highs.getRunTime() + max(0.01, seconds))
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = highs.getSolution()
        duals = np.array(solution.row_dual)
        shares = np.array(solution.col_value[: self.model.columns])
        return Relaxed(shares, whole_duals(self.model, duals[: self.model.rows]), self._price(duals))

    def _price(self, duals: Floats) -> int:
        return 0 if self._money is None else max(0, round(-duals[self._money] * SCALE))


def whole_duals(model: Model, duals: Floats) -> Ints:
    """Multipliers in millionths, none negative; for COVER_ALL rounded down, so that no site collects more than it costs."""
    scaled = np.maximum(0.0, duals) * SCALE
    if not model.is_most:
        return np.asarray(np.floor(scaled), dtype=np.int64)
    return np.asarray(np.minimum(np.rint(scaled).astype(np.int64), model.first * SCALE))


def bound(model: Model, relaxed: Relaxed, opened: Flags, closed: Flags) -> int:
    """What no plan with these columns opened and closed passes, in millionths; as the checker computes it."""
    gains: Ints = model.reach.T @ relaxed.dual
    if not model.is_most:
        left = model.prices * SCALE - gains
        free = ~opened & ~closed
        return int((relaxed.dual * model.wants).sum() + left[opened].sum() + np.minimum(0, left[free]).sum())
    keeps = sum(np.maximum(0, SCALE * worth - relaxed.dual).sum() for worth in (model.first, model.second))
    return (
        int(keeps)
        + _best(model, gains - relaxed.money * model.costs, opened, closed)
        + relaxed.money * (model.budget or 0)
    )


def _best(model: Model, gains: Ints, opened: Flags, closed: Flags) -> int:
    """The open ones, and the best of those that may be added under the limits of number and class."""
    free = np.flatnonzero(~opened & ~closed & (gains > 0))
    free = free[np.argsort(-gains[free], kind="stable")]
    for kind, cap in enumerate(model.caps):
        of_kind = model.classes[free] == kind
        left = cap - int((opened & ~model.fixed & (model.classes == kind)).sum())
        free = free[~of_kind | (np.cumsum(of_kind) <= left)]
    room = len(free) if model.room is None else max(0, model.room - int(opened.sum()))
    return int(gains[opened].sum() + gains[free[:room]].sum())


def quiet(threads: int = 1) -> highspy.Highs:
    """HiGHS on one core that prints nothing."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.setOptionValue("threads", threads)
    return highs
