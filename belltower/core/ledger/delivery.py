# SPDX-License-Identifier: Apache-2.0
"""Delivers events: a handler's effects, and the mark that it had the event, are one transaction. For workers only.

A lane is a handler and one of 16 shares of the subjects. Who holds the lane's row delivers the lane's events in the
order of their ids; other workers pass it over. An event is settled when it was delivered or is held (holding.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from belltower.core.ledger import holding
from belltower.core.ledger.entries import entry
from belltower.core.ledger.event_models import HeldEvent
from belltower.core.ledger.handling import Event, Handler
from belltower.core.ledger.outbox_rules import BUCKETS, SUSPECT_AFTER, Limits, batch_size, is_worth_another
from belltower.kernel.actors import Actor

OUTBOX = Actor.system("outbox")
_RETRIES_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Turn:
    """A lane that was taken up: ``tries`` turns, this one included, were begun here since the last that ended.

    ``careful`` is how many events are still to be delivered one by one, because workers died in this lane.
    """

    handler: Handler
    bucket: int
    tries: int
    careful: int

    @property
    def is_suspect(self) -> bool:
        return self.tries > SUSPECT_AFTER or self.careful > 0


def open_lanes(handlers: Mapping[str, Handler]) -> None:
    """Make the lanes of handlers that are new here."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OPEN_LANES, [BUCKETS - 1, sorted(handlers)])


def deliver_next(handlers: Mapping[str, Handler], limits: Limits) -> int | None:
    """Take up the lane that has something to deliver and waited longest; how many events were settled.

    None when there is nothing to do, 0 when another worker was quicker. Raises only what befalls the connection.
    """
    turn = _claim(handlers)
    if turn is None:
        return None
    return _deliver_suspect(turn, limits) if turn.is_suspect else _deliver(turn, limits)


def _claim(handlers: Mapping[str, Handler]) -> Turn | None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")  # a turn that was begun and forgotten does no harm
        cursor.execute(_CLAIM, [list(handlers)])
        row = cursor.fetchone()
    return Turn(handlers[row[0]], *row[1:]) if row else None


def _deliver(turn: Turn, limits: Limits) -> int:
    """One turn: what is due again, then the next events, all in one transaction."""
    handler = turn.handler
    with entry(handler.name, by=OUTBOX):
        now = _lock(turn)
        if now is None:
            return 0
        retries = holding.due(handler, turn.bucket, now=now, most=1 if handler.is_outside else _RETRIES_AT_ONCE)
        for held in retries:
            _try_again(handler, held, attempts=held.attempts + 1, limits=limits, now=now)
        if retries and handler.is_outside:
            return _end_turn(turn, settled=len(retries))
        events = _next_events(turn, most=1 if handler.is_outside else batch_size(turn.tries))
        free, behind = holding.apart(events, holding.blocked_subjects(handler, turn.bucket))
        failed = _deliver_all(handler, free)
        _hold_failed(handler, free, failed, behind, limits=limits, now=now)
        _mark(turn, events)
        return _end_turn(turn, settled=len(events) + len(retries))


def _deliver_all(handler: Handler, events: Sequence[Event]) -> dict[int, Exception]:
    """Run the handler on all events at once, and one by one where that fails: which failed, and how, by event id.

    Events behind a failed one of their subject are not run where the handler waits; they are not in the answer.
    """
    error = _run(handler, events) if events else None
    if error is None:
        return {}
    if len(events) == 1:
        return {events[0].id: error}
    failed: dict[int, Exception] = {}
    blocked: set[str] = set()
    for event in events:
        if event.subject not in blocked and (error := _run(handler, [event])):
            failed[event.id] = error
            blocked |= {event.subject} if handler.waits else set()
    return failed


def _run(handler: Handler, events: Sequence[Event]) -> Exception | None:
    """Run the handler in a savepoint; the error that undid it, if any. Raises when the connection is gone."""
    try:
        with transaction.atomic():
            handler.run(events)
    except Exception as error:
        if connection.connection is None or connection.connection.closed:
            raise
        return error
    return None


def _hold_failed(
    handler: Handler,
    free: Sequence[Event],
    failed: Mapping[int, Exception],
    behind: Sequence[Event],
    *,
    limits: Limits,
    now: datetime,
) -> None:
    for event in free:
        if event.id in failed:
            holding.hold(event, failed[event.id], limits=limits, now=now)
    if handler.waits:
        first = {event.subject: event.id for event in free if event.id in failed}
        behind = [*behind, *(event for event in free if event.id > first.get(event.subject, event.id))]
    holding.hold_behind(handler, behind)


def _try_again(handler: Handler, held: HeldEvent, *, attempts: int, limits: Limits, now: datetime) -> None:
    error = _run(handler, [holding.as_event(held)])
    if error is None:
        holding.settle_delivered(held, now=now)
    else:
        holding.note_failure(held, holding.describe(error), attempts=attempts, limits=limits, now=now)


