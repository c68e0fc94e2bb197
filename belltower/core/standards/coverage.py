# SPDX-License-Identifier: Apache-2.0
"""Judges coverage: every place within reach of something, and every place attended to in each window of the day.

An area is within reach where all of it is: it is compared with the circles around what reaches it, not by some points of
it, since a point says nothing of the rest and an area's rim is where reach ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import cos, pi
from typing import Any

import numpy as np
import shapely
from django.db import connection

from belltower.core.places import city
from belltower.core.standards import things
from belltower.core.standards.asking import ids_of, text
from belltower.core.standards.checks import Over, ReachCheck, WatchCheck, bound
from belltower.core.standards.clauses import Clause
from belltower.core.standards.examples import windows_before
from belltower.core.standards.judging import Judged, judges, today
from belltower.core.standards.predicates.nodes import Node
from belltower.core.standards.predicates.sql import Engine, fields_of_json, sql_of
from belltower.core.standards.reading_parts import fields_of, fields_of_subject
from belltower.core.standards.space import MILLIMETRES, Shapes
from belltower.core.standards.streets import Streets, streets
from belltower.core.standards.things import FALSE, TRUE, UNKNOWN, Ints, Letters, Things
from belltower.core.standards.verdicts import judged, noted, values_as_json
from belltower.kernel.packs import Register

QUARTER = 32
"""Sides of a quarter of a circle: its radius is right to 0.03 per cent."""


@judges(ReachCheck)
def judge_reach(clause: Clause, *, now: datetime, register: Register, subjects: Sequence[int] | None) -> Judged:
    """A subject without a place is unknown; so is one that only something reaches of which it is unknown whether it counts."""
    check, day = clause.check, today(now)
    values = clause.values_on(day)
    assert isinstance(check, ReachCheck)
    assert values is not None
    reach = values[check.reach]
    assert isinstance(reach, float)
    who = _subjects(clause, bound(check.where, values, day), now, register, subjects, shapes=True)
    by = things.assets(
        check.by, fields_of(register.kind(check.by)), {"counts": bound(check.by_where, values, day)}, shapes=True
    )
    by = by.kept((by.says["counts"] != FALSE) & ~shapely.is_missing(by.shapes))
    is_sure = by.says["counts"] == TRUE
    along = streets(register) if check.over is not Over.STRAIGHT else None
    if along is not None:
        sure, perhaps = _along(along, who.shapes, by, check.over, reach)
    else:
        how = _covered if clause.is_of_areas else _near
        sure, perhaps = how(who.shapes, by.shapes[is_sure], reach), how(who.shapes, by.shapes, reach)
    holds = np.where(sure, TRUE, np.where(perhaps | shapely.is_missing(who.shapes), UNKNOWN, FALSE)).astype(np.int8)
    why = {"why": "no_streets"} if along is not None and not len(along) else {}

    def evidence(bad: Ints) -> Iterator[dict[str, Any]]:
        known = {} if clause.is_of_areas else noted(who.ids[bad].tolist(), ())
        for place, metres in zip(bad.tolist(), _metres(who.shapes[bad], by.shapes[is_sure]), strict=True):
            found = {"nearest_m": metres} if along is None else {"nearest_straight_m": metres, **why}
            yield {"values": values_as_json(values), **found, **known.get(int(who.ids[place]), {})}

    return judged(who, holds, evidence, is_of_areas=clause.is_of_areas)


def _along(along: Streets, shapes: Shapes, by: Things, over: Over, reach: float) -> tuple[Any, Any]:
    """Whether something is, and may be, within reach along the streets; it may be everywhere while none is known."""
    if not len(along):
        return np.zeros(len(shapes), dtype=bool), np.ones(len(shapes), dtype=bool)
    sure, perhaps = along.metres(shapes, by, over, most=reach)
    return sure <= reach, perhaps <= reach


def _near(shapes: Shapes, by: Shapes, reach: float) -> Any:
    """Whether something lies within reach of each thing."""
    metres = np.array([np.inf if one is None else one for one in _metres(shapes, by)], dtype=np.float64)
    return metres <= reach


def _metres(shapes: Shapes, by: Shapes) -> list[float | None]:
    """How far the nearest part of the nearest is from the nearest part of each; None without a place, or without any."""
    found: list[float | None] = [None] * len(shapes)
    if len(by):
        (left, _), metres = shapely.STRtree(by).query_nearest(shapes, return_distance=True, all_matches=False)
        for place, one in zip(left.tolist(), np.round(metres, MILLIMETRES).tolist(), strict=True):
            found[place] = one
    return found


def _covered(shapes: Shapes, by: Shapes, reach: float) -> Any:
    """Whether the whole of each area lies within reach: circles are drawn around, not into, the true ones."""
    found = np.zeros(len(shapes), dtype=bool)
    if not len(by):
        return found
    circles = shapely.buffer(by, reach / cos(pi / (4 * QUARTER)), quad_segs=QUARTER)
    # In tiles rather than as one shape of the whole city: an area meets few circles.
    left, right = shapely.STRtree(circles).query(shapes, predicate="intersects")
    if not len(left):
        return found
    order = np.argsort(left, kind="stable")
    left, right = left[order], right[order]
    places, begins = np.unique(left, return_index=True)
    for place, some in zip(places.tolist(), np.split(right, begins[1:]), strict=True):
        found[place] = bool(shapely.covers(shapely.union_all(circles[some]), shapes[place]))
    return found


@judges(WatchCheck)
def judge_watch(clause: Clause, *, now: datetime, register: Register, subjects: Sequence[int] | None) -> Judged:
    """Each window that ended in the last 24 hours by the city's clock must have had the activity."""
    check, day = clause.check, today(now)
    values = clause.values_on(day)
    assert isinstance(check, WatchCheck)
    assert values is not None
    window = values[check.window]
    assert isinstance(window, timedelta)
    zone = city.current().tz
    local = windows_before(now.astimezone(zone).replace(tzinfo=None), window)
    instants = [one.replace(tzinfo=zone).astimezone(UTC) for one in (*(begin for begin, _ in local), local[-1][1])]
    who = _subjects(clause, bound(check.where, values, day), now, register, subjects)
    had = _had(clause, check.activity, bound(check.counts, values, day), instants, register, subjects)
    rows = np.array([[had.get((one, n), FALSE) for n in range(len(local))] for one in who.ids.tolist()], dtype=np.int8)
    holds = _all(rows.reshape(len(who), len(local)))

    def evidence(bad: Ints) -> Iterator[dict[str, Any]]:
        known = {} if clause.is_of_areas else noted(who.ids[bad].tolist(), ())
        for place in bad.tolist():
            missed = [
                {"from": begin.isoformat(), "until": end.isoformat(), "is_unknown": bool(rows[place][n] == UNKNOWN)}
                for n, (begin, end) in enumerate(local)
                if rows[place][n] != TRUE
            ]
            yield {"values": values_as_json(values), "missed": missed, **known.get(int(who.ids[place]), {})}

    until = (local[-1][1] + window).replace(tzinfo=zone)
    return judged(who, holds, evidence, is_of_areas=clause.is_of_areas, until=until)


