# SPDX-License-Identifier: Apache-2.0
"""Small problems: some with an answer known by hand, and as many random ones as there are seeds."""

from __future__ import annotations

from typing import Any

import numpy as np

from belltower.planners.coverage.problem import Limits, Over, Places, Problem, State, Streets, Task

KM = 1_000_000


def on_a_line(*metres: int, legs: int = 0) -> Places:
    """Places along one street of 10 km that begins at 0."""
    x = np.array(metres, dtype=np.int64) * 1000
    none = np.zeros(len(metres), dtype=np.int64)
    return Places([f"at {one} m" for one in metres], x, none, none, x, none + legs * 1000)


def one_street(*, back: bool = True) -> Streets:
    """Ten kilometres without a crossing."""
    return Streets(2, np.array([0]), np.array([1]), np.array([10 * KM]), np.array([back]))


def problem(demand: Places, sites: Places, **said: Any) -> Problem:
    """One person at each demand point, sites that cost one and reach a kilometre, unless something else is said."""
    count = len(sites)
    plain: dict[str, Any] = {
        "task": Task.COVER_ALL,
        "over": Over.STREETS if "streets" in said else Over.STRAIGHT,
        "people": np.ones(len(demand), dtype=np.int64),
        "areas": np.zeros(len(demand), dtype=np.int64),
        "radius": np.full(count, KM),
        "cost": np.ones(count, dtype=np.int64),
        "classes": ["station"] * count,
        "states": [State.FREE] * count,
    }
    return Problem(demand=demand, sites=sites, **plain | said)


def at_random(seed: int) -> Problem:
    """Any task, over streets with islands, one-way and parallel ones, or straight; fixed and forbidden sites, classes, money."""
    chance = np.random.default_rng(seed)
    crossings, segments = int(chance.integers(2, 40)), int(chance.integers(1, 90))
    over = Over.STREETS if seed % 2 else Over.STRAIGHT
    streets = Streets(
        crossings,
        chance.integers(0, crossings, segments),
        chance.integers(0, crossings, segments),
        chance.integers(0, 600_000, segments) * chance.integers(0, 2, segments),
        chance.random(segments) < 0.7,
    )
    demand, sites = (_anywhere(chance, int(chance.integers(1, most)), streets) for most in (60, 25))
    count, task = len(sites), list(Task)[seed % 3]
    sites.segments[0], sites.along[0] = 0, 0
    states = [
        State.FREE,
        *(State(one) for one in chance.choice(["free", "fixed", "forbidden"], count, p=[0.8, 0.1, 0.1])),
    ]
    times = 1 if task is Task.MEAN_WAY else int(chance.integers(1, 3))
    fixed = states[:count].count(State.FIXED)
    return Problem(
        task=task,
        over=over,
        demand=demand,
        people=chance.integers(0, 50, len(demand)) + (np.arange(len(demand)) == 0),
        areas=chance.integers(0, 3, len(demand)),
        sites=sites,
        radius=chance.choice([KM // 2, KM], count),
        cost=chance.integers(0, 30, count),
        classes=chance.choice(["toilet", "rest"], count).tolist(),
        states=states[:count],
        streets=streets if over is Over.STREETS else None,
        area_names=["east", "west", "north"],
        limits=_limits(chance, task, fixed, count),
        times=times,
        second_percent=int(chance.integers(0, 60)) if times == 2 else 0,
        by_cost=bool(chance.random() < 0.3),
    )


def _limits(chance: np.random.Generator, task: Task, fixed: int, count: int) -> Limits:
    if task is Task.COVER_ALL:
        return Limits()
    if task is Task.MEAN_WAY:
        return Limits(at_most=max(count - int(chance.integers(0, 3)), fixed, 1))
    budget = int(chance.integers(0, 60)) if chance.random() < 0.5 else None
    classes = (("rest", 2),) if chance.random() < 0.3 else ()
    return Limits(fixed + int(chance.integers(0, 6)), budget, classes)


def _anywhere(chance: np.random.Generator, count: int, streets: Streets) -> Places:
    segments = chance.integers(-1, len(streets.mm), count)
    along = (streets.mm[segments] * chance.random(count)).astype(np.int64) * (chance.random(count) < 0.7)
    x, y = chance.integers(0, 3 * KM, (2, count))
    return Places([f"place {n}" for n in range(count)], x, y, segments, along, chance.integers(0, 100_000, count))
