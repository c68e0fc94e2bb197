# SPDX-License-Identifier: Apache-2.0
"""Cadence checks (every thing must have had something done within a time) as a part of the one statement over a kind.

It holds where one that counts was done within the time before now, both ends included, and where the thing has been there
for less than that time: by civil days for a length of days, by instants for one of hours. It is unknown where none counts
for certain but one may.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from belltower.core.places import city
from belltower.core.standards import asking
from belltower.core.standards.asking import instant, text
from belltower.core.standards.checks import CadenceCheck, bound
from belltower.core.standards.clauses import Clause
from belltower.core.standards.judging import today
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.sql import Engine, fields_of_json, sql_of
from belltower.core.standards.reading_parts import fields_of
from belltower.kernel.instants import day_bounds
from belltower.kernel.packs import Register


def question(
    clause: Clause, check: CadenceCheck, number: int, *, now: datetime, register: Register,
    subjects: Sequence[int] | None,
) -> asking.Question:  # fmt: skip
    """The clause with the values of the day; ``number`` tells its join from those of other clauses."""
    day = today(now)
    values = clause.values_on(day)
    assert values is not None
    fields = fields_of(register.kind(clause.applies_to))
    where = bound(check.where, values, day)
    uses = asking.fields_in(where) & fields.keys()
    noted = fields_of_json(fields_of(register.activities[check.activity]), "v.fields")
    counts = sql_of(bound(check.counts, values, day), Engine.POSTGRES, noted)
    first = begin(values[check.within], now)
    joined, name = _joined(check.activity, counts, first, now, subjects, number), f"d{number}"
    is_new = (
        f"t.valid_from >= {instant(first)} AND NOT EXISTS (SELECT FROM places_asset_past p"
        f" WHERE p.asset_id = t.id AND p.valid_from < {instant(first)})"
    )
    return asking.Question(
        uses=uses,
        meant="TRUE" if asking.is_true(where) else asking.predicate(where, fields),
        outcome=f"CASE WHEN {name}.sure = 2 THEN 'h' WHEN {is_new} THEN 'h' WHEN {name}.sure = 1 THEN 'u' ELSE 'b' END",
        evidence=asking.evidence(values, uses, f", 'last', {_last(check.activity, now)}"),
        joined=joined,
    )


def begin(within: object, now: datetime) -> datetime:
    """The first instant that is within the time before ``now``."""
    if isinstance(within, CivilDuration):
        return day_bounds(within.after(today(now), -1), city.current().tz)[0]
    assert isinstance(within, timedelta)
    return now - within


def _joined(
    activity: str, counts: str, first: datetime, now: datetime, subjects: Sequence[int] | None, number: int
) -> str:
    """For each asset with the activity in that time: 2 where one counts, 1 where one may, else 0."""
    among = "" if subjects is None else f" AND v.asset_id = ANY ({asking.ids_of(subjects)})"
    return (
        f" LEFT JOIN (SELECT v.asset_id, max(CASE {counts} WHEN TRUE THEN 2 WHEN FALSE THEN 0 ELSE 1 END) AS sure"
        f" FROM activities_activity v WHERE v.activity = {text(activity)} AND v.asset_id IS NOT NULL{among}"
        f" AND v.at >= {instant(first)} AND v.at <= {instant(now)} GROUP BY v.asset_id) AS d{number} ON d{number}.asset_id = t.id"
    )


def _last(activity: str, now: datetime) -> str:
    return (
        f"(SELECT jsonb_build_object('uid', v.uid, 'at', v.at, 'fields', v.fields) FROM activities_activity v"
        f" WHERE v.activity = {text(activity)} AND v.asset_id = a.id AND v.at <= {instant(now)}"
        f" ORDER BY v.at DESC, v.id DESC LIMIT 1)"
    )
