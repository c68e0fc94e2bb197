# SPDX-License-Identifier: Apache-2.0
"""How fast stations are planned, and how far each plan is proven: ``python -m benchmarks.coverage [--quick]``.

The peer, spopt with the solver that it brings (CBC), runs in the same process on the same problems where it is installed
(``uv pip install -r requirements/peers.in``); without it, its figures are left out. Every plan is checked by its certificate.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np
import shapely

from belltower.planners.coverage import checker
from belltower.planners.coverage.access import attached, nowhere, streets_of
from belltower.planners.coverage.model import model_of
from belltower.planners.coverage.planning import Effort, plan_coverage
from belltower.planners.coverage.problem import Limits, Over, Problem, State, Task
from belltower.planners.coverage.reach import reach_of
from belltower.planners.plan import PlanFile
from benchmarks.ground import report

KM = 1_000_000
SIDE_M = 20_000.0
TWO_THOUSAND_SIDE_M = 24_000.0


def square(count: int, side_m: float, task: Task, *, at_most: int | None = None, seed: int = 1) -> Problem:
    """As many demand points as sites, all over a square, a straight kilometre; demand that no site reaches is left out."""
    chance = np.random.default_rng(seed)
    demand, sites = chance.uniform(0, side_m, (count, 2)), chance.uniform(0, side_m, (count, 2))
    near = shapely.STRtree(shapely.points(sites)).query(shapely.points(demand), predicate="dwithin", distance=1000.0)[0]
    demand = demand[np.unique(near)]
    people = chance.integers(1, 100, count)[: len(demand)]
    return Problem(
        task=task,
        over=Over.STRAIGHT,
        demand=nowhere([str(n) for n in range(len(demand))], *demand.T),
        people=people,
        areas=np.zeros(len(demand), dtype=np.int64),
        sites=nowhere([str(n) for n in range(count)], *sites.T),
        radius=np.full(count, KM),
        cost=np.ones(count, dtype=np.int64),
        classes=["station"] * count,
        states=[State.FREE] * count,
        limits=Limits(at_most=at_most),
    )


def city(cells: int, *, sites: int = 1500, at_most: int = 72, fixed: int = 16, seed: int = 3) -> Problem:
    """18 by 14 km, 444,000 people around four centres, a crooked grid of 11,000 crossings, a river with five bridges."""
    chance = np.random.default_rng(seed)
    lines, river = _streets(chance)
    where, people = _raster(chance, cells)
    cells = len(where)
    candidates = chance.uniform(50, [17800, 13900], (sites, 2))
    candidates[:fixed] = _near_centres(chance, fixed)
    states = [State.FIXED] * fixed + [State.FREE] * (sites - fixed)
    walls = np.array([river], dtype=object)
    return Problem(
        task=Task.COVER_MOST,
        over=Over.STREETS,
        demand=attached([str(n) for n in range(cells)], *where.T, lines, walls, most_m=300.0),
        people=people,
        areas=(where[:, 0] // 3000).astype(np.int64) + 6 * (where[:, 1] // 3500).astype(np.int64),
        sites=attached([str(n) for n in range(sites)], *candidates.T, lines, walls, most_m=300.0),
        radius=np.full(sites, KM),
        cost=np.ones(sites, dtype=np.int64),
        classes=["station"] * sites,
        states=states,
        streets=streets_of(lines, np.ones(len(lines), dtype=bool)),
        limits=Limits(at_most=at_most),
    )


def _streets(chance: np.random.Generator) -> tuple[Any, Any]:
    """Streets every 150 m, a twelfth of them missing; none crosses the river but five bridges."""
    columns, rows = 120, 94
    x, y = np.meshgrid(np.arange(columns) * 150.0, np.arange(rows) * 150.0, indexing="ij")
    x, y = x + chance.normal(0, 15, x.shape), y + chance.normal(0, 15, y.shape)
    points = np.stack([x, y], axis=-1)
    pairs = np.concatenate([
        np.stack([points[:-1].reshape(-1, 2), points[1:].reshape(-1, 2)], axis=1),
        np.stack([points[:, :-1].reshape(-1, 2), points[:, 1:].reshape(-1, 2)], axis=1),
    ])  # fmt: skip
    lines = shapely.linestrings(pairs)
    river = shapely.LineString([(0, 6000), (6000, 7600), (12000, 6400), (18000, 8000)]).buffer(90)
    crosses = np.flatnonzero(shapely.intersects(lines, river))
    bridges = chance.choice(crosses, 5, replace=False)
    keep = chance.random(len(lines)) > 1 / 12
    keep[crosses] = False
    keep[bridges] = True
    return lines[keep], river


CENTRES = np.array([[4000.0, 3500.0], [9000.0, 9500.0], [13500.0, 4500.0], [7000.0, 5000.0]])


def _raster(chance: np.random.Generator, cells: int) -> tuple[Any, Any]:
    """As a population raster: a regular grid of about so many cells, thick around the centres and thin at the rim."""
    step = (18_000 * 14_000 / cells) ** 0.5
    x, y = np.meshgrid(np.arange(step / 2, 17_850, step), np.arange(step / 2, 13_950, step), indexing="ij")
    where = np.column_stack([x.ravel(), y.ravel()])
    away = ((where[:, None, :] - CENTRES[None]) ** 2).sum(axis=2)
    thick = np.exp(-away / (2 * 1500.0**2)).sum(axis=1) + 0.2
    people = chance.poisson(444_000 / len(where) * thick / thick.mean() * chance.lognormal(0, 0.6, len(where)))
    return where[people > 0], people[people > 0]


def _near_centres(chance: np.random.Generator, count: int) -> Any:
    found = chance.normal(0, 1, (count, 2)) * 2200 + CENTRES[chance.integers(0, 4, count)]
    return np.clip(found, 50, [17800, 13900])


def planned(name: str, problem: Problem, seconds: float) -> tuple[PlanFile, float]:
    """The plan and how long it took, all in; the certificate is checked after, which is not counted."""
    began = time.perf_counter()
    plan = plan_coverage(problem, Effort(seconds=seconds))
    took = time.perf_counter() - began
    said = plan.plan
    began = time.perf_counter()
    found = checker.check(json.loads(plan.text()))
    print(
        f"{name:<34} {took:7.2f} s  {said['value']:>9,} of {said['bound']:>9,}  {said['status']}, gap {said['gap']:.4%} by "
        f"{said['bound_by']}; certificate alone {found['gap']:.4%} (checked in {time.perf_counter() - began:.1f} s)",
        flush=True,
    )
    return plan, took


def peer(problem: Problem) -> tuple[float, int] | None:
    """Seconds and value of spopt on the same problem, from coordinates on, as here; None where it is not installed."""
    try:
        import pulp
        from scipy.spatial.distance import cdist
        from spopt.locate import LSCP, MCLP
    except ImportError:
        return None
    began = time.perf_counter()
    places = [np.column_stack([one.x, one.y]) / 1000.0 for one in (problem.demand, problem.sites)]
    cost = cdist(*places)
    solver = pulp.PULP_CBC_CMD(msg=False, timeLimit=60)
    if problem.task is Task.COVER_ALL:
        found = LSCP.from_cost_matrix(cost, 1000.0).solve(solver)
    else:
        found = MCLP.from_cost_matrix(cost, problem.people, 1000.0, problem.limits.at_most).solve(solver)
    return time.perf_counter() - began, round(pulp.value(found.problem.objective))


def build_seconds(problem: Problem) -> float:
    """From coordinates to the solver's rows and columns."""
    began = time.perf_counter()
    model_of(problem, reach_of(problem))
    return time.perf_counter() - began


