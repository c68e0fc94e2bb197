# SPDX-License-Identifier: Apache-2.0
"""Each handler has each event once, in order, and its effects are there exactly when the mark is."""

from __future__ import annotations

import pytest
from django.db import connection

from belltower.core.ledger import delivery
from belltower.core.ledger.event_models import Delivery, EventDecision, EventRecord, Lane
from belltower.core.ledger.handling import handles, known_handlers
from belltower.core.ledger.outbox_rules import Limits
from belltower.core.ledger.tests.outbox.conftest import Heard, deliver, handlers, held, make_due, moved

pytestmark = pytest.mark.django_db


def test_events_of_a_subject_come_in_the_order_in_which_they_happened(heard: Heard) -> None:
    moved("bin:1", "bin:2")
    moved("bin:2", "bin:1")
    moved("bin:1")
    assert deliver("test.hear") == 5
    assert heard.numbers("bin:1") == [1, 2, 3]
    assert heard.numbers("bin:2") == [1, 2]
    assert deliver("test.hear") == 0


def test_each_handler_keeps_its_own_progress(heard: Heard) -> None:
    moved("bin:1")
    deliver("test.hear")
    moved("bin:1")
    deliver("test.hear_many")
    assert heard.numbers("bin:1") == [1]
    assert heard.numbers("bin:1", "test.hear_many") == [1, 2]


def test_a_failed_event_leaves_no_effect_and_holds_up_nobody_else(heard: Heard) -> None:
    heard.is_bad("bin:1 #2")
    moved(*["bin:1", "bin:2"] * 3)
    deliver("test.hear", "test.hear_many")
    assert heard.numbers("bin:1") == [1]
    assert heard.numbers("bin:2") == [1, 2, 3]
    assert heard.numbers("bin:1", "test.hear_many") == [1, 2, 3]
    [failed, behind] = held()
    assert (failed.state, failed.attempts, failed.event.number) == ("retrying", 1, 2)
    assert failed.error == "RuntimeError: bin:1 is bad"
    assert "refuse_bad" in failed.trace
    assert (behind.state, behind.event.number) == ("behind", 3)


def test_what_waits_behind_a_held_event_follows_it_in_order(heard: Heard) -> None:
    heard.is_bad("bin:1 #1")
    moved("bin:1", "bin:1")
    deliver("test.hear")
    moved("bin:1")
    heard.is_good_again()
    assert deliver("test.hear") == 1  # the new one: put behind, since the first waits for its time
    assert heard.numbers("bin:1") == []
    make_due()
    deliver("test.hear")
    assert heard.numbers("bin:1") == [1, 2, 3]
    assert held() == []


def test_a_handler_that_says_so_goes_on_with_later_events(heard: Heard) -> None:
    heard.is_bad("bin:1 #1")
    moved("bin:1", "bin:1", "bin:1")
    deliver("test.hear_loosely")
    assert heard.numbers("bin:1", "test.hear_loosely") == [2, 3]
    heard.is_good_again()
    make_due("test.hear_loosely")
    deliver("test.hear_loosely")
    assert heard.numbers("bin:1", "test.hear_loosely") == [2, 3, 1]


def test_an_event_that_fails_too_often_is_set_aside_and_tried_no_more(heard: Heard) -> None:
    heard.is_bad("bin:1")
    moved("bin:1", "bin:1")
    for _ in range(5):
        deliver("test.hear", limits=Limits(attempts=3))
        make_due()
    [aside, behind] = held()
    assert (aside.state, aside.attempts, behind.state) == ("set_aside", 3, "behind")
    assert aside.set_aside_at is not None
    heard.is_good_again()
    assert deliver("test.hear") == 0
    assert heard.numbers("bin:1") == []


