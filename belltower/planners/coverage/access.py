# SPDX-License-Identifier: Apache-2.0
"""Lines become streets, and points find their way onto them: by the straight leg that no barrier cuts off. Metres in, mm out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from belltower.planners.coverage.problem import NOWHERE, Flags, Ints, Places, Streets

Shapes = NDArray[Any]
Floats = NDArray[np.float64]
JOINED_M = 0.1
"""Ends that fall into the same square of this size are one crossing; lines that merely cross are not joined: a bridge."""
TOUCHING_M = 0.01


def streets_of(lines: Shapes, back: Flags) -> Streets:
    """The streets of lines in the plane; ``back``: may be walked against their direction."""
    ends = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    squares = np.round(shapely.get_coordinates(ends) / JOINED_M).astype(np.int64)
    _, crossings = np.unique(squares, axis=0, return_inverse=True)
    starts, stops = np.split(crossings.reshape(-1).astype(np.int64), 2)
    return Streets(
        int(crossings.max(initial=-1)) + 1, starts, stops, in_mm(shapely.length(lines)), np.asarray(back, dtype=bool)
    )


def in_mm(metres: Floats) -> Ints:
    """Whole millimetres."""
    return np.asarray(np.rint(metres * 1000), dtype=np.int64)


def nowhere(names: Sequence[str], x: Floats, y: Floats) -> Places:
    """Places that are on no street, for ways in a straight line."""
    none = np.zeros(len(names), dtype=np.int64)
    return Places(tuple(names), in_mm(x), in_mm(y), none + NOWHERE, none, none)


def attached(names: Sequence[str], x: Floats, y: Floats, lines: Shapes, barriers: Shapes, *, most_m: float) -> Places:
    """Places with the nearest line that no barrier cuts off, at most ``most_m`` away; NOWHERE where there is none."""
    points = shapely.points(x, y)
    tree, walls = shapely.STRtree(lines), shapely.STRtree(shapely.buffer(barriers, -TOUCHING_M, quad_segs=1))
    segment = np.full(len(points), NOWHERE, dtype=np.int64)
    rows, nearest = tree.query_nearest(points, max_distance=most_m, all_matches=False)
    segment[rows] = nearest
    cut = np.unique(rows[walls.query(shapely.shortest_line(points[rows], lines[nearest]), predicate="intersects")[0]])
    for row in cut.tolist():
        segment[row] = _round_barriers(points[row], lines, tree, walls, most_m)
    there = segment != NOWHERE
    along, leg = np.zeros(len(points)), np.zeros(len(points))
    on = lines[segment[there]]
    along[there] = shapely.line_locate_point(on, points[there])
    leg[there] = shapely.distance(on, points[there])
    most = np.zeros(len(points), dtype=np.int64)
    most[there] = in_mm(shapely.length(on))
    return Places(tuple(names), in_mm(x), in_mm(y), segment, np.minimum(in_mm(along), most), in_mm(leg))


def _round_barriers(point: Any, lines: Shapes, tree: shapely.STRtree, walls: shapely.STRtree, most_m: float) -> int:
    """The nearest line on this side."""
    near = tree.query(point, predicate="dwithin", distance=most_m)
    for one in near[np.lexsort((near, shapely.distance(point, lines[near])))].tolist():
        if not len(walls.query(shapely.shortest_line(point, lines[one]), predicate="intersects")):
            return int(one)
    return NOWHERE
