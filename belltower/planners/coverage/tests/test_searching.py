# SPDX-License-Identifier: Apache-2.0
"""The long search: as good as the best there is in small cities, the same for the same seed, and within the limits."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from belltower.planners.coverage.choosing import greedy
from belltower.planners.coverage.model import Model, model_of
from belltower.planners.coverage.planning import Effort, plan_coverage
from belltower.planners.coverage.problem import Limits, Task
from belltower.planners.coverage.reach import reach_of
from belltower.planners.coverage.searching import searched
from belltower.planners.coverage.tests.test_certificates import at_random


def _city(seed: int, room: int) -> Model:
    problem = at_random(seed).but(task=Task.COVER_MOST, limits=Limits(room), times=1, second_percent=0)
    fixed = int(problem.fixed.sum())
    model = model_of(problem, reach_of(problem))
    return replace(model, room=fixed + room)


def _best(model: Model) -> int:
    free = np.flatnonzero(~model.fixed)
    left = min(len(free), (model.room or 0) - int(model.fixed.sum()))
    found = 0
    for some in combinations(free.tolist(), left):
        opened = model.fixed.copy()
        opened[list(some)] = True
        found = max(found, model.value(opened))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_small_cities_are_searched_to_their_best(seed: int) -> None:
    model = _city(seed, 3)
    assert model.columns, "somebody is within reach of something"
    found = searched(model, greedy(model), steps=2_000, until=time.monotonic() + 20, seed=7)
    assert model.is_allowed(found)
    assert model.value(found) == _best(model)
    assert (found == searched(model, greedy(model), steps=2_000, until=time.monotonic() + 20, seed=7)).all()


def test_a_listener_hears_how_far_it_is_and_may_end_it() -> None:
    heard: list[tuple[int, int | None]] = []
    problem = at_random(4)
    plan = plan_coverage(problem, Effort(seconds=10, tell=lambda value, bound: heard.append((value, bound))))
    assert problem.task is Task.COVER_MOST
    assert heard[-1][0] <= plan.plan["bound"]

    def stop(value: int, bound: int | None) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        plan_coverage(problem, Effort(seconds=10, tell=stop))
