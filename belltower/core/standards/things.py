# SPDX-License-Identifier: Apache-2.0
"""The assets of a kind and the areas of a level as arrays: where they lie, and what predicates say of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import psycopg
import shapely
from django.db import connection
from numpy.typing import NDArray

from belltower.core.places import city
from belltower.core.places.models import Area
from belltower.core.standards import space
from belltower.core.standards.asking import array_of
from belltower.core.standards.predicates.judging import judge, known
from belltower.core.standards.predicates.nodes import Kind, Node
from belltower.core.standards.predicates.sql import Engine, fields_of_json, sql_of
from belltower.core.standards.reading_parts import AREA_FIELDS

Ints = NDArray[np.int64]
Letters = NDArray[np.int8]
TRUE, FALSE, UNKNOWN = 1, 0, -1
"""What a predicate says of one thing, as an int8."""
NOWHERE = -1
"""The area of a thing that lies in none."""
SLACK_M = 1.0
"""By how much boxes are compared too large, for coordinates that were rounded on their way into the database."""
IN_SERVICE = "a.life IN ('in_service', 'out_of_service')"


@dataclass(frozen=True, slots=True)
class Things:
    """Columns of equal length, in the order of ids. ``areas`` are NOWHERE for none; of areas, they are the ids themselves.

    ``says`` holds a column of TRUE, FALSE, UNKNOWN for each predicate; ``shapes`` are in the city's metric plane, None
    where a thing has no place, and empty where they were not asked for.
    """

    ids: Ints
    areas: Ints
    says: Mapping[str, Letters]
    shapes: NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.ids)

    def kept(self, rows: NDArray[Any]) -> Things:
        """Only these."""
        says = {name: column[rows] for name, column in self.says.items()}
        return Things(self.ids[rows], self.areas[rows], says, self.shapes[rows] if len(self.shapes) else self.shapes)


def assets(
    kind: str, fields: Mapping[str, Kind], asked: Mapping[str, Node], *, shapes: bool = False,
    subjects: Sequence[int] | None = None,
) -> Things:  # fmt: skip
    """The assets of a kind that are in service or out of it (of ``subjects``, where they are given). One statement."""
    columns = fields_of_json(fields, "a.fields")
    said = "".join(f", {letter(sql_of(node, Engine.POSTGRES, columns))}" for node in asked.values())
    among = "" if subjects is None else " AND a.id = ANY (%(ids)s)"
    sql = (
        f"SELECT a.id, coalesce(a.area_id, {NOWHERE}), {'a.geometry' if shapes else 'NULL'}{said.replace('%', '%%')}"
        f" FROM places_asset a WHERE a.kind = %(kind)s AND {IN_SERVICE}{among} ORDER BY a.id"
    )
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:  # Django's own cannot read rows in binary, twice as fast
        cursor.execute(sql, {"kind": kind, "ids": list(subjects or ())}, binary=True)
        rows = cursor.fetchall()
    found = list(zip(*rows, strict=True)) if rows else [()] * (3 + len(asked))
    says = {name: np.array(found[3 + n], dtype=np.int8) for n, name in enumerate(asked)}
    return Things(
        np.array(found[0], dtype=np.int64), np.array(found[1], dtype=np.int64), says,
        in_plane(found[2]) if shapes else np.empty(0, dtype=object),
    )  # fmt: skip


def areas(
    level: str, asked: Mapping[str, Node], *, on: date, shapes: bool = False, subjects: Sequence[int] | None = None
) -> Things:
    """The areas of a level that are in force on that day (of ``subjects``, where they are given)."""
    there = Area.objects.filter(level=level) if subjects is None else Area.objects.filter(level=level, pk__in=subjects)
    rows = list(there.on(on).order_by("id").values_list("id", "geometry", *AREA_FIELDS))
    fields = [known(dict(zip(AREA_FIELDS, row[2:], strict=True)), AREA_FIELDS) for row in rows]
    ids = np.array([row[0] for row in rows], dtype=np.int64)
    says = {
        name: np.array([_LETTER[judge(node, each)] for each in fields], dtype=np.int8) for name, node in asked.items()
    }
    return Things(ids, ids, says, in_plane([row[1] for row in rows]) if shapes else np.empty(0, dtype=object))


def near(kind: str, shapes: NDArray[np.object_], metres: float, *, is_of_areas: bool = False) -> list[int]:
    """Assets of a kind (or areas of a level) that may lie within ``metres`` of any of the shapes: by their boxes, so some more.

    ``shapes`` are in the city's metric plane; None is near nothing.
    """
    boxes = space.boxes(shapes, metres + SLACK_M)
    if not len(boxes):
        return []
    table, column = ("places_area", "level") if is_of_areas else ("places_asset", "kind")
    corners = [array_of(column.tolist()) for column in boxes.T]
    with connection.cursor() as cursor:
        cursor.execute(_NEAR.format(table=table, column=column), [*corners, kind])
        return [pk for (pk,) in cursor.fetchall()]


# Each box by the index of boxes: with the kind as a plain condition, all things of a kind would be looked at for each box.
_NEAR = """
    SELECT DISTINCT f.id FROM unnest(%s::float8[], %s::float8[], %s::float8[], %s::float8[]) AS n (west, south, east, north),
        LATERAL (SELECT t.id FROM {table} t WHERE t.box && box(point(n.west, n.south), point(n.east, n.north))
                 AND t.{column} || '' = %s OFFSET 0) AS f ORDER BY 1
"""


def letter(sql: str) -> str:
    """SQL of TRUE, FALSE or UNKNOWN for a boolean expression."""
    return f"(CASE {sql} WHEN TRUE THEN {TRUE} WHEN FALSE THEN {FALSE} ELSE {UNKNOWN} END)::smallint"


def in_plane(wkb: Sequence[Any]) -> NDArray[np.object_]:
    """WKB in WGS 84 as shapes in the city's metric plane; None stays None."""
    given = np.empty(len(wkb), dtype=object)
    given[:] = [None if one is None else bytes(one) for one in wkb]
    return np.asarray(city.plane().project(shapely.from_wkb(given)), dtype=object)


_LETTER = {True: TRUE, False: FALSE, None: UNKNOWN}
