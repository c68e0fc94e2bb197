# SPDX-License-Identifier: Apache-2.0
"""Handlers for the tests of the outbox; also loaded by the worker processes that the tests start and kill.

Each writes what it heard into a table of the test's own, so that its effects can be counted.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence

from django.db import connection

from belltower.core.ledger.handling import Event, handles

TOPIC = "test.moved"
MAKE = """
    CREATE TABLE IF NOT EXISTS test_heard (
        place bigint GENERATED ALWAYS AS IDENTITY, handler text, subject text, number bigint, body jsonb);
    GRANT ALL ON test_heard TO belltower_app;
    CREATE TABLE IF NOT EXISTS test_mood (bad text);
    GRANT ALL ON test_mood TO belltower_app;
"""


def write_down(event: Event) -> None:
    """The effect: a line in the table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO test_heard (handler, subject, number) VALUES (%s, %s, %s)",
            [event.handler, event.subject, event.number],
        )


def refuse_bad(event: Event) -> None:
    """Fail on the subjects, or "subject #number", that the test calls bad."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM test_mood WHERE bad IN (%s, %s)", [event.subject, f"{event.subject} #{event.number}"]
        )
        if cursor.rowcount:
            raise RuntimeError(f"{event.subject} is bad")


@handles(TOPIC, name="test.hear")
def hear(event: Event) -> None:
    """Write it down, then fail if it is bad: nothing of a failed event may stay."""
    write_down(event)
    refuse_bad(event)


@handles(TOPIC, name="test.hear_loosely", waits=False)
def hear_loosely(event: Event) -> None:
    """As hear, and go on with later events of a subject."""
    write_down(event)
    refuse_bad(event)


@handles(TOPIC, name="test.hear_many", many=True)
def hear_many(events: Sequence[Event]) -> None:
    """Write all of them down in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO test_heard (handler, subject, number) SELECT 'test.hear_many', s, n"
            " FROM unnest(%s::text[], %s::bigint[]) WITH ORDINALITY AS e (s, n, place) ORDER BY place",
            [[event.subject for event in events], [event.number for event in events]],
        )


@handles("test.told", name="test.tell", outside=True)
def tell(event: Event) -> None:
    """Pretend to tell somebody outside, who is told the key."""
    write_down(event)
    refuse_bad(event)


@handles("test.killed", name="test.kill")
def kill(event: Event) -> None:
    """End the worker without a word on a bad event."""
    write_down(event)
    if event.body.get("kills"):
        os.kill(os.getpid(), signal.SIGKILL)


@handles("test.chained", name="test.chain")
def chain(event: Event) -> None:
    """React by an event of its own."""
    from belltower.core.ledger.outbox import emit

    emit(TOPIC, f"after {event.subject}", {"because": event.key})
