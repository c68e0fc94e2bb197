# SPDX-License-Identifier: Apache-2.0
"""Map tiles: what a viewer may see of a place, as a Mapbox Vector Tile, made once and kept until something changes there.

Why it is done so, without PostGIS, and what it cannot do, is in docs/why/tiles.md.
"""

from __future__ import annotations

import gzip
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b

from django.db import connection

from belltower.core.places import city, pyramid, stamps, tile_content
from belltower.core.places.columns import Box
from belltower.core.places.kinds import register
from belltower.core.places.scope import EVERYTHING, Scope
from belltower.kernel.errors import NotFound
from belltower.kernel.packs import Detail, Geometry, Register
from belltower.kernel.texts import Text

EXACT_FROM, DEEPEST = 14, 18
"""From which zoom single assets are drawn, and the last zoom there is; a map magnifies the last one."""
CELLS_ACROSS = 3
"""A tile has clusters of this many levels below it: 8 by 8 cells."""
KEPT_TILES = 20_000
FORMAT = 1
"""Part of every key; raise it when the content of tiles changes."""
_WIDER_THAN_PIXELS = 3
_PIXELS = 512


class NoSuchTile(NotFound):
    """Coordinates that no tile has."""

    code = "no_such_tile"
    sentence = Text(
        zh="没有编号为 {zoom}/{x}/{y} 的瓦片。缩放级别为 0 至 {deepest}，行列号从 0 起。",
        en="There is no tile {zoom}/{x}/{y}. Zooms go from 0 to {deepest}, rows and columns from 0.",
    )


@dataclass(frozen=True, slots=True)
class Tile:
    """``packed`` is the tile compressed by gzip; ``etag`` names its content for this viewer."""

    packed: bytes
    etag: str

    @property
    def body(self) -> bytes:
        """The Mapbox Vector Tile itself."""
        return gzip.decompress(self.packed)


@dataclass(frozen=True)
class Plan:
    """How the kinds that were asked for are drawn at a zoom: counted, as points, or with their shapes."""

    counted: tuple[str, ...] = ()
    pointed: tuple[str, ...] = ()
    shaped: tuple[tuple[str, Detail | None], ...] = ()


@dataclass(frozen=True)
class Asked:
    """One tile for one kind of viewer."""

    zoom: int
    x: int
    y: int
    plan: Plan
    scope: Scope

    @cached_property
    def box(self) -> Box:
        """The tile and its margin in the metric plane."""
        return stamps.tile_box(self.zoom, self.x, self.y, city.plane(), margin=tile_content.MARGIN)

    @cached_property
    def key(self) -> str:
        """Stands for everything the content depends on but the assets: the viewer's scope, what is drawn, where."""
        facts = (FORMAT, city.current().plane, self.scope.key, self.plan, self.zoom, self.x, self.y)
        return blake2b(repr(facts).encode(), digest_size=16).hexdigest()


def tile(zoom: int, x: int, y: int, kinds: Collection[str], scope: Scope = EVERYTHING) -> Tile:
    """The tile (zoom, x, y) with the ``kinds`` that ``scope`` may see.

    Below EXACT_FROM points are counted by cell (layer ``clusters``) and what has an extent is drawn if it is wide enough
    to be seen; from there on every asset is drawn (``points``, ``lines``, ``polygons``). Where more than
    tile_content.MOST assets stand in a tile, points are counted there too. Kinds are drawn from their layer's
    ``min_zoom`` on. Raises NoSuchTile.
    """
    asked = _ask(zoom, x, y, kinds, scope)
    version = stamps.version(asked.box)  # before the content, which then can only be newer
    packed = _stored(asked.key, version)
    if packed is None:
        packed = gzip.compress(_make(asked), compresslevel=3, mtime=0)
        _store(asked, version, packed)
    return Tile(packed, f"{asked.key}-{version}")


def etag(zoom: int, x: int, y: int, kinds: Collection[str], scope: Scope = EVERYTHING) -> str:
    """The etag that ``tile`` would have now, by one indexed read."""
    asked = _ask(zoom, x, y, kinds, scope)
    return f"{asked.key}-{stamps.version(asked.box)}"


