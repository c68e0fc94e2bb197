# SPDX-License-Identifier: Apache-2.0
"""What a meter's hourly readings weigh hot, in the lake and rolled up, and how fast a day is closed: `python -m benchmarks.sizing [--quick]`.

A day of STREAMS meters that report each hour, within its minutes; stored, closed, rolled up by hour and day, and removed,
as the city does it. docs/guides/sizing.md reckons with what this prints.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.ground import fresh_database, report
from benchmarks.latest import make

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

STREAMS, QUICK_STREAMS, HOURS = 100_000, 10_000, 24
DAY = date(2026, 11, 10)
BEGIN = datetime(2026, 11, 10, tzinfo=UTC)
LATER = BEGIN + timedelta(days=30)


def main(arguments: list[str]) -> None:
    with fresh_database() as home:
        streams = make(QUICK_STREAMS if "--quick" in arguments else STREAMS)
        rows = len(streams) * HOURS
        stored_s = _timed(lambda: _store(streams))
        hot = _hot_bytes()
        closed_s = _timed(_close)
        lake = _bytes(home / "lake" / "readings")
        rolled_s = {every: _timed(lambda every=every: _roll(every)) for every in ("hour", "day")}
        weighs = {every: _bytes(home / "lake" / "rollups" / f"every={every}") for every in rolled_s}
        removed_s = _timed(_remove)
        report(
            rows=rows, stored_per_s=round(rows / stored_s), hot_bytes=round(hot / rows, 1),
            closed_per_s=round(rows / closed_s), lake_bytes=round(lake / rows, 1),
            rolled_up_per_s=round(rows / rolled_s["hour"]), removed_per_s=round(rows / removed_s),
            hour_bytes=round(weighs["hour"] / rows, 1), day_bytes=round(weighs["day"] / len(streams), 1),
        )  # fmt: skip


def _store(streams: NDArray[np.int64]) -> None:
    from django.db import connection, transaction

    from belltower.core.observations.batches import Batch, micros
    from belltower.core.observations.storing import store

    chance = np.random.default_rng(7)
    meters = chance.uniform(0, 5_000, len(streams)).round(2)
    for hour in range(HOURS):
        meters = (meters + chance.exponential(0.05, len(streams))).round(3)
        at = micros(BEGIN + timedelta(hours=hour)) + chance.integers(0, 600, len(streams)) * 1_000_000
        with transaction.atomic():
            received = BEGIN + timedelta(hours=hour, minutes=10)
            store(connection.connection, Batch(streams, at, meters), source="meters", received_at=received)


def _hot_bytes() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('observations_reading_20261110')")
        return int(cursor.fetchone()[0])


def _by() -> Any:
    from belltower.kernel.actors import Actor

    return Actor.system("benchmarks")


def _close() -> None:
    from belltower.core.observations.lake.closing import close_day

    close_day(DAY, by=_by(), now=LATER)


def _keepings() -> None:
    """Streams without a pack are given a time here, as a pack would give it."""
    from belltower.core.observations.lake import retention
    from belltower.kernel.packs import Keeping

    retention.keepings = lambda: {"": Keeping(readings=10, hour=None, day=None)}


def _roll(every: Any) -> None:
    from belltower.core.observations.lake.retention import Rolling
    from belltower.core.observations.lake.rolling import roll

    _keepings()
    made = roll(Rolling(every, DAY), UTC, by=_by(), now=LATER)
    if not made.rows:
        raise SystemExit("nothing was rolled up")


def _remove() -> None:
    from belltower.core.observations.lake.removing import remove
    from belltower.core.observations.lake.retention import Removing

    if not remove(Removing("readings", DAY, ("",)), UTC, by=_by(), now=LATER):
        raise SystemExit("nothing was removed")


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))


def _timed(what: Any) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(sys.argv[1:])
