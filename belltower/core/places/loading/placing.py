# SPDX-License-Identifier: Apache-2.0
"""From coordinates as a file states them to a place in this city, or the reason why it is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from belltower.core.places.geometry import Points
from belltower.core.places.loading.errors import WrongPlace
from belltower.kernel.coordinates import CoordinateSystem, coordinate_system
from belltower.kernel.packs import Geometry
from belltower.kernel.texts import Text

FARTHEST_KM = 200.0
"""A place farther than this from the city's centre is no place of the city."""
_KM_PER_DEGREE = 111.2
_IN_DEGREES = ("wgs84", "gcj02", "bd09")

# Shapely's type numbers: 0 point, 1 line, 2 ring, 3 polygon, 4-6 the multiple kinds.
_TYPES = {Geometry.POINT: (0, 4), Geometry.LINE: (1, 2, 5), Geometry.POLYGON: (3, 6)}
_CALLED = {
    Geometry.POINT: Text(zh="点", en="a point"),
    Geometry.LINE: Text(zh="线", en="a line"),
    Geometry.POLYGON: Text(zh="面", en="an area"),
}
_NOWHERE = Text(zh="没有坐标，或坐标不是数", en="it has no coordinates, or they are no numbers")
_ZERO = Text(zh="坐标为 0, 0", en="its coordinates are 0, 0")
_OUTSIDE = Text(zh="坐标超出 ±180、±90 度（{x}, {y}）", en="its coordinates are outside +-180, +-90 degrees ({x}, {y})")
_FAR = Text(zh="距市中心 {km} 公里（{x}, {y}）", en="it is {km} km from the city's centre ({x}, {y})")
_WRONG_TYPE = Text(zh="几何类型不符，应为{wanted}", en="its geometry is not {wanted}")
_CROSSED = Text(zh="边界自相交（{where}）", en="its outline crosses itself ({where})")


class Placing:
    """Places geometries of one file; counts how many went astray, to tell a bad row from a file in the wrong system."""

    def __init__(self, system: CoordinateSystem, centre: tuple[float, float]) -> None:
        self._system, self._centre = system, centre
        self.seen = 0
        self._astray: list[tuple[float, float]] = []
        self._astray_count = 0

    def place_points(self, x: Any, y: Any, faults: dict[int, Text]) -> Points:
        """Points from two (n,) arrays of coordinates; NaN, and a fault, where one cannot be placed."""
        at = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if len(at) < len(x):
            for nowhere in np.setdiff1d(np.arange(len(x)), at).tolist():
                faults.setdefault(nowhere, _NOWHERE)
        lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
        lon[at], lat[at] = self._system.to_wgs84(x[at], y[at])
        lost = self._lost(at, x[at], y[at], lon[at], lat[at], faults)
        lon[lost] = lat[lost] = np.nan
        return Points(lon, lat)

    def place(self, raw: Any, wanted: Geometry, faults: dict[int, Text]) -> Any:
        """The (n,) geometries in WGS 84; None, and a fault, where one cannot be placed."""
        geometries = _of_type(_without_nothing(raw, faults), wanted, faults)
        if wanted is Geometry.POLYGON:
            _refuse_crossed(geometries, faults)
        at = np.flatnonzero(~shapely.is_missing(geometries))
        points = shapely.get_point(geometries[at], 0) if wanted is Geometry.LINE else shapely.centroid(geometries[at])
        x, y = shapely.get_x(points), shapely.get_y(points)
        placed = np.full(len(geometries), None, dtype=object)
        placed[at] = self._to_wgs84(geometries[at], wanted)
        middle = shapely.centroid(placed[at])
        placed[self._lost(at, x, y, shapely.get_x(middle), shapely.get_y(middle), faults)] = None
        return placed

    def _to_wgs84(self, geometries: Any, wanted: Geometry) -> Any:
        if wanted is Geometry.POINT:
            lon, lat = self._system.to_wgs84(shapely.get_x(geometries), shapely.get_y(geometries))
            return shapely.points(lon, lat)
        return self._system.geometries_to_wgs84(geometries)

    def _lost(self, at: Any, x: Any, y: Any, lon: Any, lat: Any, faults: dict[int, Text]) -> Any:
        """Which of the rows ``at``, with raw coordinates x, y that came to lon, lat, are not in this city."""
        km = _km_from(self._centre, lon, lat)
        outside = (np.abs(x) > 180) | (np.abs(y) > 90) if self._system.name in _IN_DEGREES else np.isnan(lon)
        zero = (x == 0) & (y == 0)
        astray = outside | zero | ~(km <= FARTHEST_KM)
        self.seen += len(at)
        for one in np.flatnonzero(astray).tolist():
            self._lose(one, at, x, y, faults, _reason(outside[one], zero[one], km[one], x[one], y[one]))
        return at[astray]

    def _lose(self, one: int, at: Any, x: Any, y: Any, faults: dict[int, Text], reason: Text) -> None:
        faults.setdefault(int(at[one]), reason)
        self._astray_count += 1
        if len(self._astray) < 20:
            self._astray.append((float(x[one]), float(y[one])))

    def refuse_wrong_place(self, name: str, plane: str) -> None:
        """Raise WrongPlace when every place so far went astray. ``plane`` is the city's own, to guess by."""
        if not self.seen or self._astray_count < self.seen:
            return
        x, y = self._astray[0]
        reason = Text(
            zh=f"按 {self._system.name} 读取，全部 {self.seen} 行都不在市中心 {FARTHEST_KM:.0f} 公里以内",
            en=f"read as {self._system.name}, none of {self.seen} is within {FARTHEST_KM:.0f} km of its centre",
        )
        raise WrongPlace(file=name, example=f"{x:.6g}, {y:.6g}", reason=reason, hint=self._hint(plane))

    def _hint(self, plane: str) -> Text:
        x, y = (np.array(column) for column in zip(*self._astray, strict=True))
        if self._is_here(self._system, y, x):
            return Text(
                zh="经度与纬度两列可能对调了，请交换。",
                en="Longitude and latitude seem exchanged: swap the two columns.",
            )
        for name in (plane, "wgs84", "EPSG:4326", "EPSG:3857"):
            if name.upper().startswith(("EPSG:", "WGS84")) and self._is_here(coordinate_system(name), x, y):
                return Text(zh=f"数据可能是 {name}，请用 --crs {name} 再试。", en=f"They fit {name}: try --crs {name}.")
        return Text(
            zh="请用 --crs 指明数据的坐标系（gcj02、bd09、wgs84 或 EPSG:n），或检查列对应和所选城市。",
            en="Say with --crs which system they are in (gcj02, bd09, wgs84 or EPSG:n), or check columns and city.",
        )

    def _is_here(self, system: CoordinateSystem, x: Any, y: Any) -> bool:
        lon, lat = system.to_wgs84(x, y)
        return bool(np.all(_km_from(self._centre, lon, lat) <= FARTHEST_KM))


