# SPDX-License-Identifier: Apache-2.0
"""The coordinate systems that features are told in, each with the order of axes that its authority gives it (Part 2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyproj
import shapely
from numpy.typing import NDArray

from belltower.core.places import city
from belltower.edges.features.errors import BadFeaturesQuery, text
from belltower.kernel.coordinates import CoordinateSystem, Floats, coordinate_system, transform

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_GIVEN = re.compile(rf"{re.escape(_EPSG)}(\d+)|\[EPSG:(\d+)\]|\[OGC:CRS84\]")
_DEGREES = (4326, 4490)
"""WGS 84 and CGCS2000: one place has the same degrees in both (docs/why/coordinates.md)."""
_WEB_MERCATOR = 3857


@dataclass(frozen=True, slots=True)
class System:
    """One system. ``is_north_first``: its first axis points north (EPSG:4326: latitude, then longitude)."""

    uri: str
    is_north_first: bool
    is_degrees: bool
    is_aligned: bool
    """Whether its axes run along meridians and parallels, so that a box is one of degrees."""
    _system: CoordinateSystem

    def shapes(self, geometries: NDArray[Any]) -> NDArray[Any]:
        """WGS 84 geometries in this system, in the order of its axes."""
        if self.is_degrees and not self.is_north_first:
            return geometries
        return transform(geometries, self._written)

    def degrees(self, first: Floats, second: Floats) -> tuple[Floats, Floats]:
        """Longitude and latitude of coordinates in the order of the axes."""
        return self._system.to_wgs84(*((second, first) if self.is_north_first else (first, second)))

    def point(self, lon: str, lat: str) -> str:
        """SQL of the GeoJSON position of a point, for a system of degrees."""
        first, second = (lat, lon) if self.is_north_first else (lon, lat)
        return f"""concat('{{"type":"Point","coordinates":[', {first}, ',', {second}, ']}}')"""

    def _written(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        x, y = self._system.from_wgs84(lon, lat)
        return (y, x) if self.is_north_first else (x, y)


def offered() -> list[System]:
    """The systems of this city, CRS84 first; its metric plane is one where it has a number of EPSG's."""
    plane = city.current().plane
    return [_degrees(None), *map(_degrees, _DEGREES), _projected(_WEB_MERCATOR), *_plane(plane)]


def system(given: str | None, parameter: str) -> System:
    """The system of that URI (or safe CURIE); CRS84 where none is given. Raises BadFeaturesQuery."""
    if given is None:
        return _degrees(None)
    found = _GIVEN.fullmatch(given)
    uri = CRS84 if given in (CRS84, "[OGC:CRS84]") else f"{_EPSG}{found[1] or found[2]}" if found else given
    for one in offered():
        if one.uri == uri:
            return one
    reason = text("此坐标系不提供", "that coordinate system is not offered")
    raise BadFeaturesQuery(parameter=parameter, reason=reason)


@lru_cache(maxsize=8)
def _degrees(number: int | None) -> System:
    return System(f"{_EPSG}{number}" if number else CRS84, number is not None, True, True, coordinate_system("wgs84"))


@lru_cache(maxsize=8)
def _projected(number: int) -> System:
    axes = pyproj.CRS.from_epsg(number).axis_info
    is_north_first = axes[0].direction == "north"
    return System(
        f"{_EPSG}{number}", is_north_first, False, number == _WEB_MERCATOR, coordinate_system(f"EPSG:{number}")
    )


@lru_cache(maxsize=8)
def _plane(definition: str) -> tuple[System, ...]:
    """The plane's own system, where EPSG lists it; a projection made for one city has no number."""
    number = pyproj.CRS.from_user_input(definition).to_epsg(min_confidence=100)
    return () if number is None or number in (*_DEGREES, _WEB_MERCATOR) else (_projected(number),)


def as_geojson(shapes: NDArray[Any], system: System) -> list[str]:
    """WGS 84 shapes as GeoJSON texts in ``system``."""
    return [str(one) for one in shapely.to_geojson(system.shapes(shapes))]
