# SPDX-License-Identifier: Apache-2.0
"""The writer acknowledges what is committed and nothing else; what one submission spoils costs the others nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from belltower.core.observations.batches import EARLIEST
from belltower.core.observations.errors import NotStorable, UnknownStream
from belltower.core.observations.tests.senses import asked, readings, streams
from belltower.project.gateway.serving import address
from belltower.project.gateway.writer import Busy, Plain, Waiting, Writer
from belltower.screens.errors import DatabaseAway

NOON = int(datetime(2026, 11, 23, 12, tzinfo=UTC).timestamp()) * 1_000_000
assert NOON > EARLIEST


@pytest.fixture
def writer(transactional_db: None) -> Iterator[Writer]:
    made = Writer(address)
    yield made
    made.stop()


def plain(stream: int, seconds: int, value: float = 1.0) -> Plain:
    at = NOON + seconds * 1_000_000
    return stream, at, value, 0, at


def together(writer: Writer, *put: Callable[[], Awaitable[Any]]) -> list[Any]:
    """What came of submissions that waited together, as answers or exceptions; the writer starts when all of them wait."""

    async def all_of_them() -> list[Any]:
        waiting = [one() for one in put]
        writer.start()
        return await asyncio.gather(*waiting, return_exceptions=True)

    return asyncio.run(all_of_them())


def test_what_waits_together_is_committed_together_and_answered_apart(writer: Writer) -> None:
    [one, two] = streams(2)
    first, second, again, other = together(
        writer,
        lambda: writer.store([plain(one, 1), plain(two, 1)], source="a"),
        lambda: writer.store([plain(one, 2)], source="a"),
        lambda: writer.store([plain(one, 2), plain(one, 3)], source="a"),
        lambda: writer.store([plain(two, 9)], source="b"),
    )
    assert [(each.received, each.stored, each.duplicates) for each in (first, second, again, other)] == [
        (2, 2, 0), (1, 1, 0), (2, 1, 1), (1, 1, 0),
    ]  # fmt: skip
    assert readings() == [(one, 1, 1), (one, 2, 1), (one, 3, 1), (two, 1, 1), (two, 9, 1)]
    transactions = asked("SELECT count(DISTINCT xmin::text) FROM observations_reading")
    assert transactions == [(1,)]


def test_one_that_is_refused_costs_the_others_nothing(writer: Writer) -> None:
    [one] = streams(1)
    good, unknown, nan, also_good = together(
        writer,
        lambda: writer.store([plain(one, 1)], source="a"),
        lambda: writer.store([plain(4711, 1)], source="a"),
        lambda: writer.store([plain(one, 2, float("nan"))], source="a"),
        lambda: writer.store([plain(one, 3)], source="a"),
    )
    assert (good.stored, also_good.stored) == (1, 1)
    assert isinstance(unknown, UnknownStream)
    assert isinstance(nan, NotStorable)
    assert readings() == [(one, 1, 1), (one, 3, 1)]


def test_other_work_is_done_in_a_savepoint_of_its_own(writer: Writer) -> None:
    [one] = streams(1)

    def rename(raw: psycopg.Connection[Any]) -> str:
        raw.execute(
            "SELECT set_config('belltower.actor', 'system:tests', true), set_config('belltower.what', 't', true)"
        )
        return "done"

    def fail(raw: psycopg.Connection[Any]) -> None:
        raw.execute("SELECT 1 / 0")

    stored, done, failed = together(
        writer,
        lambda: writer.store([plain(one, 1)], source="a"),
        lambda: writer.perform(rename),
        lambda: writer.perform(fail),
    )
    assert stored.stored == 1
    assert done == "done"
    assert isinstance(failed, psycopg.errors.DivisionByZero)
    assert len(readings()) == 1


def test_without_its_database_nothing_is_acknowledged_and_everybody_is_told(transactional_db: None) -> None:
    writer = Writer(lambda: "host=/nowhere dbname=none user=nobody")
    told = together(writer, *(lambda: writer.store([plain(1, 1)], source="a") for _ in range(3)))
    writer.stop()
    assert [type(one) for one in told] == [DatabaseAway] * 3


def test_a_connection_that_ended_while_it_stood_idle_is_replaced_and_nothing_refused(writer: Writer) -> None:
    [one] = streams(1)

    async def story() -> list[int]:
        writer.start()
        before = await writer.store([plain(one, 1)], source="a")
        await asyncio.to_thread(_end_the_writers_connection)
        after = await writer.store([plain(one, 2)], source="a")
        return [before.stored, after.stored]

    assert asyncio.run(story()) == [1, 1]


def _end_the_writers_connection() -> None:
    with psycopg.connect(address(), autocommit=True) as raw:
        raw.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'belltower-gateway-writer'"
        )


def test_what_cannot_wait_is_refused_and_never_dropped(transactional_db: None) -> None:
    [one] = streams(1)
    writer = Writer(address, waiting=Waiting(most=2))

    async def story() -> tuple[Any, ...]:
        first, second = (writer.store([plain(one, n)], source="a") for n in (1, 2))
        with pytest.raises(Busy):
            writer.store([plain(one, 3)], source="a")
        writer.start()
        await asyncio.gather(first, second)
        later = await writer.store([plain(one, 4)], source="a")
        return first.result().stored, second.result().stored, later.stored

    assert asyncio.run(story()) == (1, 1, 1)
    writer.stop()
    assert [seconds for _, seconds, _ in readings()] == [1, 2, 4]


def test_one_that_is_larger_than_all_that_may_wait_is_taken_when_nothing_waits(transactional_db: None) -> None:
    waiting = Waiting(most_rows=2)
    writer = Writer(address, waiting=waiting)
    [one] = streams(1)

    async def story() -> int:
        large = writer.store([plain(one, n) for n in range(5)], source="a")
        with pytest.raises(Busy):
            writer.store([plain(one, 9)], source="a")
        writer.start()
        return (await large).stored

    assert asyncio.run(story()) == 5
    writer.stop()


def test_what_waits_when_the_process_ends_is_stored_first(transactional_db: None) -> None:
    [one] = streams(1)
    writer = Writer(address)

    async def story() -> int:
        last = writer.store([plain(one, 1)], source="a")
        writer.start()
        await asyncio.to_thread(writer.stop)
        with pytest.raises(Busy):
            writer.store([plain(one, 2)], source="a")
        return (await last).stored

    assert asyncio.run(story()) == 1
