# SPDX-License-Identifier: Apache-2.0
"""A problem of coverage in, a plan with its certificate out."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from belltower.planners.coverage.choosing import greedy
from belltower.planners.coverage.lost import lost_of
from belltower.planners.coverage.model import Model, model_of, reduced, without_implied, without_replaced
from belltower.planners.coverage.pricing import Settled, can_settle, settled
from belltower.planners.coverage.problem import Flags, Ints, Over, Problem, Task
from belltower.planners.coverage.proving import Proof, prove
from belltower.planners.coverage.racing import race
from belltower.planners.coverage.reach import Reach, reach_of
from belltower.planners.coverage.relaxing import SCALE
from belltower.planners.coverage.tree import settled_tree, tree_of
from belltower.planners.coverage.ways import nearest_open, ways
from belltower.planners.plan import PlanFile, Status, Tell, gap

KIND = "coverage"
_SMALL = 40_000
"""Pairs of row and column up to which the proof that anybody can check is searched for long."""


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search at most, in seconds, the seed of what is random, and who hears how far it is."""

    seconds: float = 60.0
    seed: int = 7
    tell: Tell | None = None

    def told(self, value: int, bound: int | None) -> None:
        """Say how far it is, where anybody listens."""
        if self.tell:
            self.tell(value, bound)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What is opened, the solver's bound and who closed it, and the certificate's part that the checker computes anew."""

    opened: Flags
    value: int
    bound: int
    by: str
    certificate: dict[str, Any]


def plan_coverage(problem: Problem, effort: Effort | None = None) -> PlanFile:
    """The best plan that was found in time, how far from the best it may be, and its certificate.

    How good it is depends on how fast the machine is, where the time is over first; its certificate holds on any.
    """
    from belltower.planners.coverage.median import choose_median

    effort, began = effort or Effort(), time.monotonic()
    if problem.task is Task.MEAN_WAY:
        chosen, pairs, is_reached = choose_median(problem, effort)
        return _file(problem, chosen, pairs, is_reached, began=began, more={})
    reach = reach_of(problem)
    return file_of(problem, choose_cover(problem, reach, effort, began=began), reach, began=began, more={})


def file_of(problem: Problem, chosen: Chosen, reach: Reach, *, began: float, more: Mapping[str, Any]) -> PlanFile:
    """What was chosen as a plan's file, with the ways to the nearest open sites; ``more`` is told besides."""
    is_reached = np.zeros(len(problem.demand), dtype=bool)
    is_reached[reach.demand] = True
    pairs = nearest_open(reach, chosen.opened, times=problem.times)
    return _file(problem, chosen, pairs, is_reached, began=began, more=more)


def _file(
    problem: Problem, chosen: Chosen, pairs: Reach, is_reached: Flags, *, began: float, more: Mapping[str, Any]
) -> PlanFile:
    shown = ways(problem, pairs)
    plan = _plan(problem, chosen, pairs, is_reached) | dict(more) | {"seconds": round(time.monotonic() - began, 3)}
    return PlanFile(KIND, problem.as_json(), plan, {**chosen.certificate, "ways": shown})


