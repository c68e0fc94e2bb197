# SPDX-License-Identifier: Apache-2.0
"""The demo's streets as one routable network: warped grids with rings, rivers with few bridges, and roads between towns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from belltower.kernel.texts import Text

Points = NDArray[np.float64]  # (n, 2), metres in the city's plane
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
TRUNK, SECONDARY, BRANCH = 0, 1, 2
RANKS = ("trunk", "secondary", "branch")
_TRUNK_EVERY, _SECONDARY_EVERY = 6, 3
_MISSING_SHARE = 0.12  # of the branch streets a plain grid would have
_BRIDGE_SPAN = 9  # blocks of water that a trunk road may bridge
_LINK_STEP_M = 800.0


@dataclass(frozen=True, slots=True)
class Town:
    """One built-up place: a square of ``lines`` by ``lines`` blocks of ``block_m`` metres around ``centre``."""

    code: str  # of the district or street whose seat it is
    name: Text
    centre: tuple[float, float]
    lines: int
    block_m: float
    is_core: bool = False

    @property
    def half_m(self) -> float:
        return self.lines * self.block_m / 2


@dataclass(frozen=True, slots=True)
class Streets:
    """Street segments between nodes. ``road`` numbers the line a segment lies on; ``rank`` is its class."""

    nodes: Points
    start: Numbers
    end: Numbers
    rank: Numbers
    road: Numbers
    is_bridge: Flags

    @property
    def lengths(self) -> NDArray[np.float64]:
        """Metres of each segment."""
        return np.asarray(np.hypot(*(self.nodes[self.end] - self.nodes[self.start]).T))

    def only(self, kept: Flags) -> Streets:
        """The segments that are kept, over the same nodes."""
        return Streets(
            self.nodes, self.start[kept], self.end[kept], self.rank[kept], self.road[kept], self.is_bridge[kept]
        )


@dataclass(frozen=True, slots=True)
class BuiltUp:
    """One town with its streets, the (lines + 1, lines + 1, 2) crossings of its grid and the names of its roads."""

    town: Town
    streets: Streets
    crossings: Points
    road_names: tuple[Text, ...]


def grid(town: Town, rng: np.random.Generator) -> Points:
    """The (lines + 1, lines + 1, 2) crossings of the town's grid, bent towards rings outside and turned a little."""
    steps = np.linspace(-1, 1, town.lines + 1)
    u, v = np.meshgrid(steps, steps, indexing="ij")
    # The elliptical mapping of a square to a disc; taken by half, it bends outer lines into rings without corners.
    ring = np.stack([u * np.sqrt(1 - v**2 / 2), v * np.sqrt(1 - u**2 / 2)], axis=-1)
    bent = 0.5 * np.stack([u, v], axis=-1) + 0.5 * ring
    wave = 0.12 * town.block_m * np.stack([np.sin(7 * v + 2 * u), np.sin(6 * u - 3 * v)], axis=-1)
    turn = rng.uniform(-0.35, 0.35)
    turned = (bent * town.half_m + wave) @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return np.asarray(turned + town.centre)


def lay_out(town: Town, crossings: Points, water: shapely.Geometry, rng: np.random.Generator) -> Streets:
    """The streets over a town's crossings; what water cuts off from the greater part is left out."""
    size = town.lines + 1
    index = np.arange(size * size).reshape(size, size)
    nodes = crossings.reshape(-1, 2)
    is_dry = ~shapely.contains_xy(water, nodes)
    parts = [_line(index[i], i, _rank(i, size), nodes, is_dry, water) for i in range(size)]
    parts += [_line(index[:, j], size + j, _rank(j, size), nodes, is_dry, water) for j in range(size)]
    start, end, rank, road, is_bridge = (np.concatenate(column) for column in zip(*parts, strict=True))
    streets = Streets(nodes, start, end, rank, road, is_bridge)
    streets = streets.only((rank != BRANCH) | (rng.random(len(rank)) > _MISSING_SHARE))
    label = components(len(nodes), streets.start, streets.end)
    greatest = np.bincount(label[streets.start]).argmax()
    return streets.only(label[streets.start] == greatest)


def _rank(line: int, size: int) -> int:
    """Every sixth line is a trunk road, every third and the outer ring a secondary one."""
    if line % _TRUNK_EVERY == _TRUNK_EVERY // 2:
        return TRUNK
    return SECONDARY if line % _SECONDARY_EVERY == 0 or line == size - 1 else BRANCH


