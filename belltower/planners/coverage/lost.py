# SPDX-License-Identifier: Apache-2.0
"""Who cannot be reached by any site that may be opened, and why; so that nobody is left out in silence."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import numpy as np
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from belltower.kernel.texts import Text
from belltower.planners.coverage.problem import NOWHERE, Flags, Ints, Over, Problem, State
from belltower.planners.coverage.reach import FAR, backwards, first_crossings, reach_of


class Why(StrEnum):
    """Why somebody is out of reach."""

    NO_STREET = "no_street"
    ISLAND = "island"
    TOO_FAR = "too_far"
    ONLY_FORBIDDEN = "only_forbidden"


WORDS = {
    Why.NO_STREET: Text(zh="附近没有道路，或与道路之间有阻隔", en="no street is near, or a barrier lies before it"),
    Why.ISLAND: Text(zh="所在路网与任何候选点都不连通", en="its streets lead to no site"),
    Why.TOO_FAR: Text(zh="最近的候选点超出服务半径", en="the nearest site is beyond its reach"),
    Why.ONLY_FORBIDDEN: Text(zh="只有禁止建设的候选点可达", en="only sites that must not be opened reach it"),
}


def lost_of(problem: Problem, is_reached: Flags) -> list[dict[str, Any]]:
    """Each unreachable demand: its number, name and people, the reason, and how far the nearest site is (None: no way)."""
    rows = np.flatnonzero(~is_reached)
    if not len(rows):
        return []
    nearest, forbidden = _nearest(problem), _only_forbidden(problem)
    found = []
    for row in rows.tolist():
        why = _why(problem, row, int(nearest[row]), bool(forbidden[row]))
        mm = int(nearest[row]) if nearest[row] < FAR else None
        people = int(problem.people[row])
        found.append(
            {"demand": row, "name": problem.demand.names[row], "people": people, "why": str(why), "nearest_mm": mm}
        )
    return found


def _why(problem: Problem, row: int, nearest: int, is_forbidden: bool) -> Why:
    if is_forbidden:
        return Why.ONLY_FORBIDDEN
    if nearest < FAR:
        return Why.TOO_FAR
    return Why.NO_STREET if problem.demand.segments[row] == NOWHERE else Why.ISLAND


def _only_forbidden(problem: Problem) -> Flags:
    found = np.zeros(len(problem.demand), dtype=bool)
    if not problem.allowed.all():
        found[reach_of(problem.but(states=[State.FREE] * len(problem.sites))).demand] = True
    return found


def _nearest(problem: Problem) -> Ints:
    """By demand the way to the nearest site that may be opened; FAR where there is none."""
    if problem.over is Over.STRAIGHT:
        sites = np.column_stack([problem.sites.x, problem.sites.y])[problem.allowed]
        metres, _ = cKDTree(sites).query(np.column_stack([problem.demand.x, problem.demand.y]))
        return np.asarray(np.ceil(metres), dtype=np.int64)
    assert problem.streets is not None
    found = np.full(len(problem.demand), FAR, dtype=np.int64)
    there = np.flatnonzero((problem.sites.segments != NOWHERE) & problem.allowed)
    mm = dijkstra(backwards(problem.streets, problem.sites), indices=problem.streets.crossings + there, min_only=True)
    who, crossing, more = first_crossings(problem.streets, problem.demand)
    ends = np.isfinite(mm[crossing])
    np.minimum.at(found, who[ends], mm[crossing[ends]].astype(np.int64) + more[ends])
    return found
