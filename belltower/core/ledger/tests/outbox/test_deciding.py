# SPDX-License-Identifier: Apache-2.0
"""What a person decides about an event that was set aside: it is done, and the ledger knows who and why."""

from __future__ import annotations

import pytest

from belltower.core.ledger.deciding import NoReason, NotHeld, give_up, try_again
from belltower.core.ledger.event_models import EventDecision, HeldEvent
from belltower.core.ledger.models import Entry
from belltower.core.ledger.outbox_rules import Limits
from belltower.core.ledger.outbox_state import outbox_state
from belltower.core.ledger.tests.outbox.conftest import Heard, deliver, held, moved
from belltower.kernel.actors import Actor, ActorKind
from belltower.kernel.errors import NotFound
from belltower.kernel.identity import uuid7

pytestmark = pytest.mark.django_db
OFFICER = Actor(ActorKind.PERSON, "李工", uuid7())


@pytest.fixture
def aside(heard: Heard) -> HeldEvent:
    """The second of three events of a bin, set aside."""
    heard.is_bad("bin:1 #2")
    moved("bin:1", "bin:1", "bin:1")
    deliver("test.hear", limits=Limits(attempts=1))
    heard.is_good_again()
    return next(one for one in held() if one.state == "set_aside")


def test_tried_again_it_is_delivered_and_what_waited_follows(aside: HeldEvent, heard: Heard) -> None:
    try_again(aside.uid, by=OFFICER)
    deliver("test.hear")
    assert heard.numbers("bin:1") == [1, 2, 3]
    [settled] = held()
    assert (settled.uid, settled.state) == (aside.uid, "delivered")


def test_given_up_it_is_left_out_and_what_waited_goes_on(aside: HeldEvent, heard: Heard) -> None:
    give_up(aside.uid, reason="箱体已拆除", by=OFFICER)
    deliver("test.hear")
    assert heard.numbers("bin:1") == [1, 3]
    [settled] = held()
    assert settled.state == "given_up"


def test_who_decided_and_why_is_an_entry_of_the_ledger(aside: HeldEvent) -> None:
    give_up(aside.uid, reason="箱体已拆除", by=OFFICER)
    decision = EventDecision.objects.get()
    assert (decision.what, decision.reason, decision.by) == ("give_up", "箱体已拆除", OFFICER.reference)
    entry = Entry.objects.get(what="ledger.give_event_up")
    assert (entry.actor, entry.row) == (OFFICER.reference, decision.pk)


def test_nothing_is_given_up_without_a_reason(aside: HeldEvent) -> None:
    with pytest.raises(NoReason):
        give_up(aside.uid, reason="  ", by=OFFICER)
    aside.refresh_from_db()
    assert aside.state == "set_aside"


def test_what_is_settled_is_not_decided_twice(aside: HeldEvent) -> None:
    give_up(aside.uid, reason="箱体已拆除", by=OFFICER)
    with pytest.raises(NotHeld):
        try_again(aside.uid, by=OFFICER)
    with pytest.raises(NotFound):
        try_again(uuid7(), by=OFFICER)


def test_the_state_counts_deliveries_by_how_they_stand(aside: HeldEvent) -> None:
    from django.db import connection

    moved("bin:2")
    with connection.cursor() as cursor:
        state = outbox_state(cursor)
    assert (state.set_aside, state.behind, state.retrying, state.given_up) == (1, 1, 0, 0)
    assert state.waiting == 2 * 4 + 1  # two more handlers had nothing yet of four events, and one nothing of the last
    assert state.oldest_s > 0
