# SPDX-License-Identifier: Apache-2.0
"""HiGHS and CP-SAT on the same whole-number problem, a core each: the first to close the bound ends both."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

import highspy
import numpy as np
from ortools.sat.python import cp_model

from belltower.planners.coverage.model import Model
from belltower.planners.coverage.problem import Flags
from belltower.planners.coverage.relaxing import lp_of, quiet
from belltower.planners.plan import Tell

SURE = 1e-5
"""A floating bound is believed to this much, and rounded to whole values after."""


@dataclass
class Race:
    """The best plan and bound that anybody has told so far, and who told them."""

    model: Model
    opened: Flags
    bound: int
    by: str = ""

    def __post_init__(self) -> None:
        self._lock, self.over = threading.Lock(), threading.Event()

    @property
    def value(self) -> int:
        """What the best plan so far is worth."""
        return self.model.value(self.opened)

    def found(self, opened: Flags) -> None:
        """A plan; kept where it is allowed and better."""
        with self._lock:
            value = self.model.value(opened)
            better = value > self.value if self.model.is_most else value < self.value
            if better and self.model.is_allowed(opened):
                self.opened = opened
            self._settle()

    def proved(self, bound: float, by: str) -> None:
        """A bound; kept where it is tighter."""
        if not math.isfinite(bound):
            return
        whole = math.floor(bound + SURE) if self.model.is_most else math.ceil(bound - SURE)
        with self._lock:
            if whole < self.bound if self.model.is_most else whole > self.bound:
                self.bound, self.by = whole, by
            self._settle()

    def _settle(self) -> None:
        if self.bound <= self.value if self.model.is_most else self.bound >= self.value:
            self.over.set()


def race(model: Model, opened: Flags, bound: int, *, seconds: float, seed: int, tell: Tell | None = None) -> Race:
    """Run both until the bound closes, the time is over, or ``tell``, which hears how far they are, raises."""
    found = Race(model, opened, bound)
    found.found(opened)
    if found.over.is_set() or seconds <= 0:
        return found
    solver = cp_model.CpSolver()
    threads = [
        threading.Thread(target=_highs, args=(found, seconds, seed)),
        threading.Thread(target=_cp_sat, args=(found, solver, seconds, seed)),
    ]
    for thread in threads:
        thread.start()
    try:
        while not found.over.wait(0.05) and any(thread.is_alive() for thread in threads):
            if tell:
                tell(found.value, found.bound)
    finally:
        found.over.set()
        solver.stop_search()
        for thread in threads:
            thread.join()
    return found


def _highs(found: Race, seconds: float, seed: int) -> None:
    highs = quiet()
    for option, value in (("time_limit", seconds), ("random_seed", seed), ("mip_rel_gap", 0.0), ("mip_abs_gap", 0.999)):
        highs.setOptionValue(option, value)
    highs.passModel(lp_of(found.model, is_whole=True))
    columns = found.model.columns
    start = highspy.HighsSolution()
    start.col_value = _columns_of(found.model, found.opened, highs.getNumCol())
    highs.setSolution(start)
    sign = -1.0 if found.model.is_most else 1.0

    def tell(event: highspy.highs.HighsCallbackEvent) -> None:
        said = event.data_out
        if said is not None:
            found.proved(sign * said.mip_dual_bound, "HiGHS")
        if found.over.is_set():
            event.interrupt()

    highs.cbMipInterrupt += tell
    highs.run()
    info = highs.getInfo()
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        found.found(np.array(highs.getSolution().col_value[:columns]) > 0.5)
    found.proved(sign * info.mip_dual_bound, "HiGHS")


def _columns_of(model: Model, opened: Flags, count: int) -> list[float]:
    covered = model.reach @ opened.astype(np.int64)
    levels = [opened, covered >= 1, covered >= 2] if model.is_most else [opened]
    return [float(one) for one in np.concatenate(levels)[:count]]


def _cp_sat(found: Race, solver: cp_model.CpSolver, seconds: float, seed: int) -> None:
    model = cp_model.CpModel()
    x = [model.new_bool_var("") for _ in range(found.model.columns)]
    _state(found.model, model, x)
    for column, is_open in zip(x, found.opened.tolist(), strict=True):
        model.add_hint(column, is_open)
    solver.parameters.max_time_in_seconds = seconds
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    solver.best_bound_callback = lambda bound: found.proved(bound, "CP-SAT")
    if found.over.is_set():
        return
    status = solver.solve(model, _Telling(found, x))
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found.proved(solver.best_objective_bound, "CP-SAT")


class _Telling(cp_model.CpSolverSolutionCallback):
    """Tells each better plan, and ends the search when the race is over."""

    def __init__(self, found: Race, x: list[cp_model.IntVar]) -> None:
        super().__init__()
        self._found, self._x = found, x

    def on_solution_callback(self) -> None:
        self._found.found(np.array([self.boolean_value(one) for one in self._x], dtype=bool))
        if self._found.over.is_set():
            self.stop_search()


def _state(asked: Model, model: cp_model.CpModel, x: list[cp_model.IntVar]) -> None:
    for column in np.flatnonzero(asked.fixed).tolist():
        model.add(x[column] == 1)
    starts, columns = asked.reach.indptr.tolist(), asked.reach.indices.tolist()
    rows = [[x[column] for column in columns[starts[row] : starts[row + 1]]] for row in range(asked.rows)]
    if not asked.is_most:
        for row, wants in zip(rows, asked.wants.tolist(), strict=True):
            model.add(sum(row) >= wants) if wants > 1 else model.add_bool_or(row)
        model.minimize(sum(price * one for price, one in zip(asked.prices.tolist(), x, strict=True)))
        return
    worth = []
    for row, first, second in zip(rows, asked.first.tolist(), asked.second.tolist(), strict=True):
        once, twice = model.new_bool_var(""), model.new_bool_var("")
        worth += [first * once, second * twice]
        if second:
            model.add(sum(row) >= once + twice)
        else:
            model.add_bool_or([*row, once.negated()])
    model.maximize(sum(worth))
    _limit(asked, model, x)


def _limit(asked: Model, model: cp_model.CpModel, x: list[cp_model.IntVar]) -> None:
    if asked.room is not None:
        model.add(sum(x) <= asked.room)
    if asked.budget is not None:
        model.add(sum(cost * one for cost, one in zip(asked.costs.tolist(), x, strict=True)) <= asked.budget)
    for kind, cap in enumerate(asked.caps):
        of_kind = np.flatnonzero((asked.classes == kind) & ~asked.fixed).tolist()
        model.add(sum(x[column] for column in of_kind) <= cap)
