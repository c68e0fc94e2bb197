# SPDX-License-Identifier: Apache-2.0
"""Days of readings to close, and what the tests ask of the lake."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import numpy as np

from belltower.core.observations.batches import Batch, micros
from belltower.core.observations.lake import closing, manifest
from belltower.core.observations.models import LakeDay
from belltower.core.observations.reading import Readings, history
from belltower.core.observations.tests.senses import put
from belltower.kernel.actors import Actor

BY = Actor.system("tests")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FIRST = date(2026, 11, 10)
BEGIN = datetime(2026, 11, 10, tzinfo=UTC)
DAY = timedelta(days=1)
SECOND = 1_000_000


def put_rows(*rows: tuple[int, float, float | None], results: list[float] | None = None) -> None:
    """Rows of (stream, seconds after BEGIN, value)."""
    zero = micros(BEGIN)
    ats = np.array([zero + round(row[1] * SECOND) for row in rows], np.int64)
    values = np.array([row[2] for row in rows], np.float64)
    given = None if results is None else np.array([zero + round(one * SECOND) for one in results], np.int64)
    put(Batch(np.array([row[0] for row in rows], np.int64), ats, values, given), at=NOW - timedelta(days=1))


def close(day: date = FIRST, now: datetime = NOW) -> LakeDay | None:
    return closing.close_day(day, by=BY, now=now)


def told(found: Readings) -> list[tuple[int, float, float]]:
    """Readings as (stream, seconds after BEGIN, value)."""
    zero = micros(BEGIN)
    return [
        (stream, (at - zero) / SECOND, value)
        for stream, at, value in zip(found.stream.tolist(), found.at.tolist(), found.value.tolist(), strict=True)
    ]


def all_of(streams: list[int] | None = None) -> list[tuple[int, float, float]]:
    """Everything there is, wherever it lies."""
    return told(history(streams, BEGIN - DAY, BEGIN + 30 * DAY))


def hot() -> list[date]:
    """The days with a partition among those the tests write; other tests' devices report on other days."""
    return [day for day in manifest.hot_days() if FIRST <= day < date(2026, 11, 20)]
