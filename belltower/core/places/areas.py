# SPDX-License-Identifier: Apache-2.0
"""Finds the area that a point lies in, for millions of points at once, in memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock
from typing import Self

import numpy as np
import shapely
from django.db import connection
from numpy.typing import ArrayLike, NDArray

from belltower.core.places.models import Area, AreaLevel
from belltower.kernel.texts import Text

# From the whole city down.
DEPTH: dict[str, int] = {level: depth for depth, level in enumerate(AreaLevel.values)}
_AT_ONCE = 250_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaDraft:
    """An area as a file or a generator states it. ``geometry`` is WGS 84; None means not known, never "none"."""

    code: str
    level: str
    name: Text
    parent_code: str | None = None
    geometry: shapely.Geometry | None = None
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Outline:
    """What the index needs of one area."""

    pk: int
    code: str
    level: str
    geometry: shapely.Geometry


class AreaIndex:
    """The outlines of one moment, a spatial tree a level.

    The deepest level that holds a point wins. A point on the border of several areas of one level belongs to the one
    with the lowest code, so that the same point always lands in the same area.
    """

    _latest: tuple[str, AreaIndex] | None = None
    _lock = Lock()

    def __init__(self, outlines: Iterable[Outline]) -> None:
        by_level: dict[str, list[Outline]] = {}
        for outline in sorted(outlines, key=lambda one: (one.code, one.pk)):
            by_level.setdefault(outline.level, []).append(outline)
        deepest_first = sorted(by_level, key=lambda level: -DEPTH[level])
        self._layers = [_Layer(by_level[level]) for level in deepest_first]

    @classmethod
    def current(cls) -> Self:
        """The index of the areas in force, built anew only after some process changed an area."""
        stamp = area_stamp()
        with cls._lock:
            if cls._latest is None or cls._latest[0] != stamp:
                cls._latest = (stamp, cls(_current_outlines()))
            return cls._latest[1]  # type: ignore[return-value]

    def locate(self, lon: ArrayLike, lat: ArrayLike) -> NDArray[np.int64]:
        """The pk of the deepest area at each point (WGS 84 degrees), -1 where there is none or no position.

        Shapes: (n,) and (n,) to (n,).
        """
        x, y = np.asarray(lon, dtype=np.float64).ravel(), np.asarray(lat, dtype=np.float64).ravel()
        found = np.full(x.shape, -1, dtype=np.int64)
        for begin in range(0, len(x), _AT_ONCE):
            part = slice(begin, begin + _AT_ONCE)
            self._locate_some(x[part], y[part], found[part])
        return found

    def _locate_some(self, x: NDArray[np.float64], y: NDArray[np.float64], found: NDArray[np.int64]) -> None:
        points = shapely.points(x, y)  # NaN makes an empty point, which meets nothing
        for layer in self._layers:
            open_ = np.flatnonzero(found < 0)
            if not len(open_):
                return
            found[open_] = layer.locate(points[open_], x[open_], y[open_])


class _Layer:
    """The areas of one level, ordered by code."""

    def __init__(self, outlines: list[Outline]) -> None:
        self._pks = np.array([one.pk for one in outlines], dtype=np.int64)
        self._geometries = np.array([one.geometry for one in outlines], dtype=object)
        shapely.prepare(self._geometries)
        self._tree = shapely.STRtree(self._geometries)

    def locate(self, points: NDArray[np.object_], x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
        """The pk of the first area by code that holds each point, its border included; -1 where none does."""
        at, candidate = self._tree.query(points)
        holds = shapely.intersects_xy(self._geometries[candidate], x[at], y[at])
        first = np.full(len(points), len(self._pks), dtype=np.int64)
        np.minimum.at(first, at[holds], candidate[holds])
        return np.append(self._pks, -1)[first]


def area_stamp() -> str:
    """A value that differs after every committed change of any area (kept by a trigger, migration 0003)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT stamp::text FROM places_area_stamp")
        return str(cursor.fetchone()[0])


def _current_outlines() -> Iterable[Outline]:
    rows = list(Area.objects.current().exclude(geometry=None).order_by().values_list("pk", "code", "level", "geometry"))
    geometries = shapely.from_wkb([bytes(row[3] or b"") for row in rows])
    return (Outline(*row[:3], geometry) for row, geometry in zip(rows, geometries, strict=True))
