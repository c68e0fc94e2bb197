# SPDX-License-Identifier: Apache-2.0
"""What the runner keeps between two turns: definitions as the engine wants them, and its state, piece by piece.

A piece is 64 kB of the state's bytes; a turn writes those that differ from what was written last. Behind them, at
numbers below zero, lie the definitions that the state belongs to, so that it can be carried to changed ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import numpy as np
from django.db import connection

from belltower.analytics.alarms.definitions import POINT, AlarmPoint, Definitions, define
from belltower.analytics.alarms.state import State, carried, fresh, from_bytes
from belltower.analytics.alarms.states import Kind
from belltower.core.alarms import suppression
from belltower.core.alarms.models import Alarm, Definition, Engine, Stamp

PIECE = 65_536
_BASIS = -1_000_000
MICROSECOND = timedelta(microseconds=1)
_PUT = """
    INSERT INTO alarms_engine (shard, state) SELECT * FROM unnest(%s::int[], %b::bytea[])
    ON CONFLICT (shard) DO UPDATE SET state = excluded.state
"""


@dataclass
class Kept:
    """The engine in memory: ``written`` are the pieces as they lie in the database, ``stamp`` of which definitions."""

    definitions: Definitions
    state: State
    stamp: int
    rules: dict[int, suppression.Expression] = field(default_factory=dict)
    alarm_ids: dict[UUID, int] = field(default_factory=dict)
    written: dict[int, bytes] = field(default_factory=dict)


def stamp() -> int:
    """How often definitions were changed so far."""
    return Stamp.objects.filter(pk=1).values_list("number", flat=True).first() or 0


def load() -> Kept:
    """The engine as the database has it, carried to the definitions of now."""
    at = stamp()
    definitions, rules, ids = _defined()
    pieces = {row.shard: bytes(row.state) for row in Engine.objects.all()}
    blob = b"".join(pieces[number] for number in sorted(pieces) if number >= 0)
    if not blob:
        return Kept(definitions, fresh(definitions), at, rules, ids)
    before = _basis(b"".join(pieces[number] for number in sorted(pieces) if number < 0))
    return Kept(definitions, carried(from_bytes(blob), before, definitions), at, rules, ids, written=pieces)


def save(kept: Kept, state: State) -> dict[int, bytes]:
    """Write what differs between the state and the pieces written last; the pieces as they lie now."""
    pieces = dict(_pieces(state.to_bytes(), 0)) | dict(_pieces(_basis_bytes(kept.definitions), _BASIS))
    changed = {number: piece for number, piece in pieces.items() if kept.written.get(number) != piece}
    gone = sorted(kept.written.keys() - pieces.keys())
    with connection.cursor() as cursor:
        if changed:
            cursor.execute(_PUT, [list(changed), list(changed.values())])
        if gone:
            cursor.execute("DELETE FROM alarms_engine WHERE shard = ANY (%s)", [gone])
    return pieces


def _defined() -> tuple[Definitions, dict[int, suppression.Expression], dict[UUID, int]]:
    """Enabled definitions, expressions of suppression that the runner judges, and alarms' numbers by uid."""
    enabled = list(Definition.objects.filter(is_enabled=True))
    ids: dict[UUID, int] = dict(Alarm.objects.filter(definition__is_enabled=True).values_list("uid", "pk"))
    points, rules = [], {}
    for row in enabled:
        expression = suppression.read(row.suppressed_when)
        by = _sole_alarm(expression, ids)
        if expression and by is None:
            rules[row.pk] = expression
        points.append(_point(row, by if by != row.pk else None))
    return define(points), rules, ids


def _sole_alarm(expression: suppression.Expression | None, ids: dict[UUID, int]) -> int | None:
    """Where the expression is one other alarm, the engine suppresses by itself: that alarm's number."""
    return ids.get(UUID(expression.word)) if expression and expression.what == "alarm" else None


def _point(row: Definition, suppressed_by: int | None) -> AlarmPoint:
    return AlarmPoint(
        alarm=row.pk,
        stream=row.stream_id,
        kind=Kind[row.condition.upper()],
        limit=row.limit or 0.0,
        deadband=row.deadband,
        set_point=row.set_point or 0.0,
        reference=row.against_id,
        on_delay_us=row.on_delay // MICROSECOND,
        off_delay_us=row.off_delay // MICROSECOND,
        stale_after_us=(row.stale_after or timedelta(0)) // MICROSECOND,
        armed_us=int(row.changed_at.timestamp() * 1_000_000),
        priority=row.priority,
        latching=row.is_latching,
        suppressed_by=suppressed_by,
    )


def _pieces(data: bytes, first: int) -> Iterator[tuple[int, bytes]]:
    for number, begin in enumerate(range(0, len(data), PIECE)):
        yield first + number, data[begin : begin + PIECE]


def _basis_bytes(definitions: Definitions) -> bytes:
    """The definitions' ids and points: what a state is read by."""
    head = np.array([len(definitions.alarm_ids), len(definitions.stream_ids)], dtype="<i8")
    return b"".join(
        part.tobytes() for part in (head, definitions.alarm_ids, definitions.stream_ids, definitions.points)
    )


def _basis(data: bytes) -> Definitions:
    alarms, streams = (int(one) for one in np.frombuffer(data, dtype="<i8", count=2))
    ends = np.cumsum([16, 8 * alarms, 8 * streams, POINT.itemsize * alarms]).tolist()
    alarm_ids = np.frombuffer(data[ends[0] : ends[1]], dtype="<i8").copy()
    stream_ids = np.frombuffer(data[ends[1] : ends[2]], dtype="<i8").copy()
    return Definitions(np.frombuffer(data[ends[2] : ends[3]], dtype=POINT).copy(), alarm_ids, stream_ids)
