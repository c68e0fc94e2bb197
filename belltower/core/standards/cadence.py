# SPDX-License-Identifier: Apache-2.0
"""Cadence checks (every thing must have had something done within a time) as a part of the one statement over a kind.

It holds where one that counts was done within the time before now, both ends included, and where the thing has been there
for less than that time: by civil days for a length of days, by instants for one of hours. It is unknown where none counts
for certain but one may.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from belltower.core.places import city
from belltower.core.standards import asking
from belltower.core.standards.asking import instant, text
from belltower.core.standards.checks import CadenceCheck, bound
from belltower.core.standards.clauses import Clause
from belltower.core.standards.judging import today
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.nodes import Node
from belltower.core.standards.predicates.sql import Engine, sql_of
from belltower.core.standards.reading_parts import fields_of
from belltower.kernel.instants import day_bounds
from belltower.kernel.packs import Register


def question(clause: Clause, check: CadenceCheck, number: int, *, now: datetime, register: Register) -> asking.Question:
    """The clause with the values of the day; ``number`` tells its column from those of other clauses."""
    day = today(now)
    values = clause.values_on(day)
    assert values is not None
    fields = fields_of(register.kind(clause.applies_to))
    where = bound(check.where, values, day)
    uses = asking.fields_in(where) & fields.keys()
    first, name = begin(values[check.within], now), f"d{number}"
    is_new = (
        f"t.valid_from >= {instant(first)} AND NOT EXISTS (SELECT FROM places_asset_past p"
        f" WHERE p.asset_id = t.id AND p.valid_from < {instant(first)})"
    )
    return asking.Question(
        uses=uses,
        meant="TRUE" if asking.is_true(where) else asking.predicate(where, fields),
        outcome=f"CASE WHEN {name} = 2 THEN 'h' WHEN {is_new} THEN 'h' WHEN {name} = 1 THEN 'u' ELSE 'b' END",
        evidence=asking.evidence(values, uses, f", 'last', {_last(check.activity, now)}"),
        done=_done(check, bound(check.counts, values, day), name, first, now, register),
    )


def begin(within: object, now: datetime) -> datetime:
    """The first instant that is within the time before ``now``."""
    if isinstance(within, CivilDuration):
        return day_bounds(within.after(today(now), -1), city.current().tz)[0]
    assert isinstance(within, timedelta)
    return now - within


def _done(
    check: CadenceCheck, counts: Node, name: str, first: datetime, now: datetime, register: Register
) -> asking.Done:
    declared = fields_of(register.activities[check.activity])
    uses = {field: declared[field] for field in asking.fields_in(counts) & declared.keys()}
    said = sql_of(counts, Engine.POSTGRES, {field: f"v.f_{field}" for field in uses})
    return asking.Done(name, check.activity, uses, said, first, now)


def _last(activity: str, now: datetime) -> str:
    return (
        f"(SELECT jsonb_build_object('uid', v.uid, 'at', v.at, 'fields', v.fields) FROM activities_activity v"
        f" WHERE v.activity = {text(activity)} AND v.asset_id = a.id AND v.at <= {instant(now)}"
        f" ORDER BY v.at DESC, v.id DESC LIMIT 1)"
    )
