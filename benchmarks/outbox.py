# SPDX-License-Identifier: Apache-2.0
"""Events a second emitted and delivered by the outbox, beside plain INSERT and SELECT of the same rows in one run."""

from __future__ import annotations

import argparse
import json
import multiprocessing
import time
from collections.abc import Callable, Sequence

from benchmarks.ground import fresh_database, report

SUBJECTS = 5_000
TOPIC = "bench.moved"
MAKE = """
    CREATE TABLE bench_effect (handler text, subject text, number bigint);
    CREATE TABLE bench_plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, topic text, subject text,
        number bigint, body jsonb, by text, what text, emitted_at timestamptz, UNIQUE (subject, number));
    GRANT ALL ON bench_effect, bench_plain TO belltower_app;
"""


def main() -> None:
    """Print the figures: events a second, and what share of the plain statements' speed that is."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="20,000 events instead of 100,000")
    parser.add_argument("--events", type=int)
    asked = parser.parse_args()
    events = asked.events or (20_000 if asked.quick else 100_000)
    with fresh_database():
        _make_tables()
        _register()
        figures = {**_plain(events), **_emitting(events), **_delivering(events)}
    report(events=events, **{name: round(value, 1) for name, value in figures.items()})


def _make_tables() -> None:
    import psycopg

    from belltower.project.database import owner_url

    with psycopg.connect(owner_url() or "", autocommit=True) as owner:
        owner.execute(MAKE)


def _register() -> None:
    """Two handlers of one topic: one with an effect of its own for each event, one for many events at once."""
    from django.db import connection

    from belltower.core.ledger.handling import Event, handles

    @handles(TOPIC, name="bench.each")
    def each(event: Event) -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_effect VALUES (%s, %s, %s)", [event.handler, event.subject, event.number])

    @handles("bench.grouped", name="bench.many", many=True)
    def many(events: Sequence[Event]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bench_effect SELECT 'bench.many', * FROM unnest(%s::text[], %s::bigint[])",
                [[event.subject for event in events], [event.number for event in events]],
            )


def _per_second(count: int, act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return count / (time.perf_counter() - began)


def _plain(events: int) -> dict[str, float]:
    """The same rows by INSERT without an outbox, one a transaction and many a statement, and read by SELECT."""
    singles = min(events, 2_000)
    return {
        "plain_insert_single_per_s": _per_second(singles, lambda: _insert_plain_one_by_one(singles)),
        "plain_insert_many_per_s": _per_second(events, lambda: _insert_plain(events)),
        "plain_select_per_s": _per_second(events, _select_plain),
    }


_ONE = """
    INSERT INTO bench_plain (topic, subject, number, body, by, what, emitted_at)
    SELECT 'bench', s, n, '{"n": 1}', 'system:bench', 'bench', now() FROM unnest(%s::text[], %s::bigint[]) AS e (s, n)
"""


def _insert_plain_one_by_one(count: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for number in range(count):
            cursor.execute(_ONE, [[f"bench.one:{number % 1000}"], [number]])


def _insert_plain(count: int) -> None:
    from django.db import connection, transaction

    for begin in range(0, count, 5_000):
        numbers = list(range(begin, min(count, begin + 5_000)))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_ONE, [[f"bench.thing:{number % SUBJECTS}" for number in numbers], numbers])


def _select_plain() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT id, topic, subject, number, body::text, by, emitted_at FROM bench_plain ORDER BY id")
        while rows := cursor.fetchmany(250):
            for row in rows:
                json.loads(row[4])


def _emitting(events: int) -> dict[str, float]:
    """Emitted one a transaction (an action each), and many a transaction."""
    singles = min(events, 2_000)
    return {
        "emitted_single_per_s": _per_second(singles, lambda: _emit_one_by_one(singles)),
        "emitted_many_per_s": _per_second(events, lambda: _emit_many(TOPIC, events)),
    }


def _emit_one_by_one(count: int) -> None:
    from belltower.core.ledger.entries import entry
    from belltower.core.ledger.outbox import emit
    from belltower.kernel.actors import Actor

    for number in range(count):
        with entry("bench.move", by=Actor.system("bench")):
            emit("bench.unheard", f"bench.one:{number % 1000}", {"n": number})


def _emit_many(topic: str, count: int) -> None:
    from belltower.core.ledger.entries import entry
    from belltower.core.ledger.outbox import emit_many
    from belltower.kernel.actors import Actor

    for begin in range(0, count, 5_000):
        with entry("bench.move", by=Actor.system("bench")):
            numbers = range(begin, min(count, begin + 5_000))
            emit_many(topic, [(f"bench.thing:{number % SUBJECTS}", {"n": number}) for number in numbers])


def _delivering(events: int) -> dict[str, float]:
    """A statement of effect for each event, by one worker and by two; and by a handler that takes many at once."""
    figures = {"delivered_one_worker_per_s": _deliver_by(1, events)}
    _emit_many(TOPIC, events)
    figures["delivered_two_workers_per_s"] = _deliver_by(2, events)
    _emit_many("bench.grouped", events)
    figures["delivered_many_at_once_per_s"] = _deliver_by(1, events)
    _check(3 * events)
    return figures


def _deliver_by(workers: int, events: int) -> float:
    from django.db import connections

    from belltower.core.ledger.delivery import open_lanes
    from belltower.core.ledger.handling import known_handlers

    open_lanes(known_handlers())
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    children = [fork.Process(target=_drain) for _ in range(workers)]
    began = time.perf_counter()
    for child in children:
        child.start()
    for child in children:
        child.join()
    return events / (time.perf_counter() - began)


def _drain() -> None:
    """One worker: until nothing is left."""
    from belltower.core.ledger.delivery import deliver_next
    from belltower.core.ledger.handling import known_handlers
    from belltower.core.ledger.outbox_rules import Limits

    handlers = known_handlers()
    while deliver_next(handlers, Limits()) is not None:
        pass


def _check(expected: int) -> None:
    """Every event had its effect once, in order within its subject; else the figures are worth nothing."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*), count(DISTINCT (handler, subject, number)) FROM bench_effect")
        if cursor.fetchone() != (expected, expected):
            raise SystemExit("events were lost or delivered twice")


if __name__ == "__main__":
    main()
