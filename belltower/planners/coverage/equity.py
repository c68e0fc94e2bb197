# SPDX-License-Identifier: Apache-2.0
"""A second objective: of all plans that reach nearly as many, the one whose worst street committee is served best."""

from __future__ import annotations

from typing import Any

import highspy
import numpy as np

from belltower.planners.coverage.model import Model, model_of
from belltower.planners.coverage.planning import Chosen
from belltower.planners.coverage.problem import Flags, Ints, Problem
from belltower.planners.coverage.reach import Reach
from belltower.planners.coverage.relaxing import INFINITE, lp_of, quiet


def fairer(
    problem: Problem, reach: Reach, chosen: Chosen, *, give_percent: int, seconds: float
) -> tuple[Chosen, dict[str, Any]]:
    """A plan that reaches at least 100 - ``give_percent`` per cent of what ``chosen`` does, and its worst share and that share's bound.

    A share is of the people of a committee whom some site could reach; a committee where that is nobody is left out. The
    certificate stays that of the first objective: how many are given up is proven, how fair it could be is the solver's word.
    """
    model = model_of(problem.but(second_percent=0, times=1), reach, is_by_area=True)
    areas = _areas(problem, model)
    least = chosen.value * (100 - give_percent) // 100
    highs = _stated(model, areas, least, seconds)
    start = highspy.HighsSolution()
    start.col_value = _columns(model, areas, chosen.opened[model.sites])
    highs.setSolution(start)
    highs.run()
    opened = chosen.opened.copy()
    info = highs.getInfo()
    if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
        found = np.array(highs.getSolution().col_value[: model.columns]) > 0.5
        if model.is_allowed(found) and model.value(found) >= least:
            opened[:] = problem.fixed
            opened[model.sites[found]] = True
    inside = opened[model.sites]
    value = model.value(inside)
    told = {
        "worst_share": _worst(model, areas, inside),
        "worst_share_at_most": min(1.0, -info.mip_dual_bound),
        "worst_share_before": _worst(model, areas, chosen.opened[model.sites]),
        "given_up": chosen.value - value,
    }
    return Chosen(opened, value, chosen.bound, chosen.by, chosen.certificate), told


def _stated(model: Model, areas: Ints, least: int, seconds: float) -> highspy.Highs:
    """Maximise the least share, with one column more for it."""
    highs = quiet()
    highs.setOptionValue("time_limit", seconds)
    highs.passModel(lp_of(model, is_whole=True))
    rows = np.arange(model.rows, dtype=np.int32)
    columns = (model.columns + rows).astype(np.int32)
    highs.changeColsCost(model.rows, columns, np.zeros(model.rows))
    share = highs.getNumCol()
    highs.addCol(-1.0, 0.0, 1.0, 0, np.zeros(0, dtype=np.int32), np.zeros(0))
    highs.addRow(float(least), INFINITE, model.rows, columns, model.first.astype(np.float64))
    for area in np.unique(areas).tolist():
        there = np.flatnonzero(areas == area)
        live = float(model.first[there].sum())
        if live:
            index = np.append(columns[there], share).astype(np.int32)
            value = np.append(model.first[there].astype(np.float64) / live, -1.0)
            highs.addRow(0.0, INFINITE, len(index), index, value)
    return highs


def _areas(problem: Problem, model: Model) -> Ints:
    """The street committee of each row."""
    found = np.zeros(model.rows, dtype=np.int64)
    there = model.members >= 0
    found[model.members[there]] = problem.areas[there]
    return found


def _shares(model: Model, areas: Ints, opened: Flags) -> Any:
    covered = (model.reach @ opened.astype(np.int64) >= 1) * model.first
    live, served = np.bincount(areas, model.first), np.bincount(areas, covered)
    return served[live > 0] / live[live > 0]


def _worst(model: Model, areas: Ints, opened: Flags) -> float:
    return float(_shares(model, areas, opened).min(initial=1.0))


def _columns(model: Model, areas: Ints, opened: Flags) -> list[float]:
    covered = model.reach @ opened.astype(np.int64) >= 1
    return [*map(float, opened), *map(float, covered), _worst(model, areas, opened)]