def _line(
    line: Numbers, road: int, rank: int, nodes: Points, is_dry: Flags, water: shapely.Geometry
) -> tuple[NDArray, ...]:  # type: ignore[type-arg]
    """The segments of one line of crossings; only a trunk road crosses water."""
    dry = np.flatnonzero(is_dry[line])
    gaps = np.diff(dry)
    start, end = line[dry[:-1]], line[dry[1:]]
    is_bridge = shapely.intersects(shapely.linestrings(np.stack([nodes[start], nodes[end]], axis=1)), water)
    kept = gaps <= (_BRIDGE_SPAN if rank == TRUNK else 1)
    if rank != TRUNK:
        kept &= ~is_bridge
    count = int(kept.sum())
    return start[kept], end[kept], np.full(count, rank), np.full(count, road), is_bridge[kept]


def components(count: int, start: Numbers, end: Numbers) -> Numbers:
    """For each of ``count`` nodes the lowest node that it is connected with."""
    label = np.arange(count)
    while True:
        lowest = np.minimum(label[start], label[end])
        found = label.copy()
        np.minimum.at(found, start, lowest)
        np.minimum.at(found, end, lowest)
        found = found[found]  # whoever my label follows, I follow
        if (found == label).all():
            return label
        label = found


def links(towns: Sequence[Town]) -> Iterator[tuple[int, int]]:
    """Pairs of towns to join by road: the shortest set of straight roads that joins them all (Prim's method)."""
    centres = np.array([town.centre for town in towns])
    away = np.hypot(*(centres[:, None] - centres[None]).transpose(2, 0, 1))
    best, via = away[0].copy(), np.zeros(len(towns), dtype=int)
    is_joined = np.zeros(len(towns), dtype=bool)
    is_joined[0] = True
    for _ in range(len(towns) - 1):
        nearest = int(np.where(is_joined, np.inf, best).argmin())
        yield int(via[nearest]), nearest
        is_joined[nearest] = True
        nearer = away[nearest] < best
        best, via = np.where(nearer, away[nearest], best), np.where(nearer, nearest, via)


def link_course(begin: Points, end: Points) -> Points:
    """The corners of a gently winding road between two points, about 800 m apart, both ends included."""
    count = max(2, int(np.hypot(*(end - begin)) // _LINK_STEP_M))
    along = np.linspace(0, 1, count + 1)[:, None]
    aside = np.array([[begin[1] - end[1], end[0] - begin[0]]]) * 0.03
    return np.asarray(begin + along * (end - begin) + np.sin(along * 3 * np.pi) * aside)


def join(parts: Sequence[Streets], towns: Sequence[Town], water: shapely.Geometry) -> tuple[list[Streets], Streets]:
    """The towns' streets with node numbers of the whole city, and the roads between towns over the same nodes."""
    offsets = np.cumsum([0, *(len(part.nodes) for part in parts)])
    nodes = np.concatenate([part.nodes for part in parts])
    whole = [
        replace(part, nodes=nodes, start=part.start + first, end=part.end + first)
        for part, first in zip(parts, offsets, strict=False)
    ]
    pairs: list[tuple[int, int, int]] = []
    for road, (one, other) in enumerate(links(towns)):
        ends = [_nearest(whole[a], towns[b].centre) for a, b in ((one, other), (other, one))]
        course = link_course(nodes[ends[0]], nodes[ends[1]])
        between = range(len(nodes), len(nodes) + len(course) - 2)
        nodes = np.concatenate([nodes, course[1:-1]])
        pairs += [(a, b, road) for a, b in pairwise([ends[0], *between, ends[1]])]
    start, end, roads = np.array(pairs, dtype=np.int64).reshape(-1, 3).T
    is_bridge = shapely.intersects(shapely.linestrings(np.stack([nodes[start], nodes[end]], axis=1)), water)
    roads_between = Streets(nodes, start, end, np.full(len(start), TRUNK), roads, is_bridge)
    return [replace(part, nodes=nodes) for part in whole], roads_between


def _nearest(streets: Streets, place: tuple[float, float]) -> int:
    """The node with a street that is nearest to a place."""
    served = np.unique(streets.start)
    return int(served[np.hypot(*(streets.nodes[served] - place).T).argmin()])
