# SPDX-License-Identifier: Apache-2.0
"""Cuts a community into unit grids (单元网格): the geometry alone, in the metric plane.

A square lattice of 100 m, laid on round hundreds of metres so that neighbouring communities share its lines, is cut to
the border; what is too small to be walked as a grid of its own joins the neighbour it shares most border with.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

CELL_M = 100.0
"""Side of a lattice square: 10,000 m2, the 万米 of 万米单元网格."""
SLIVER_M2 = 3_000.0
"""A piece smaller than this joins a neighbour."""
_NODE_M = 1e-6  # all lines meet in points of this raster, so that neighbours share their vertices exactly


@dataclass(slots=True)
class _Cell:
    """A grid in the making: its pieces, its area, and the border it shares with others, by index."""

    pieces: list[int]
    area: float
    shared: dict[int, float]


def cut(border: shapely.Geometry, *, cell_m: float = CELL_M, sliver_m2: float = SLIVER_M2) -> list[shapely.Polygon]:
    """The grids of a border (a valid polygon or multipolygon in metres), from the north row down, each from west to east.

    They cover the border without gap or overlap: every line between two of them is made of the same vertices in both.
    A part of the border smaller than a sliver that touches nothing stays a grid of its own.
    """
    pieces = _pieces(border, cell_m)
    places = [_lattice_place(piece, cell_m) for piece in pieces]
    cells = _merged(pieces, sliver_m2)
    # The largest piece says in which row and column a merged grid counts.
    heads = [max(cell.pieces, key=lambda at: (shapely.area(pieces[at]), -at)) for cell in cells]
    order = sorted(range(len(cells)), key=lambda at: places[heads[at]])
    return [_joined(pieces, cells[at].pieces) for at in order]


def _pieces(border: shapely.Geometry, cell_m: float) -> NDArray[np.object_]:
    """The faces between lattice and border that lie inside the border."""
    west, south, east, north = border.bounds
    lines = [shapely.boundary(border)]
    for at in _rungs(west, east, cell_m):
        lines.append(shapely.LineString([(at, south - 1.0), (at, north + 1.0)]))
    for at in _rungs(south, north, cell_m):
        lines.append(shapely.LineString([(west - 1.0, at), (east + 1.0, at)]))
    noded = shapely.union_all(lines, grid_size=_NODE_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    shapely.prepare(border)
    return np.asarray(faces[shapely.contains(border, shapely.point_on_surface(faces))], dtype=object)


def _rungs(low: float, high: float, cell_m: float) -> list[float]:
    """The lattice lines strictly between two bounds."""
    return [step * cell_m for step in range(math.floor(low / cell_m) + 1, math.ceil(high / cell_m))]


def _lattice_place(piece: shapely.Polygon, cell_m: float) -> tuple[int, int, float, float]:
    """Sorts pieces by row from the north, by column from the west, and within a square likewise."""
    inside = shapely.point_on_surface(piece)
    return -math.floor(inside.y / cell_m), math.floor(inside.x / cell_m), inside.x, -inside.y


def _merged(pieces: NDArray[np.object_], sliver_m2: float) -> list[_Cell]:
    """Pieces joined until none is a sliver that has a neighbour; the smallest goes first."""
    areas = shapely.area(pieces)
    cells = {at: _Cell([at], float(areas[at]), {}) for at in range(len(pieces))}
    for one, other, metres in _shared_borders(pieces):
        cells[one].shared[other] = cells[other].shared[one] = metres
    slivers = {at for at, cell in cells.items() if cell.area < sliver_m2 and cell.shared}
    while slivers:
        smallest = min(slivers, key=lambda at: (cells[at].area, at))
        into = max(cells[smallest].shared, key=lambda at: (cells[smallest].shared[at], -at))
        _join(cells, smallest, into)
        slivers.discard(smallest)
        if cells[into].area >= sliver_m2 or not cells[into].shared:
            slivers.discard(into)
    return list(cells.values())


def _shared_borders(pieces: NDArray[np.object_]) -> list[tuple[int, int, float]]:
    """Every two pieces that share more than points, with the metres they share."""
    one, other = shapely.STRtree(pieces).query(pieces, predicate="touches")
    once = one < other
    one, other = one[once], other[once]
    metres = shapely.length(shapely.intersection(pieces[one], pieces[other]))
    return [(int(a), int(b), float(m)) for a, b, m in zip(one, other, metres, strict=True) if m > 0.0]


def _join(cells: dict[int, _Cell], gone: int, into: int) -> None:
    """Give the cell ``gone`` to ``into``, with its neighbours."""
    cell, other = cells.pop(gone), cells[into]
    other.pieces += cell.pieces
    other.area += cell.area
    for neighbour, metres in cell.shared.items():
        del cells[neighbour].shared[gone]
        if neighbour != into:
            total = other.shared.get(neighbour, 0.0) + metres
            other.shared[neighbour] = cells[neighbour].shared[into] = total


def _joined(pieces: NDArray[np.object_], own: Sequence[int]) -> shapely.Polygon:
    """One polygon of pieces whose common lines have the same vertices."""
    if len(own) == 1:
        return pieces[own[0]]
    return shapely.get_parts(shapely.coverage_union_all(pieces[list(own)]))[0]
