# SPDX-License-Identifier: Apache-2.0
"""Who is within reach of which site: a bounded Dijkstra from each site along the streets, or the straight line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from belltower.planners.coverage.problem import NOWHERE, Flags, Ints, Over, Places, Problem, Streets

Floats = NDArray[np.float64]
FAR = np.iinfo(np.int64).max // 4
_CHUNK_CELLS = 4_000_000


@dataclass(frozen=True, slots=True)
class Reach:
    """Pairs of demand and site within reach, sorted by demand and then site, and the mm between them. Sparse throughout."""

    demand: Ints
    sites: Ints
    mm: Ints
    shape: tuple[int, int]

    def __len__(self) -> int:
        return len(self.demand)

    def matrix(self) -> csr_array:
        """Demand by sites, 1 where within reach."""
        return csr_array((np.ones(len(self), dtype=np.int64), (self.demand, self.sites)), shape=self.shape)

    def kept(self, rows: Flags) -> Reach:
        """Only these pairs."""
        return Reach(self.demand[rows], self.sites[rows], self.mm[rows], self.shape)


def reach_of(problem: Problem, *, over: Over | None = None, most: Ints | None = None) -> Reach:
    """All pairs within each site's reach, or within ``most`` mm of each site; forbidden sites reach nobody."""
    radius = problem.radius if most is None else most
    radius = np.where(problem.allowed, radius, -1)
    if (over or problem.over) is Over.STRAIGHT:
        return _straight(problem.demand, problem.sites, radius)
    assert problem.streets is not None
    return along_streets(problem.streets, problem.demand, problem.sites, radius)


def _straight(demand: Places, sites: Places, radius: Ints) -> Reach:
    """By whole millimetres: the squares are compared, so that a metre is a metre on every machine."""
    points = np.column_stack([demand.x, demand.y]).astype(np.float64)
    tree = cKDTree(points)
    centres = np.column_stack([sites.x, sites.y]).astype(np.float64)
    near = tree.query_ball_point(centres, np.maximum(radius, 0) + 2.0, return_sorted=True)
    counts = np.array([len(one) for one in near], dtype=np.int64)
    who = np.concatenate([np.array(one, dtype=np.int64) for one in near]) if counts.sum() else _none()
    site = np.repeat(np.arange(len(sites)), counts)
    squares = (demand.x[who] - sites.x[site]) ** 2 + (demand.y[who] - sites.y[site]) ** 2
    mm = _root_up(squares)
    return _sorted(who, site, mm, mm <= radius[site], (len(demand), len(sites)))


def _root_up(squares: Ints) -> Ints:
    """The square root, rounded up to a whole mm: then mm <= radius says what squares <= radius * radius says."""
    root = np.sqrt(squares.astype(np.float64)).astype(np.int64)
    root -= root * root > squares
    root += (root + 1) * (root + 1) <= squares
    return root + (root * root < squares)


def along_streets(streets: Streets, demand: Places, sites: Places, radius: Ints) -> Reach:
    """The way from demand to site: its leg, along segments by their direction, and the site's leg."""
    graph = backwards(streets, sites)
    at = _attached(streets, demand)
    found = [_beside(streets, demand, sites, radius)]
    asked = np.flatnonzero((sites.segments != NOWHERE) & (radius >= 0))
    step = max(1, _CHUNK_CELLS // graph.shape[0])
    for begin in range(0, len(asked), step):
        some = asked[begin : begin + step]
        limit = float(radius[some].max())
        metres = dijkstra(graph, indices=streets.crossings + some, limit=limit)[:, : streets.crossings]
        found.append(_expanded(metres, some, at, radius))
    return _least(found, (len(demand), len(sites)))


def backwards(streets: Streets, sites: Places) -> csr_matrix:
    """The streets against their direction, with each site as a further vertex that leads to the ends of its segment."""
    there = np.flatnonzero(sites.segments != NOWHERE)
    segment, along, leg = sites.segments[there], sites.along[there], sites.legs[there]
    back = streets.back
    back_there = back[segment]
    rest = streets.mm[segment] - along
    vertex = streets.crossings + there
    rows = [streets.ends, streets.starts[back], vertex, vertex[back_there | (rest == 0)]]
    columns = [
        streets.starts,
        streets.ends[back],
        streets.starts[segment],
        streets.ends[segment][back_there | (rest == 0)],
    ]
    lengths = [streets.mm, streets.mm[back], along + leg, (rest + leg)[back_there | (rest == 0)]]
    size = streets.crossings + len(sites)
    return _shortest_of_parallel(np.concatenate(rows), np.concatenate(columns), np.concatenate(lengths), size)


def _shortest_of_parallel(rows: Ints, columns: Ints, lengths: Ints, size: int) -> csr_matrix:
    """Of two segments between the same crossings the shorter: a sparse matrix would add them up."""
    order = np.lexsort((lengths, columns, rows))
    rows, columns, lengths = rows[order], columns[order], lengths[order]
    is_first = np.ones(len(rows), dtype=bool)
    is_first[1:] = (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])
    starts = np.concatenate([[0], np.cumsum(np.bincount(rows[is_first], minlength=size))])
    return csr_matrix((lengths[is_first].astype(np.float64), columns[is_first], starts), shape=(size, size))