def plan(zoom: int, kinds: Collection[str], known: Register) -> Plan:
    """How ``kinds`` are drawn at ``zoom``; a kind that no pack shows on the map is a point from zoom 0 on."""
    counted, pointed, shaped = [], [], []
    for kind in sorted(set(kinds)):
        layer, declared = known.layers.get(kind), known.kinds.get(kind)
        if layer and layer.min_zoom > zoom:
            continue
        if zoom >= EXACT_FROM:
            pointed.append(kind)  # of a kind declared as lines, some may be points, and the other way round
        elif declared is None or declared.geometry is Geometry.POINT:
            counted.append(kind)
        if kind not in counted:
            shaped.append((kind, layer.detail if layer else None))
    return Plan(tuple(counted), tuple(pointed), tuple(shaped))


def check(zoom: int, x: int, y: int) -> None:
    """Raises NoSuchTile for coordinates that no tile has."""
    if not (0 <= zoom <= DEEPEST and 0 <= x < 1 << zoom and 0 <= y < 1 << zoom):
        raise NoSuchTile(zoom=zoom, x=x, y=y, deepest=DEEPEST)


def _ask(zoom: int, x: int, y: int, kinds: Collection[str], scope: Scope) -> Asked:
    check(zoom, x, y)
    return Asked(zoom, x, y, plan(zoom, kinds, register()), scope)


def _make(asked: Asked) -> bytes:
    zoom, x, y, scope = asked.zoom, asked.x, asked.y, asked.scope
    level, counted, pointed = zoom + CELLS_ACROSS, asked.plan.counted, asked.plan.pointed
    if pointed and zoom <= pyramid.FINEST and _is_crowded(asked):
        level, counted, pointed = pyramid.FINEST, pointed, ()
    return b"".join((
        tile_content.shapes(zoom, x, y, box=asked.box, kinds=dict(asked.plan.shaped), scope=scope, **_detail(asked))
        if asked.plan.shaped else b"",
        tile_content.clusters(zoom, x, y, level=level, kinds=counted, scope=scope) if counted else b"",
        tile_content.points(zoom, x, y, kinds=pointed, scope=scope) if pointed else b"",
    ))  # fmt: skip


def _is_crowded(asked: Asked) -> bool:
    """Whether the pyramid counts more assets in the tile than are drawn one by one."""
    return pyramid.total(asked.zoom, asked.x, asked.y, kinds=asked.plan.pointed, scope=asked.scope) > tile_content.MOST


def _detail(asked: Asked) -> dict[str, float]:
    """From afar: leave out what is smaller than some pixels, and let lines be a pixel off."""
    if asked.zoom >= EXACT_FROM:
        return {}
    pixel_m = (asked.box.x_max - asked.box.x_min) / _PIXELS
    return {"wider_than": max(100.0, _WIDER_THAN_PIXELS * pixel_m), "simplified": 8.0}


def _stored(key: str, version: int) -> bytes | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM places_stored_tile WHERE key = %s AND version = %s", [key, version])
        row = cursor.fetchone()
    return None if row is None else bytes(row[0])


def _store(asked: Asked, version: int, packed: bytes) -> None:
    """Keep the tile instead of its last version; once in a while forget the tiles that were stored longest ago."""
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [asked.key, version, asked.scope.key, packed])
        if rows := cursor.fetchall():
            [(number,)] = rows
            if number % 500 == 0:
                cursor.execute("SELECT places_forget_tiles(%s)", [number - KEPT_TILES])


# A slower process may come with an older version; the newer one stays.
_STORE = """
    INSERT INTO places_stored_tile AS t (key, version, scope, body) VALUES (%s, %s, %s, %s)
    ON CONFLICT (key) DO UPDATE SET id = EXCLUDED.id, version = EXCLUDED.version, body = EXCLUDED.body
        WHERE t.version < EXCLUDED.version
    RETURNING id
"""
