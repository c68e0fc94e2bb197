# SPDX-License-Identifier: Apache-2.0
"""What the database keeps about a geometry: its WKB, its box in the metric plane, a point on it and that point's cell.

Everything is vectorised over arrays of shapely geometries in WGS 84 degrees. Reading files is not done here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import shapely

CELL_LEVEL = 18
"""Cells are Web-Mercator tiles of this zoom (about 150 m wide at the equator)."""

DIGITS = 9
"""Decimals of a degree that are kept: a tenth of a millimetre."""

_MERCATOR_LAT = 85.05112877980659  # atan(sinh(pi)): where Web Mercator ends
_POINT, _LINE = 0, 1  # shapely's numbers; a ring (2) and all beyond are taken as outlines

Floats = npt.NDArray[np.float64]
Cells = npt.NDArray[np.int64]
Geometries = npt.NDArray[Any]


class Plane(Protocol):
    """What is needed of kernel.plane.MetricPlane."""

    def to_plane(self, lon: Any, lat: Any) -> tuple[Any, Any]: ...
    def project(self, geoms: Any) -> Any: ...


@dataclass(frozen=True, slots=True)
class Points:
    """Points in WGS 84 degrees as two (n,) arrays; NaN where there is none. A million of them need no million objects."""

    lon: Floats
    lat: Floats

    def __len__(self) -> int:
        return len(self.lon)

    def __getitem__(self, at: Any) -> Points:
        return Points(self.lon[at], self.lat[at])


@dataclass(frozen=True, slots=True)
class Described:
    """``wkb`` (n,) of bytes or None; ``boxes`` (n, 4) x_min, y_min, x_max, y_max in metres; ``lon``, ``lat`` degrees.

    Where there is no geometry: None, NaN and cell -1.
    """

    wkb: Geometries
    boxes: Floats
    lon: Floats
    lat: Floats
    cell: Cells


def describe(geoms: Geometries | Points, plane: Plane) -> Described:
    """Describe WGS 84 geometries (n,); None or empty ones stay without description. Heights are dropped.

    So that one place is the same from every file format, coordinates are kept to DIGITS of a degree and outer rings run
    counter-clockwise (RFC 7946, 3.1.6).
    """
    if isinstance(geoms, Points):
        return _describe_points(geoms, plane)
    flat: Geometries = np.array(shapely.force_2d(np.asarray(geoms, dtype=object)), dtype=object)
    flat[shapely.is_empty(flat)] = None
    if (shapely.get_type_id(flat) <= _POINT).all():
        return _describe_points(Points(shapely.get_x(flat), shapely.get_y(flat)), plane)
    flat = shapely.orient_polygons(shapely.transform(flat, lambda vertices: np.round(vertices, DIGITS)))
    points = representative_points(flat)
    lon, lat = shapely.get_x(points), shapely.get_y(points)
    boxes = shapely.bounds(plane.project(flat))
    return Described(shapely.to_wkb(flat, byte_order=1), boxes, lon, lat, cells(lon, lat))


def _describe_points(points: Points, plane: Plane) -> Described:
    lon, lat = np.round(points.lon, DIGITS), np.round(points.lat, DIGITS)
    boxes = np.full((len(points), 4), np.nan)
    known = ~(np.isnan(lon) | np.isnan(lat))
    x, y = plane.to_plane(lon[known], lat[known])
    boxes[known] = np.column_stack([x, y, x, y])
    return Described(_points_to_wkb(lon, lat, known), boxes, lon, lat, cells(lon, lat))


_POINT_WKB = np.dtype([("order", "u1"), ("type", "<u4"), ("lon", "<f8"), ("lat", "<f8")])


def _points_to_wkb(lon: Floats, lat: Floats, known: npt.NDArray[np.bool_]) -> Geometries:
    """Little-endian WKB of points (OGC 06-103r4, 8.2), written at once."""
    rows = np.zeros(len(lon), dtype=_POINT_WKB)
    rows["order"], rows["type"], rows["lon"], rows["lat"] = 1, 1, lon, lat
    whole, size = rows.tobytes(), _POINT_WKB.itemsize
    found = np.empty(len(lon), dtype=object)
    found[:] = [whole[at : at + size] for at in range(0, len(whole), size)]
    found[~known] = None
    return found


def representative_points(geoms: Geometries) -> Geometries:
    """A point on each geometry: a point itself, the middle of a line, a point inside a polygon."""
    kinds = shapely.get_type_id(geoms)
    points = np.array(geoms, dtype=object)
    lines, outlines = kinds == _LINE, kinds > _LINE
    points[lines] = shapely.line_interpolate_point(points[lines], 0.5, normalized=True)
    points[outlines] = shapely.point_on_surface(points[outlines])
    return points


def cells(lon: Floats, lat: Floats, level: int = CELL_LEVEL) -> Cells:
    """The Web-Mercator tile at ``level`` of each point, as the integer of its quadkey; -1 where a point is NaN.

    All cells below a tile (z, x, y) are one range: ``first_cell(z, x, y)`` up to, not including, that of its successor
    (Morton order, as in the Bing Maps tile system). Beyond +-85.05 degrees a point falls into the outermost cell.
    """
    known = ~(np.isnan(lon) | np.isnan(lat))
    x, y = _tile(np.where(known, lon, 0.0), np.where(known, lat, 0.0), level)
    return np.where(known, (_spread(y) << 1) | _spread(x), -1)


def first_cell(zoom: int, x: int, y: int, level: int = CELL_LEVEL) -> int:
    """The first cell of ``level`` inside tile (zoom, x, y); the tile holds ``4 ** (level - zoom)`` cells from there."""
    quadkey = (_spread(np.array([y])) << 1) | _spread(np.array([x]))
    return int(quadkey[0]) << (2 * (level - zoom))


def _tile(lon: Floats, lat: Floats, level: int) -> tuple[Cells, Cells]:
    size = 1 << level
    radians = np.radians(np.clip(lat, -_MERCATOR_LAT, _MERCATOR_LAT))
    x = np.floor((lon + 180.0) / 360.0 * size)
    y = np.floor((1.0 - np.arcsinh(np.tan(radians)) / np.pi) / 2.0 * size)
    return np.clip(x, 0, size - 1).astype(np.int64), np.clip(y, 0, size - 1).astype(np.int64)


def _spread(values: Cells) -> Cells:
    """Bits moved apart, a zero between each two (the Morton half of up to 31 bits)."""
    spread = values.astype(np.int64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        spread = (spread | (spread << shift)) & mask
    return spread
