# SPDX-License-Identifier: Apache-2.0
"""One page of features: a statement whose rows are GeoJSON already, written by the database; shapes are added to them.

Everything is asked for in the order of ids. Within a box a collection with cells is asked for along them, so that a page
costs the same in a small box and in the whole city; then follows what only reaches in over the border.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from belltower.core.places.columns import Box
from belltower.edges.features.asking import Cursor, Wanted
from belltower.edges.features.declaring import Collection
from belltower.edges.features.errors import BadFeaturesQuery, TooBroad, text
from belltower.edges.features.regions import Region
from belltower.edges.features.systems import System, as_geojson

Fetch = Callable[[str, Mapping[str, object]], list[tuple[Any, ...]]]
"""All rows of a statement, as the caller sees the tables."""
FEW = 2_000
"""So many of a kind are looked through sooner than all that stands in a box."""
MOST_CROSSING = 5_000
"""Shapes over the border of one region of a filter."""
SHAPE, BETWEEN = b"\x01", b"\x02"
"""Stand for a shape in a feature's text, and between features; JSON never has them unescaped."""


@dataclass(frozen=True, slots=True)
class Page:
    """Features as GeoJSON texts with commas between, how many they are, and where the next page begins, if there is one."""

    features: bytes
    count: int
    next: Cursor | None


@dataclass(frozen=True, slots=True)
class Rows:
    """What a statement gave: how many rows, the key and cell of the last one on the page, the features' texts, and their shapes.

    ``shapes``, ``lons`` and ``lats`` are of the features whose shape stands as SHAPE in the text, in order.
    """

    count: int = 0
    last: Cursor | None = None
    text: bytes = b""
    shapes: Sequence[bytes | None] = ()
    lons: Sequence[float] = ()
    lats: Sequence[float] = ()


def page(wanted: Wanted, fetch: Fetch) -> Page:
    """The page that is wanted. Fewer features than ``limit`` may come with a next page: boxes are not yet shapes."""
    _check_plane(wanted)
    wanted = _with_crossings(wanted, fetch)
    if _is_walked(wanted, fetch):
        rows = _read(wanted.limit, fetch(*_walk(wanted)))
        return _paged(wanted, [rows], rows.last and Cursor(rows.last.id))
    if wanted.at.is_border:
        return _border(wanted, Rows(), fetch)
    rows = _read(wanted.limit, fetch(*_through_cells(wanted)))
    if rows.last:
        return _paged(wanted, [rows], rows.last)
    return _border(replace(wanted, at=Cursor(is_border=True)), rows, fetch)


def _check_plane(wanted: Wanted) -> None:
    """Points without a box in the plane are asked for by degrees. Raises BadFeaturesQuery."""
    regions = [one for one in (wanted.region, *wanted.regions) if one is not None]
    if not wanted.collection.place.box and any(one.plane is not None for one in regions):
        reason = text("此集合请用经纬度坐标系查询范围", "this collection is asked for boxes in degrees")
        raise BadFeaturesQuery(parameter="bbox-crs", reason=reason)


def _is_walked(wanted: Wanted, fetch: Fetch) -> bool:
    """Whether to go in the order of ids: without a box, without cells, and through a kind of which there are few."""
    at, collection = wanted.at, wanted.collection
    if wanted.region is None or not collection.place.cell:
        return True
    if at != Cursor():
        return at.cell < 0 and not at.is_border  # as the pages before
    if not collection.facts:
        return False
    few = f"SELECT count(*) FROM (SELECT 1 FROM {collection.rows} WHERE {collection.where} LIMIT {FEW + 1}) few"
    return bool(fetch(few, collection.facts)[0][0] <= FEW)


def _border(wanted: Wanted, before: Rows, fetch: Fetch) -> Page:
    """What is left of the page after ``before``: shapes over the border of its region."""
    assert wanted.region is not None
    left, sides = wanted.limit - before.count, wanted.region.sides()
    if not sides:
        return _paged(wanted, [before], None)
    rows = _read(left, fetch(*_along_border(replace(wanted, limit=left), sides)), at=wanted.at)
    return _paged(wanted, [before, rows], rows.last and Cursor(rows.last.id, is_border=True))


def _read(limit: int, found: list[tuple[Any, ...]], *, at: Cursor = Cursor()) -> Rows:  # noqa: B008  # it is frozen
    """The rows of a page; ``last`` only where there is one more after them, which is left out again."""
    count, id, cell, text, *shaped = found[0]
    if not count:
        return Rows()
    if count <= limit:
        return Rows(count, None, text, *(one or () for one in shaped))
    text, _, dropped = text.rpartition(BETWEEN)
    kept = [one[:-1] if SHAPE in dropped else one for one in (each or () for each in shaped)]
    return Rows(limit, Cursor(at.id if id is None else id, cell or -1), text if limit else b"", *kept)


