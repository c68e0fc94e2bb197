# SPDX-License-Identifier: Apache-2.0
"""Borders and names of areas as map tiles: finer levels appear as the map comes closer."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from django.db import connection

from belltower.core.places import city, stamps, tile_content, vector_tiles
from belltower.core.places.areas import area_stamp
from belltower.core.places.models import AreaLevel
from belltower.core.places.vector_tiles import Column

FROM_ZOOM = {
    AreaLevel.CITY: 0, AreaLevel.DISTRICT: 6, AreaLevel.STREET: 10, AreaLevel.COMMUNITY: 12, AreaLevel.GRID: 16,
}  # fmt: skip
_SIMPLIFIED = 6.0  # tile units: about a pixel
_QUERY = """
    SELECT code, level, name ->> 'zh', name ->> 'en', lon, lat, geometry FROM places_area
    WHERE valid_until IS NULL AND level = ANY(%s) AND box && %s::box AND geometry IS NOT NULL ORDER BY code
"""


def version() -> str:
    """Changes whenever any area does."""
    return area_stamp()


def tile(zoom: int, x: int, y: int) -> bytes:
    """Layers ``areas`` (outlines) and ``names`` (one point an area, in the tile that holds it) of tile (zoom, x, y).

    Each feature has its code, level and names in zh and en. Levels are drawn from FROM_ZOOM on.
    """
    levels = [level.value for level, from_zoom in FROM_ZOOM.items() if zoom >= from_zoom]
    box = stamps.tile_box(zoom, x, y, city.plane(), margin=tile_content.MARGIN)
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, [levels, f"(({box.x_min!r},{box.y_min!r}),({box.x_max!r},{box.y_max!r}))"])
        rows = cursor.fetchall()
    return _outlines(zoom, x, y, rows) + _names(zoom, x, y, rows) if rows else b""


def _outlines(zoom: int, x: int, y: int, rows: list[tuple[Any, ...]]) -> bytes:
    shapes = shapely.from_wkb([bytes(row[-1]) for row in rows])
    drawing = vector_tiles.polygons(tile_content.in_tile(zoom, x, y, shapes, simplified=_SIMPLIFIED))
    return vector_tiles.layer("areas", drawing, {key: one.take(drawing.kept) for key, one in _columns(rows).items()})


def _names(zoom: int, x: int, y: int, rows: list[tuple[Any, ...]]) -> bytes:
    placed = [row for row in rows if row[4] is not None]
    lon, lat = (np.array([row[at] for row in placed], dtype=np.float64) for at in (4, 5))
    across, down = (np.floor(one).astype(np.int64) for one in tile_content.units(zoom, x, y, lon, lat))
    inside = (across >= 0) & (across < vector_tiles.EXTENT) & (down >= 0) & (down < vector_tiles.EXTENT)
    held = [row for row, is_inside in zip(placed, inside, strict=True) if is_inside]
    if not held:
        return b""
    return vector_tiles.layer("names", vector_tiles.points(across[inside], down[inside]), _columns(held))


def _columns(rows: list[tuple[Any, ...]]) -> dict[str, Column]:
    code, level, zh, en = (list(column) for column in zip(*(row[:4] for row in rows), strict=True))
    return {"code": Column.of(code), "level": Column.of(level), "zh": Column.of(zh), "en": Column.of(en)}
