# SPDX-License-Identifier: Apache-2.0
"""Geo functions of $filter, computed with shapely in degrees of WGS 84: the database knows no geometry.

A geometry column and a constant are compared for all rows at once; the statement is given the answer by id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray

from belltower.edges.sensorthings.errors import BadQuery, text
from belltower.edges.sensorthings.model import ENTITY_SETS
from belltower.edges.sensorthings.syntax import Kind
from belltower.edges.sensorthings.terms import Statement, Term

Shapes = NDArray[Any]


def _relate(first: Shapes, second: Shapes, pattern: str) -> NDArray[np.bool_]:
    if len(pattern) != 9 or set(pattern) - set("TF*012"):
        raise BadQuery(given=pattern[:40], reason=text("不是 DE-9IM 模式", "it is no DE-9IM pattern"))
    return np.asarray(shapely.relate_pattern(first, second, pattern), dtype=np.bool_)


# Names of the standard (SensorThings 1.1, table 24): two geometries to a truth.
_TRUTHS: Mapping[str, Callable[[Shapes, Shapes], Any]] = {
    "geo.intersects": shapely.intersects,
    "st_equals": shapely.equals,
    "st_disjoint": shapely.disjoint,
    "st_touches": shapely.touches,
    "st_within": shapely.within,
    "st_overlaps": shapely.overlaps,
    "st_crosses": shapely.crosses,
    "st_intersects": shapely.intersects,
    "st_contains": shapely.contains,
}
NAMES = frozenset({*_TRUTHS, "st_relate", "geo.distance", "geo.length"})


def length(shapes: Shapes) -> NDArray[np.float64]:
    """Lengths of lines in degrees; 0 for points and areas, as OGC simple features has it."""
    is_line = np.isin(shapely.get_type_id(shapes), (1, 2, 5))
    return np.where(is_line, shapely.length(shapes), 0.0)


def from_wkt(given: str) -> shapely.Geometry:
    """A geometry from WKT, an ``SRID=...;`` before it left out. Raises BadQuery."""
    try:
        return shapely.from_wkt(given.rpartition(";")[2])
    except shapely.errors.GEOSException:
        raise BadQuery(given=given[:100], reason=text("不是 WKT 几何", "it is no WKT geometry")) from None


def from_geojson(given: object) -> shapely.Geometry | None:
    """The shape of a GeoJSON geometry or feature; None for what is neither."""
    if not isinstance(given, dict):
        return None
    inside = given.get("geometry") if given.get("type") == "Feature" else given
    try:
        return shapely.from_geojson(json.dumps(inside), on_invalid="ignore") if inside else None
    except (shapely.errors.GEOSException, TypeError, ValueError):
        return None


def call(name: str, arguments: Sequence[Term], statement: Statement) -> Term:
    """The term of a geo function. Raises BadQuery for what it cannot compare."""
    wanted = {"geo.length": 1, "st_relate": 3}.get(name, 2)
    shapes = arguments[:2]
    if len(arguments) != wanted or any(each.kind is not Kind.GEOMETRY for each in shapes):
        raise BadQuery(given=name, reason=text("几何参数不符", "its arguments are not the geometries it wants"))
    columns = [each for each in shapes if each.owner is not None]
    if len(columns) != 1:
        raise BadQuery(
            given=name, reason=text("需一个属性与一个常量", "it compares one property with one constant geometry")
        )
    ids, found = _column(columns[0])
    sides = [found if each.owner is not None else np.array(from_wkt(str(each.constant))) for each in shapes]
    return _answer(name, columns[0], ids, _computed(name, sides, arguments), statement)


def _computed(name: str, sides: list[Shapes], arguments: Sequence[Term]) -> NDArray[Any]:
    if name == "geo.length":
        return length(sides[0])
    if name == "geo.distance":
        return np.asarray(shapely.distance(*sides), dtype=np.float64)
    if name == "st_relate":
        return _relate(sides[0], sides[1], str(arguments[2].constant))
    return np.asarray(_TRUTHS[name](*sides), dtype=np.bool_)


def _column(term: Term) -> tuple[NDArray[np.int64], Shapes]:
    """All shapes of a geometry column that this caller may see, with their ids."""
    assert term.owner is not None
    entity_set, _, name = term.owner
    entity = ENTITY_SETS[entity_set]
    column = entity.fields[name].sql.format(t="t")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t.id, {column} FROM {entity.relation} t WHERE {column} IS NOT NULL")  # nosec B608  # names of our own map
        rows = [(key, from_geojson(json.loads(value) if isinstance(value, str) else value)) for key, value in cursor]
    kept = [(key, shape) for key, shape in rows if shape is not None]
    shapes = np.empty(len(kept), dtype=object)
    shapes[:] = [shape for _, shape in kept]
    return np.array([key for key, _ in kept], dtype=np.int64), shapes


def _answer(name: str, column: Term, ids: NDArray[np.int64], values: NDArray[Any], statement: Statement) -> Term:
    assert column.owner is not None
    key = f"{column.owner[1]}.id"
    if values.dtype == np.bool_:
        return Term(f"({key} = ANY({statement.parameter(ids[values].tolist(), 'bigint[]')}))", Kind.BOOLEAN)
    known, given = statement.parameter(ids.tolist(), "bigint[]"), statement.parameter(values.tolist(), "float8[]")
    return Term(f"(SELECT g.v FROM unnest({known}, {given}) AS g(id, v) WHERE g.id = {key})", Kind.NUMBER)
