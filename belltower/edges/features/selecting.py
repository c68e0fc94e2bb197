# SPDX-License-Identifier: Apache-2.0
"""One page of features: a statement whose rows are GeoJSON already, written by the database; shapes are added to them.

Everything is asked for in the order of ids. Within a box a collection with cells is asked for along them, so that a page
costs the same in a small box and in the whole city; then follows what only reaches in over the border.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from belltower.core.places.columns import Box
from belltower.edges.features.asking import Cursor, Wanted
from belltower.edges.features.declaring import Collection
from belltower.edges.features.errors import TooBroad
from belltower.edges.features.regions import Region
from belltower.edges.features.systems import System, as_geojson

Fetch = Callable[[str, Mapping[str, object]], list[tuple[Any, ...]]]
"""All rows of a statement, as the caller sees the tables."""
Row = tuple[int, int, str, bytes | None, float | None, float | None]
MOST_CROSSING = 5_000
"""Shapes over the border of one region of a filter."""
SHAPE = "\x01"
"""Stands for a shape in a row's text; JSON never has it unescaped."""


@dataclass(frozen=True, slots=True)
class Page:
    """Features as GeoJSON texts, and where the next page begins, if there is one."""

    features: list[str]
    next: Cursor | None


def page(wanted: Wanted, fetch: Fetch) -> Page:
    """The page that is wanted. Fewer features than ``limit`` may come with a next page: boxes are not yet shapes."""
    wanted = _with_crossings(wanted, fetch)
    if wanted.region is None or not wanted.collection.place.cell:
        rows = fetch(*_walk(wanted))
        following = Cursor(rows[wanted.limit - 1][0]) if len(rows) > wanted.limit else None
        return _paged(wanted, rows[: wanted.limit], following)
    rows, following = [], None
    if not wanted.at.is_border:
        rows = fetch(*_through_cells(wanted))
        following = _after(rows, wanted.limit)
    if following is None and (sides := wanted.region.sides()):
        at = wanted.at if wanted.at.is_border else Cursor(is_border=True)
        left = wanted.limit - len(rows)
        border = fetch(*_along_border(replace(wanted, at=at, limit=left), sides))
        rows += border[:left]
        if len(border) > left:
            following = replace(at, id=border[left - 1][0] if left else at.id)
    return _paged(wanted, rows, following)


def one(collection: Collection, uid: str, system: System, fetch: Fetch) -> str | None:
    """The feature of that id as GeoJSON text, or None."""
    inner = (
        f"SELECT {_columns(collection)} FROM {collection.rows} WHERE {collection.where} AND {collection.id} = %(uid)s"
    )
    rows = fetch(_told(collection, system, inner, "1"), {**collection.facts, "uid": uid})
    return _finished(rows, system)[0] if rows else None


def _with_crossings(wanted: Wanted, fetch: Fetch) -> Wanted:
    """With the ids of the shapes that cross the border of each region of the filter, told from their shapes."""
    if not wanted.regions:
        return wanted
    found = {f"crossing{number}": _crossing(wanted, region, fetch) for number, region in enumerate(wanted.regions)}
    return replace(wanted, values={**wanted.values, **found})


def _crossing(wanted: Wanted, region: Region, fetch: Fetch) -> list[int]:
    """The keys of shapes that meet the region and whose point lies outside. Raises TooBroad for very many."""
    sides, collection = region.sides(), wanted.collection
    if not sides:
        return []
    place, asked = collection.place, replace(wanted, region=region)
    rows = fetch(
        f"SELECT DISTINCT {collection.key}, {place.wkb} FROM {_meeting(collection)}"
        f" AND NOT ({place.is_point}) AND NOT ({_inside(asked)}) AND {collection.where} LIMIT {MOST_CROSSING + 1}",
        {**_values(asked), "sides": _listed(sides)},
    )
    if len(rows) > MOST_CROSSING:
        raise TooBroad
    is_met = region.meets(np.asarray(shapely.from_wkb([row[1] for row in rows]), dtype=object)) if rows else ()
    return [row[0] for row, met in zip(rows, is_met, strict=True) if met]


