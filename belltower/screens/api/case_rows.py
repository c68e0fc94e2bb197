# SPDX-License-Identifier: Apache-2.0
"""Cases as the API tells them, written as JSON by the database: a page is one statement, and no row becomes an object.

``case_shapes.Case`` is what they promise; screens/api/tests/test_cases.py holds the two against each other.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpResponse

from belltower.core.cases.table import ENDED, State, holder_of
from belltower.screens.api.pages import PageQuery, last_of, sealed

Values = list[Any]


def _instant(column: str) -> str:
    """An instant as every other answer has it: in UTC, with microseconds where there are some."""
    written = f"""to_char(t.{column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
    return f"replace({written}, '.000000Z', 'Z') AS {column}"


def _with_desk() -> str:
    """SQL of whether the duty desk has it now, by the same table as everything else."""
    befores = [None, *State]
    pairs = [f"{one} {before or ''}" for one in State for before in befores if holder_of(one, before, 1) is None]
    held = ", ".join(f"'{pair}'" for pair in pairs)
    ended = ", ".join(f"'{state}'" for state in sorted(ENDED))
    return f"t.state NOT IN ({ended}) AND (t.party_id IS NULL OR t.state || ' ' || t.before IN ({held}))"


_PARTS = (
    "t.uid", "t.number", "t.kind", "t.source", "t.grade", "t.title", "t.text", "t.address", "t.lon", "t.lat",
    "a.code AS area",
    "CASE WHEN s.uid IS NOT NULL THEN json_build_object('uid', s.uid, 'kind', s.kind, 'key', s.key) END AS asset",
    "CASE WHEN p.uid IS NOT NULL THEN json_build_object('uid', p.uid, 'key', p.key, 'name', p.name) END AS party",
    f"{_with_desk()} AS is_with_desk", "f.uid AS finding", "t.alarm_uid AS alarm", "b.number AS parent",
    "m.number AS merged_into", "t.state", "nullif(t.stage, '') AS stage", _instant("due_at"), _instant("suspended_until"),
    "t.rung", _instant("reported_at"), _instant("changed_at"), _instant("ended_at"),
)  # fmt: skip
_TOLD = f"""
    SELECT t.id, (SELECT row_to_json(told)::text FROM (SELECT {", ".join(_PARTS)}) told)
    FROM (SELECT * FROM cases_case c WHERE {{}}) t
    LEFT JOIN places_area a ON a.id = t.area_id LEFT JOIN places_asset s ON s.id = t.asset_id
    LEFT JOIN places_party p ON p.id = t.party_id LEFT JOIN standards_finding f ON f.id = t.finding_id
    LEFT JOIN cases_case b ON b.id = t.parent_id LEFT JOIN cases_case m ON m.id = t.merged_into_id
    ORDER BY t.id DESC
"""


@dataclass
class Wanted:
    """Which cases: conditions on ``c``, each with its value if it has one."""

    conditions: list[str] = field(default_factory=list)
    values: Values = field(default_factory=list)

    def where(self, condition: str, *values: object) -> None:
        self.conditions.append(condition)
        self.values.extend(values)


def page(wanted: Wanted, at: PageQuery) -> HttpResponse:
    """A CasePage of those cases that the caller sees, the newest first. Raises BadCursor."""
    if at.cursor is not None:
        wanted.where("c.id < %s", last_of(at))
    conditions = " AND ".join(wanted.conditions) or "true"
    rows = _read(f"{conditions} ORDER BY c.id DESC LIMIT %s", [*wanted.values, at.limit + 1])
    shown, following = rows[: at.limit], None
    if len(rows) > at.limit:
        following = sealed(shown[-1][0])
    items = ",".join(text for _, text in shown)
    return _json(f'{{"items":[{items}],"next":{json.dumps(following)}}}')


def one(pk: int, *, status: int = 200) -> HttpResponse:
    """One Case. The caller sees it, or has just had a hand in it."""
    [(_, told)] = _read("c.id = %s", [pk])
    return _json(told, status=status)


def late(now: datetime, *, is_late: bool) -> tuple[str, datetime]:
    """The condition that the clock of its stage has ended by ``now``, or has not."""
    condition = "c.ended_at IS NULL AND c.due_at <= %s"
    return (condition if is_late else f"({condition}) IS NOT TRUE"), now


def _read(condition: str, values: Values) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_TOLD.format(condition), values)
        found: list[tuple[int, str]] = cursor.fetchall()
        return found


def _json(text: str, *, status: int = 200) -> HttpResponse:
    return HttpResponse(text, content_type="application/json; charset=utf-8", status=status)