def choose_cover(problem: Problem, reach: Reach, effort: Effort, *, began: float | None = None) -> Chosen:
    """Cover all or most: a quick plan, then a proof that anybody can check, then (still open) two solvers in a race."""
    until = (time.monotonic() if began is None else began) + effort.seconds
    full, replaced = without_replaced(model_of(problem, reach), times=problem.times)
    model, whole = without_implied(full), None
    if model.reach.nnz > _SMALL and can_settle(model):
        whole = settled(
            model, until=time.monotonic() + 0.4 * (until - time.monotonic()), seed=effort.seed, tell=effort.tell
        )
    part = whole.rest if whole else model
    start = _of_sites(problem, model, whole.opened)[part.sites] if whole else greedy(part)
    is_small = part.reach.nnz <= _SMALL
    share, most = (0.3, 2000) if is_small else (0.4, 1)
    seconds = (until - time.monotonic()) * share
    proof = prove(part, start, seconds=seconds, most_nodes=most, known=whole.known if whole else None, tell=effort.tell)
    certificate = certificate_of(problem, model, proof, part, replaced, whole)
    opened, value, bound, by = _of_sites(problem, part, proof.opened), proof.value, certificate["bound"], "certificate"
    if whole and model.value(whole.opened) > value:
        opened, value = _of_sites(problem, model, whole.opened), model.value(whole.opened)
    effort.told(value, bound)
    if not _meet(model, value, bound):
        small = reduced(part, times=problem.times)
        found = race(
            small, opened[small.sites], bound, seconds=until - time.monotonic(), seed=effort.seed, tell=effort.tell
        )
        if found.value > value if model.is_most else found.value < value:
            opened, value = _of_sites(problem, small, found.opened), found.value
        # A settled part's bound is of the plans that are better than the one it was settled by.
        bound, by = max(found.bound, value) if model.is_most else found.bound, found.by or by
    if value == certificate["bound"]:
        bound, by = value, "certificate"
    return Chosen(opened, value, bound, by, certificate)


def _meet(model: Model, value: int, bound: int) -> bool:
    return bound <= value if model.is_most else bound >= value


def certificate_of(
    problem: Problem, model: Model, proof: Proof, part: Model, replaced: Ints, whole: Settled | None
) -> dict[str, Any]:
    """The tree of multipliers, by the problem's own numbers."""
    found = {"scale": SCALE, "bound": proof.bound, "replaced": replaced.tolist(), **tree_of(problem, part, proof.root)}
    if whole is None:
        return found
    worst = max(proof.bound, whole.worst)
    return {**found, "bound": worst, **settled_tree(problem, model, whole, found)}


def _of_sites(problem: Problem, model: Model, opened: Flags) -> Flags:
    found = problem.fixed.copy()
    found[model.sites[opened]] = True
    return found


def _plan(problem: Problem, chosen: Chosen, pairs: Reach, is_reached: Flags) -> dict[str, Any]:
    lost = lost_of(problem, is_reached)
    opened = np.flatnonzero(chosen.opened).tolist()
    return {
        "status": str(Status.PROVEN if chosen.bound == chosen.value else Status.BOUNDED),
        "value": chosen.value,
        "bound": chosen.bound,
        "gap": gap(chosen.value, chosen.bound),
        "bound_by": chosen.by,
        "open": opened,
        "new": [site for site in opened if not problem.fixed[site]],
        "uncoverable": [one["demand"] for one in lost],
        "uncoverable_why": lost,
        **reached_of(problem, pairs),
        "side_by_side": side_by_side(problem, chosen.opened),
    }


def reached_of(problem: Problem, pairs: Reach) -> dict[str, Any]:
    """How many people are reached of how many, and by street committee; the worst of them."""
    is_served = np.zeros(len(problem.demand), dtype=bool)
    is_served[pairs.demand[pairs.mm <= problem.radius[pairs.sites]]] = True
    count = max(1, len(problem.area_names), int(problem.areas.max()) + 1)
    live = np.bincount(problem.areas, problem.people, minlength=count).astype(np.int64)
    served = np.bincount(problem.areas, problem.people * is_served, minlength=count).astype(np.int64)
    names = [*problem.area_names, *(str(n) for n in range(len(problem.area_names), count))]
    areas = [
        {"name": names[n], "people": int(live[n]), "reached": int(served[n])} for n in np.flatnonzero(live).tolist()
    ]
    worst = areas[int((served[live > 0] / live[live > 0]).argmin())]
    return {"people": int(problem.people.sum()), "reached": int(served.sum()), "areas": areas, "worst_area": worst}


def side_by_side(problem: Problem, opened: Flags) -> dict[str, int]:
    """People whom these sites reach along the streets, and whom a straight line would claim."""
    measures = [over for over in Over if over is Over.STRAIGHT or problem.streets is not None]
    found = {}
    for over in measures:
        reach = reach_of(problem, over=over, most=np.where(opened, problem.radius, -1))
        found[str(over)] = int(problem.people[np.unique(reach.demand)].sum())
    return found
