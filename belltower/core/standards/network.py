# SPDX-License-Identifier: Apache-2.0
"""How far it is along lines that meet at their ends: from each place to the nearest of some others, by directions. Pure."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from belltower.core.standards.space import EDGE, MILLIMETRES, Ints, Shapes

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
JOINED = 0.1
"""In metres: ends that fall into the same square of this size are one crossing."""
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class Network:
    """Segments: the crossings where each starts and ends, and its length in metres. ``back``: against its direction as well."""

    lines: Shapes
    starts: Ints
    ends: Ints
    metres: Floats
    back: Flags

    def __len__(self) -> int:
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class Doors:
    """Where things reach a network: the segment (NOWHERE: none), how far along it, and the way there; in metres."""

    segments: Ints
    along: Floats
    legs: Floats

    def kept(self, rows: Flags) -> Doors:
        """Only these."""
        return Doors(self.segments[rows], self.along[rows], self.legs[rows])


def network(lines: Shapes, back: Flags) -> Network:
    """The network of lines; two are joined where they end at the same place, and nowhere else: a bridge crosses freely."""
    vertices = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    squares = np.round(shapely.get_coordinates(vertices) / JOINED).astype(np.int64)
    _, crossings = np.unique(squares, axis=0, return_inverse=True)
    starts, ends = np.split(crossings.reshape(-1).astype(np.int64), 2)
    return Network(lines, starts, ends, shapely.length(lines), back)


def doors(shapes: Shapes, of: Network, barriers: Shapes, *, most: float) -> Doors:
    """By the straight way to the nearest segment that no barrier cuts off, at most ``most`` long.

    A line's way begins in its middle, an outline's at its nearest edge. What lies on a barrier's edge is not cut off.
    """
    starts = _from_where(shapes)
    tree, walls = shapely.STRtree(of.lines), shapely.STRtree(shapely.buffer(barriers, -EDGE, quad_segs=1))
    first = np.full(len(shapes), NOWHERE, dtype=np.int64)
    places, segments = tree.query_nearest(starts, max_distance=most + EDGE, all_matches=False)
    first[places] = segments
    cut = np.zeros(len(shapes), dtype=bool)
    cut[places[walls.query(_legs(starts[places], of.lines[segments]), predicate="intersects")[0]]] = True
    for place in np.flatnonzero(cut).tolist():
        first[place] = _round_barriers(starts[place], of, tree, walls, most)
    found = first != NOWHERE
    along, legs = np.zeros(len(shapes)), np.full(len(shapes), np.inf)
    ways = _legs(starts[found], of.lines[first[found]])
    legs[found] = shapely.length(ways)
    along[found] = shapely.line_locate_point(of.lines[first[found]], shapely.get_point(ways, -1))
    return Doors(first, along, legs)


def nearest(of: Network, places: Doors, others: Doors, *, most: float) -> Floats:
    """How far it is from each place to the nearest of the others, to the millimetre; infinite beyond ``most``, or without a way."""
    by_segment: dict[int, list[tuple[float, float]]] = {}
    for segment, along, leg in _each(others):
        by_segment.setdefault(segment, []).append((along, leg))
    to_go = _from_crossings(of, by_segment, most + EDGE)
    found = np.full(len(places.segments), np.inf)
    for place, segment in enumerate(places.segments.tolist()):
        if segment != NOWHERE:
            along, leg = float(places.along[place]), float(places.legs[place])
            found[place] = leg + _onward(of, segment, along, by_segment.get(segment, ()), to_go)
    found = np.round(found, MILLIMETRES)
    found[found > most] = np.inf
    return found


def _onward(
    of: Network, segment: int, along: float, here: Sequence[tuple[float, float]], to_go: Mapping[int, float]
) -> float:
    """The shortest way on from a point of a segment: to one beside it, or over one of its ends (it may lie on one)."""
    back, rest = bool(of.back[segment]), float(of.metres[segment]) - along
    ways = [rest + to_go.get(int(of.ends[segment]), math.inf)]
    if back or along <= EDGE:
        ways.append(along + to_go.get(int(of.starts[segment]), math.inf))
    ways += [abs(other - along) + leg for other, leg in here if back or other >= along - EDGE]
    return min(ways)


def _from_crossings(
    of: Network, by_segment: Mapping[int, Sequence[tuple[float, float]]], most: float
) -> dict[int, float]:
    """From each crossing the way to the nearest, no farther than ``most``: Dijkstra 1959 from all of them at once, backwards."""
    into = _into(of)
    queue = [way for segment, there in by_segment.items() for way in _reached_from(of, segment, there)]
    heapq.heapify(queue)
    settled: dict[int, float] = {}
    while queue:
        metres, crossing = heapq.heappop(queue)
        if crossing in settled or metres > most:
            continue
        settled[crossing] = metres
        for before, length in into[crossing]:
            if before not in settled:
                heapq.heappush(queue, (metres + length, before))
    return settled


def _reached_from(of: Network, segment: int, there: Sequence[tuple[float, float]]) -> Iterator[tuple[float, int]]:
    """The ways to what stands by a segment from its two ends."""
    length = float(of.metres[segment])
    for along, leg in there:
        yield along + leg, int(of.starts[segment])
        if of.back[segment] or length - along <= EDGE:
            yield length - along + leg, int(of.ends[segment])


def _into(of: Network) -> list[list[tuple[int, float]]]:
    """By crossing: from which others a segment leads to it, and how long that is."""
    found: list[list[tuple[int, float]]] = [[] for _ in range(1 + max(of.starts.max(), of.ends.max()))]
    columns = (of.starts.tolist(), of.ends.tolist(), of.metres.tolist(), of.back.tolist())
    for start, end, length, back in zip(*columns, strict=True):
        found[end].append((start, length))
        if back:
            found[start].append((end, length))
    return found


def _each(some: Doors) -> Iterator[tuple[int, float, float]]:
    columns = zip(some.segments.tolist(), some.along.tolist(), some.legs.tolist(), strict=True)
    return (one for one in columns if one[0] != NOWHERE)


def _from_where(shapes: Shapes) -> Shapes:
    found = np.array(shapes, dtype=object)
    is_line = shapely.get_dimensions(shapes) == 1
    found[is_line] = shapely.line_interpolate_point(shapes[is_line], 0.5, normalized=True)
    return found


def _legs(starts: Shapes, lines: Shapes) -> Shapes:
    return np.asarray(shapely.shortest_line(starts, lines), dtype=object)


def _round_barriers(start: object, of: Network, tree: shapely.STRtree, walls: shapely.STRtree, most: float) -> int:
    """The nearest segment on this side of the barriers."""
    segments = tree.query(start, predicate="dwithin", distance=most)
    order = np.lexsort((segments, shapely.distance(start, of.lines[segments])))
    for segment in segments[order].tolist():
        if not len(walls.query(shapely.shortest_line(start, of.lines[segment]), predicate="intersects")):
            return int(segment)
    return NOWHERE
