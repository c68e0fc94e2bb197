# SPDX-License-Identifier: Apache-2.0
"""Old events go, but never one that somebody has still to have; and the table stops growing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from belltower.core.ledger import pruning
from belltower.core.ledger.deciding import give_up
from belltower.core.ledger.entries import entry
from belltower.core.ledger.event_models import EventRecord, HeldEvent
from belltower.core.ledger.outbox import emit_many
from belltower.core.ledger.outbox_rules import Limits
from belltower.core.ledger.pruning import prune
from belltower.core.ledger.tests.outbox.conftest import BY, Heard, deliver, held, moved

pytestmark = pytest.mark.django_db
ALL = ("test.hear", "test.hear_loosely", "test.hear_many")
LIMITS = Limits(keep_days=30)


def test_delivered_events_go_when_their_days_are_over(heard: Heard) -> None:
    moved("bin:1", "bin:2")
    deliver(*ALL)
    moved("bin:3")
    assert prune(LIMITS, now=timezone.now() + timedelta(days=29)) == 0
    assert prune(LIMITS, now=timezone.now() + timedelta(days=31)) == 2
    assert EventRecord.objects.get().subject == "bin:3"


def test_numbers_go_on_after_pruning(heard: Heard) -> None:
    moved("bin:1", "bin:1")
    deliver(*ALL)
    prune(LIMITS, now=timezone.now() + timedelta(days=31))
    moved("bin:1")
    assert EventRecord.objects.get().number == 3


def test_what_is_held_stays_until_it_is_settled(heard: Heard) -> None:
    heard.is_bad("bin:1 #1")
    moved("bin:1", "bin:1", "bin:2")
    deliver(*ALL, limits=Limits(attempts=1))
    later = timezone.now() + timedelta(days=365)
    assert prune(LIMITS, now=later) == 1  # only what happened to the other bin
    for one in [*held("test.hear"), *held("test.hear_loosely")]:
        if one.state == "set_aside":
            give_up(one.uid, reason="-", by=BY)
    deliver(*ALL)
    assert prune(LIMITS, now=later) == 2
    assert not HeldEvent.objects.exists()


def test_many_are_pruned_a_few_thousand_at_a_time(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pruning, "AT_ONCE", 10)
    with entry("test.move", by=BY):
        emit_many("test.unheard", [(f"bin:{number}", {}) for number in range(35)])
    later = timezone.now() + timedelta(days=31)
    assert prune(LIMITS, now=later, most=20) == 20
    assert prune(LIMITS, now=later) == 15


@pytest.mark.django_db(transaction=True)
def test_the_tables_stop_growing(heard: Heard) -> None:
    """Five rounds of the same number of events take the room of three at most: others at work keep a vacuum waiting."""
    sizes = []
    for _ in range(5):
        with entry("test.move", by=BY):
            emit_many("test.moved", [(f"bin:{number % 50}", {"n": number}) for number in range(400)])
        deliver(*ALL)
        prune(LIMITS, now=timezone.now() + timedelta(days=31))
        sizes.append(_size())
        _vacuum()
    assert sizes[-1] <= 3 * sizes[0]


def _size() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_total_relation_size('ledger_event') + pg_total_relation_size('ledger_delivery')")
        return int(cursor.fetchone()[0])


def _vacuum() -> None:
    """What autovacuum does by itself, now."""
    import os

    import psycopg

    address = os.environ["BELLTOWER_TEST_SERVER"].replace("/belltower?", f"/{connection.settings_dict['NAME']}?")
    with psycopg.connect(address, autocommit=True) as owner:
        owner.execute("VACUUM ledger_event; ")
        owner.execute("VACUUM ledger_delivery")
