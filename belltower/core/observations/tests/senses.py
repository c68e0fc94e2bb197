# SPDX-License-Identifier: Apache-2.0
"""Streams to store into, and what the tests ask of the tables."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
from django.db import connection

from belltower.core.observations.batches import Batch, micros
from belltower.core.observations.models import Datastream, ObservedProperty, Sensor, Thing
from belltower.core.observations.storing import Stored, store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SECOND = 1_000_000


def streams(count: int, *, source: str = "") -> list[int]:
    """``count`` streams of one thing, with the keys "s/0", "s/1" ...; their ids."""
    thing = Thing.objects.create(name="bench")
    sensor, observed = Sensor.objects.create(name="s"), ObservedProperty.objects.create(name="level")
    made = Datastream.objects.bulk_create(
        Datastream(key=f"s/{n}", name=f"s{n}", thing=thing, sensor=sensor, observed_property=observed, source=source)
        for n in range(count)
    )
    return [one.pk for one in made]


def raw() -> Any:
    """The psycopg connection of the test."""
    connection.ensure_connection()
    return connection.connection


def batch(*rows: tuple[int, float, float], results: list[float] | None = None) -> Batch:
    """Rows of (stream, seconds after noon, value)."""
    noon = micros(NOON)
    ats = np.array([noon + int(row[1] * SECOND) for row in rows], np.int64)
    return Batch(
        np.array([row[0] for row in rows], np.int64),
        ats,
        np.array([row[2] for row in rows], np.float64),
        None if results is None else np.array([noon + int(one * SECOND) for one in results], np.int64),
    )


def put(one: Batch, *, source: str = "tests", at: datetime = NOON, **more: Any) -> Stored:
    """Store it."""
    return store(raw(), one, source=source, received_at=at, **more)


def asked(query: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def readings() -> list[tuple[int, float, float | None]]:
    """What is stored, as (stream, seconds after noon, value) in order."""
    rows = asked("SELECT stream, at, value FROM observations_reading ORDER BY stream, at, result_at, id")
    return [(stream, (at - NOON).total_seconds(), value) for stream, at, value in rows]
