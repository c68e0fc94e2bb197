# SPDX-License-Identifier: Apache-2.0
"""Real worker processes: two at once, stopped, killed, and an event that kills whoever takes it up."""

from __future__ import annotations

import time
from collections.abc import Iterator

import psutil
import pytest
from django.db import connection

from belltower.core.ledger.event_models import Delivery
from belltower.core.ledger.tests.outbox.conftest import Heard, held, moved
from belltower.core.ledger.tests.outbox.workers import Workers, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]


@pytest.fixture
def workers(heard: Heard) -> Iterator[Workers]:
    with Workers() as found:
        yield found


def nothing_is_left() -> bool:
    return not Delivery.objects.exists()


def test_a_bell_brings_an_event_to_its_handler_at_once(workers: Workers, heard: Heard) -> None:
    workers.start()
    moved("bin:0")
    wait_until(nothing_is_left, within=20, what="the worker is up and idle")
    wait_until(lambda: _listeners() >= 1, within=10, what="the worker listens")
    began = time.monotonic()
    moved("bin:1")
    wait_until(lambda: heard.numbers("bin:1") == [1], within=10, what="heard")
    assert time.monotonic() - began < 2


def _listeners() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'belltower outbox'")
        return int(cursor.fetchone()[0])


def test_two_workers_at_once_keep_the_order_and_share_the_work(workers: Workers, heard: Heard) -> None:
    subjects = [f"bin:{number}" for number in range(40)]
    for _ in range(10):
        moved(*subjects)
    workers.start()
    workers.start()
    for _ in range(10):
        moved(*subjects)
    wait_until(nothing_is_left, within=60, what="all delivered")
    for handler in ("test.hear", "test.hear_many", "test.hear_loosely"):
        for subject in subjects:
            assert heard.numbers(subject, handler) == list(range(1, 21))
    assert held() == []


def test_what_a_stopped_worker_left_the_next_one_delivers(workers: Workers, heard: Heard) -> None:
    moved("bin:1", "bin:2")
    first = workers.start()
    wait_until(nothing_is_left, within=20, what="the first two delivered")
    workers.stop(first)
    moved("bin:2", "bin:1")
    workers.start()
    wait_until(nothing_is_left, within=20, what="the next two delivered")
    assert heard.numbers("bin:1") == [1, 2]
    assert heard.numbers("bin:2") == [1, 2]


def test_an_event_that_kills_its_workers_is_set_aside_and_the_others_come_through(
    workers: Workers, heard: Heard
) -> None:
    """The limits of the test's workers are those of an installation: ten attempts."""
    moved("bin:1", topic="test.killed")
    moved("bin:1", topic="test.killed", kills=True)
    moved("bin:2", "bin:3", topic="test.killed")
    deadline = time.monotonic() + 90
    while not any(one.state == "set_aside" for one in held("test.kill")):
        assert time.monotonic() < deadline, f"not set aside: {[(one.state, one.attempts) for one in held('test.kill')]}"
        workers.alive = [pid for pid in workers.alive if psutil.pid_exists(pid)]
        if not workers.alive:
            workers.start()
        time.sleep(0.05)
    wait_until(nothing_is_left, within=30, what="the others delivered")
    [aside] = held("test.kill")
    assert (aside.event.number, aside.error[:10], aside.attempts) == (2, "WorkerDied", 10)
    assert heard.numbers("bin:1", "test.kill") == [1]
    assert heard.numbers("bin:2", "test.kill") == [1]
    assert heard.numbers("bin:3", "test.kill") == [1]
