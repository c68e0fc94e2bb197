# SPDX-License-Identifier: Apache-2.0
"""However rows are cut, repeated, shuffled and interrupted, each is stored once, and the count closes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belltower.core.observations.batches import Batch, micros
from belltower.core.observations.conservation import counted
from belltower.core.observations.latest import latest
from belltower.core.observations.models import Datastream
from belltower.core.observations.proving import check_batches
from belltower.core.observations.storing import Aside, keep_aside, store
from belltower.core.observations.tests.senses import NOON, asked, batch, put, raw, readings, streams
from belltower.kernel.texts import Text

SENTENCE = Text(zh="读不出", en="cannot be read")
Rows = list[tuple[int, int, int]]

# (stream, seconds, seconds until the result); few enough of each that many rows are equal
rows_drawn = st.lists(
    st.tuples(st.integers(0, 3), st.integers(-90_000, 3) | st.integers(0, 3), st.integers(0, 1)), max_size=14
)
deliveries_drawn = st.lists(st.tuples(rows_drawn, st.booleans(), st.integers(0, 2)), max_size=6)


def _batch(rows: Rows, known: list[int]) -> Batch:
    made = batch(*((known[stream], at, 100.0 * stream + at + result / 2) for stream, at, result in rows))
    return Batch(made.stream, made.at, made.value, made.at + np.array([row[2] * 1_000_000 for row in rows], np.int64))


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deliveries=deliveries_drawn)
def test_any_cut_and_repeat_stores_each_row_once_and_the_count_closes(deliveries: list[tuple[Rows, bool, int]]) -> None:
    """Of each delivery: its rows, whether it is interrupted before the commit, and how many frames were refused with it."""
    with transaction.atomic():
        known = streams(4)
        committed: set[tuple[int, int, int]] = set()
        received = refused = 0
        for rows, is_interrupted, wrong in deliveries:
            with transaction.atomic():
                done = put(_batch(rows, known))
                keep_aside(raw(), "tests", [Aside("unreadable", SENTENCE, b"?")] * wrong, received_at=NOON)
                transaction.set_rollback(is_interrupted)
            assert done.stored == len(set(rows) - committed)
            if not is_interrupted:
                committed |= set(rows)
                received, refused = received + len(rows) + wrong, refused + wrong
        _holds(committed, known, received, refused)
        transaction.set_rollback(True)


def _holds(committed: set[tuple[int, int, int]], known: list[int], received: int, refused: int) -> None:
    expected = sorted((known[stream], at, 100.0 * stream + at + result / 2) for stream, at, result in committed)
    assert sorted((stream, int(at), value) for stream, at, value in readings()) == expected
    counts = counted(NOON)
    assert all(one.closes for one in counts)
    sums = (sum(one.received for one in counts), sum(one.stored for one in counts), sum(one.refused for one in counts))
    assert sums == (received, len(committed), refused)
    newest = {stream: max((at, result) for s, at, result in committed if s == stream) for stream, _, _ in committed}
    found = latest(known)
    assert dict(zip(found.stream.tolist(), found.value.tolist(), strict=True)) == {
        known[stream]: 100.0 * stream + at + result / 2 for stream, (at, result) in newest.items()
    }
    assert check_batches(NOON - timedelta(days=1), NOON + timedelta(days=1)) == []


@pytest.fixture
def others(transactional_db: None) -> Iterator[list[psycopg.Connection[Any]]]:
    """Two connections of other processes, as the gateway's writers open them."""
    address = connection.get_connection_params()
    named = {name: address[name] for name in ("host", "port", "user", "dbname") if address.get(name)}
    opened = [psycopg.connect(**named, options="-c belltower.sees=all") for _ in range(2)]
    yield opened
    for one in opened:
        one.close()


def test_a_writer_that_is_cut_off_before_its_commit_leaves_nothing(others: list[psycopg.Connection[Any]]) -> None:
    [one] = streams(1)
    first, second = others
    rows = batch((one, 1, 1.0), (one, 2, 2.0))
    store(first, rows, source="yard", received_at=NOON)
    first.close()  # as a process that is killed: the server sees the end of the stream
    done = store(second, rows, source="yard", received_at=NOON)  # waits until the server has cleared up
    second.commit()
    assert (done.stored, done.duplicates) == (2, 0)
    assert [one.closes for one in counted(NOON)] == [True]
    assert asked("SELECT sum(received), sum(stored) FROM observations_count") == [(2, 2)]


def test_two_writers_of_the_same_readings_store_them_once(others: list[psycopg.Connection[Any]]) -> None:
    """Each stores the same twenty batches, at the same time."""
    known = streams(30)
    start = threading.Barrier(2)
    stored: list[int] = []

    def write(own: psycopg.Connection[Any]) -> None:
        start.wait(timeout=30)
        for second in range(20):
            ats = np.full(30, micros(NOON) + second * 1_000_000)
            stored.append(store(own, Batch(np.array(known), ats, np.ones(30)), source="yard", received_at=NOON).stored)
            own.commit()

    threads = [threading.Thread(target=write, args=[one]) for one in others]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=60)
    assert len(stored) == 40
    assert sum(stored) == 600
    assert asked("SELECT count(*), count(DISTINCT (stream, at)) FROM observations_reading") == [(600, 600)]
    assert [one.closes for one in counted(NOON)] == [True]
    assert Datastream.objects.count() == 30