@dataclass(frozen=True, slots=True)
class _Attached:
    """By crossing: which demand comes to it first, and how long that is."""

    starts: Ints
    demand: Ints
    mm: Ints


def _attached(streets: Streets, demand: Places) -> _Attached:
    who, crossing, mm = first_crossings(streets, demand)
    order = np.argsort(crossing, kind="stable")
    starts = np.concatenate([[0], np.cumsum(np.bincount(crossing, minlength=streets.crossings))])
    return _Attached(starts, who[order], mm[order])


def first_crossings(streets: Streets, demand: Places) -> tuple[Ints, Ints, Ints]:
    """Who can come to which crossing first, onward or (where one may, or stands on it) back, and in how many mm."""
    there = np.flatnonzero(demand.segments != NOWHERE)
    segment, along, leg = demand.segments[there], demand.along[there], demand.legs[there]
    back = streets.back[segment] | (along == 0)
    who = np.concatenate([there, there[back]])
    crossing = np.concatenate([streets.ends[segment], streets.starts[segment][back]])
    mm = np.concatenate([streets.mm[segment] - along + leg, (along + leg)[back]])
    return who, crossing, mm


def _expanded(metres: Floats, sites: Ints, at: _Attached, radius: Ints) -> tuple[Ints, Ints, Ints]:
    """From sites by crossings to sites by demand, keeping what is within reach."""
    row, crossing = np.nonzero(np.isfinite(metres))
    counts = at.starts[crossing + 1] - at.starts[crossing]
    begins = np.repeat(at.starts[crossing] - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
    entry = begins + np.arange(counts.sum())
    site = np.repeat(sites[row], counts)
    mm = np.repeat(metres[row, crossing].astype(np.int64), counts) + at.mm[entry]
    near = mm <= radius[site]
    return at.demand[entry][near], site[near], mm[near]


def _beside(streets: Streets, demand: Places, sites: Places, radius: Ints) -> tuple[Ints, Ints, Ints]:
    """Demand and sites on the same segment, without passing a crossing."""
    found = list(_pairs_beside(demand, sites))
    if not found:
        return _none(), _none(), _none()
    who, site = (np.concatenate(column) for column in zip(*found, strict=True))
    onward = sites.along[site] - demand.along[who]
    mm = np.abs(onward) + demand.legs[who] + sites.legs[site]
    near = ((onward >= 0) | streets.back[demand.segments[who]]) & (mm <= radius[site])
    return who[near], site[near], mm[near]


def _pairs_beside(demand: Places, sites: Places) -> Iterator[tuple[Ints, Ints]]:
    order = np.argsort(demand.segments, kind="stable")
    segments = demand.segments[order]
    for site in np.flatnonzero(sites.segments != NOWHERE).tolist():
        begin, end = np.searchsorted(segments, [sites.segments[site], sites.segments[site] + 1])
        if end > begin:
            yield order[begin:end], np.full(end - begin, site, dtype=np.int64)


def _least(found: list[tuple[Ints, Ints, Ints]], shape: tuple[int, int]) -> Reach:
    """Of several ways between the same two the shortest."""
    who, site, mm = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((mm, who * shape[1] + site))
    who, site, mm = who[order], site[order], mm[order]
    is_first = np.ones(len(who), dtype=bool)
    is_first[1:] = (who[1:] != who[:-1]) | (site[1:] != site[:-1])
    return Reach(who[is_first], site[is_first], mm[is_first], shape)


def _sorted(who: Ints, site: Ints, mm: Ints, keep: Flags, shape: tuple[int, int]) -> Reach:
    who, site, mm = who[keep], site[keep], mm[keep]
    order = np.lexsort((site, who))
    return Reach(who[order], site[order], mm[order], shape)


def _none() -> Ints:
    return np.zeros(0, dtype=np.int64)
