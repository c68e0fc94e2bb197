# SPDX-License-Identifier: Apache-2.0
"""The ways that a plan shows: from each demand that counts as reached to an open site, crossing by crossing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from belltower.planners.coverage.problem import NOWHERE, Flags, Over, Problem
from belltower.planners.coverage.reach import FAR, Reach, backwards, first_crossings, reach_of

_CHUNK = 64


def nearest_open(reach: Reach, opened: Flags, *, times: int) -> Reach:
    """By demand its nearest open site, or its two nearest."""
    of_open = reach.kept(opened[reach.sites])
    order = np.lexsort((of_open.sites, of_open.mm, of_open.demand))
    demand = of_open.demand[order]
    first = np.searchsorted(demand, demand)
    keep = np.sort(order[np.arange(len(demand)) - first < times])
    return of_open.kept(keep)  # type: ignore[arg-type]


def everywhere(problem: Problem, opened: Flags) -> Reach:
    """The ways to open sites, however far."""
    return reach_of(problem, most=np.where(opened, FAR, -1).astype(np.int64))


def ways(problem: Problem, pairs: Reach) -> list[list[int]]:
    """``[demand, site, crossing, crossing, ...]`` for each pair, with no crossing for ways along one segment or across the plane."""
    if problem.over is Over.STRAIGHT or not len(pairs):
        return [[int(i), int(s)] for i, s in zip(pairs.demand, pairs.sites, strict=True)]
    assert problem.streets is not None
    graph = backwards(problem.streets, problem.sites)
    entries = _entries(problem)
    wanted, found = np.unique(pairs.sites), []
    for begin in range(0, len(wanted), _CHUNK):
        some = wanted[begin : begin + _CHUNK]
        vertices = problem.streets.crossings + some
        limit = float(pairs.mm[np.isin(pairs.sites, some)].max())
        mm, onward = dijkstra(graph, indices=vertices, limit=limit, return_predecessors=True)
        for row, site in enumerate(some.tolist()):
            of_site = pairs.kept(pairs.sites == site)
            found += [
                [i, site, *_followed(mm[row], onward[row], entries[i], way, int(vertices[row]))]
                for i, way in zip(of_site.demand.tolist(), of_site.mm.tolist(), strict=True)
            ]
    return sorted(found)


def _entries(problem: Problem) -> dict[int, list[tuple[int, int]]]:
    assert problem.streets is not None
    found: dict[int, list[tuple[int, int]]] = {}
    for i, crossing, mm in zip(
        *(one.tolist() for one in first_crossings(problem.streets, problem.demand)), strict=True
    ):
        found.setdefault(i, []).append((crossing, mm))
    return found


def _followed(
    mm: NDArray[np.float64], onward: NDArray[np.int32], entries: list[tuple[int, int]], way: int, end: int
) -> list[int]:
    """From the crossing where the shortest way begins, on to the site; nothing where it passes no crossing."""
    crossing = next((one for one, more in entries if mm[one] + more == way), NOWHERE)
    found = []
    while crossing not in (NOWHERE, end):
        found.append(crossing)
        crossing = int(onward[crossing])
    return found
