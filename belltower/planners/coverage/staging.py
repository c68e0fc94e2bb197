# SPDX-License-Identifier: Apache-2.0
"""Building over years: each stage within the next, each with its own bound, and what nesting costs against its own best."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from belltower.planners.coverage import errors
from belltower.planners.coverage.errors import BadProblem
from belltower.planners.coverage.planning import Chosen, Effort, choose_cover, file_of
from belltower.planners.coverage.problem import Flags, Limits, Problem, State, Task
from belltower.planners.coverage.reach import Reach, reach_of
from belltower.planners.plan import PlanFile


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its plan as a file of its own, what its own best would be worth, and how much less it is worth nested."""

    plan: PlanFile
    own_value: int
    price: int


def plan_stages(problem: Problem, stages: Sequence[Limits], effort: Effort | None = None) -> list[Stage]:
    """The last stage first; then each stage the best within the one after it. ``stages`` are sums since the beginning.

    Each plan is checked against the bound of its own stage, as if nothing came after: the price of nesting is in its gap.
    Refuses stages that fall.
    """
    if problem.task is not Task.COVER_MOST:
        raise BadProblem(reason=errors.STAGES_OF_MOST)
    _check(stages)
    effort, reach = effort or Effort(), reach_of(problem)
    each = Effort(seconds=effort.seconds / len(stages), seed=effort.seed, tell=effort.tell)
    found: list[Stage] = []
    within = problem.allowed
    for number in range(len(stages), 0, -1):
        own_problem = problem.but(limits=stages[number - 1])
        began = time.monotonic()
        own = choose_cover(own_problem, reach, each)
        nested = own if number == len(stages) else _nested(own_problem, reach, within, each)
        within = nested.opened
        stage = _stage(own_problem, reach, own, nested, number=number, of=len(stages), began=began)
        found.append(stage)
    return found[::-1]


def _check(stages: Sequence[Limits]) -> None:
    for number, (one, other) in enumerate(itertools.pairwise(stages), start=2):
        for before, after in ((one.at_most, other.at_most), (one.budget, other.budget)):
            if before is not None and after is not None and after < before:
                raise BadProblem(reason=errors.STAGES_FALL.format(stage=number))


def _nested(problem: Problem, reach: Reach, within: Flags, effort: Effort) -> Chosen:
    """The best of the sites of the stage after."""
    states = [one if may else State.FORBIDDEN for one, may in zip(problem.states, within.tolist(), strict=True)]
    return choose_cover(problem.but(states=states), reach.kept(within[reach.sites]), effort)


def _stage(problem: Problem, reach: Reach, own: Chosen, nested: Chosen, *, number: int, of: int, began: float) -> Stage:
    own_value = max(own.value, nested.value)
    told = Chosen(nested.opened, nested.value, own.bound, own.by, own.certificate)
    price = own_value - nested.value
    more: dict[str, Any] = {"stage": {"number": number, "of": of, "own_value": own_value, "price_of_nesting": price}}
    return Stage(file_of(problem, told, reach, began=began, more=more), own_value, price)


def curve(stages: Sequence[Stage]) -> list[dict[str, Any]]:
    """By stage: sites, people reached and their share, the bound, the price of nesting: for a table or a drawing."""
    return [
        {
            "stage": number,
            "sites": len(one.plan.plan["open"]),
            "reached": one.plan.plan["reached"],
            "share": one.plan.plan["reached"] / max(1, one.plan.plan["people"]),
            "bound": one.plan.plan["bound"],
            "price_of_nesting": one.price,
            "worst_area": one.plan.plan["worst_area"],
        }
        for number, one in enumerate(stages, start=1)
    ]


def new_sites(stages: Sequence[Stage], number: int) -> list[int]:
    """Which sites a stage adds; ``number`` counts from 1."""
    before = np.array(stages[number - 2].plan.plan["open"] if number > 1 else [], dtype=np.int64)
    return [one for one in stages[number - 1].plan.plan["open"] if one not in set(before.tolist())]