def read_wkt(cells: Sequence[Any], faults: dict[int, Text]) -> Any:
    """Geometries of a column of WKT; None where there is none."""
    texts = [str(cell).strip() or None if cell is not None else None for cell in cells]
    return shapely.from_wkt(np.array(texts, dtype=object), on_invalid="ignore")


def _without_nothing(raw: Any, faults: dict[int, Text]) -> Any:
    flat = shapely.force_2d(np.asarray(raw, dtype=object))
    nothing = shapely.is_missing(flat) | shapely.is_empty(flat)
    bounds = shapely.bounds(flat)
    nothing |= ~np.isfinite(bounds).all(axis=1)
    for at in np.flatnonzero(nothing).tolist():
        faults.setdefault(at, _NOWHERE)
    return np.where(nothing, None, flat)


def _of_type(geometries: Any, wanted: Geometry, faults: dict[int, Text]) -> Any:
    """Only what has the wanted type; a multi-point of one point is a point."""
    types = shapely.get_type_id(geometries)
    if wanted is Geometry.POINT and (types == 4).any():
        single = (types == 4) & (shapely.get_num_geometries(geometries) == 1)
        geometries = np.where(single, shapely.get_geometry(geometries, 0), geometries)
        types = shapely.get_type_id(geometries)
    allowed = (0,) if wanted is Geometry.POINT else _TYPES[wanted]
    wrong = ~np.isin(types, (-1, *allowed))
    for at in np.flatnonzero(wrong).tolist():
        faults.setdefault(at, _in_both(_WRONG_TYPE, wanted=_CALLED[wanted]))
    return np.where(wrong, None, geometries)


def _refuse_crossed(geometries: Any, faults: dict[int, Text]) -> None:
    crossed = ~shapely.is_valid(geometries) & ~shapely.is_missing(geometries)
    for at in np.flatnonzero(crossed).tolist():
        faults.setdefault(at, _CROSSED.format(where=shapely.is_valid_reason(geometries[at])))
    geometries[crossed] = None


def _reason(is_outside: bool, is_zero: bool, km: float, x: float, y: float) -> Text:
    if is_zero:
        return _ZERO
    template = _OUTSIDE if is_outside else _FAR
    return template.format(x=f"{x:.6g}", y=f"{y:.6g}", km=f"{km:.0f}")


def _in_both(template: Text, *, wanted: Text) -> Text:
    return Text(zh=template.zh.format(wanted=wanted.zh), en=template.en.format(wanted=wanted.en))


def _km_from(centre: tuple[float, float], lon: Any, lat: Any) -> Any:
    """Kilometres from the centre, flat: good enough to tell a city from another."""
    east = (lon - centre[0]) * _KM_PER_DEGREE * np.cos(np.radians(centre[1]))
    return np.hypot(east, (lat - centre[1]) * _KM_PER_DEGREE)