def _had(
    clause: Clause,
    activity: str,
    counts: Node,
    instants: Sequence[datetime],
    register: Register,
    subjects: Sequence[int] | None,
) -> Mapping[tuple[int, int], int]:
    """By subject and number of the window: TRUE where an activity counts, UNKNOWN where one may."""
    on = "v.area_id" if clause.is_of_areas else "v.asset_id"
    said = sql_of(counts, Engine.POSTGRES, fields_of_json(fields_of(register.activities[activity]), "v.fields"))
    among = "" if subjects is None else f" AND {on} = ANY ({ids_of(subjects)})"
    sql = (
        f"SELECT {on}, width_bucket(v.at, %s::timestamptz[]) - 1, max(CASE {said.replace('%', '%%')} WHEN TRUE THEN 2 WHEN FALSE THEN 0 ELSE 1 END)"
        f" FROM activities_activity v WHERE v.activity = {text(activity)} AND {on} IS NOT NULL AND v.at >= %s AND v.at < %s{among}"
        " GROUP BY 1, 2"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(instants), instants[0], instants[-1]])
        return {(who, window): (FALSE, UNKNOWN, TRUE)[sure] for who, window, sure in cursor.fetchall()}


def _all(rows: Any) -> Letters:
    """Over the windows of each: false where one is, else unknown where one is."""
    is_false, is_unknown = (rows == FALSE).any(axis=1), (rows == UNKNOWN).any(axis=1)
    return np.where(is_false, FALSE, np.where(is_unknown, UNKNOWN, TRUE)).astype(np.int8)


def _subjects(
    clause: Clause,
    where: Node,
    now: datetime,
    register: Register,
    subjects: Sequence[int] | None,
    *,
    shapes: bool = False,
) -> Things:
    """The areas or assets that the clause applies to."""
    if clause.is_of_areas:
        found = things.areas(clause.applies_to, {"meant": where}, on=today(now), shapes=shapes, subjects=subjects)
    else:
        fields = fields_of_subject(clause.applies_to, register, is_of_areas=False)
        found = things.assets(clause.applies_to, fields, {"meant": where}, shapes=shapes, subjects=subjects)
    return found.kept(found.says["meant"] != FALSE)
