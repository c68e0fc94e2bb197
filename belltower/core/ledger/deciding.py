# SPDX-License-Identifier: Apache-2.0
"""What a person decides about a held event: have it tried again, or give it up with a reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from belltower.core.ledger.entries import action
from belltower.core.ledger.event_models import OPEN, EventDecision, HeldEvent, HeldState
from belltower.core.ledger.holding import release
from belltower.core.ledger.outbox import ring_after_commit
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Conflict, NotFound, Refusal
from belltower.kernel.texts import Text

_NOUN = Text(zh="待处理事件", en="held event")


class NotHeld(Conflict):
    """The event is no longer held, so there is nothing to decide."""

    code = "event_not_held"
    sentence = Text(
        zh="事件（{subject}，处理程序 {handler}）目前为“{state}”，无需再作决定。请刷新页面查看最新状态。",
        en="The event about {subject} is {state} for {handler} now; there is nothing to decide. Reload the page.",
    )


class NoReason(Refusal):
    """An event is given up for a reason only."""

    code = "event_without_reason"
    sentence = Text(
        zh="放弃事件（{subject}）须写明理由，以便日后查证。",
        en="Giving up the event about {subject} needs a reason: others will ask for it later.",
    )


@action("ledger.try_event_again")
def try_again(uid: UUID, *, by: Actor, now: datetime | None = None) -> HeldEvent:
    """Have a held event tried at once, with all its attempts. Raises NotFound or NotHeld."""
    held = _take(uid)
    held.state, held.attempts, held.due_at = HeldState.RETRYING, 0, now or timezone.now()
    held.save(update_fields=["state", "attempts", "due_at"])
    _decide(held, EventDecision.What.TRY_AGAIN, by=by, reason="", now=now)
    ring_after_commit()
    return held


@action("ledger.give_event_up")
def give_up(uid: UUID, *, reason: str, by: Actor, now: datetime | None = None) -> HeldEvent:
    """Never deliver this event to its handler; what waits behind it goes on. Raises NotFound, NotHeld or NoReason."""
    held = _take(uid)
    if not reason.strip():
        raise NoReason(**held.facts)
    held.state, held.due_at, held.ended_at = HeldState.GIVEN_UP, None, now or timezone.now()
    held.save(update_fields=["state", "due_at", "ended_at"])
    _decide(held, EventDecision.What.GIVE_UP, by=by, reason=reason.strip()[:500], now=now)
    release(held.handler, held.subject)
    ring_after_commit()
    return held


def _take(uid: UUID) -> HeldEvent:
    """The open held event, its lane locked first, so that no worker puts anything behind it meanwhile."""
    found = HeldEvent.objects.filter(uid=uid).values_list("handler", "bucket").first()
    if found is None:
        raise NotFound(noun=_NOUN, name=uid)
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM ledger_lane WHERE handler = %s AND bucket = %s FOR UPDATE", found)
    held = HeldEvent.objects.select_for_update(of=("self",)).select_related("event").filter(uid=uid).first()
    if held is None:
        raise NotFound(noun=_NOUN, name=uid)
    if held.state not in OPEN:
        raise NotHeld(**held.facts)
    return held


def _decide(held: HeldEvent, what: EventDecision.What, *, by: Actor, reason: str, now: datetime | None) -> None:
    EventDecision.objects.create(
        held=held.uid, handler=held.handler, topic=held.event.topic, subject=held.subject, number=held.event.number,
        what=what, reason=reason, by=by.reference, at=now or timezone.now(),
    )  # fmt: skip
