# SPDX-License-Identifier: Apache-2.0
"""What stands near a point: the nearest assets, and all within a distance, exact to a tenth of a millimetre.

The box index gives candidates in the order of their boxes; lines and polygons are measured again with their shapes.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import psycopg
import shapely
from django.db import connection

from belltower.core.places import city
from belltower.core.places.scope import EVERYTHING, Scope
from belltower.kernel.texts import Text

_AT_FIRST, _MORE = 4, 4
# Boxes are kept to a tenth of a millimetre, and PostgreSQL's distance from one is off by less than that again.
_SLACK_M = 0.001


class Near(NamedTuple):
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
            return _told(rows, distances, order)
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
    order = _order(distances, rows)[: int(np.count_nonzero(distances <= metres))]
    return _told(rows, distances, order[:most])


def _in_plane(lon: float, lat: float) -> tuple[float, float]:
    x, y = city.plane().to_plane(lon, lat)
    return float(x), float(y)


def _rows(
    sql: str, x: float, y: float, kinds: Collection[str] | None, scope: Scope, **facts: Any
) -> list[tuple[Any, ...]]:
    chosen = "" if kinds is None else "AND kind = ANY(%(kinds)s)"
    owned = "" if scope.owner_ids is None else "AND owner_id = ANY(%(owners)s)"
    facts |= {"x": x, "y": y, "kinds": list(kinds or ()), "owners": sorted(scope.owner_ids or ())}
    connection.ensure_connection()
    with psycopg.Cursor(
        connection.connection
    ) as cursor:  # Django's own cursor cannot read rows in binary, twice as fast
        cursor.execute(
            sql.format(columns=_COLUMNS, narrowed=f"AND life <> 'retired' {chosen} {owned}"), facts, binary=True
        )
        return cursor.fetchall()


def _distances(rows: list[tuple[Any, ...]], x: float, y: float) -> np.ndarray:
    """Exact distances: from the corner of the box for points, whose box it is; measured by shape for the rest."""
    distances = np.hypot(_column(rows, _EAST) - x, _column(rows, _NORTH) - y)
    extended = [n for n, row in enumerate(rows) if row[_SHAPE] is not None]
    if extended:
        shapes = city.plane().project(shapely.from_wkb([bytes(rows[n][_SHAPE]) for n in extended]))
        distances[extended] = shapely.distance(shapes, shapely.Point(x, y))
    return distances


def _order(distances: np.ndarray, rows: list[tuple[Any, ...]]) -> list[int]:
    return np.lexsort((_column(rows, _PK), distances)).tolist()  # type: ignore[no-any-return]


def _column(rows: list[tuple[Any, ...]], number: int) -> np.ndarray:
    return np.array([row[number] for row in rows])


def _told(rows: list[tuple[Any, ...]], distances: np.ndarray, order: list[int]) -> list[Near]:
    found = []
    for n, distance in zip(order, distances[order].tolist(), strict=True):
        _pk, uid, kind, key, zh, en, life, lon, lat, *_ = rows[n]
        found.append(Near(uid, kind, key, Text(zh or "", en or "") if zh or en else None, life, lon, lat, distance))
    return found


_PK, _BOUND, _SHAPE, _EAST, _NORTH = 0, 9, 10, 11, 12
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