def _after(rows: list[Row], limit: int) -> Cursor | None:
    """Where to go on after ``limit`` of the rows, which are cut to that; None if there are no more."""
    if len(rows) <= limit:
        return None
    del rows[limit:]
    return Cursor(rows[-1][0], rows[-1][1])


def _paged(wanted: Wanted, rows: list[Row], following: Cursor | None) -> Page:
    return Page(_finished(_met(rows, wanted.region), wanted.system), following)


def _walk(wanted: Wanted) -> tuple[str, dict[str, object]]:
    """In the order of ids; within a box, points exactly and shapes by their boxes."""
    collection, values = wanted.collection, _values(wanted)
    place, where = collection.place, wanted.where
    if wanted.region is not None:
        around = wanted.region.around()
        reaches = "false" if around is None else f"({place.box} && %(around)s::box AND NOT ({place.is_point}))"
        where += f" AND ({_inside(wanted)} AND ({place.is_point}) OR {reaches})"
        values["around"] = None if around is None else _written(around)
    inner = (
        f"SELECT {_columns(collection)} FROM {collection.rows} WHERE {collection.where}{where}"
        f" AND {collection.key} > %(after)s::bigint ORDER BY {collection.key} LIMIT {wanted.limit + 1}"
    )
    return _told(collection, wanted.system, inner, "t.id"), {**values, "after": wanted.at.id}


def _through_cells(wanted: Wanted) -> tuple[str, dict[str, object]]:
    """What has its point in the box, cell by cell. The ranges are in order, and each is read in order."""
    collection, values = wanted.collection, _values(wanted)
    assert wanted.region is not None
    cell, key, at = collection.place.cell, collection.key, wanted.at
    ranges = [(max(first, at.cell), until) for first, until in wanted.region.ranges() if until > at.cell]
    inner = f"""
        SELECT t.* FROM unnest(%(first)s::bigint[], %(last)s::bigint[]) AS r(first, last), LATERAL (
            SELECT {_columns(collection)} FROM {collection.rows}
            WHERE {cell} >= r.first AND {cell} < r.last AND ({cell}, {key}) > (%(cell)s::bigint, %(after)s::bigint)
                  AND {_inside(wanted)} AND {collection.where}{wanted.where}
            ORDER BY {cell}, {key} LIMIT {wanted.limit + 1}
        ) t LIMIT {wanted.limit + 1}"""
    values |= {"first": [one for one, _ in ranges], "last": [one for _, one in ranges]}
    return _told(collection, wanted.system, inner, cell, key), {**values, "cell": at.cell, "after": at.id}


def _along_border(wanted: Wanted, sides: list[Box]) -> tuple[str, dict[str, object]]:
    """Shapes that meet the border and have their point outside."""
    collection, key = wanted.collection, wanted.collection.key
    inner = (
        f"SELECT {_columns(collection)} FROM {collection.rows}"
        f" WHERE {key} = ANY (ARRAY(SELECT {key} FROM {_meeting(collection)})) AND NOT ({_inside(wanted)})"
        f" AND {collection.where}{wanted.where} AND {key} > %(after)s::bigint ORDER BY {key} LIMIT {wanted.limit + 1}"
    )
    values = {**_values(wanted), "sides": _listed(sides), "after": wanted.at.id}
    return _told(collection, wanted.system, inner, key), values


def _meeting(collection: Collection) -> str:
    """What has an extent and meets one of the boxes ``sides``, by the index of boxes; more conditions can follow."""
    box = collection.place.box
    return (
        f"unnest(%(sides)s::text::box[]) AS s(side) CROSS JOIN {collection.rows}"
        f" WHERE {box} && s.side AND width({box}) + height({box}) > 0"
    )