def _deliver_suspect(turn: Turn, limits: Limits) -> int:
    """One event alone, its attempt written down before it begins: workers that had this lane ended without a word."""
    held = _count_attempt(turn, limits)
    if held is None:
        return 1
    with entry(turn.handler.name, by=OUTBOX):
        now = _lock(turn)
        if now is None or not HeldEvent.objects.filter(pk=held.pk, attempts=held.attempts, state=held.state).exists():
            return 0
        _try_again(turn.handler, held, attempts=held.attempts, limits=limits, now=now)
        return _end_turn(turn, settled=1, careful=_careful_after(turn))


def _careful_after(turn: Turn) -> int:
    """As many events as the last turn took are passed one by one: the one that workers die of is among them."""
    return (turn.careful or batch_size(SUSPECT_AFTER)) - 1


@transaction.atomic
def _count_attempt(turn: Turn, limits: Limits) -> HeldEvent | None:
    """The next event of the lane, held, its next attempt counted; None when there is none, or it is set aside now."""
    now = _lock(turn)
    if now is None:
        return None
    found = next(iter(holding.due(turn.handler, turn.bucket, now=now, most=1)), None) or _hold_next(turn, now)
    if found is None:
        _end_turn(turn, settled=0)  # nothing is left: the lane is as any other again
        return None
    if not is_worth_another(found.attempts, limits):
        holding.note_failure(found, (holding.LOST, ""), attempts=found.attempts, limits=limits, now=now)
        _end_turn(turn, settled=1, careful=_careful_after(turn))
        return None
    found.attempts += 1
    found.save(update_fields=["attempts"])
    return found


def _hold_next(turn: Turn, now: datetime) -> HeldEvent | None:
    """Hold the lane's first event of a free subject, and let those before it, of blocked subjects, wait behind."""
    events = _next_events(turn, most=batch_size(1))
    free, behind = holding.apart(events, holding.blocked_subjects(turn.handler, turn.bucket))
    holding.hold_behind(turn.handler, behind)
    _mark(turn, [*behind, *free[:1]])
    return holding.hold_suspect(free[0], now=now) if free else None


def _lock(turn: Turn) -> datetime | None:
    """Hold the lane until the end of the transaction; the database's time, or None when another worker holds it."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [turn.handler.name, turn.bucket])
        row = cursor.fetchone()
    return row[0] if row else None


def _next_events(turn: Turn, *, most: int) -> list[Event]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [turn.handler.name, turn.bucket, most])
        return [_read(row, turn.handler.name) for row in cursor.fetchall()]


def _read(row: tuple[Any, ...], handler: str) -> Event:
    pk, topic, subject, number, body, by, emitted_at = row
    return Event(pk, topic, subject, number, json.loads(body), by, emitted_at, handler)


def _mark(turn: Turn, events: Sequence[Event]) -> None:
    """These are settled: nothing of them is to be delivered to this handler any more."""
    if events:
        with connection.cursor() as cursor:
            cursor.execute(_MARK, [turn.handler.name, turn.bucket, [event.id for event in events]])


def _end_turn(turn: Turn, *, settled: int, careful: int = 0) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_END_TURN, [careful, turn.handler.name, turn.bucket])
    return settled


_OPEN_LANES = """
    INSERT INTO ledger_lane (handler, bucket, tries, careful, served_at)
    SELECT handler, bucket, 0, 0, 'epoch' FROM generate_series(0, %s) AS bucket, unnest(%s::text[]) AS handler
    ON CONFLICT DO NOTHING
"""
_CLAIM = """
    UPDATE ledger_lane l SET tries = l.tries + 1, served_at = clock_timestamp()
    FROM (
        SELECT c.handler, c.bucket FROM ledger_lane c
        WHERE c.handler = ANY(%s) AND (
            EXISTS (SELECT FROM ledger_delivery d WHERE d.handler = c.handler AND d.bucket = c.bucket)
            OR EXISTS (SELECT FROM ledger_held h WHERE h.handler = c.handler AND h.bucket = c.bucket
                       AND h.state = 'retrying' AND h.due_at <= clock_timestamp()))
        ORDER BY c.served_at LIMIT 1 FOR UPDATE SKIP LOCKED
    ) c
    WHERE l.handler = c.handler AND l.bucket = c.bucket
    RETURNING l.handler, l.bucket, l.tries, l.careful
"""
_LOCK = """
    SELECT clock_timestamp() FROM ledger_lane WHERE handler = %s AND bucket = %s FOR UPDATE SKIP LOCKED
"""
_NEXT = """
    SELECT e.id, e.topic, e.subject, e.number, e.body::text, e.by, e.emitted_at
    FROM ledger_delivery d JOIN ledger_event e ON e.id = d.event_id
    WHERE d.handler = %s AND d.bucket = %s ORDER BY d.event_id LIMIT %s
"""
_MARK = "DELETE FROM ledger_delivery WHERE handler = %s AND bucket = %s AND event_id = ANY(%s)"
_END_TURN = "UPDATE ledger_lane SET tries = 0, careful = %s WHERE handler = %s AND bucket = %s"
