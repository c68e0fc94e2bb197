# SPDX-License-Identifier: Apache-2.0
"""A message of the board becomes a case, or joins the case of one that says the same; its reply is kept with it."""

from __future__ import annotations

import re
from datetime import datetime

from django.db.models import Q

from belltower.core.cases import actions as cases
from belltower.core.cases.acting import Acting
from belltower.core.cases.actions import Draft
from belltower.core.cases.kinds import OTHER, Source
from belltower.core.cases.models import Case
from belltower.core.cases.table import OPEN, State
from belltower.core.ledger.entries import entry
from belltower.core.messages.actions import MESSAGE
from belltower.core.messages.models import Link, Message
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.referring.errors import AlreadyReplied, NoReply
from belltower.core.referring.models import Referral
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

LONGEST_REPLY = 4000
_SAME = "留言板又有一条留言反映同一问题：{subject}。Another message of the board says the same."
_TELEPHONE = re.compile(r"(?<!\d)(?:1\d{10}|0\d{2,3}-?\d{7,8}|\d{17}[\dXx])(?!\d)")


def refer(message: Message, *, acting: Acting, now: datetime, kind: str = OTHER) -> Referral:
    """Make a case of a message, reported by ``acting``; asked again, the same comes back. Raises NotFound, BadCase.

    Where a message that says the same (a link that stands) has an open case, this one joins it. Numbers of telephones and
    identity cards in the text stay on the board: the party that must put it right is not told who wrote.
    """
    with seen_as(EVERYTHING), entry("referring.refer", by=acting.actor):
        row = Message.objects.select_for_update(of=("self",)).select_related("area").filter(pk=message.pk).first()
        if row is None:
            raise NotFound(noun=MESSAGE, name=message.uid)
        known = Referral.objects.filter(message=row).select_related("case").first()
        if known is not None:
            return known
        case = _case_of_same(row)
        is_joined = case is not None
        if case is None:
            case = cases.report(_draft(row, kind), acting=acting, now=now)
        else:
            cases.remark(case, _SAME.format(subject=without_numbers(row.subject)[:200]), acting=acting, now=now)
        return Referral.objects.create(message=row, case=case, is_joined=is_joined, at=now, by=acting.actor.reference)


def reply(message: Message, text: str, *, acting: Acting, now: datetime) -> Message:
    """Keep what the bureau answers to a message, with the instant; its time to answer counts from then on.

    Raises NoReply for an empty text, AlreadyReplied, NotFound.
    """
    if not text.strip():
        raise NoReply()
    with entry("referring.reply", by=acting.actor):
        row = Message.objects.select_for_update(of=("self",)).filter(pk=message.pk).first()
        if row is None:
            raise NotFound(noun=MESSAGE, name=message.uid)
        if row.reply:
            raise AlreadyReplied()
        row.reply, row.replied_at = text.strip()[:LONGEST_REPLY], now
        row.save(update_fields=["reply", "replied_at"])
    return row


def may_be_answered(case: Case) -> bool:
    """Whether somebody found that it was put right, or it was declined: the writer can be told how it ended."""
    return State(case.state) in (State.VERIFIED, State.CLOSED, State.DECLINED)


def without_numbers(text: str) -> str:
    """The text without numbers by which somebody is reached or known."""
    return _TELEPHONE.sub("***", text)


def _case_of_same(message: Message) -> Case | None:
    """The open case of a message that is joined to this one, the earliest."""
    links = Link.objects.filter(Q(first=message) | Q(second=message), parted_at=None)
    others = {pk for link in links.values_list("first", "second") for pk in link} - {message.pk}
    found = (
        Referral.objects.filter(message__in=others, case__state__in=OPEN).select_related("case").order_by("at", "pk")
    )
    return next((one.case for one in found), None)


def _draft(message: Message, kind: str) -> Draft:
    from belltower.analytics.text.extracting import places

    title = without_numbers(message.subject)
    return Draft(
        without_numbers(message.text or message.subject), kind=kind, source=Source.MESSAGE, title=Text(zh=title, en=title),
        address=" · ".join(places(message.whole)[:5]), area=message.area,
    )  # fmt: skip
