# SPDX-License-Identifier: Apache-2.0
"""What stands near a point: the nearest assets, and all within a distance, exact to a tenth of a millimetre.

The box index gives candidates in the order of their boxes; lines and polygons are measured again with their shapes.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import shapely
from django.db import connection

from belltower.core.places import city
from belltower.core.places.scope import EVERYTHING, Scope
from belltower.kernel.texts import Text

_AT_FIRST, _MORE = 4, 4
# Boxes are kept to a tenth of a millimetre, and PostgreSQL's distance from one is off by less than that again.
_SLACK_M = 0.001


@dataclass(frozen=True, slots=True)
class Near:
    """An asset and how far its nearest part is, in metres of the city's plane; ``lon``/``lat`` is a point on it."""

    uid: UUID
    kind: str
    key: str
    title: Text | None
    life: str
    lon: float
    lat: float
    distance_m: float


def nearest(
    lon: float, lat: float, *, count: int = 10, kinds: Collection[str] | None = None, scope: Scope = EVERYTHING
) -> list[Near]:
    """The ``count`` nearest assets that are not retired, nearest first; of equally near ones, the elder first."""
    if count < 1:
        return []
    x, y = _in_plane(lon, lat)
    limit = _AT_FIRST * count
    while True:
        rows = _rows(_NEAREST, x, y, kinds, scope, limit=limit)
        distances = _distances(rows, x, y)
        order = _order(distances, rows)[:count]
        # No asset is nearer than its box. Those not read have boxes as far as the last one read, or farther.
        if len(rows) < limit or (len(order) == count and distances[order[-1]] < rows[-1][_BOUND] - _SLACK_M):
            return [_near(rows[n], distances[n]) for n in order]
        limit *= _MORE


def within(
    lon: float,
    lat: float,
    metres: float,
    *,
    kinds: Collection[str] | None = None,
    scope: Scope = EVERYTHING,
    most: int | None = None,
) -> list[Near]:
    """The assets that are not retired and have a part within ``metres`` (that far included), nearest first.

    ``most`` keeps only the nearest so many.
    """
    x, y = _in_plane(lon, lat)
    reach = metres + _SLACK_M
    box = f"(({x - reach!r},{y - reach!r}),({x + reach!r},{y + reach!r}))"
    rows = _rows(_WITHIN, x, y, kinds, scope, box=box, metres=reach)
    distances = _distances(rows, x, y)
    order = [n for n in _order(distances, rows) if distances[n] <= metres]
    return [_near(rows[n], distances[n]) for n in order[:most]]


def _in_plane(lon: float, lat: float) -> tuple[float, float]:
    x, y = city.plane().to_plane(lon, lat)
    return float(x), float(y)


def _rows(
    sql: str, x: float, y: float, kinds: Collection[str] | None, scope: Scope, **facts: object
) -> list[tuple[Any, ...]]:
    chosen = "" if kinds is None else "AND kind = ANY(%(kinds)s)"
    owned = "" if scope.owner_ids is None else "AND owner_id = ANY(%(owners)s)"
    facts |= {"x": x, "y": y, "kinds": list(kinds or ()), "owners": sorted(scope.owner_ids or ())}
    with connection.cursor() as cursor:
        cursor.execute(sql.format(columns=_COLUMNS, narrowed=f"AND life <> 'retired' {chosen} {owned}"), facts)
        return list(cursor.fetchall())


def _distances(rows: list[tuple[Any, ...]], x: float, y: float) -> np.ndarray:
    """Exact distances: from the corner of the box for points, whose box it is; measured by shape for the rest."""
    corners = np.array([row[_CORNER] for row in rows], dtype=np.float64).reshape(-1, 2)
    distances = np.hypot(corners[:, 0] - x, corners[:, 1] - y)
    extended = [n for n, row in enumerate(rows) if row[_SHAPE] is not None]
    if extended:
        shapes = city.plane().project(shapely.from_wkb([bytes(rows[n][_SHAPE]) for n in extended]))
        distances[extended] = shapely.distance(shapes, shapely.Point(x, y))
    return distances


def _order(distances: np.ndarray, rows: list[tuple[Any, ...]]) -> list[int]:
    return np.lexsort((np.array([row[_PK] for row in rows], dtype=np.int64), distances)).tolist()  # type: ignore[no-any-return]


def _near(row: tuple[Any, ...], distance: float) -> Near:
    _pk, uid, kind, key, zh, en, life, lon, lat, *_ = row
    return Near(uid, kind, key, Text(zh or "", en or "") if zh or en else None, life, lon, lat, float(distance))


_PK, _BOUND, _SHAPE, _CORNER = 0, 9, 10, slice(11, 13)
_COLUMNS = """
    id, uid, kind, key, name ->> 'zh', name ->> 'en', life, lon, lat, box <-> point(%(x)s, %(y)s),
    CASE WHEN width(box) + height(box) > 0 THEN geometry END, (box[0])[0], (box[0])[1]
"""
_NEAREST = """
    SELECT {columns} FROM places_asset WHERE box IS NOT NULL {narrowed}
    ORDER BY box <-> point(%(x)s, %(y)s) LIMIT %(limit)s
"""
_WITHIN = """
    SELECT {columns} FROM places_asset
    WHERE box && %(box)s::box AND box <-> point(%(x)s, %(y)s) <= %(metres)s {narrowed}
"""
