# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the worker, again and again, while actions commit and roll back: every committed event is delivered, in
order within its subject, and the effects of each handler are there once.

The seed is printed; BELLTOWER_FAULT_SEED repeats a run's choices (not its exact timing).
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter

import pytest
from django.db import connection, transaction

from belltower.core.ledger.entries import entry
from belltower.core.ledger.event_models import Delivery, EventRecord, HeldEvent
from belltower.core.ledger.outbox import emit_many
from belltower.core.ledger.tests.outbox.conftest import BY, Heard
from belltower.core.ledger.tests.outbox.workers import Workers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]
HANDLERS = ("test.hear", "test.hear_loosely", "test.hear_many")
EMITTERS = 2


class Emitter(threading.Thread):
    """Emits its share of the events in actions of 1 to 40, of which some are rolled back; remembers what was kept."""

    def __init__(self, events: int, subjects: int, seed: int) -> None:
        super().__init__(daemon=True)
        self._events, self._subjects, self._chance = events, subjects, random.Random(seed)
        self.kept: Counter[str] = Counter()

    def run(self) -> None:
        while (left := self._events - self.kept.total()) > 0:
            count = min(left, self._chance.randint(1, 40))
            about = [f"bin:{self._chance.randrange(self._subjects)}" for _ in range(count)]
            is_kept = self._chance.random() > 0.1
            with entry("test.move", by=BY):
                emit_many("test.moved", [(subject, {}) for subject in about])
                if not is_kept:
                    transaction.set_rollback(True)
            if is_kept:
                self.kept.update(about)
        connection.close()


def run_and_kill(workers: Workers, *, events: int, subjects: int, after: range, within_s: float) -> Counter[str]:
    """Emit and deliver while each worker is killed after some deliveries, until nothing is left; what was committed.

    By what it did and not by the clock: on a slow machine a worker may need seconds before it does anything at all.
    """
    seed = int(os.environ.get("BELLTOWER_FAULT_SEED") or random.randrange(2**32))
    chance = random.Random(seed)
    emitters = [Emitter(events // EMITTERS, subjects, seed + number) for number in range(EMITTERS)]
    worker, kills, began = workers.start(), 0, time.monotonic()
    for emitter in emitters:
        emitter.start()
    next_kill = chance.choice(after)
    while any(emitter.is_alive() for emitter in emitters) or Delivery.objects.exists() or HeldEvent.objects.exists():
        assert time.monotonic() - began < within_s, f"seed {seed}, {kills} kills: {_standing()}"
        time.sleep(0.01)
        if _delivered() >= next_kill:
            workers.kill(worker)
            worker, kills, next_kill = workers.start(), kills + 1, _delivered() + chance.choice(after)
    print(f"\nseed {seed}: {events} events, {kills} kills, {time.monotonic() - began:.0f} s")
    assert kills >= 3
    return sum((emitter.kept for emitter in emitters), Counter())


def _delivered() -> int:
    """How many deliveries are done; events first, so that one which is emitted in between is not counted as done."""
    return EventRecord.objects.count() * len(HANDLERS) - Delivery.objects.count()


def _standing() -> str:
    held = Counter(HeldEvent.objects.values_list("handler", "state", "attempts"))
    return f"{EventRecord.objects.count()} events, {Delivery.objects.count()} to deliver, held {dict(held)}"


def check_heard(heard: Heard, kept: Counter[str], events: int) -> None:
    """Each handler heard each event once, and the numbers of each subject from 1 upwards."""
    assert kept.total() == events
    assert EventRecord.objects.count() == events
    for handler in HANDLERS:
        lines = heard.lines(handler)
        assert len(lines) == events
        reached: Counter[str] = Counter()
        for subject, number in lines:
            reached[subject] += 1
            assert number == reached[subject], f"{handler} heard {subject} #{number} as its {reached[subject]}th"
        assert reached == kept


def test_two_thousand_events_survive_a_worker_that_is_killed_again_and_again(heard: Heard) -> None:
    with Workers() as workers:
        kept = run_and_kill(workers, events=2_000, subjects=100, after=range(400, 1_200), within_s=240)
    check_heard(heard, kept, 2_000)


@pytest.mark.long
def test_a_hundred_thousand_events_survive_many_kills(heard: Heard) -> None:
    with Workers() as workers:
        kept = run_and_kill(workers, events=100_000, subjects=2_000, after=range(2_000, 8_000), within_s=1800)
    check_heard(heard, kept, 100_000)
