# SPDX-License-Identifier: Apache-2.0
"""Whatever the order in which transactions begin, emit, commit or roll back, and whenever it is looked for events in
between: every committed event is delivered once, and those of a subject in the order of their commits."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from queue import Empty, Queue
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belltower.core.ledger.entries import entry
from belltower.core.ledger.event_models import EventRecord
from belltower.core.ledger.outbox import emit
from belltower.core.ledger.tests.outbox.conftest import BY, Heard, deliver, held

pytestmark = pytest.mark.django_db(transaction=True)
CONNECTIONS, SUBJECTS = 4, 3
_BLOCKED_AFTER_S = 0.05


class Emitter(threading.Thread):
    """A connection of its own that does one step after the other; a step that waits for a lock waits by itself."""

    def __init__(self, log: Callable[[int, list[str], bool], None], number: int) -> None:
        super().__init__(daemon=True)
        self.steps: Queue[Any] = Queue()
        self.answers: Queue[str] = Queue()
        self._log, self._number = log, number
        self.is_busy = False

    def run(self) -> None:
        while (plan := self.steps.get()) is not None:
            self._one_action(plan)
        connection.close()

    def _one_action(self, first: tuple[str, str]) -> None:
        """One transaction: emissions until it is told to commit or to roll back."""
        subjects: list[str] = []
        verb, subject = first
        with entry("test.move", by=BY):
            while verb == "emit":
                emit("test.moved", subject, {"who": self._number, "nth": len(subjects)})
                subjects.append(subject)
                self.answers.put("done")
                verb, subject = self.steps.get()
            if verb == "abort":
                transaction.set_rollback(True)
        self._log(self._number, subjects, verb == "commit")
        self.answers.put("done")

    def do(self, verb: str, subject: str = "") -> None:
        """Do a step; return when it is done, or when it waits for somebody else's commit."""
        self.steps.put((verb, subject))
        self.is_busy = True
        self.settle(_BLOCKED_AFTER_S)

    def settle(self, within: float) -> None:
        try:
            self.answers.get(timeout=within)
            self.is_busy = False
        except Empty:
            pass


steps = st.lists(
    st.tuples(
        st.integers(0, CONNECTIONS - 1),
        st.sampled_from(["emit", "emit", "emit", "commit", "abort", "deliver"]),
        st.integers(0, SUBJECTS - 1),
    ),
    min_size=4, max_size=30,
)  # fmt: skip


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps)
def test_committed_events_come_once_and_in_the_order_of_commits(
    heard: Heard, script: list[tuple[int, str, int]]
) -> None:
    committed: dict[str, list[int]] = defaultdict(list)
    lock = threading.Lock()
    before = _last_numbers()

    def log(number: int, subjects: list[str], is_kept: bool) -> None:
        with lock:
            for subject in subjects if is_kept else ():
                committed[subject].append(number)

    emitters = [Emitter(log, number) for number in range(CONNECTIONS)]
    for emitter in emitters:
        emitter.start()
    open_now: dict[int, int] = {}
    for at, verb, subject in script:
        _step(emitters, open_now, at, verb, subject)
    _finish(emitters, open_now)
    deliver("test.hear")
    for subject in (f"bin:{number}" for number in range(SUBJECTS)):
        known = before.get(subject, 0)
        assert heard.numbers(subject) == list(range(1, known + len(committed[subject]) + 1))
        events = EventRecord.objects.filter(subject=subject, number__gt=known).order_by("number")
        assert list(events.values_list("body__who", flat=True)) == committed[subject]
    assert held() == []


def _last_numbers() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject, count(*) FROM test_heard WHERE handler = 'test.hear' GROUP BY subject")
        return dict(cursor.fetchall())


def _step(emitters: list[Emitter], open_now: dict[int, int], at: int, verb: str, subject: int) -> None:
    """Do one step where it is possible. Subjects are taken in their order within a transaction, so none deadlocks."""
    emitter = emitters[at]
    if verb == "deliver":
        deliver("test.hear")
    elif emitter.is_busy:
        emitter.settle(0.001)
    elif verb == "emit":
        highest = max(subject, open_now.get(at, 0))
        open_now[at] = highest
        emitter.do("emit", f"bin:{highest}")
    elif at in open_now:
        del open_now[at]
        emitter.do(verb)


def _finish(emitters: list[Emitter], open_now: dict[int, int]) -> None:
    """Commit what is open, whoever waits for whom, and end the threads."""
    for _ in range(1000):
        for at, emitter in enumerate(emitters):
            if emitter.is_busy:
                emitter.settle(0.02)
            elif at in open_now:
                del open_now[at]
                emitter.do("commit")
        if not open_now and not any(emitter.is_busy for emitter in emitters):
            break
    for emitter in emitters:
        emitter.steps.put(None)
    for emitter in emitters:
        emitter.join(10)
        assert not emitter.is_alive()
