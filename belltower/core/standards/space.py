# SPDX-License-Identifier: Apache-2.0
"""Which shapes are close to, inside or over which others, in metres of a plane: exact, by an index, a tile at a time. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

Shapes = NDArray[np.object_]
Ints = NDArray[np.int64]
AT_ONCE = 20_000
"""Shapes asked about in one go: a chunk's candidate pairs fit in memory, and two threads have enough to do."""
LONGEST_PIECE = 16
"""Vertices of a piece of a line: a box around a short piece keeps out what a box around a winding line would let in."""
SHORT_PIECE = 6
"""Vertices of a piece where only boxes are compared."""
MILLIMETRES = 3
"""Distances are told to the millimetre: coordinates are kept to a tenth of one."""
EDGE = 0.0005
"""In metres: what is no farther than this from an edge is on it."""


@dataclass(frozen=True, slots=True)
class Pairs:
    """``left`` and ``right`` are places in the two arrays that were asked about; ``metres`` their distance."""

    left: Ints
    right: Ints
    metres: NDArray[np.float64]

    def kept(self, rows: NDArray[Any]) -> Pairs:
        """Only these."""
        return Pairs(self.left[rows], self.right[rows], self.metres[rows])

    def nearest(self) -> Pairs:
        """For each left shape its nearest; of equally near ones the first."""
        order = np.lexsort((self.right, self.metres, self.left))
        _, first = np.unique(self.left[order], return_index=True)
        return self.kept(order[first])


def within(left: Shapes, right: Shapes, metres: float) -> Pairs:
    """All pairs not farther apart than ``metres``, that far included. A shape that is None is in none."""
    pieces, owner = _pieces(right)
    tree = shapely.STRtree(pieces)
    slack = 10.0**-MILLIMETRES

    def ask(some: Shapes) -> tuple[Ints, Ints, NDArray[np.float64]]:
        first, second = tree.query(some, predicate="dwithin", distance=metres + slack)
        return first, owner[second], np.round(shapely.distance(some[first], pieces[second]), MILLIMETRES)

    found = _shortest(_asked(left, ask))
    return found.kept(found.metres <= metres)


def covered(left: Shapes, right: Shapes) -> Pairs:
    """All pairs whose left shape lies wholly in the right outline, its edge included (to half a millimetre)."""
    return _asked(left, _by(shapely.STRtree(shapely.buffer(right, EDGE, quad_segs=1)), "covered_by"))


def overlapping(left: Shapes, right: Shapes) -> Pairs:
    """All pairs whose left shape reaches into the right outline; touching its edge is outside (to half a millimetre)."""
    return _asked(left, _by(shapely.STRtree(shapely.buffer(right, -EDGE, quad_segs=1)), "intersects"))


def _by(tree: shapely.STRtree, predicate: Any) -> Callable[[Shapes], tuple[Ints, Ints, NDArray[np.float64]]]:
    def ask(some: Shapes) -> tuple[Ints, Ints, NDArray[np.float64]]:
        first, second = tree.query(some, predicate=predicate)
        return first, second, np.zeros(len(first))

    return ask


def _asked(left: Shapes, ask: Callable[[Shapes], tuple[Ints, Ints, NDArray[np.float64]]]) -> Pairs:
    """Every chunk asked, in two threads: the index lets other threads run while it looks."""
    with ThreadPoolExecutor(2) as threads:
        begins = range(0, len(left), AT_ONCE)
        parts = list(threads.map(lambda begin: ask(left[begin : begin + AT_ONCE]), begins))
    lefts = [first + begin for begin, (first, _, _) in zip(begins, parts, strict=True)]
    empty = np.empty(0, np.int64)
    return Pairs(
        np.concatenate([empty, *lefts]), np.concatenate([empty, *(second for _, second, _ in parts)]),
        np.concatenate([np.empty(0), *(metres for _, _, metres in parts)]),
    )  # fmt: skip


def _shortest(pairs: Pairs) -> Pairs:
    """Each pair once, with its shortest distance: a line was asked about piece by piece."""
    order = np.lexsort((pairs.metres, pairs.right, pairs.left))
    left, right = pairs.left[order], pairs.right[order]
    is_first = np.ones(len(order), dtype=bool)
    is_first[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return pairs.kept(order[is_first])


def boxes(shapes: Shapes, metres: float) -> NDArray[np.float64]:
    """(n, 4): boxes that hold all within ``metres`` of each shape, several for a long line; None has none.

    A box is west, south, east, north.
    """
    pieces, _ = _pieces(shapes[~shapely.is_missing(shapes) & ~shapely.is_empty(shapes)], longest=SHORT_PIECE)
    return np.asarray(shapely.bounds(pieces) + np.array([-metres, -metres, metres, metres]), dtype=np.float64)


def _pieces(shapes: Shapes, longest: int = LONGEST_PIECE) -> tuple[Shapes, Ints]:
    """The shapes with long lines cut into pieces that share their ends, and whose piece each is."""
    lengths = shapely.get_num_coordinates(shapes)
    is_long = (shapely.get_type_id(shapes) == shapely.GeometryType.LINESTRING) & (lengths > longest)
    cut = [(piece, number) for number in np.flatnonzero(is_long).tolist() for piece in _cut(shapes[number], longest)]
    pieces = np.array([piece for piece, _ in cut], dtype=object)
    owner = np.array([number for _, number in cut], dtype=np.int64)
    return np.concatenate([shapes[~is_long], pieces]), np.concatenate([np.flatnonzero(~is_long), owner])


def _cut(line: Any, longest: int) -> Iterator[Any]:
    vertices = shapely.get_coordinates(line)
    for begin in range(0, len(vertices) - 1, longest - 1):
        yield shapely.linestrings(vertices[begin : begin + longest])
