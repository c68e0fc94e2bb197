# SPDX-License-Identifier: Apache-2.0
"""A bounding box as it was asked for, and as the indexes know it: cells in one order, and boxes in the metric plane."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from belltower.core.places import city
from belltower.core.places.columns import Box
from belltower.core.places.geometry import CELL_LEVEL
from belltower.edges.features.errors import BadFeaturesQuery, text
from belltower.edges.features.systems import System

MOST_RANGES = 16
"""Ranges of cells that a box is covered by: more of them read less beside it, and cost more to begin."""
_LAST = (1 << CELL_LEVEL) - 1
_MOST_LAT = 85.0511287798066
_HOME_DEG = 15.0
"""The plane is asked about places within so many degrees of the city's centre; far from it projections have no numbers."""
_COUNT = 17
_STEPS = np.linspace(0.0, 1.0, _COUNT)
_SLACK_M = 0.01
_SLACK = 0.02
"""How much wider than its sampled border a region of the plane is taken in degrees, as a share of its width."""
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Region:
    """``bounds``: west, south, east, north in degrees; where ``plane`` is, that is the region, and they are about it."""

    bounds: Bounds
    plane: Box | None = None

    def meets(self, shapes: Any) -> Any:
        """Which of these WGS 84 shapes share a point with it."""
        if self.plane is None:
            return shapely.intersects(shapes, _shape(self.bounds))
        return shapely.intersects(city.plane().project(shapes), _shape(self.plane))

    def surely_holds(self, lon: float | None, lat: float | None) -> bool:
        """Whether the point lies in it, as far as degrees can say."""
        if lon is None or lat is None or self.plane is not None:
            return False
        west, south, east, north = self.bounds
        return west <= lon <= east and south <= lat <= north

    def around(self) -> Box | None:
        """The box in the plane about it; None where it is far from the city."""
        if self.plane is not None:
            return self.plane
        sides = self.sides()
        if not sides:
            return None
        west, south, east, north = np.array(sides).T
        return Box(float(west.min()), float(south.min()), float(east.max()), float(north.max()))

    def sides(self) -> list[Box]:
        """The boxes in the plane about each of its four sides: what crosses its border meets one of them."""
        if self.plane is not None:
            return _sides(self.plane)
        near = _near(self.bounds)
        if near is None:
            return []
        west, south, east, north = near
        along_x, along_y = west + (east - west) * _STEPS, south + (north - south) * _STEPS
        lon = np.stack([np.full(_COUNT, west), np.full(_COUNT, east), along_x, along_x])
        lat = np.stack([along_y, along_y, np.full(_COUNT, south), np.full(_COUNT, north)])
        return _boxed(*city.plane().to_plane(lon, lat))

    def ranges(self) -> list[tuple[int, int]]:
        """The ranges of cells that cover it, in order: from the first, until before the second."""
        west, south, east, north = self.bounds
        (x0, y0), (x1, y1) = _tile(west, north), _tile(east, south)
        return list(_cover((max(x0 - 1, 0), max(y0 - 1, 0)), (min(x1 + 1, _LAST), min(y1 + 1, _LAST))))


def region(given: str | None, system: System) -> Region | None:
    """The region of ``bbox``: four numbers, or six with heights that are passed over. Raises BadFeaturesQuery."""
    if given is None:
        return None
    return of_corners(_numbers(given), system)


def of_corners(values: Sequence[float], system: System) -> Region:
    """The region between two corners, in the order of the system's axes. Raises BadFeaturesQuery."""
    x_min, y_min, x_max, y_max = (float(one) for one in (values if len(values) == 4 else [*values[:2], *values[3:5]]))
    east_is_less = (y_max < y_min) if system.is_north_first else (x_max < x_min)
    if system.is_degrees and east_is_less:
        raise _bad("跨越 180° 经线的范围请分两次查询", "a box across the antimeridian is asked for in two parts")
    if x_max < x_min or y_max < y_min:
        raise _bad("最大值小于最小值", "a maximum is below its minimum")
    return _region(x_min, y_min, x_max, y_max, system)


def _region(x_min: float, y_min: float, x_max: float, y_max: float, system: System) -> Region:
    if system.is_degrees:
        return _of_degrees(*((y_min, x_min, y_max, x_max) if system.is_north_first else (x_min, y_min, x_max, y_max)))
    xs, ys = x_min + (x_max - x_min) * _STEPS, y_min + (y_max - y_min) * _STEPS
    around_x = np.concatenate([xs, np.full(_COUNT, x_max), xs[::-1], np.full(_COUNT, x_min)])
    around_y = np.concatenate([np.full(_COUNT, y_min), ys, np.full(_COUNT, y_max), ys[::-1]])
    lon, lat = system.degrees(around_x, around_y)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise _bad("超出该坐标系的范围", "it lies outside that coordinate system")
    bounds = (float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max()))
    if system.is_aligned:
        return Region(bounds)
    wide, high = (bounds[2] - bounds[0]) * _SLACK, (bounds[3] - bounds[1]) * _SLACK
    about = (bounds[0] - wide, bounds[1] - high, bounds[2] + wide, bounds[3] + high)
    box = Box(y_min, x_min, y_max, x_max) if system.is_north_first else Box(x_min, y_min, x_max, y_max)
    return Region(about, box)


