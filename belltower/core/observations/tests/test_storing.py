# SPDX-License-Identifier: Apache-2.0
"""A reading is stored once, in its day, with what follows from it; and nothing is stored in part."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction

from belltower.core.observations.batches import Batch, batch_of, micros
from belltower.core.observations.errors import NotStorable, TooManyDays, UnknownStream
from belltower.core.observations.latest import latest
from belltower.core.observations.models import Feature
from belltower.core.observations.storing import Aside, Detail, count_polls, keep_aside
from belltower.core.observations.tests.senses import NOON, asked, batch, put, raw, readings, streams
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
DAY_S = 86_400


def test_what_is_stored_is_read_again_as_it_was() -> None:
    one, two = streams(2)
    done = put(batch((two, 1, 7.5), (one, 2, -0.25), (one, 1, 3.0)))
    assert (done.received, done.stored, done.duplicates, done.late) == (3, 3, 0, 0)
    assert readings() == [(one, 1, 3.0), (one, 2, -0.25), (two, 1, 7.5)]
    assert done.ids.tolist() == [done.first_id, done.first_id + 1, done.first_id + 2]
    assert asked("SELECT stream, value FROM observations_reading ORDER BY id") == [(two, 7.5), (one, -0.25), (one, 3.0)]


def test_each_day_has_its_own_table_and_is_made_on_demand() -> None:
    [one] = streams(1)
    put(batch((one, 0, 1.0), (one, -400 * DAY_S, 2.0), (one, -DAY_S, 3.0)))
    found = dict(asked("SELECT tableoid::regclass::text, value FROM observations_reading"))
    assert found == {
        "observations_reading_20251019": 2.0, "observations_reading_20261122": 3.0, "observations_reading_20261123": 1.0,
    }  # fmt: skip


def test_the_same_again_is_a_duplicate_in_the_same_batch_or_a_later_one() -> None:
    [one] = streams(1)
    done = put(batch((one, 1, 1.0), (one, 1, 2.0), (one, 2, 3.0)))
    assert (done.stored, done.duplicates) == (2, 1)
    assert done.ids.tolist() == [done.first_id, 0, done.first_id + 1]
    again = put(batch((one, 2, 3.0), (one, 3, 4.0), (one, 1, 1.0)))
    assert (again.stored, again.duplicates, again.late) == (1, 2, 0)
    assert readings() == [(one, 1, 1.0), (one, 2, 3.0), (one, 3, 4.0)]


def test_another_result_time_is_another_reading() -> None:
    [one] = streams(1)
    put(batch((one, 1, 1.0), results=[1]))
    assert put(batch((one, 1, 2.0), results=[5])).stored == 1
    assert put(batch((one, 1, 2.0), results=[5])).duplicates == 1


def test_a_late_reading_is_stored_and_flagged_and_is_not_the_newest() -> None:
    one, two = streams(2)
    put(batch((one, 10, 1.0), (two, 10, 1.0)))
    done = put(batch((one, 5, 9.0), (two, 11, 2.0)))
    assert (done.stored, done.late) == (2, 1)
    assert asked("SELECT stream FROM observations_reading WHERE flags & 1 = 1") == [(one,)]
    newest = latest([one, two])
    assert newest.value.tolist() == [1.0, 2.0]
    [(first,)] = asked("SELECT first_at FROM observations_latest WHERE stream = %s", [one])
    assert first == NOON + timedelta(seconds=5)


def test_equal_rows_are_kept_when_asked_for() -> None:
    [one] = streams(1)
    put(batch((one, 1, 1.0)))
    done = put(batch((one, 1, 1.0), (one, 1, 1.0)), keep_equal=True)
    assert (done.stored, done.ids.tolist()) == (2, [done.first_id, done.first_id + 1])


def test_a_result_that_is_no_number_is_a_detail() -> None:
    [one] = streams(1)
    feature = Feature.objects.create(name="air", feature={"type": "Point", "coordinates": [1, 2]})
    done = put(batch((one, 1, float("nan")), (one, 2, 4.0)), details={0: Detail(result="open", feature=feature.pk)})
    assert readings() == [(one, 1, None), (one, 2, 4.0)]
    [row] = asked("SELECT id, result, feature_id FROM observations_detail")
    assert row == (done.first_id, '"open"', feature.pk)
    assert asked("SELECT flags FROM observations_reading ORDER BY id") == [(2,), (0,)]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_no_batch_holds_what_is_no_number(value: float) -> None:
    [one] = streams(1)
    with pytest.raises(NotStorable):
        put(batch((one, 1, 1.0), (one, 2, value)))
    assert readings() == []


def test_a_stream_that_is_not_there_refuses_the_whole_batch() -> None:
    [one] = streams(1)
    with pytest.raises(UnknownStream, match=str(one + 1)):
        put(batch((one, 1, 1.0), (one + 1, 1, 1.0)))
    assert readings() == []


def test_too_many_days_at_once_are_refused() -> None:
    [one] = streams(1)
    with pytest.raises(TooManyDays):
        put(batch(*((one, -n * DAY_S, 1.0) for n in range(201))))


def test_a_batch_that_is_rolled_back_leaves_nothing() -> None:
    [one] = streams(1)
    with transaction.atomic():
        put(batch((one, 1, 1.0)))
        transaction.set_rollback(True)
    assert readings() == []
    assert asked("SELECT count(*) FROM observations_count") == [(0,)]
    assert len(latest([one])) == 0
    assert put(batch((one, 1, 1.0))).stored == 1


def test_counts_landing_and_batches_follow_in_the_same_transaction() -> None:
    one, two = streams(2)
    put(batch((two, 1, 1.0), (one, 1, 2.0)))
    put(batch((two, 1, 1.0), (two, 0, 3.0)))
    assert asked("SELECT sum(received), sum(stored), sum(duplicates), sum(late) FROM observations_count") == [
        (4, 3, 1, 1)
    ]
    landed = asked('SELECT streams, ats, "values", qualities FROM observations_landing ORDER BY id')
    assert np.frombuffer(landed[0][0], "<i8").tolist() == [one, two]
    assert np.frombuffer(landed[0][1], "<i8").tolist() == [micros(NOON) + 1_000_000] * 2
    assert np.frombuffer(landed[0][2], "<f8").tolist() == [2.0, 1.0]
    assert np.frombuffer(landed[1][3], "<i2").tolist() == [0]
    assert asked("SELECT sum(rows) FROM observations_batch") == [(3,)]


def test_refused_frames_are_kept_as_they_came_and_counted() -> None:
    sentence = Text(zh="不是 JSON", en="it is no JSON")
    keep_aside(raw(), "yard", [Aside("unreadable", sentence, b"\xff{", {"topic": "a"}, rows=3)], received_at=NOON)
    keep_aside(raw(), "yard", [Aside("unreadable", sentence, b"")], received_at=NOON)
    assert asked("SELECT sum(received), sum(stored), sum(refused) FROM observations_count") == [(4, 0, 4)]
    assert asked("SELECT source, reason, sum(refused) FROM observations_refusal_count GROUP BY 1, 2") == [
        ("yard", "unreadable", 4)
    ]
    [(frame,)] = asked("SELECT frame FROM observations_kept_aside ORDER BY id LIMIT 1")
    assert bytes(frame) == b"\xff{"


def test_polls_are_counted() -> None:
    count_polls(raw(), "plc", due=10, answered=8, timed_out=2, at=NOON)
    assert asked("SELECT source, polls_due, polls_answered, polls_timed_out FROM observations_count") == [
        ("plc", 10, 8, 2)
    ]


def test_a_reading_that_is_changed_or_deleted_is_remembered_as_it_was() -> None:
    [one] = streams(1)
    put(batch((one, 1, 1.0), (one, 2, 2.0)))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE observations_reading SET value = 5 WHERE value = 1")
        cursor.execute("DELETE FROM observations_reading WHERE value = 2")
    found = asked(
        "SELECT what, (was ->> 'value')::float, (row ->> 'value')::float FROM observations_revision ORDER BY id"
    )
    assert found == [("changed", 1.0, 5.0), ("deleted", 2.0, None)]


def test_nobody_reads_a_day_past_the_policy() -> None:
    [one] = streams(1)
    put(batch((one, 1, 1.0)))
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        asked("SELECT * FROM observations_reading_20261123")


def test_a_large_batch_over_midnight_out_of_order_is_stored_in_order() -> None:
    known = streams(50)
    chance = np.random.default_rng(5)
    at = chance.permutation(np.arange(20_000) * 10_000_000) + micros(datetime(2026, 11, 22, tzinfo=UTC))
    stream = np.array(known)[chance.integers(0, 50, 20_000)]
    done = put(Batch(stream, at, chance.normal(size=20_000)))
    assert (done.stored, done.late) == (20_000, 0)
    assert asked("SELECT count(*), count(DISTINCT id), max(id) - min(id) FROM observations_reading") == [
        (20_000, 20_000, 19_999)
    ]
    newest = latest(None)
    expected = {one: at[stream == one].max() for one in known}
    assert dict(zip(newest.stream.tolist(), newest.at.tolist(), strict=True)) == expected
    assert put(Batch(stream, at, chance.normal(size=20_000))).duplicates == 20_000


def test_an_empty_batch_is_nothing() -> None:
    assert put(batch_of([])).received == 0