def _inside(wanted: Wanted) -> str:
    """The point lies in the region; of the plane, where the region is a box of the plane."""
    place = wanted.collection.place
    within = f"{place.lon} BETWEEN %(west)s::float8 AND %(east)s::float8 AND {place.lat} BETWEEN %(south)s::float8 AND %(north)s::float8"
    if wanted.region is not None and wanted.region.plane is not None:
        within += f" AND (NOT ({place.is_point}) OR {place.box} && %(plane)s::box)"
    return within


def _values(wanted: Wanted) -> dict[str, object]:
    values: dict[str, object] = {**wanted.collection.facts, **wanted.values}
    if wanted.region is not None:
        values |= dict(zip(("west", "south", "east", "north"), wanted.region.bounds, strict=True))
        if wanted.region.plane is not None:
            values["plane"] = _written(wanted.region.plane)
    return values


def _columns(collection: Collection) -> str:
    return ", ".join(f"t.{name}" for name in collection.columns)


def _told(collection: Collection, system: System, inner: str, *order: str) -> str:
    """The statement that tells the rows of ``inner``: id, cell, the feature's text, its shape, its point."""
    return f"{_telling(collection.name, collection, system)} FROM ({inner}) t {collection.joins} ORDER BY {', '.join(order)}"


_kept: dict[tuple[str, str], str] = {}


def _telling(name: str, collection: Collection, system: System) -> str:
    """What is told of a row. It is long, and the same for every request: kept by collection and system."""
    if (found := _kept.get((name, system.uri))) is not None:
        return found
    place = collection.place
    point = f"({place.is_point})" if system.is_degrees else "false"
    where = f"CASE WHEN {place.lon} IS NULL THEN 'null' WHEN {point} THEN {system.point(place.lon, place.lat)} ELSE E'\\x01' END"
    parts = [
        f"""'{"," if number else ""}"{one.name}":' || {one.written}"""
        for number, one in enumerate(collection.properties)
    ]
    written = (
        f"""'{{"type":"Feature","id":"' || {collection.id} || '","geometry":' || {where}"""
        f""" || ',"properties":{{' || {" || ".join(parts)} || '}}}}'"""
    )
    others = ", ".join(f"CASE WHEN NOT {point} THEN {one} END" for one in (place.wkb, place.lon, place.lat))
    _kept[name, system.uri] = f"SELECT {collection.key}, {place.cell or '0'}, {written}, {others}"
    return _kept[name, system.uri]


def _met(rows: list[Row], region: Region | None) -> list[Row]:
    """Without the shapes whose box meets the region and who do not. A point inside is enough, in a region of degrees."""
    if region is None:
        return rows
    shaped = [
        number for number, row in enumerate(rows) if row[3] is not None and not region.surely_holds(row[4], row[5])
    ]
    if not shaped:
        return rows
    is_met = region.meets(np.asarray(shapely.from_wkb([rows[number][3] for number in shaped]), dtype=object))
    missed = {number for number, met in zip(shaped, is_met, strict=True) if not met}
    return [row for number, row in enumerate(rows) if number not in missed]


def _finished(rows: list[Row], system: System) -> list[str]:
    """The texts, with the shapes put in that the database did not write."""
    shaped = [number for number, row in enumerate(rows) if SHAPE in row[2]]
    texts = [row[2] for row in rows]
    wkb = [rows[number][3] or _point(rows[number]) for number in shaped]
    for number, shape in zip(shaped, as_geojson(wkb, system), strict=True):
        texts[number] = texts[number].replace(SHAPE, shape, 1)
    return texts


def _point(row: Row) -> bytes:
    found: bytes = shapely.to_wkb(shapely.Point(row[4], row[5]))
    return found


def _listed(boxes: list[Box]) -> str:
    """An array of boxes as PostgreSQL writes it."""
    return "{" + ";".join(map(_written, boxes)) + "}"


def _written(box: Box) -> str:
    return f"(({box.x_max!r},{box.y_max!r}),({box.x_min!r},{box.y_min!r}))"
