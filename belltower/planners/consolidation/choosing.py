# SPDX-License-Identifier: Apache-2.0
"""The choice of loads as rows and columns, and the solver that is asked (HiGHS). Nothing here knows what a pole is for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

WHOLE = 1e-6


@dataclass(frozen=True, slots=True)
class Choice:
    """Columns that each cost one and lie in some rows; each row wants at least ``least`` and at most ``most`` of them."""

    columns: Sequence[Sequence[int]]
    least: NDArray[np.float64]
    most: NDArray[np.float64]

    def part(self, columns: Sequence[int]) -> Choice:
        """The choice among some columns only, with the rows that they lie in."""
        rows = sorted({row for column in columns for row in self.columns[column]})
        number = {row: place for place, row in enumerate(rows)}
        kept = [[number[row] for row in self.columns[column]] for column in columns]
        return Choice(kept, self.least[rows], self.most[rows])


@dataclass(frozen=True, slots=True)
class Answer:
    """How much of each column is taken (None: nothing was found in time), and what each row is worth (whole numbers have no prices)."""

    taken: NDArray[np.float64] | None
    prices: NDArray[np.float64]
    is_best: bool


def solve(choice: Choice, *, whole: bool, seconds: float, seed: int = 0) -> Answer:
    """The fewest columns, in whole numbers or with parts of columns."""
    # The solver itself: the class around it, which offers modelling, greets on the standard output before it can be told not to.
    solver = highspy._Highs()  # type: ignore[attr-defined]
    for option, value in _options(seconds, seed):
        solver.setOptionValue(option, value)
    solver.passModel(_model(choice, whole=whole))
    solver.run()
    status, solution = solver.getModelStatus(), solver.getSolution()
    is_best = status == highspy.HighsModelStatus.kOptimal
    is_there = is_best or (
        whole and solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    )
    return Answer(np.array(solution.col_value) if is_there else None, np.array(solution.row_dual), is_best)


def _options(seconds: float, seed: int) -> list[tuple[str, bool | int | float]]:
    return [
        ("output_flag", False),
        ("log_to_console", False),
        ("threads", 1),
        ("random_seed", seed),
        ("time_limit", max(0.0, seconds)),
        ("mip_rel_gap", 0.0),
        ("mip_abs_gap", 0.999),  # every column costs one: what is less than one from the bound is the best
    ]


def _model(choice: Choice, *, whole: bool) -> highspy.HighsLp:
    columns, rows = len(choice.columns), len(choice.least)
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = columns, rows
    model.col_cost_ = np.ones(columns)
    model.col_lower_, model.col_upper_ = np.zeros(columns), np.full(columns, 1.0 if whole else np.inf)
    model.row_lower_, model.row_upper_ = choice.least, choice.most
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = np.cumsum([0, *map(len, choice.columns)], dtype=np.int32)
    model.a_matrix_.index_ = np.array([row for column in choice.columns for row in column], dtype=np.int32)
    model.a_matrix_.value_ = np.ones(len(model.a_matrix_.index_))
    if whole:
        model.integrality_ = [highspy.HighsVarType.kInteger] * columns
    return model
