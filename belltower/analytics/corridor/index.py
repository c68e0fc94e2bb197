# SPDX-License-Identifier: Apache-2.0
"""Pipes laid over a grid, so that a point is compared with the few segments that its cell leaves in doubt."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.corridor import kernels
from belltower.analytics.corridor.compiling import loops
from belltower.analytics.corridor.segments import Segments

CELL_M = 25.0
MOST_CELLS = 100_000_000
SLACK_M = 1e-6
"""Metres by which a cell is left in doubt more than it must be, so that no rounding decides."""


@dataclass(frozen=True, slots=True, eq=False)
class Corridor:
    """All places within ``reach_m`` of the segments, their edge included, as cells that say what is known of all of them.

    ``code`` of a cell is FAR, the number of a segment within reach of every point of it, or -3 - k: then ``listed[first[k]:
    first[k + 1]]`` are all segments that can be within reach of any point of it. The centre of a cell that is FAR is
    farther than ``reach_m`` and half a diagonal from every segment; that makes each miss provable.
    """

    segments: Segments
    reach_m: float
    cell_m: float
    west: float
    south: float
    columns: int
    rows: int
    code: NDArray[np.int32]
    first: NDArray[np.int32]
    listed: NDArray[np.int32]
    lines: NDArray[np.float64]
    is_complete: bool
    """Whether every cell near a segment has its list, as nearest() needs; otherwise cells within reach as a whole have none."""

    @property
    def nbytes(self) -> int:
        """Bytes of memory that the grid and its lists take."""
        return sum(part.nbytes for part in (self.code, self.first, self.listed, self.lines))


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """Of each point the number of the nearest ``segment``, or FAR or UNKNOWN; and how far it is, NaN without one."""

    segment: NDArray[np.int32]
    distance_m: NDArray[np.float64]


def corridor(segments: Segments, *, reach_m: float, cell_m: float = CELL_M, is_complete: bool = False) -> Corridor:
    """The corridor of ``reach_m`` to each side of the pipes; ``is_complete`` for nearest(), which takes more memory.

    Raises ValueError for what cannot be laid out.
    """
    if not (0 < reach_m < math.inf and 0 < cell_m < math.inf):
        raise ValueError(f"A corridor needs a reach and cells of more than 0 m, not {reach_m} and {cell_m}.")
    warm_up()
    return _corridor(segments, reach_m, cell_m, is_complete)


def within(place: Corridor, east: NDArray[np.float64], north: NDArray[np.float64]) -> NDArray[np.int32]:
    """Of each point (metres of the plane) a segment that it is within reach of, or FAR (-1), or UNKNOWN (-2) without a place."""
    who = np.empty(len(east), dtype=np.int32)
    cells, doubt = np.empty(kernels.BLOCK, dtype=np.uint32), np.empty(kernels.BLOCK + 1, dtype=np.uint64)
    grid = (place.west, place.south, 1.0 / place.cell_m, place.columns, place.rows)
    lists = (place.code, place.first, place.listed, place.lines)
    kernels.within(east, north, *lists, *grid, place.reach_m**2, cells, doubt, who)
    return who


def nearest(place: Corridor, east: NDArray[np.float64], north: NDArray[np.float64]) -> Nearest:
    """The nearest segment of each point within the reach of a complete corridor; of equals the first."""
    if not place.is_complete:
        raise ValueError("The nearest segment needs a corridor that was laid out with is_complete=True.")
    who, squared = np.empty(len(east), dtype=np.int32), np.empty(len(east))
    grid = (place.west, place.south, 1.0 / place.cell_m, place.columns, place.rows)
    lists = (place.code, place.first, place.listed, place.lines)
    kernels.nearest(east, north, *lists, *grid, place.reach_m**2, who, squared)
    return Nearest(who, np.where(who >= 0, np.sqrt(squared), np.nan))


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Compile, or load what was compiled before."""
    none = np.zeros(0)
    with loops.one_at_a_time():
        place = _corridor(Segments(np.zeros((1, 4)), np.zeros(1, dtype=np.int64)), 1.0, 1.0, True)
        within(place, none, none)
        nearest(place, none, none)


def _corridor(segments: Segments, reach_m: float, cell_m: float, is_complete: bool) -> Corridor:
    west, south, columns, rows = _grid(segments, reach_m, cell_m)
    lines, half = _lines(segments), cell_m * math.sqrt(0.5)
    code = np.full(columns * rows, kernels.FAR, dtype=np.int32)
    inner = -1.0 if is_complete else reach_m - half - SLACK_M
    kernels.cover(lines, west, south, cell_m, columns, rows, inner, code)
    first = np.zeros(columns * rows + 1, dtype=np.int64)
    grid = (west, south, cell_m, columns, rows, reach_m + half + SLACK_M)
    kernels.spread(lines, *grid, code, first, np.zeros(0, dtype=np.int32), False)
    doubtful = np.flatnonzero(first[1:])
    np.cumsum(first, out=first)
    if first[-1] > np.iinfo(np.int32).max:
        raise ValueError(f"{first[-1]:,} lines of lists are too many: take smaller cells or a shorter reach.")
    begins = np.append(first[doubtful], first[-1]).astype(np.int32)
    listed = np.empty(int(first[-1]), dtype=np.int32)
    kernels.spread(lines, *grid, code, first, listed, True)
    code[doubtful] = -3 - np.arange(len(doubtful), dtype=np.int32)
    return Corridor(segments, reach_m, cell_m, west, south, columns, rows, code, begins, listed, lines, is_complete)


def _grid(segments: Segments, reach_m: float, cell_m: float) -> tuple[float, float, int, int]:
    """West and south edge, columns and rows: with a margin of a cell around what can be within reach."""
    if not len(segments):
        return 0.0, 0.0, 1, 1
    ends = segments.ends.reshape(-1, 2)
    (low_x, low_y), (high_x, high_y) = ends.min(axis=0), ends.max(axis=0)
    west, south = float(low_x - reach_m - cell_m), float(low_y - reach_m - cell_m)
    columns, rows = (int((high + reach_m - low) / cell_m) + 2 for high, low in ((high_x, west), (high_y, south)))
    if columns * rows > MOST_CELLS:
        raise ValueError(
            f"{columns:,} x {rows:,} cells of {cell_m} m are too many: is every pipe in this city's plane?"
        )
    return west, south, columns, rows


def _lines(segments: Segments) -> NDArray[np.float64]:
    across = segments.ends[:, 2:] - segments.ends[:, :2]
    squared = (across**2).sum(axis=1)
    lines = np.zeros((len(segments), kernels.LINE))
    lines[:, :2], lines[:, 2:4] = segments.ends[:, :2], across
    np.divide(1.0, squared, out=lines[:, 4], where=squared > 0)
    return lines
