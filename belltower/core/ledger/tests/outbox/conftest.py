# SPDX-License-Identifier: Apache-2.0
"""Scenes of the outbox: what was heard, who emits, couriers in this process or in processes of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection

from belltower.core.ledger.delivery import deliver_next, open_lanes
from belltower.core.ledger.entries import entry
from belltower.core.ledger.event_models import HeldEvent
from belltower.core.ledger.handling import Handler, known_handlers
from belltower.core.ledger.outbox import emit
from belltower.core.ledger.outbox_rules import Limits
from belltower.core.ledger.tests.outbox import hearers
from belltower.kernel.actors import Actor

BY = Actor.system("test")


@pytest.fixture(scope="session", autouse=True)
def _tables(django_db_setup: None) -> None:
    """The tables of the tests' own, made by the owner of the database: the application may make none."""
    server = os.environ["BELLTOWER_TEST_SERVER"].replace("/belltower?", f"/{connection.settings_dict['NAME']}?")
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute(hearers.MAKE)


class Heard:
    """What the handlers of hearers.py wrote down, and a switch that makes them fail."""

    def lines(self, handler: str = "test.hear", subject: str | None = None) -> list[tuple[str, int]]:
        """(subject, number) in the order in which they were heard."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT subject, number FROM test_heard WHERE handler = %s AND (%s::text IS NULL OR subject = %s)"
                " ORDER BY place",
                [handler, subject, subject],
            )
            return list(cursor.fetchall())

    def numbers(self, subject: str, handler: str = "test.hear") -> list[int]:
        """The numbers of a subject in the order in which they were heard."""
        return [number for _, number in self.lines(handler, subject)]

    def is_bad(self, what: str) -> None:
        """From now on the handlers fail on this subject, or on "subject #number"."""
        self._say("INSERT INTO test_mood VALUES (%s)", [what])

    def is_good_again(self) -> None:
        """They fail no more."""
        self._say("DELETE FROM test_mood", [])

    def _say(self, statement: str, values: list[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)


@pytest.fixture
def heard(db: None) -> Iterator[Heard]:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM test_heard; DELETE FROM test_mood")
    yield Heard()
    if not connection.needs_rollback:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM test_heard; DELETE FROM test_mood")


def moved(*subjects: str, topic: str = hearers.TOPIC, **body: Any) -> None:
    """One action that emits an event about each subject."""
    with entry("test.move", by=BY):
        for subject in subjects:
            emit(topic, subject, body)


def handlers(*names: str) -> dict[str, Handler]:
    """These handlers of the tests only."""
    return {name: known_handlers()[name] for name in names}


def deliver(*names: str, limits: Limits | None = None, most: int = 1000) -> int:
    """Deliver until there is nothing to do for these handlers; how many events were settled."""
    chosen, settled = handlers(*names), 0
    open_lanes(chosen)
    for _ in range(most):
        found = deliver_next(chosen, limits or Limits(attempts=3))
        if found is None:
            return settled
        settled += found
    raise AssertionError(f"still at it after {most} turns")


def held(handler: str = "test.hear") -> list[HeldEvent]:
    """What the handler holds, oldest first."""
    return list(HeldEvent.objects.filter(handler=handler).select_related("event").order_by("event_id"))


def make_due(handler: str = "test.hear") -> None:
    """The waits of held events are over."""
    HeldEvent.objects.filter(handler=handler, state="retrying").update(due_at="2000-01-01T00:00Z")
