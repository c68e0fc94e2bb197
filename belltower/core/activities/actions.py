# SPDX-License-Identifier: Apache-2.0
"""The verb of activities: record what was done, one or many at once. What cannot be read is refused with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from belltower.core.activities.errors import BadActivity
from belltower.core.ledger.entries import action
from belltower.core.places.kinds import register, require_fields, validate_fields
from belltower.core.places.models import Area, Asset, Party
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Refusal
from belltower.kernel.identity import uuid7
from belltower.kernel.instants import parse_instant
from belltower.kernel.packs import Activity as Declared
from belltower.kernel.texts import Text

AT_ONCE = 10_000
NO_SUBJECT = Text(zh="没有这个部件或区域", en="there is no such asset or area")
NO_PARTY = Text(zh="没有主体“{key}”", en="there is no party '{key}'")
YET_TO_COME = Text(zh="时间晚于现在", en="it lies in the future")
# Rows are seen by policy, so COPY is not allowed; arrays are next to it.
_INSERT = """
    INSERT INTO activities_activity (uid, activity, asset_id, area_id, at, by_party_id, fields, source, recorded_at)
    SELECT n.uid, n.activity, n.asset, n.area, n.at, n.party, n.fields::jsonb, %s, %s
    FROM unnest(%s::uuid[], %s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::bigint[], %s::text[])
        AS n (uid, activity, asset, area, at, party, fields)
    ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Done:
    """Something that was done, as somebody tells it: to the asset with that key, or in the area with that code.

    ``at`` is an instant, or ISO 8601 with an offset; ``by_party`` a party's key; ``row`` where it stood in its file.
    """

    activity: str
    subject: str
    at: datetime | str
    fields: Mapping[str, Any] = field(default_factory=dict)
    by_party: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Refused:
    """One that was not recorded, and why."""

    done: Done
    why: Refusal


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many were recorded, how many had been before, and those that were refused."""

    recorded: int = 0
    known: int = 0
    refused: tuple[Refused, ...] = ()

    def __add__(self, other: Recorded) -> Recorded:
        return Recorded(self.recorded + other.recorded, self.known + other.known, self.refused + other.refused)


@action("activities.record")
def record(given: Iterable[Done], *, by: Actor, now: datetime, source: str = "") -> Recorded:
    """Record what was done. Those that cannot be are left out and told, each with its reason; the others are recorded."""
    total, part = Recorded(), []
    for one in given:
        part.append(one)
        if len(part) == AT_ONCE:
            total, part = total + _record(part, now, source), []
    return total + _record(part, now, source) if part else total


@action("activities.record")
def record_one(one: Done, *, by: Actor, now: datetime, source: str = "") -> None:
    """Record one. Raises BadActivity, UnknownActivity, BadInstant, UnknownField, BadFieldValue or MissingFields."""
    for refused in _record([one], now, source).refused:
        raise refused.why


@dataclass(frozen=True, slots=True)
class _Read:
    """One that could be read; what it names is still to be found."""

    done: Done
    declared: Declared
    at: datetime
    fields: str


def _record(part: Sequence[Done], now: datetime, source: str) -> Recorded:
    read, refused = [], []
    for one in part:
        try:
            read.append(_read(one, now))
        except Refusal as why:
            refused.append(Refused(one, why))
    subjects, parties = _subjects(read), _parties(read)
    rows: list[tuple[Any, ...]] = []
    for each in read:
        found = subjects.get((each.declared.on, each.done.subject))
        party = parties.get(each.done.by_party)
        if found is None or (each.done.by_party and party is None):
            reason = NO_PARTY.format(key=each.done.by_party) if found else NO_SUBJECT
            refused.append(Refused(each.done, _bad(each.done, reason)))
            continue
        is_area = each.declared.is_in_area
        rows.append((uuid7(), each.done.activity, None if is_area else found, found if is_area else None, each.at, party,
                     each.fields))  # fmt: skip
    recorded = _insert(rows, source, now) if rows else 0
    return Recorded(recorded, len(rows) - recorded, tuple(refused))


def _read(one: Done, now: datetime) -> _Read:
    declared, at = register().activity(one.activity), parse_instant(one.at)
    if at > now:
        raise _bad(one, YET_TO_COME)
    fields = {name: value for name, value in validate_fields(declared, one.fields).items() if value is not None}
    require_fields(declared, fields)
    return _Read(one, declared, at, json.dumps(fields, ensure_ascii=False))


def _bad(one: Done, reason: Text) -> BadActivity:
    return BadActivity(activity=one.activity, subject=one.subject[:120], reason=reason)


def _subjects(read: Sequence[_Read]) -> dict[tuple[str, str], int]:
    """Ids by what the activity is on (a kind or a level) and key or code, of those that the writer sees."""
    named: dict[str, set[str]] = {}
    for each in read:
        named.setdefault(each.declared.on, set()).add(each.done.subject)
    levels = {each.declared.on for each in read if each.declared.is_in_area}
    found: dict[tuple[str, str], int] = {}
    for on, keys in named.items():
        rows: Iterable[tuple[str, int]]
        if on in levels:
            rows = Area.objects.current().filter(level=on, code__in=keys).values_list("code", "pk")
        else:
            rows = Asset.objects.filter(kind=on, key__in=keys).values_list("key", "pk")
        found.update({(on, key): pk for key, pk in rows})
    return found


def _parties(read: Sequence[_Read]) -> dict[str, int]:
    keys = {each.done.by_party for each in read if each.done.by_party}
    return dict(Party.objects.filter(key__in=keys).values_list("key", "pk")) if keys else {}


def _insert(rows: Sequence[tuple[Any, ...]], source: str, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [source[:120], now, *(list(column) for column in zip(*rows, strict=True))])
        return int(cursor.rowcount)
