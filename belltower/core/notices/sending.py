# SPDX-License-Identifier: Apache-2.0
"""What is due goes out: each delivery is taken up, tried outside of any transaction, and what came of it is kept.

A sender that dies in between leaves a delivery that is due again after its lease: nothing is lost, and the other side may be
told twice, under the same key.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from belltower.core.ledger.entries import entry
from belltower.core.notices import wishes
from belltower.core.notices.channels import mail, sms, webhook, wecom
from belltower.core.notices.channels.parcel import NotTaken, Parcel
from belltower.core.notices.kinds import WAITING, Channel, DeliveryState
from belltower.core.notices.models import Delivery
from belltower.core.notices.packing import pack
from belltower.core.notices.tries import LEASE, wait_after
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.actors import Actor

BY = Actor.system("notices")
MOST = 20
_IN_A_LETTER = 500
logger = logging.getLogger(__name__)


def send_due(now: datetime, *, most: int = MOST) -> int:
    """Try at most so many parcels that are due; how many were tried."""
    for done in range(most):
        taken = _take(now)
        if not taken:
            return done
        _try(taken, now)
    return most


def _take(now: datetime) -> list[Delivery]:
    """The delivery that is due longest, leased to us; with all others that go into the same subscriber's letter."""
    with seen_as(EVERYTHING), entry("notices.try", by=BY):
        due = Delivery.objects.filter(state__in=WAITING, due_at__lte=now).order_by("due_at", "pk")
        held = due.select_for_update(of=("self",), skip_locked=True)
        first = held.select_related("notice").first()
        if first is None:
            return []
        keys = [first.pk]
        if first.notice.subscription_id and first.notice.case_id:
            same = held.filter(notice__subscription=first.notice.subscription_id, notice__case__isnull=False)
            keys = [one.pk for one in same[:_IN_A_LETTER]]
        rows = Delivery.objects.filter(pk__in=keys).order_by("pk").select_related(
            "notice__person", "notice__report", "notice__subscription__area"
        )  # fmt: skip
        taken = list(rows.defer("notice__subscription__area__geometry", "notice__subscription__area__words"))
        for one in taken:
            one.attempts, one.due_at = one.attempts + 1, now + LEASE
            one.save(update_fields=["attempts", "due_at"])
    return taken


def _try(taken: Sequence[Delivery], now: datetime) -> None:
    try:
        with seen_as(EVERYTHING):
            parcel = pack(taken, wishes.current().address)
        answer = hand_over(Channel(taken[0].channel), parcel, now)
    except NotTaken as refused:
        _note(taken, refused.answer, now, is_final=refused.is_final)
    except OSError as error:
        # Errors of networks and of mail are such. Their words may hold an address: the kind of the error is told alone.
        _note(taken, type(error).__name__, now)
    except Exception as error:
        logger.exception("a notice was not sent")
        _note(taken, type(error).__name__, now)
    else:
        _write(taken, DeliveryState.SENT, answer, now, sent_at=now)


def hand_over(channel: Channel, parcel: Parcel, now: datetime) -> str:
    """Send a parcel by a channel; what the other side answered. Raises NotTaken, OSError."""
    here = wishes.current()
    if channel is Channel.WEBHOOK:
        return webhook.send(parcel, now=now, is_private_allowed=here.is_private_allowed)
    if channel is Channel.MAIL and here.server:
        return mail.send(parcel, server=here.server, mail_from=here.mail_from)
    if channel is Channel.SMS and here.sms:
        return sms.send(parcel, gateway=here.sms, now=now)
    if channel is Channel.WECOM and here.wecom:
        return wecom.send(parcel, gateway=here.wecom, now=now)
    raise NotTaken("not set up")


def _note(taken: Sequence[Delivery], answer: str, now: datetime, *, is_final: bool = False) -> None:
    wait = None if is_final else wait_after(max(one.attempts for one in taken))
    if wait is None:
        _write(taken, DeliveryState.GIVEN_UP, answer, now)
    else:
        _write(taken, DeliveryState.FAILED, answer, now + wait)


def _write(
    taken: Sequence[Delivery], state: DeliveryState, answer: str, due_at: datetime, *, sent_at: datetime | None = None
) -> None:
    with seen_as(EVERYTHING), entry("notices.try", by=BY):
        for one in taken:
            one.state, one.answer, one.due_at, one.sent_at = state.value, answer[:300], due_at, sent_at
            one.save(update_fields=["state", "answer", "due_at", "sent_at"])
