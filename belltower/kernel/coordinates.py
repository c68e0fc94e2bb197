# SPDX-License-Identifier: Apache-2.0
"""Coordinate systems a file may come in, and the way of each to WGS 84 and back: WGS 84 (= CGCS2000 for us, the
drift of the continent since 2000 left aside), China's shifted GCJ-02 and BD-09, and whatever EPSG numbers. docs/why/coordinates.md tells the story.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyproj
import shapely
from numpy.typing import ArrayLike, NDArray

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

Floats = NDArray[np.float64]
Way = Callable[[Floats, Floats], tuple[Floats, Floats]]

# Longitude and latitude between which GCJ-02 shifts; beyond them it is WGS 84 unchanged. It is the rectangle of every
# published implementation: an outline of the border would be ours alone, and disagree with the maps people copy from.
CHINA_BOX = (72.004, 0.8293, 137.8347, 55.8271)

# Krasovsky 1940, the ellipsoid the shift is computed on: semi-major axis in metres, first eccentricity squared.
_AXIS_M, _ECCENTRICITY_2 = 6378245.0, 0.00669342162296594323
_BAIDU_TURN = np.pi * 3000.0 / 180.0
_SETTLED_DEG = 1e-13
_ROUNDS = 16


class UnknownCoordinateSystem(Refusal):
    """A name that stands for no coordinate system known here."""

    code = "unknown_coordinate_system"
    sentence = Text(
        zh="不认识坐标系“{given}”。可用：{known}。请按数据来源选择其一。",
        en="'{given}' is no coordinate system known here. There are: {known}. Choose the one the data came in.",
    )


@dataclass(frozen=True, slots=True)
class CoordinateSystem:
    """A coordinate system and its two ways. Longitude (or easting) always comes first, degrees (or its own units).

    Both ways take and give float64 arrays of one shape. What has no place in the other system comes back as NaN.
    """

    name: str
    _to: Way
    _from: Way

    def to_wgs84(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Longitude and latitude in WGS 84 degrees of coordinates in this system."""
        return self._to(*_pair(lon, lat))

    def from_wgs84(self, lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
        """Coordinates in this system of longitudes and latitudes in WGS 84 degrees."""
        return self._from(*_pair(lon, lat))

    def geometries_to_wgs84(self, geometries: ArrayLike) -> NDArray[np.object_]:
        """The same Shapely geometries, vertex by vertex in WGS 84; None stays None, heights are dropped."""
        return transform(geometries, self._to)

    def geometries_from_wgs84(self, geometries: ArrayLike) -> NDArray[np.object_]:
        """The same Shapely geometries, vertex by vertex in this system."""
        return transform(geometries, self._from)


def coordinate_system(text: str) -> CoordinateSystem:
    """The system of that name: ``wgs84``, ``gcj02``, ``bd09`` (dashes and case do not matter) or ``EPSG:n``.

    Raises UnknownCoordinateSystem, which lists what there is.
    """
    plain = re.sub(r"[\s_-]", "", text).lower()
    if found := _NAMED.get(plain):
        return found
    if match := re.fullmatch(r"epsg:?(\d{4,6})", plain):
        return _by_epsg(int(match[1]))
    raise UnknownCoordinateSystem(given=text, known="wgs84, gcj02, bd09, EPSG:n")


def transform(geometries: ArrayLike, way: Way) -> NDArray[np.object_]:
    """Shapely geometries with ``way`` applied to all their vertices at once. Returns an object array."""

    def both(vertices: Floats) -> Floats:
        return np.column_stack(way(vertices[:, 0], vertices[:, 1]))

    return np.asarray(shapely.transform(np.asarray(geometries, dtype=object), both), dtype=object)


def in_china_box(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    """Where GCJ-02 differs from WGS 84: inside CHINA_BOX."""
    west, south, east, north = CHINA_BOX
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


def _pair(lon: ArrayLike, lat: ArrayLike) -> tuple[Floats, Floats]:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def _same(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    return lon.copy(), lat.copy()


def _gcj_shifted(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """GCJ-02 of WGS 84, by the formula that has been public since about 2010 (no official text exists to cite)."""
    x, y = lon - 105.0, lat - 35.0
    root, ripple = np.sqrt(np.abs(x)), 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north += 2.0 / 3.0 * (ripple + _waves(y, (20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0)))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east += 2.0 / 3.0 * (ripple + _waves(x, (20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0)))
    radians = np.radians(lat)
    bulge = 1.0 - _ECCENTRICITY_2 * np.sin(radians) ** 2
    meridian_m = _AXIS_M * (1.0 - _ECCENTRICITY_2) / bulge**1.5
    parallel_m = _AXIS_M / np.sqrt(bulge) * np.cos(radians)
    return lon + np.degrees(east / parallel_m), lat + np.degrees(north / meridian_m)


def _waves(at: Floats, *waves: tuple[float, float]) -> Floats:
    """The sum of amplitude x sin(pi x at / half wave) over (amplitude, half wave)."""
    return np.asarray(np.sum([amplitude * np.sin(np.pi / half * at) for amplitude, half in waves], axis=0))


def _bd_shifted(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """BD-09 of WGS 84: GCJ-02, stretched and turned a little, then moved."""
    lon, lat = _gcj_shifted(lon, lat)
    length = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_TURN)
    return length * np.cos(angle) + 0.0065, length * np.sin(angle) + 0.006


def _inside_only(way: Way) -> Way:
    """``way`` inside CHINA_BOX, and no change outside it."""

    def applied(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        lon, lat = (axis.copy() for axis in np.broadcast_arrays(lon, lat))
        inside = in_china_box(lon, lat)
        lon[inside], lat[inside] = way(lon[inside], lat[inside])
        return lon, lat

    return applied


def _backwards(way: Way) -> Way:
    """The inverse of a small shift by repeated correction; each round gains about two digits, so few are needed."""

    def found(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        guess_lon, guess_lat = lon.copy(), lat.copy()
        for _ in range(_ROUNDS):
            there_lon, there_lat = way(guess_lon, guess_lat)
            guess_lon, guess_lat = guess_lon + (lon - there_lon), guess_lat + (lat - there_lat)
            gap = np.maximum(np.abs(lon - there_lon), np.abs(lat - there_lat))
            if not np.any(gap > _SETTLED_DEG):
                break
        return guess_lon, guess_lat

    return found


@lru_cache(maxsize=64)
def _by_epsg(number: int) -> CoordinateSystem:
    name = f"EPSG:{number}"
    try:
        there = pyproj.Transformer.from_crs(name, "EPSG:4326", always_xy=True)
    except pyproj.exceptions.CRSError:
        raise UnknownCoordinateSystem(given=name, known="wgs84, gcj02, bd09, EPSG:n") from None
    return CoordinateSystem(name, _by_proj(there, "FORWARD"), _by_proj(there, "INVERSE"))


def _by_proj(transformer: pyproj.Transformer, direction: str) -> Way:
    def applied(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        x, y = transformer.transform(lon, lat, direction=direction)
        nowhere = ~(np.isfinite(x) & np.isfinite(y))
        return np.where(nowhere, np.nan, x), np.where(nowhere, np.nan, y)

    return applied


_NAMED = {
    "wgs84": CoordinateSystem("wgs84", _same, _same),
    "gcj02": CoordinateSystem("gcj02", _inside_only(_backwards(_gcj_shifted)), _inside_only(_gcj_shifted)),
    "bd09": CoordinateSystem("bd09", _inside_only(_backwards(_bd_shifted)), _inside_only(_bd_shifted)),
}
_NAMED["cgcs2000"] = _NAMED["wgs84"]
_NAMED["bd09ll"] = _NAMED["bd09"]