def one(collection: Collection, uid: str, system: System, fetch: Fetch) -> bytes | None:
    """The feature of that id as GeoJSON text, or None."""
    inner = (
        f"SELECT {_columns(collection)} FROM {collection.rows} WHERE {collection.where} AND {collection.id} = %(uid)s"
    )
    rows = _read(1, fetch(_told(collection, system, inner, 1, collection.key), {**collection.facts, "uid": uid}))
    return _finished(rows, None, system)[0] if rows.count else None


def _with_crossings(wanted: Wanted, fetch: Fetch) -> Wanted:
    """With the ids of the shapes that cross the border of each region of the filter, told from their shapes."""
    if not wanted.regions:
        return wanted
    found = {f"crossing{number}": _crossing(wanted, region, fetch) for number, region in enumerate(wanted.regions)}
    return replace(wanted, values={**wanted.values, **found})


def _crossing(wanted: Wanted, region: Region, fetch: Fetch) -> list[int]:
    """The keys of shapes that meet the region and whose point lies outside. Raises TooBroad for very many."""
    sides, collection = region.sides(), wanted.collection
    if not sides or not collection.place.box:
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


def _paged(wanted: Wanted, parts: list[Rows], following: Cursor | None) -> Page:
    parts = [one for one in parts if one.count]
    if not any(one.shapes for one in parts):
        features = BETWEEN.join(one.text for one in parts)
        return Page(features.replace(BETWEEN, b","), sum(one.count for one in parts), following)
    texts = [text for one in parts for text in _finished(one, wanted.region, wanted.system)]
    return Page(b",".join(texts), len(texts), following)


def _walk(wanted: Wanted) -> tuple[str, dict[str, object]]:
    """In the order of ids; within a box, points exactly and shapes by their boxes."""
    collection, values = wanted.collection, _values(wanted)
    place, where = collection.place, wanted.where
    if wanted.region is not None:
        around = wanted.region.around()
        reaches = (
            "false"
            if around is None or not place.box
            else f"({place.box} && %(around)s::box AND NOT ({place.is_point}))"
        )
        where += f" AND ({_inside(wanted)} AND ({place.is_point}) OR {reaches})"
        values["around"] = None if around is None else _written(around)
    inner = (
        f"SELECT {_columns(collection)} FROM {collection.rows} WHERE {collection.where}{where}"
        f" AND {collection.key} > %(after)s::bigint ORDER BY {collection.key} LIMIT {wanted.limit + 1}"
    )
    return _told(collection, wanted.system, inner, wanted.limit, collection.key), {**values, "after": wanted.at.id}


def _through_cells(wanted: Wanted) -> tuple[str, dict[str, object]]:
    """What has its point in the box, cell by cell. The ranges are in order, and each is read in order."""
    collection, values = wanted.collection, _values(wanted)
    assert wanted.region is not None
    cell, key, at = collection.place.cell, collection.key, wanted.at
    ranges = [(max(first, at.cell), until) for first, until in wanted.region.ranges() if until > at.cell]
    inner = f"""
        SELECT t.* FROM unnest(%(first)s::text::bigint[], %(last)s::text::bigint[]) AS r(first, last), LATERAL (
            SELECT {_columns(collection)} FROM {collection.rows}
            WHERE {cell} >= r.first AND {cell} < r.last AND ({cell}, {key}) > (%(cell)s::bigint, %(after)s::bigint)
                  AND {_inside(wanted)} AND {collection.where}{wanted.where}
            ORDER BY {cell}, {key} LIMIT {wanted.limit + 1}
        ) t LIMIT {wanted.limit + 1}"""
    values |= {"first": _array([one for one, _ in ranges]), "last": _array([one for _, one in ranges])}
    return _told(collection, wanted.system, inner, wanted.limit, cell, key), {**values, "cell": at.cell, "after": at.id}


def _along_border(wanted: Wanted, sides: list[Box]) -> tuple[str, dict[str, object]]:
    """Shapes that meet the border and have their point outside."""
    collection, key = wanted.collection, wanted.collection.key
    inner = (
        f"SELECT {_columns(collection)} FROM {collection.rows}"
        f" WHERE {key} = ANY (ARRAY(SELECT {key} FROM {_meeting(collection)})) AND NOT ({_inside(wanted)})"
        f" AND {collection.where}{wanted.where} AND {key} > %(after)s::bigint ORDER BY {key} LIMIT {wanted.limit + 1}"
    )
    values = {**_values(wanted), "sides": _listed(sides), "after": wanted.at.id}
    return _told(collection, wanted.system, inner, wanted.limit, key), values


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


