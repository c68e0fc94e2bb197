# SPDX-License-Identifier: Apache-2.0
"""What is drawn in one tile: clusters from the pyramid, and single points, lines and polygons from the assets.

Which of them, is decided in tiles.py; here rows become layers. Every layer is bounded (MOST).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import shapely
from django.db import connection

from belltower.core.places import pyramid, vector_tiles
from belltower.core.places.columns import Box
from belltower.core.places.geometry import CELL_LEVEL, first_cell
from belltower.core.places.models import Life
from belltower.core.places.scope import Scope
from belltower.core.places.vector_tiles import EXTENT, Column
from belltower.kernel.packs import Detail

MOST = 20_000
"""No tile draws more points, nor more lines and polygons, than this; an eye sees a few hundred."""
LABELLED_FROM = 17
MARGIN = 64 / EXTENT
"""How far lines and polygons are drawn beyond the border, so that their outlines meet in the neighbouring tile."""

LIVES = [life.value for life in Life if life is not Life.RETIRED]
_POINT = np.dtype([("kind", ">i2"), ("life", ">i2"), ("uid", "u1", 16), ("lon", ">f8"), ("lat", ">f8")])
_HEX = np.array([f"{byte:02x}".encode() for byte in range(256)], dtype="S2")
_TO_EDGE = np.array([-MARGIN, 1 + MARGIN]) * EXTENT


def clusters(zoom: int, x: int, y: int, *, level: int, kinds: Sequence[str], scope: Scope) -> bytes:
    """A layer ``clusters``: one point a cell of ``level`` with the number ``n`` of assets, and of each kind by its name.

    ``kind`` is the one with the most. The point is the middle of what stands in the cell.
    """
    counts = pyramid.counts(zoom, x, y, level=level, kinds=kinds, scope=scope)
    cells = [list(group) for _, group in groupby(counts, key=lambda count: count.cell)]
    if not cells:
        return b""
    n = [sum(count.n for count in cell) for cell in cells]
    lon = [sum(count.lon * count.n for count in cell) / all_ for cell, all_ in zip(cells, n, strict=True)]
    lat = [sum(count.lat * count.n for count in cell) / all_ for cell, all_ in zip(cells, n, strict=True)]
    by_kind = [{count.kind: count.n for count in cell} for cell in cells]
    columns = {"n": Column.of(n), "kind": Column.of([max(each, key=each.__getitem__) for each in by_kind])}
    columns |= {kind: Column.of([each.get(kind) for each in by_kind]) for kind in kinds}
    across, down = units(zoom, x, y, np.array(lon), np.array(lat))
    return vector_tiles.layer("clusters", vector_tiles.points(*_whole(across, down)), columns)


def points(zoom: int, x: int, y: int, *, kinds: Sequence[str], scope: Scope) -> bytes:
    """A layer ``points``: every asset that stands at a point of this tile, with kind, life and uid.

    Each point is in exactly one tile of a zoom. From zoom LABELLED_FROM on it has its name or key as ``label``.
    """
    first = first_cell(zoom, x, y)
    facts = {
        "kinds": list(kinds), "lives": LIVES, "first": first, "until": first + 4 ** (CELL_LEVEL - zoom),
        "most": MOST, **scope.facts,
    }  # fmt: skip
    labels = _LABELS if zoom >= LABELLED_FROM else "NULL::text[]"
    with connection.cursor() as cursor:
        cursor.execute(_POINTS.format(labels=labels, seen=scope.sql), facts)
        packed, named = cursor.fetchone()
    if packed is None:
        return b""
    rows = np.frombuffer(packed, dtype=_POINT)
    columns = {
        "kind": Column(list(kinds), rows["kind"].astype(np.int64) - 1),
        "life": Column(LIVES, rows["life"].astype(np.int64) - 1),
        "uid": Column.each(_HEX[rows["uid"]].view("S32").ravel()),
    }
    if named:
        columns["label"] = Column.of(named)
    across, down = units(zoom, x, y, rows["lon"], rows["lat"])
    return vector_tiles.layer("points", vector_tiles.points(*_whole(across, down)), columns)


def shapes(
    zoom: int,
    x: int,
    y: int,
    *,
    box: Box,
    kinds: Mapping[str, Detail | None],
    scope: Scope,
    wider_than: float = 0.0,
    simplified: float = 4.0,
) -> bytes:
    """Layers ``lines`` and ``polygons``: what has an extent and meets ``box``, clipped a little beyond the tile.

    A feature has its kind, life, uid, names and, where ``kinds`` gives a Detail, that field's value as ``class``; values
    whose zoom has not come are left out. ``wider_than`` metres (width and height of its box together) leaves out what
    is smaller; ``simplified`` is in tile units. Of more than MOST, the largest are drawn.
    """
    sql, facts = _shapes_query(zoom, kinds, scope)
    facts |= {"box": f"(({box.x_min!r},{box.y_min!r}),({box.x_max!r},{box.y_max!r}))", "wider": wider_than}
    index = "width(box) + height(box) > 100" if wider_than >= 100 else "width(box) + height(box) > 0"
    with connection.cursor() as cursor:
        cursor.execute(sql.format(index=index, seen=scope.sql), facts)
        rows = cursor.fetchall()
    if not rows:
        return b""
    kind, life, uid, zh, en, value, wkb = (list(column) for column in zip(*rows, strict=True))
    uids = np.array([each.hex for each in uid], dtype="S32")
    columns = {"kind": Column.of(kind), "life": Column.of(life), "uid": Column.each(uids)}
    columns |= {"zh": Column.of(zh), "en": Column.of(en), "class": Column.of(value)}
    geometries = in_tile(zoom, x, y, shapely.from_wkb(wkb), simplified=simplified)
    return b"".join(
        vector_tiles.layer(name, drawing, {key: column.take(drawing.kept) for key, column in columns.items()})
        for name, drawing in (
            ("polygons", vector_tiles.polygons(geometries)),
            ("lines", vector_tiles.lines(geometries)),
        )
    )


def in_tile(zoom: int, x: int, y: int, geometries: Any, *, simplified: float) -> vector_tiles.Geometries:
    """WGS 84 geometries in units of the tile, clipped to it and MARGIN, and simplified by so many units."""
    moved = shapely.transform(
        geometries, lambda degrees: np.column_stack(units(zoom, x, y, degrees[:, 0], degrees[:, 1]))
    )
    least, most = _TO_EDGE
    beyond = (shapely.bounds(moved) - (least, least, most, most)) * (1, 1, -1, -1) < 0
    crossing = beyond.any(axis=1)
    moved[crossing] = shapely.clip_by_rect(moved[crossing], least, least, most, most)
    return np.asarray(shapely.simplify(moved, simplified, preserve_topology=False), dtype=object)


def units(zoom: int, x: int, y: int, lon: Any, lat: Any) -> tuple[Any, Any]:
    """WGS 84 degrees in units of the tile, from its north-west corner (Web Mercator)."""
    across = (np.asarray(lon) + 180.0) / 360.0
    down = (1.0 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2.0
    return (across * 2.0**zoom - x) * EXTENT, (down * 2.0**zoom - y) * EXTENT


def _whole(across: Any, down: Any) -> tuple[vector_tiles.Integers, vector_tiles.Integers]:
    return np.floor(across).astype(np.int64), np.floor(down).astype(np.int64)


def _shapes_query(zoom: int, kinds: Mapping[str, Detail | None], scope: Scope) -> tuple[str, dict[str, Any]]:
    """The statement and its facts: the declared field of each kind as ``class``, and the values whose zoom has come."""
    facts: dict[str, Any] = {"kinds": list(kinds), "most": MOST, **scope.facts}
    values, hidden = "", ""
    for number, (kind, detail) in enumerate(kinds.items()):
        if detail:
            later = [value for value, from_zoom in detail.from_zoom if from_zoom > zoom]
            facts |= {f"kind{number}": kind, f"field{number}": detail.field, f"later{number}": later}
            values += f" WHEN kind = %(kind{number})s THEN fields ->> %(field{number})s"
            if later:
                hidden += (
                    f" AND NOT (kind = %(kind{number})s"
                    f" AND coalesce(fields ->> %(field{number})s = ANY(%(later{number})s), false))"
                )
    value = f"CASE{values} END" if values else "NULL::text"
    return _SHAPES.replace("{value}", value).replace("{hidden}", hidden), facts


_LABELS = "array_agg(coalesce(name ->> 'zh', name ->> 'en', key)::text)"
_POINTS = """
    SELECT string_agg(
               int2send(array_position(%(kinds)s::text[], kind::text)::int2)
               || int2send(array_position(%(lives)s::text[], life::text)::int2)
               || uuid_send(uid) || float8send(lon) || float8send(lat), ''::bytea),
           {labels}
    FROM (SELECT kind, life, uid, lon, lat, name, key FROM places_asset
          WHERE cell >= %(first)s AND cell < %(until)s AND kind = ANY(%(kinds)s) AND life <> 'retired'
                AND width(box) + height(box) = 0 {seen}
          LIMIT %(most)s) AS seen
"""
_SHAPES = """
    SELECT kind, life, uid, name ->> 'zh', name ->> 'en', {value}, geometry FROM places_asset
    WHERE box && %(box)s::box AND {index} AND width(box) + height(box) > %(wider)s
          AND kind = ANY(%(kinds)s) AND life <> 'retired' {seen} {hidden}
    ORDER BY width(box) + height(box) DESC LIMIT %(most)s
"""
