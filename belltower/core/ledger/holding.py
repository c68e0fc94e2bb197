# SPDX-License-Identifier: Apache-2.0
"""Events that a handler failed on: held, tried again, set aside; and those of the same subject that wait behind them.

All of it happens under the lane's lock (delivery.py), so nobody delivers to this handler from this bucket meanwhile.
"""

from __future__ import annotations

import random
import traceback
from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection

from belltower.core.ledger.event_models import OPEN, HeldEvent, HeldState
from belltower.core.ledger.handling import Event, Handler
from belltower.core.ledger.outbox_rules import Limits, bucket_of, is_worth_another, wait_before

_LONGEST_TRACE = 20_000
LOST = "WorkerDied: the worker died each time it had this event in hand"


def blocked_subjects(handler: Handler, bucket: int) -> set[str]:
    """The subjects of which nothing goes to the handler until an earlier event has been settled."""
    if not handler.waits:
        return set()
    held = HeldEvent.objects.filter(handler=handler.name, bucket=bucket, state__in=OPEN)
    return set(held.order_by().values_list("subject", flat=True))


def due(handler: Handler, bucket: int, *, now: datetime, most: int) -> list[HeldEvent]:
    """Held events whose time to be tried again has come, oldest first."""
    held = HeldEvent.objects.filter(handler=handler.name, bucket=bucket, state=HeldState.RETRYING, due_at__lte=now)
    return list(held.select_related("event").order_by("event_id")[:most])


def hold(event: Event, error: BaseException, *, limits: Limits, now: datetime) -> HeldEvent:
    """Hold an event whose first attempt failed."""
    held = HeldEvent(event_id=event.id, handler=event.handler, bucket=bucket_of(event.subject), subject=event.subject)
    return note_failure(held, describe(error), attempts=1, limits=limits, now=now)


def hold_suspect(event: Event, *, now: datetime) -> HeldEvent:
    """Hold the event that a worker perhaps dies of, due at once, so that its attempts are counted before they begin."""
    return HeldEvent.objects.create(
        event_id=event.id, handler=event.handler, bucket=bucket_of(event.subject), subject=event.subject,
        state=HeldState.RETRYING, due_at=now,
    )  # fmt: skip


def note_failure(held: HeldEvent, error: tuple[str, str], *, attempts: int, limits: Limits, now: datetime) -> HeldEvent:
    """Write a failed attempt down: it is tried again later, or set aside after as many attempts as are allowed."""
    held.attempts, held.failed_at, (held.error, held.trace) = attempts, now, error
    if is_worth_another(attempts, limits):
        held.state, held.due_at = HeldState.RETRYING, now + wait_before(attempts + 1, chance=random.random())
    else:
        held.state, held.due_at, held.set_aside_at = HeldState.SET_ASIDE, None, now
    held.save()
    return held


def describe(error: BaseException) -> tuple[str, str]:
    """An error in a line, and its trace (the end of it, where it is very long)."""
    trace = "".join(traceback.format_exception(error))[-_LONGEST_TRACE:]
    return f"{type(error).__name__}: {error}".replace("\x00", "")[:500], trace.replace("\x00", "")


def hold_behind(handler: Handler, events: Collection[Event]) -> None:
    """Let events wait until the earlier one of their subject is settled."""
    HeldEvent.objects.bulk_create(
        HeldEvent(
            event_id=event.id, handler=handler.name, bucket=bucket_of(event.subject), subject=event.subject,
            state=HeldState.BEHIND,
        )
        for event in events
    )  # fmt: skip


def settle_delivered(held: HeldEvent, *, now: datetime) -> None:
    """A held event was delivered after all; it is remembered if people had seen it set aside."""
    if held.set_aside_at is None:
        held.delete()
    else:
        held.state, held.ended_at, held.due_at = HeldState.DELIVERED, now, None
        held.save(update_fields=["state", "ended_at", "due_at"])
    release(held.handler, held.subject)


def release(handler: str, subject: str) -> None:
    """Put what waited behind a settled event back into its lane; its older ids bring it in front of what is newer."""
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, [handler, subject, HeldState.BEHIND])


_RELEASE = """
WITH freed AS (
    DELETE FROM ledger_held WHERE handler = %s AND subject = %s AND state = %s RETURNING handler, bucket, event_id
)
INSERT INTO ledger_delivery (handler, bucket, event_id) SELECT handler, bucket, event_id FROM freed
"""


def as_event(held: HeldEvent) -> Event:
    """The held event as its handler gets it."""
    of = held.event
    return Event(of.pk, of.topic, of.subject, of.number, of.body, of.by, of.emitted_at, held.handler)


def apart(events: Sequence[Event], blocked: Collection[str]) -> tuple[list[Event], list[Event]]:
    """Events of free subjects, and events of blocked ones."""
    free = [event for event in events if event.subject not in blocked]
    return free, [event for event in events if event.subject in blocked]