def _shape(bounds: Bounds) -> Any:
    """A box, or the line or point that is left of it."""
    west, south, east, north = bounds
    if west < east and south < north:
        return shapely.box(*bounds)
    return (
        shapely.LineString([(west, south), (east, north)]) if bounds[:2] != bounds[2:] else shapely.Point(west, south)
    )


def _of_degrees(west: float, south: float, east: float, north: float) -> Region:
    if not (west >= -180 and east <= 180 and south >= -90 and north <= 90):
        raise _bad("经纬度超出范围；请注意坐标轴顺序", "degrees are out of range; mind the order of the axes")
    return Region((west, south, east, north))


def _sides(box: Box) -> list[Box]:
    west, south, east, north = box
    return [
        Box(west, south, west, north),
        Box(east, south, east, north),
        Box(west, south, east, south),
        Box(west, north, east, north),
    ]


def _numbers(given: str) -> list[float]:
    try:
        values = [float(one) for one in given.split(",")]
    except ValueError:
        values = []
    if len(values) not in (4, 6) or not np.isfinite(values).all():
        raise _bad("应为 4 个或 6 个数，以逗号分隔", "it takes 4 or 6 numbers with commas between")
    return values


def _bad(zh: str, en: str) -> BadFeaturesQuery:
    return BadFeaturesQuery(parameter="bbox", reason=text(zh, en))


def _near(bounds: Bounds) -> Bounds | None:
    """The part of it about the city."""
    lon, lat = city.current().centre
    west, south = max(bounds[0], lon - _HOME_DEG), max(bounds[1], lat - _HOME_DEG)
    east, north = min(bounds[2], lon + _HOME_DEG), min(bounds[3], lat + _HOME_DEG)
    return (west, south, east, north) if west <= east and south <= north else None


def _boxed(x: Any, y: Any) -> list[Box]:
    """The boxes about lines of points (n, 17) in the plane. A curved line bulges past them by less than a hundredth."""
    slack = _SLACK_M + 0.01 * np.minimum(np.ptp(x, axis=1), np.ptp(y, axis=1))
    corners = np.column_stack([x.min(1) - slack, y.min(1) - slack, x.max(1) + slack, y.max(1) + slack])
    return [Box(*one) for one in corners.tolist()]


def _tile(lon: float, lat: float) -> tuple[int, int]:
    """Column and row of a point's cell, as geometry.cells has it but for rounding: a cell more is taken on each side."""
    x = math.floor((lon + 180.0) / 360.0 * (_LAST + 1))
    y = math.floor(
        (1.0 - math.asinh(math.tan(math.radians(min(max(lat, -_MOST_LAT), _MOST_LAT)))) / math.pi) / 2.0 * (_LAST + 1)
    )
    return min(max(x, 0), _LAST), min(max(y, 0), _LAST)


@lru_cache(maxsize=512)
def _cover(first: tuple[int, int], last: tuple[int, int]) -> tuple[tuple[int, int], ...]:
    """Ranges of cells over the tiles from the north-west to the south-east one; the coarsest that stick out are divided first.

    A tile is its left, upper corner and side in cells, and its first cell: its quarters' follow each other from there.
    """
    whole: list[tuple[int, int]] = []
    open_ = deque([(0, 0, _LAST + 1, 0)])
    while open_:
        x, y, side, cell = open_.popleft()
        if x + side <= first[0] or y + side <= first[1] or x > last[0] or y > last[1]:
            continue
        is_inside = x >= first[0] and y >= first[1] and x + side <= last[0] + 1 and y + side <= last[1] + 1
        if is_inside or side == 1 or len(whole) + len(open_) >= MOST_RANGES:
            whole.append((cell, cell + side * side))
        else:
            half, size = side // 2, side * side // 4
            open_ += [(x + half * (n & 1), y + half * (n >> 1), half, cell + size * n) for n in range(4)]
    return _joined(sorted(whole))


def _joined(ranges: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Ranges that follow each other made one."""
    joined = ranges[:1]
    for first, until in ranges[1:]:
        if first == joined[-1][1]:
            joined[-1] = (joined[-1][0], until)
        else:
            joined.append((first, until))
    return tuple(joined)
