# SPDX-License-Identifier: Apache-2.0
"""An event is there if its action is, and its number is its place among the events of its subject."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from belltower.core.ledger.entries import entry
from belltower.core.ledger.event_models import Delivery, EventRecord
from belltower.core.ledger.outbox import NoAction, emit, emit_many
from belltower.core.ledger.outbox_rules import BUCKETS, batch_size, bucket_of, wait_before
from belltower.core.ledger.tests.outbox.conftest import BY, moved

pytestmark = pytest.mark.django_db


@pytest.fixture
def nobody_acts() -> Iterator[None]:
    """The tests' own connection says who writes; here it says nobody, as an application's does."""
    with connection.cursor() as cursor:
        cursor.execute("SET belltower.actor = ''")
    yield
    with connection.cursor() as cursor:
        cursor.execute("RESET belltower.actor")


def numbers(subject: str) -> list[int]:
    return list(EventRecord.objects.filter(subject=subject).order_by("id").values_list("number", flat=True))


def test_an_event_says_who_did_what(nobody_acts: None) -> None:
    with entry("test.move", by=BY):
        emit("test.moved", "bin:1", {"to": "东街", "share": 0.5})
    event = EventRecord.objects.get()
    assert (event.topic, event.subject, event.number) == ("test.moved", "bin:1", 1)
    assert (event.by, event.what, event.body) == ("system:test", "test.move", {"to": "东街", "share": 0.5})
    assert event.action is not None


def test_outside_an_action_nothing_is_emitted(nobody_acts: None) -> None:
    with transaction.atomic(), pytest.raises(NoAction, match=r"test\.moved.*bin:1"):
        emit("test.moved", "bin:1")
    assert not EventRecord.objects.exists()
    moved("bin:1")
    assert numbers("bin:1") == [1]


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_emitted() -> None:
    with pytest.raises(NoAction):
        emit("test.moved", "bin:1")
    assert not EventRecord.objects.exists()


def test_numbers_count_the_events_of_a_subject() -> None:
    moved("bin:1", "bin:2", "bin:1")
    with entry("test.move", by=BY):
        assert emit_many("test.moved", [("bin:2", {"n": 1}), ("bin:1", {}), ("bin:2", {"n": 2})]) == 3
    assert numbers("bin:1") == [1, 2, 3]
    assert numbers("bin:2") == [1, 2, 3]
    said = EventRecord.objects.filter(subject="bin:2").order_by("number").values_list("body", flat=True)
    assert list(said) == [{}, {"n": 1}, {"n": 2}]


def test_what_is_rolled_back_was_never_emitted() -> None:
    """Neither by a whole action, nor by a part of it; and it leaves no gap."""
    moved("bin:1")
    with entry("test.move", by=BY):
        with transaction.atomic():
            emit("test.moved", "bin:1")
            transaction.set_rollback(True)
        emit("test.moved", "bin:1")
    assert numbers("bin:1") == [1, 2]


def test_every_handler_of_the_topic_gets_a_delivery_of_its_own() -> None:
    moved("bin:1")
    assert sorted(Delivery.objects.values_list("handler", flat=True)) == [
        "test.hear", "test.hear_loosely", "test.hear_many",
    ]  # fmt: skip
    assert set(Delivery.objects.values_list("bucket", flat=True)) == {bucket_of("bin:1")}


@pytest.mark.parametrize(
    ("topic", "subject", "body"),
    [
        ("moved", "bin:1", {}),
        ("test.Moved", "bin:1", {}),
        ("test.moved", " ", {}),
        ("test.moved", "b" * 201, {}),
        ("test.moved", "bin:1", {"n": float("nan")}),
        ("test.moved", "bin:1", {"text": "长" * 30_000}),
    ],
)
def test_what_is_malformed_is_not_emitted(topic: str, subject: str, body: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"topic|subject|Out of range|too long"), entry("test.move", by=BY):
        emit(topic, subject, body)
    assert not EventRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_actions_on_one_subject_wait_for_each_other_and_others_do_not() -> None:
    """Who commits first has the lower number, so that numbers stand in the order of commits."""
    begun, may_end, order = threading.Event(), threading.Event(), []

    def first() -> None:
        with entry("test.move", by=BY):
            emit("test.moved", "bin:1", {"who": "first"})
            begun.set()
            may_end.wait(20)
            order.append("first")
        connection.close()

    def second() -> None:
        begun.wait(20)
        moved("bin:2", who="second")
        may_end.set()  # about another bin: not held up by the first, which is still open
        moved("bin:1", who="second")
        order.append("second")
        connection.close()

    threads = [threading.Thread(target=run) for run in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert order == ["first", "second"]
    said = EventRecord.objects.filter(subject="bin:1").order_by("number").values_list("body__who", flat=True)
    assert list(said) == ["first", "second"]


@pytest.mark.django_db(transaction=True)
def test_one_bell_rings_for_a_whole_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belltower.core.ledger.outbox._rung_at", float("-inf"))
    place = connection.settings_dict
    with psycopg.connect(host=place["HOST"], dbname=place["NAME"], user=place["USER"], autocommit=True) as line:
        line.execute("LISTEN belltower_outbox")
        moved(*(f"bin:{number}" for number in range(50)))
        assert len(list(line.notifies(timeout=2, stop_after=1))) == 1
        assert list(line.notifies(timeout=0.2)) == []


@given(st.text(max_size=200))
def test_a_subject_is_always_in_the_same_of_16_shares(subject: str) -> None:
    assert 0 <= bucket_of(subject) < BUCKETS
    assert bucket_of("123456789") == 0xCBF43926 % 16  # the check value of CRC-32


def test_waits_double_up_to_ten_minutes() -> None:
    waits = [wait_before(attempt, chance=0).total_seconds() for attempt in range(2, 14)]
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert wait_before(3, chance=0.5).total_seconds() == 1.5


def test_turns_that_never_end_take_fewer_events_each_time() -> None:
    assert [batch_size(tries) for tries in range(1, 6)] == [250, 62, 15, 1, 1]