def squares(seconds: float, *, is_quick: bool) -> dict[str, float]:
    """The two of 500 beside the peer, and the one of 2,000."""
    figures: dict[str, float] = {}
    ratios = []
    for name, task, at_most in (("lscp500", Task.COVER_ALL, None), ("mclp500", Task.COVER_MOST, 40)):
        problem = square(500, SIDE_M, task, at_most=at_most)
        plan, took = min((planned(f"{name} (of three)", problem, 20) for _ in range(3)), key=lambda one: one[1])
        figures |= {f"{name}_s": round(took, 3), f"{name}_proven": int(plan.plan["status"] == "proven")}
        if other := peer(problem):
            print(f"  spopt: {other[0]:.2f} s, {other[1]:,} (ours {plan.plan['value']:,})", flush=True)
            figures[f"{name}_spopt_s"] = round(other[0], 2)
            ratios.append(other[0] / took)
    if ratios:
        figures["vs_spopt"] = round(min(ratios), 1)
    else:
        print("spopt is not installed: no vs_spopt (uv pip install -r requirements/peers.in)", flush=True)
    if not is_quick:
        problem = square(2000, TWO_THOUSAND_SIDE_M, Task.COVER_ALL)
        figures["lscp2000_build_s"] = round(build_seconds(problem), 3)
        plan, took = planned("lscp2000", problem, seconds)
        figures |= {"lscp2000_s": round(took, 2), "lscp2000_gap": round(plan.plan["gap"], 5)}
        if other := peer(problem):
            print(f"  spopt: {other[0]:.2f} s, {other[1]:,} (ours {plan.plan['value']:,})", flush=True)
    return figures


def main(arguments: list[str]) -> None:
    is_quick = "--quick" in arguments
    plan_coverage(square(20, SIDE_M, Task.COVER_ALL))  # what is loaded once
    figures = squares(58.0, is_quick=is_quick)
    cells = 2_000 if is_quick else 15_000
    plan, took = planned(f"city of {cells:,} cells", city(cells), 15 if is_quick else 60)
    said = plan.plan
    print(
        f"  along the streets {said['side_by_side']['streets'] / said['people']:.1%} are within reach, a straight line claims "
        f"{said['side_by_side']['straight'] / said['people']:.1%}; {len(said['uncoverable'])} cells out of any reach",
        flush=True,
    )
    figures |= {"city72_s": round(took, 2), "city72_gap": round(said["gap"], 5)}
    if not is_quick:
        plan, took = planned("city of 100,000 cells", city(100_000), 55)
        figures |= {"city100k_s": round(took, 2), "city100k_gap": round(plan.plan["gap"], 5)}
    report(**figures)


if __name__ == "__main__":
    main(sys.argv[1:])
