# SPDX-License-Identifier: Apache-2.0
"""Durable transitions of alarms a second, end to end: readings stored, taken by the runner, judged, written, committed."""

from __future__ import annotations

import argparse
import os
import time
from datetime import UTC, datetime, timedelta

from benchmarks.ground import fresh_database, report
from benchmarks.ingest import cpu_seconds

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
STREAMS, SECOND = 2_000, timedelta(seconds=1)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="10 rounds of 2,000 transitions instead of 50")
    rounds = 10 if parser.parse_args().quick else 50
    with fresh_database():
        report(**transitions_per_s(rounds))


def transitions_per_s(rounds: int) -> dict[str, float]:
    """Each round is one reading of each of STREAMS streams, high and low in turn: as many transitions, one turn.

    The caller has a database at hand (ground.fresh_database). Events of raised alarms go into the outbox as ever.
    Processor time counts all of PostgreSQL's processes in.
    """
    from belltower.analytics.alarms.engine import warm_up
    from belltower.core.alarms.models import Transition
    from belltower.core.alarms.runner import Runner

    warm_up()
    ids = _plant()
    runner = Runner()
    runner.turn(NOON)
    began, storing, used = time.perf_counter(), 0.0, cpu_seconds(os.getpid())
    for number in range(rounds):
        at = NOON + (number + 1) * SECOND
        storing += _store(ids, at, 30.0 if number % 2 == 0 else 5.0)
        runner.turn(at)
    seconds, used = time.perf_counter() - began, cpu_seconds(os.getpid()) - used
    made = Transition.objects.count()
    assert made == rounds * STREAMS, f"{made} transitions of {rounds * STREAMS}"
    return {
        "transitions": made,
        "transitions_per_s": round(made / seconds),
        "transitions_per_s_without_storing": round(made / (seconds - storing)),
        "transition_cpu_ms": round(used / made * 1000, 3),
    }


def _plant() -> list[int]:
    """Streams with a high alarm each, enabled; written in bulk, as a city's import would."""
    from belltower.core.alarms.models import Alarm, Definition
    from belltower.core.ledger.entries import entry
    from belltower.core.observations.models import Datastream, ObservedProperty, Sensor, Thing
    from belltower.kernel.actors import Actor

    span = timedelta(0)
    with entry("bench.plant", by=Actor.system("bench")):
        thing, sensor = Thing.objects.create(name="bench"), Sensor.objects.create(name="bench")
        measured = ObservedProperty.objects.create(name="bench")
        streams = Datastream.objects.bulk_create(
            Datastream(name=f"s{number}", thing=thing, sensor=sensor, observed_property=measured)
            for number in range(STREAMS)
        )
        definitions = Definition.objects.bulk_create(
            Definition(
                stream=stream, condition="hi", title={"en": "high"}, limit=20.0, on_delay=span, off_delay=span, priority=3,
                is_enabled=True, cause="c", consequence="c", response="r", time_to_respond=SECOND, changed_at=NOON,
                changed_by="system:bench",
            )
            for stream in streams
        )  # fmt: skip
        Alarm.objects.bulk_create(Alarm(definition=one, stream_id=one.stream_id, priority=3) for one in definitions)
    return [stream.pk for stream in streams]


def _store(ids: list[int], at: datetime, value: float) -> float:
    """One reading of each stream through store(); the seconds it took."""
    from django.db import connection, transaction

    from belltower.core.observations.batches import batch_of
    from belltower.core.observations.storing import store

    began = time.perf_counter()
    micros = int(at.timestamp() * 1_000_000)
    with transaction.atomic():
        store(connection.connection, batch_of((one, micros, value) for one in ids), source="bench", received_at=at)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
