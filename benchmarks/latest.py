# SPDX-License-Identifier: Apache-2.0
"""The newest values of 100,000 streams in one call, and of 400: ``python -m benchmarks.latest [--quick]``.

The streams have reported several times; asked is what a map and a page of a list ask.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.ground import fresh_database, report

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

STREAMS, SOME, REPORTS = 100_000, 400, 3
QUICK_STREAMS = 20_000
ROUNDS, SOME_ROUNDS = 15, 100
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def main(arguments: list[str]) -> None:
    with fresh_database():
        streams = make(QUICK_STREAMS if "--quick" in arguments else STREAMS)
        for minute in range(REPORTS):
            put(streams, NOON + timedelta(minutes=minute))
        report(**ask(streams))


def make(count: int) -> Ints:
    """So many streams of one thing; their ids."""
    from belltower.core.ledger.entries import entry
    from belltower.core.observations.models import Datastream, ObservedProperty, Sensor, Thing
    from belltower.kernel.actors import Actor

    with entry("benchmarks.latest", by=Actor.system("benchmarks")):
        thing, sensor = Thing.objects.create(name="t"), Sensor.objects.create(name="s")
        observed = ObservedProperty.objects.create(name="o")
        made = Datastream.objects.bulk_create(
            [
                Datastream(key=f"s/{n}", name=f"{n}", thing=thing, sensor=sensor, observed_property=observed)
                for n in range(count)
            ],
            batch_size=10_000,
        )
    return np.array([one.pk for one in made], np.int64)


def put(streams: Ints, at: datetime) -> None:
    """One reading of every stream."""
    from django.db import connection, transaction

    from belltower.core.observations.batches import Batch, micros
    from belltower.core.observations.storing import store

    batch = Batch(streams, np.full(len(streams), micros(at)), np.random.default_rng(7).normal(size=len(streams)))
    with transaction.atomic():
        store(connection.connection, batch, source="benchmarks", received_at=at)


def ask(streams: Ints) -> dict[str, float]:
    """Medians in milliseconds: of all, and of ``SOME`` chosen anew each time."""
    from belltower.core.observations.latest import latest

    chance = np.random.default_rng(11)
    chosen = [chance.choice(streams, SOME, replace=False) for _ in range(SOME_ROUNDS)]
    every = _measure(latest, [streams] * ROUNDS)
    some = _measure(latest, chosen)
    print(f"{len(streams):,} streams: p50 {np.median(every):.1f} ms, worst {max(every):.1f}")
    print(f"{SOME} streams: p50 {np.median(some):.2f} ms, p95 {np.percentile(some, 95):.2f}")
    return {"all_ms": round(float(np.median(every)), 1), "some_ms": round(float(np.median(some)), 2)}


def _measure(question: Callable[[Any], Any], asked: Sequence[Ints]) -> list[float]:
    """Milliseconds of each answer, which must have every stream; the first few warm the caches."""
    for streams in asked[:3]:
        question(streams)
    took = []
    for streams in asked:
        began = time.perf_counter()
        found = question(streams)
        took.append((time.perf_counter() - began) * 1000)
        if len(found) != len(streams):
            raise SystemExit(f"{len(found)} of {len(streams)} streams were answered")
    return took


if __name__ == "__main__":
    main(sys.argv[1:])
