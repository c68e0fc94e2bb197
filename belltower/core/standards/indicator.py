# SPDX-License-Identifier: Apache-2.0
"""Judges indicators: in each area of a level, the share of activities, readings or assets that count, with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb
import numpy as np
from django.db import connection

from belltower.core.observations.models import Datastream
from belltower.core.observations.reading import parts
from belltower.core.places import city
from belltower.core.places.models import Area
from belltower.core.standards import things
from belltower.core.standards.asking import text
from belltower.core.standards.checks import Counted, IndicatorCheck, bound
from belltower.core.standards.clauses import Clause, Outcome
from belltower.core.standards.judging import Judged, judges, today
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.nodes import Node
from belltower.core.standards.predicates.sql import Engine, fields_of_json, sql_of
from belltower.core.standards.rates import Rate, outcome_of_rate
from belltower.core.standards.reading_parts import fields_of
from belltower.core.standards.things import FALSE, IN_SERVICE, TRUE, UNKNOWN, Ints
from belltower.core.standards.verdicts import judged, values_as_json
from belltower.kernel.instants import day_bounds
from belltower.kernel.packs import Register

Tally = Counter[tuple[int | None, int, int]]
"""How many lie in an area and have these letters for ``among`` and ``counts``."""
Found = tuple[Tally, datetime | None, datetime | None]
"""The instant of the first that was counted, and of the first that lies ahead of now (or from when all is to be counted again)."""
_BAD = 2
"""The quality of a reading that its source itself calls bad; it is not counted."""


@judges(IndicatorCheck)
def judge(clause: Clause, *, now: datetime, register: Register, subjects: Sequence[int] | None) -> Judged:
    """Every area of the level is a subject; what lies in none of them is in no rate. ``subjects`` narrows nothing here.

    It stands until what was counted first leaves the window, or what lies ahead enters it; of readings, not at all.
    """
    check, day = clause.check, today(now)
    values = clause.values_on(day)
    assert isinstance(check, IndicatorCheck)
    assert values is not None
    since = _since(values[check.window], now) if check.window else now
    among, counts = bound(check.among, values, day), check.counts.on(values, day)
    tally, first, ahead = _TALLY[check.of](clause, check, (among, counts), (since, now), register)
    leaves = first + (now - since) if first and isinstance(values[check.window or ""], timedelta) else None
    areas = things.areas(check.by, {"meant": bound(None, values, day)}, on=day)
    rates = _rates(tally, areas.ids)
    found = [outcome_of_rate(rates[one], check, values) for one in areas.ids.tolist()]
    holds = np.array([_LETTER[one] for one in found], dtype=np.int8)

    def evidence(bad: Ints) -> Iterator[dict[str, Any]]:
        for place in bad.tolist():
            yield {"values": values_as_json(values), **_told(rates[int(areas.ids[place])])}

    until = min((one for one in (leaves, ahead) if one), default=None)
    return judged(areas, holds, evidence, is_of_areas=True, until=until)


def _since(window: object, now: datetime) -> datetime:
    """The beginning of the window before ``now``: of a civil day for a length of days."""
    if isinstance(window, CivilDuration):
        return day_bounds(window.after(today(now), -1), city.current().tz)[0]
    assert isinstance(window, timedelta)
    return now - window


def _told(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval() or (None, None)
    return {"counted": rate.counted, "among": rate.among, "unknown": rate.unknown, "share": rate.share,
            "interval": [low, high]}  # fmt: skip


def _rates(tally: Tally, areas: Ints) -> dict[int, Rate]:
    """The rate in each of ``areas``: of what lies in it or below it."""
    paths = dict(Area.objects.filter(pk__in=areas.tolist()).values_list("path", "pk"))
    below = dict(Area.objects.filter(pk__in={one for one, _, _ in tally if one is not None}).values_list("pk", "path"))
    sums: dict[int, Counter[str]] = {one: Counter() for one in areas.tolist()}
    for (area, among, counts), number in tally.items():
        above = _above(below.get(area, ""), paths) if area is not None else None
        if above is not None and (word := _word(among, counts)):
            sums[above][word] += number
    return {pk: Rate(of["counted"], of["counted"] + of["other"], of["unknown"]) for pk, of in sums.items()}


def _above(path: str, paths: Mapping[str, int]) -> int | None:
    """The area of the level that a path leads through."""
    codes = path.strip("/").split("/")
    prefixes = ("/".join(codes[:n]) + "/" for n in range(1, len(codes) + 1))
    return next((paths[one] for one in prefixes if one in paths), None)


def _word(among: int, counts: int) -> str | None:
    if among == FALSE:
        return None
    if among == UNKNOWN or counts == UNKNOWN:
        return "unknown"
    return "counted" if counts == TRUE else "other"


def _activities(
    clause: Clause, check: IndicatorCheck, asked: tuple[Node, Node], span: tuple[datetime, datetime], register: Register
) -> Found:
    assert check.name is not None
    columns = fields_of_json(fields_of(register.activities[check.name]), "v.fields")
    letters = ", ".join(things.letter(sql_of(one, Engine.POSTGRES, columns)) for one in asked).replace("%", "%%")
    area = "v.area_id" if clause.is_of_areas else "a.area_id"
    joined = "" if clause.is_of_areas else " JOIN places_asset a ON a.id = v.asset_id"
    sql = (
        f"SELECT {area}, {letters}, count(*) FILTER (WHERE v.at <= %s), min(v.at), min(v.at) FILTER (WHERE v.at > %s)"
        f" FROM activities_activity v{joined} WHERE v.activity = {text(check.name)} AND v.at >= %s GROUP BY 1, 2, 3"
    )
    since, now = span
    rows = _asked(sql, [now, now, since])
    tally = Counter({(area, among, counts): number for area, among, counts, number, _, _ in rows if number})
    firsts, aheads = ([row[n] for row in rows if row[n]] for n in (4, 5))
    return tally, min(firsts, default=None), min(aheads, default=None)


def _assets(
    clause: Clause, check: IndicatorCheck, asked: tuple[Node, Node], span: tuple[datetime, datetime], register: Register
) -> Found:
    columns = fields_of_json(fields_of(register.kind(clause.applies_to)), "a.fields")
    letters = ", ".join(things.letter(sql_of(one, Engine.POSTGRES, columns)) for one in asked).replace("%", "%%")
    sql = (
        f"SELECT a.area_id, {letters}, count(*) FROM places_asset a"
        f" WHERE a.kind = {text(clause.applies_to)} AND {IN_SERVICE} GROUP BY 1, 2, 3"
    )
    return Counter({(area, among, counts): number for area, among, counts, number in _asked(sql, [])}), None, None


def _asked(sql: str, given: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall())


def _readings(
    clause: Clause, check: IndicatorCheck, asked: tuple[Node, Node], span: tuple[datetime, datetime], register: Register
) -> Found:
    """A UTC day at a time out of the hot store and the lake; bad readings are left out, and no number is unknown.

    Readings leave no notes, since that would cost each of them: they are counted again whenever clauses are judged whole.
    """
    streams = dict(
        Datastream.objects.filter(stream=f"{clause.applies_to}.{check.name}", asset__kind=clause.applies_to)
        .values_list("pk", "asset__area_id")
    )  # fmt: skip
    letters = ", ".join(
        things.letter(sql_of(one, Engine.DUCKDB, {"value": "CASE WHEN isfinite(value) THEN value END"}))
        for one in asked
    )
    sql = f"SELECT stream, {letters}, count(*) FROM day WHERE quality <> {_BAD} GROUP BY 1, 2, 3"
    tally: Tally = Counter()
    with duckdb.connect() as database:
        for day in parts(list(streams), *span) if streams else ():
            database.register("day", {"stream": day.stream, "value": day.value, "quality": day.quality})
            for stream, among, counts, number in database.execute(sql).fetchall():
                tally[streams[stream], among, counts] += number
    return tally, None, span[1]


_TALLY: Mapping[Counted, Callable[..., Found]] = {
    Counted.ACTIVITIES: _activities, Counted.READINGS: _readings, Counted.ASSETS: _assets,
}  # fmt: skip
_LETTER = {Outcome.HOLDS: TRUE, Outcome.BROKEN: FALSE, Outcome.UNKNOWN: UNKNOWN}