def test_waits_grow_from_attempt_to_attempt(heard: Heard) -> None:
    heard.is_bad("bin:1")
    moved("bin:1")
    waits = []
    for _ in range(4):
        deliver("test.hear", limits=Limits(attempts=9))
        [failed] = held()
        assert failed.due_at
        assert failed.failed_at
        waits.append((failed.due_at - failed.failed_at).total_seconds())
        make_due()
    full = [1, 2, 4, 8]
    assert all(most / 2 <= wait <= most for wait, most in zip(waits, full, strict=True))


def test_an_event_for_outside_carries_one_key_however_often_it_comes(heard: Heard) -> None:
    told: list[str] = []

    @handles("test.keyed", name="test.key", outside=True)
    def key(event) -> None:  # type: ignore[no-untyped-def]
        told.append(event.key)
        if len(told) < 2:
            raise TimeoutError

    moved("bin:1", topic="test.keyed")
    deliver("test.key")
    make_due("test.key")
    deliver("test.key")
    assert told == ["test.key/bin:1/1"] * 2


def test_each_event_for_outside_is_marked_before_the_next_begins(heard: Heard) -> None:
    """A worker that dies repeats one call at most."""
    moved("bin:1", "bin:1", "bin:1", topic="test.told")
    chosen = handlers("test.tell")
    delivery.open_lanes(chosen)
    left = []
    while delivery.deliver_next(chosen, Limits()) is not None:
        left.append(Delivery.objects.filter(handler="test.tell").count())
    assert left == [2, 1, 0]
    assert heard.numbers("bin:1", "test.tell") == [1, 2, 3]


def test_a_handler_may_emit_and_says_what_for(heard: Heard) -> None:
    moved("bin:1", topic="test.chained")
    deliver("test.chain")
    event = EventRecord.objects.get(topic="test.moved")
    assert (event.subject, event.body) == ("after bin:1", {"because": "test.chain/bin:1/1"})
    assert (event.by, event.what) == ("system:outbox", "test.chain")


@pytest.mark.django_db(transaction=True)
def test_effects_and_mark_are_undone_together(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that ends between a handler's work and the commit has done nothing, and the next does it once."""
    moved("bin:1", "bin:1")

    class PowerCut(BaseException):
        pass

    def cut(*_: object, **__: object) -> None:
        raise PowerCut

    with monkeypatch.context() as broken:
        broken.setattr(delivery, "_mark", cut)
        with pytest.raises(PowerCut):
            deliver("test.hear")
    assert heard.numbers("bin:1") == []
    deliver("test.hear")
    assert heard.numbers("bin:1") == [1, 2]


def test_after_turns_that_never_ended_attempts_are_counted_first(heard: Heard) -> None:
    """So an event that kills its worker is set aside like any other, and its neighbours are delivered."""
    moved("bin:1", "bin:17", "bin:1")
    deliver("test.hear_many")
    lane = handlers("test.hear")
    delivery.open_lanes(lane)
    Lane.objects.update(tries=3)  # begun and not ended
    assert delivery.deliver_next(lane, Limits()) == 1
    assert (len(heard.lines()), Lane.objects.filter(careful__gt=0).count()) == (1, 1)
    while delivery.deliver_next(lane, Limits()) is not None:
        pass
    assert heard.numbers("bin:1") == [1, 2]
    assert heard.numbers("bin:17") == [1]
    assert held() == []


def test_two_handlers_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match=r"two handlers are called test\.hear"):

        @handles("test.moved", name="test.hear")
        def other(event) -> None:  # type: ignore[no-untyped-def]
            """Another one."""


def test_rooms_and_packs_register_in_their_reactions() -> None:
    assert "places.locate_assets" in known_handlers()


def test_a_poison_event_among_many_costs_only_itself(heard: Heard) -> None:
    subjects = [f"bin:{number}" for number in range(200)]
    for bad in subjects[::50]:
        heard.is_bad(bad)
    moved(*subjects)
    deliver("test.hear")
    assert len(heard.lines()) == 196
    assert sorted(failed.subject for failed in held()) == sorted(subjects[::50])
    assert EventDecision.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_delivery WHERE handler = 'test.hear'")
        assert cursor.fetchone() == (0,)