def _told(collection: Collection, system: System, inner: str, limit: int, *order: str) -> str:
    """The statement that tells the rows of ``inner`` as one row: see Rows. Sorted rows are put together in their order."""
    rows = f"{_telling(collection, system)} FROM ({inner}) t {collection.joins} ORDER BY {', '.join(order)}"
    return f"""
        SELECT count(*), (array_agg(id))[{limit}], (array_agg(cell))[{limit}], convert_to(string_agg(told, E'\\x02'), 'UTF8'),
               array_agg(shape) FILTER (WHERE is_shape), array_agg(lon) FILTER (WHERE is_shape), array_agg(lat) FILTER (WHERE is_shape)
        FROM ({rows}) each"""


_kept: dict[tuple[str, str], str] = {}
_MOST_ARGUMENTS = 90
"""PostgreSQL takes a hundred."""


def _telling(collection: Collection, system: System) -> str:
    """What is told of a row. It is long, and the same for every request: kept by collection and system."""
    key = (collection.name, system.uri)
    if key not in _kept:
        place = collection.place
        point = f"({place.is_point})" if system.is_degrees else "false"
        is_shape = f"{place.lon} IS NOT NULL AND NOT {point}"
        where = f"CASE WHEN {place.lon} IS NULL THEN 'null' WHEN {point} THEN {system.point(place.lon, place.lat)} ELSE E'\\x01' END"
        parts = ["""'{"type":"Feature","id":"'""", collection.id, """'","geometry":'""", where, """',"properties":{'"""]
        for number, one in enumerate(collection.properties):
            parts += [f"""'{"," if number else ""}"{one.name}":'""", one.written]
        parts.append("'}}'")
        columns = [
            f"CASE WHEN {is_shape} THEN {each} END AS {name}"
            for name, each in (("shape", place.wkb), ("lon", place.lon), ("lat", place.lat))
        ]
        _kept[key] = (
            f"SELECT {collection.key} AS id, {place.cell or '0'} AS cell, {_joined(parts)} AS told,"
            f" {is_shape} AS is_shape, {', '.join(columns)}"
        )
    return _kept[key]


def _joined(parts: list[str]) -> str:
    """SQL of texts one after another."""
    groups = [parts[at : at + _MOST_ARGUMENTS] for at in range(0, len(parts), _MOST_ARGUMENTS)]
    return " || ".join(f"concat({', '.join(group)})" for group in groups)


def _finished(rows: Rows, region: Region | None, system: System) -> list[bytes]:
    """The features, with the shapes put in that the database did not write, and without those that miss the region."""
    texts = rows.text.split(BETWEEN)
    shaped = [number for number, text in enumerate(texts) if SHAPE in text]
    if not shaped:
        return texts
    wkb = [shape or _point(lon, lat) for shape, lon, lat in zip(rows.shapes, rows.lons, rows.lats, strict=True)]
    shapes = np.asarray(shapely.from_wkb(wkb), dtype=object)
    missed = {shaped[at] for at in _missed(rows, shapes, region)}
    for number, shape in zip(shaped, as_geojson(shapes, system), strict=True):
        texts[number] = texts[number].replace(SHAPE, shape.encode(), 1)
    return [text for number, text in enumerate(texts) if number not in missed]


def _missed(rows: Rows, shapes: Any, region: Region | None) -> list[int]:
    """Which of the shapes miss the region though their boxes meet it. A point inside is enough, in a region of degrees."""
    if region is None:
        return []
    unsure = [at for at, where in enumerate(zip(rows.lons, rows.lats, strict=True)) if not region.surely_holds(*where)]
    if not unsure:
        return []
    return [at for at, is_met in zip(unsure, region.meets(shapes[unsure]), strict=True) if not is_met]


def _point(lon: float, lat: float) -> bytes:
    found: bytes = shapely.to_wkb(shapely.Point(lon, lat))
    return found


def _array(numbers: list[int]) -> str:
    """An array as PostgreSQL writes it; to hand it over as a list costs a tenth of a millisecond."""
    return "{" + ",".join(map(str, numbers)) + "}"


def _listed(boxes: list[Box]) -> str:
    """An array of boxes as PostgreSQL writes it."""
    return "{" + ";".join(map(_written, boxes)) + "}"


def _written(box: Box) -> str:
    return f"(({box.x_max!r},{box.y_max!r}),({box.x_min!r},{box.y_min!r}))"
