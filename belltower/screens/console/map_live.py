# SPDX-License-Identifier: Apache-2.0
"""How what is sensed stands, for the map: each asset's worst alarm, and whether it is silent. One read for a whole city.

Whatever is not at rest is told with its place, the most urgent first; what is at rest only inside a box, for a map that is
close enough to draw it (docs/decisions/0072).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext

from belltower.core.alarms.models import CALLING, QUIET, AlarmState, Priority
from belltower.screens.console.boxes import Box

MOST, MOST_AT_REST = 20_000, 4_000
ACKNOWLEDGED = (AlarmState.ACKNOWLEDGED, AlarmState.LATCHED_ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the legend: the state, the mark it shows, its words, and the list behind its count."""

    state: str
    mark: str
    title: str
    link: str


def legend(area_code: str = "") -> list[Line]:
    """Its lines, the most urgent first; acknowledged alarms of all priorities are one. Their lists are of that area."""

    def behind(name: str, state: str, **narrower: object) -> str:
        where = {"area": area_code} if area_code else {}
        return f"{reverse(name)}?{urlencode({'state': state, **narrower, **where})}"

    calling = [
        Line(f"c{one.value}", f"c{one.value}", gettext("Alarm: %(priority)s") % {"priority": one.label},
             behind("console:alarms", "calling", priority=one.value))
        for one in Priority
    ]  # fmt: skip
    return [
        *calling,
        Line("a", "a2", gettext("Acknowledged"), behind("console:alarms", "acknowledged")),
        Line("s", "s", gettext("Silent, or never heard of"), behind("console:streams", "unheard")),
        Line("q", "q", gettext("Shelved or suppressed"), behind("console:alarms", "quiet")),
        Line("n", "n", gettext("At rest"), behind("console:streams", "good")),
    ]


@dataclass(frozen=True, slots=True)
class Standing:
    """``rows`` are [uid as in tiles, kind, lon, lat, state, is silent]; ``counts`` of all, also of those left out.

    A state is c1-c4 (calls, by priority), a1-a4 (acknowledged), s (silent), q (shelved, suppressed or out of service) or n
    (at rest). An asset is counted once, by the first of these that it has; ``silent`` counts all that are silent.
    """

    rows: list[list[Any]]
    counts: dict[str, int]
    left_out: int


def standing(now: datetime, *, area_path: str = "", box: Box | None = None) -> Standing:
    """Of the assets with streams that the viewer sees (the database's policies), in an area where one is named.

    ``box`` is west, south, east, north in degrees: assets at rest in it are told too.
    """
    facts: dict[str, Any] = {"now": now, "path": f"{area_path}%", "calling": list(CALLING), "acknowledged": list(ACKNOWLEDGED),
             "quiet": list(QUIET), "most": MOST, "at_rest": MOST_AT_REST}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_TOLD.format(within=_WITHIN if area_path else ""), facts)
        counted: dict[str, int] = {}
        rows: list[list[Any]] = []
        silent = 0
        for *row, state, is_silent, number, hushed in cursor.fetchall():
            counted[state], silent = number, hushed
            if row[0]:
                rows.append([*row, state, int(is_silent)])
        told = sum(counted.values())
        cursor.execute(_ALL.format(within=_WITHIN if area_path else ""), facts)
        counts = {"silent": silent, "n": cursor.fetchone()[0] - told, **counted}
        if box is not None:
            west, south, east, north = box
            inside = {**facts, "west": west, "south": south, "east": east, "north": north}
            cursor.execute(_AT_REST.format(within=_WITHIN if area_path else ""), inside)
            rows += [[*row, "n", 0] for row in cursor.fetchall()]
    return Standing(rows, counts, max(0, told - MOST))


_WITHIN = "AND EXISTS (SELECT FROM places_area w WHERE w.id = p.area_id AND w.path LIKE %(path)s)"
_ASSETS = """
    alarmed AS (
        SELECT d.asset_id,
            min(a.priority) FILTER (WHERE a.state = ANY (%(calling)s)) AS called,
            min(a.priority) FILTER (WHERE a.state = ANY (%(acknowledged)s)) AS acknowledged,
            bool_or(a.state = ANY (%(quiet)s)) AS is_quiet
        FROM alarms_alarm a JOIN observations_datastream d ON d.id = a.stream_id
        WHERE a.state <> 'normal' AND d.asset_id IS NOT NULL GROUP BY 1),
    hushed AS (
        SELECT DISTINCT d.asset_id FROM observations_datastream d JOIN observations_latest l ON l.stream = d.id
        WHERE d.asset_id IS NOT NULL AND (l.at IS NULL OR l.at < %(now)s - d.stale_after)),
    judged AS (
        SELECT p.id, p.uid, p.kind, p.lon, p.lat, h.asset_id IS NOT NULL AS is_silent,
            CASE WHEN a.called IS NOT NULL THEN 'c' || a.called
                 WHEN a.acknowledged IS NOT NULL THEN 'a' || a.acknowledged
                 WHEN h.asset_id IS NOT NULL THEN 's' ELSE 'q' END AS state
        FROM alarmed a FULL JOIN hushed h ON h.asset_id = a.asset_id
        JOIN places_asset p ON p.id = coalesce(a.asset_id, h.asset_id)
        WHERE p.life <> 'retired' {within})
"""
# The counts stand beside the rows, and in a row of each state that none of the first MOST has.
_TOLD = (
    "WITH "
    + _ASSETS
    + """,
    urgency AS (SELECT *, array_position(ARRAY['c1','c2','c3','c4','a1','a2','a3','a4','s','q'], state) AS rank FROM judged),
    numbers AS (SELECT state, count(*) AS number FROM judged GROUP BY 1),
    first AS (SELECT * FROM urgency WHERE lon IS NOT NULL ORDER BY rank, id LIMIT %(most)s)
    SELECT replace(f.uid::text, '-', ''), f.kind, round(f.lon::numeric, 6)::float8, round(f.lat::numeric, 6)::float8,
        n.state, coalesce(f.is_silent, false), n.number, (SELECT count(*) FROM judged WHERE is_silent)
    FROM numbers n LEFT JOIN first f ON f.state = n.state
"""
)
_ALL = """
    SELECT count(*) FROM places_asset p
    WHERE p.life <> 'retired' AND EXISTS (SELECT FROM observations_datastream d WHERE d.asset_id = p.id) {within}
"""
_AT_REST = (
    "WITH "
    + _ASSETS
    + """
    SELECT replace(p.uid::text, '-', ''), p.kind, round(p.lon::numeric, 6)::float8, round(p.lat::numeric, 6)::float8
    FROM places_asset p
    WHERE p.life <> 'retired' AND p.lon BETWEEN %(west)s AND %(east)s AND p.lat BETWEEN %(south)s AND %(north)s {within}
        AND EXISTS (SELECT FROM observations_datastream d WHERE d.asset_id = p.id)
        AND p.id NOT IN (SELECT id FROM judged)
    ORDER BY p.id LIMIT %(at_rest)s
"""
)
