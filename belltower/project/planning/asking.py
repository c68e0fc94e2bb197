# SPDX-License-Identifier: Apache-2.0
"""From what was said on the command line to plans: one, one a stage, or one that gives something up for fairness."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from belltower.planners.coverage.equity import fairer
from belltower.planners.coverage.planning import Effort, choose_cover, file_of, plan_coverage
from belltower.planners.coverage.problem import Limits, Problem, Task
from belltower.planners.coverage.reach import reach_of
from belltower.planners.coverage.staging import plan_stages
from belltower.planners.plan import PlanFile
from belltower.project.planning.stations import Files, Wish, read_stations


def planned(said: Mapping[str, Any]) -> Iterator[tuple[Path, PlanFile]]:
    """Each plan and the file that it goes to."""
    stages = stages_of(said)
    files = Files(said["people"], said["sites"], said["streets"], said["barriers"], said["areas"])
    problem = read_stations(files, wish_of(said, stages[-1]))
    effort, output = Effort(seconds=said["seconds"], seed=said["seed"]), Path(said["output"])
    if len(stages) > 1:
        for number, stage in enumerate(plan_stages(problem, stages, effort), start=1):
            yield output.with_name(f"{output.stem}-{number}{output.suffix}"), stage.plan
    elif said["fair"] is not None and problem.task is Task.COVER_MOST:
        yield output, fair_plan(problem, effort, give_percent=said["fair"])
    else:
        yield output, plan_coverage(problem, effort)


def fair_plan(problem: Problem, effort: Effort, *, give_percent: int) -> PlanFile:
    """Half of the time for the most people, half for the worst street committee."""
    began, reach = time.monotonic(), reach_of(problem)
    half = Effort(seconds=effort.seconds / 2, seed=effort.seed)
    chosen, told = fairer(
        problem, reach, choose_cover(problem, reach, half), give_percent=give_percent, seconds=half.seconds
    )
    return file_of(problem, chosen, reach, began=began, more={"equity": told})


def stages_of(said: Mapping[str, Any]) -> list[Limits]:
    """The limits of each stage; a single one where no stages were asked for."""
    classes = tuple((name, int(number)) for name, number in said["at_most_of"].items())
    rows = itertools.zip_longest(said["stages"], said["budgets"])
    found = [Limits(at_most, budget, classes) for at_most, budget in rows]
    return found or [Limits(said["at_most"], said["budget"], classes)]


def wish_of(said: Mapping[str, Any], limits: Limits) -> Wish:
    """What is wanted at the last stage."""
    return Wish(
        task=Task(said["task"]), reach_m=said["reach"], reach_of=said["reach_of"], limits=limits, times=said["times"],
        second_percent=said["second_percent"], by_cost=said["by_cost"], people_field=said["people_field"],
        on_foot=said["on_foot"], most_leg_m=said["most_leg"], plane=said["plane"],
    )  # fmt: skip
