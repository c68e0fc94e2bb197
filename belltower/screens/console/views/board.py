# SPDX-License-Identifier: Apache-2.0
"""The message board: the list, one message, the queue of what the model is not sure of, and what residents care about."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from belltower.core.access.people import today
from belltower.core.access.rules import RECORD, Verb
from belltower.core.cases.kinds import OTHER
from belltower.core.cases.table import State
from belltower.core.messages import actions, caring, classifying
from belltower.core.messages.models import Link, Message
from belltower.core.messages.rules import month_after, month_before, month_of
from belltower.core.places.models import Area
from belltower.core.receiving.suggesting import offered
from belltower.core.referring import actions as referring
from belltower.core.referring.models import Referral
from belltower.kernel.errors import NotFound, Refusal
from belltower.screens.console import board_listing
from belltower.screens.console.board_listing import STATES, BoardListing, row_of
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.refusals import status_of
from belltower.screens.console.views.cases import acting_of

CHOICES = 6


@door(Verb.VIEW)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """The messages that the viewer sees, narrowed as the address asks."""
    listing = BoardListing.read(request.GET.dict())
    found, has_more = listing.rows()
    number, is_more = listing.count()
    page = {
        "listing": listing, "rows": [row_of(one) for one in found], "count": number, "is_more_than": is_more,
        "next": listing.page + 1 if has_more else None, "before": listing.page - 1 if listing.page else None,
        "states": STATES.items(), "labels": classifying.labels(), "areas": board_listing.areas(), "waiting": _waiting(),
    }  # fmt: skip
    return render(request, "console/board/list.html", page)


@door(Verb.VIEW)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One message: what it says and is about, its reply, what says the same. Raises NotFound."""
    return _message_page(request, _find(uid))


@door(RECORD)
def queue(request: ConsoleRequest) -> HttpResponse:
    """The next message that waits for a person, the least sure first; after one was left, the next."""
    after = request.GET.get("after", "")
    rows = Message.objects.filter(is_unsure=True).order_by("confidence", "pk")
    if after.isascii() and after.isdigit() and len(after) < 18:
        rows = rows.filter(pk__gt=int(after)).order_by("pk")
    message = rows.select_related("area").defer("area__geometry", "area__words").first()
    page = {"waiting": _waiting(), "message": message} | (
        _choices(message) | _referred(request, message) if message else {}
    )
    return render(request, "console/board/queue.html", page)


@require_POST
@door(RECORD)
def decide(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Keep what a person says a message is about. Raises NotFound."""
    message = _find(uid)
    label = request.POST.get("other", "").strip() or request.POST.get("label", "").strip()
    try:
        actions.decide(message, label, by=request.actor, now=request.now)
    except Refusal as refusal:
        return _message_page(request, message, refusal=refusal)
    return redirect("console:board_queue") if request.POST.get("to") == "queue" else redirect("console:message", uid)


@require_POST
@door(Verb.REPORT_CASES)
def refer(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Make the message a case, or let it join the case of one that says the same; from the queue, on to the next. Raises NotFound."""
    message = _find(uid)
    kind = request.POST.get("kind", "") or OTHER
    try:
        referral = referring.refer(message, acting=acting_of(request), now=request.now, kind=kind)
    except Refusal as refusal:
        return _message_page(request, message, refusal=refusal)
    if request.POST.get("to") == "queue":
        messages.success(request, _("The message is case %(number)s.") % {"number": referral.case.number})
        return redirect("console:board_queue")
    return redirect("console:message", uid)


@require_POST
@door(RECORD)
def reply(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Keep what the bureau answers to the writer. Raises NotFound."""
    message = _find(uid)
    try:
        referring.reply(message, request.POST.get("reply", ""), acting=acting_of(request), now=request.now)
    except Refusal as refusal:
        return _message_page(request, message, refusal=refusal)
    return redirect("console:message", uid)


@require_POST
@door(RECORD)
def part(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Take two messages apart that were joined for being alike. Raises NotFound or LinkParted."""
    link = Link.objects.filter(uid=uid).select_related("second").first()
    if link is None:
        raise NotFound(noun=actions.LINK, name=uid)
    actions.part(link, by=request.actor, now=request.now)
    return redirect("console:message", link.second.uid)


@require_POST
@door(RECORD)
def writer(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """The message with its writer's name and telephone; the look is an entry of the ledger. Raises NotFound."""
    message = _find(uid)
    name, phone = actions.look_at_writer(message, by=request.actor)
    told = [one if isinstance(one, str) or one is None else one.text for one in (name, phone)]
    return _message_page(request, message, writer={"name": told[0], "phone": told[1]})


@door(Verb.VIEW)
def month(request: ConsoleRequest) -> HttpResponse:
    """What residents care about most in a month, by category and area, beside the month before; hot topics; replies."""
    now = today(request.now)
    first = month_of(request.GET.get("month", ""), now)
    area = Area.objects.current().filter(code=request.GET.get("area", "")).defer("geometry", "words").first()
    cared = caring.cared(first, area)
    page = {
        "first": first, "month": f"{first:%Y-%m}", "before": month_before(first),
        "earlier": f"{month_before(first):%Y-%m}", "later": f"{month_after(first):%Y-%m}" if month_after(first) <= now else "",
        "area": area, "areas": board_listing.areas(), "cared": cared[:20], "most": max((one.now for one in cared), default=0),
        "by_area": [] if area else caring.by_area(first), "hot": caring.hot(first, area, request.now),
        "replies": caring.replies(first, area), "limit": caring.MOST_FOR_TOPICS,
    }  # fmt: skip
    return render(request, "console/board/month.html", page)


def _find(uid: UUID) -> Message:
    found = Message.objects.filter(uid=uid).select_related("area").defer("area__geometry", "area__words").first()
    if found is None:
        raise NotFound(noun=actions.MESSAGE, name=uid)
    return found


def _message_page(
    request: ConsoleRequest,
    message: Message,
    *,
    refusal: Refusal | None = None,
    writer: dict[str, object] | None = None,
) -> HttpResponse:
    from belltower.analytics.text.extracting import places, times

    links = Link.objects.filter(parted_at=None).select_related("first", "second")
    page = _choices(message) | _referred(request, message) | {
        "message": message, "row": row_of(message), "writer": writer, "places": places(message.whole), "times": times(message.whole),
        "earlier": list(links.filter(second=message)), "later": list(links.filter(first=message)),
        "verdicts": list(message.verdicts.all()), "may_decide": request.standing.may(RECORD),
        "refusal": refusal and {"sentence": refusal.say(get_language() or "zh"), "code": refusal.code},
    }  # fmt: skip
    return render(request, "console/board/one.html", page, status=status_of(refusal) if refusal else 200)


def _choices(message: Message) -> dict[str, object]:
    trained = classifying.in_use()
    likely = classifying.likeliest(message.whole, trained, CHOICES) if trained else []
    return {"likely": likely, "labels": classifying.labels(), "trained": trained}


def _referred(request: ConsoleRequest, message: Message) -> dict[str, object]:
    """The case of a message and how it stands, or the kinds that one may be made of; whether its writer can be told."""
    referral = Referral.objects.filter(message=message).select_related("case").first()
    return {
        "referral": referral, "may_refer": request.standing.may(Verb.REPORT_CASES), "kinds": offered(),
        "state": State(referral.case.state).text if referral else None,
        "may_reply": request.standing.may(RECORD) and not message.reply,
        "is_ended": bool(referral and referring.may_be_answered(referral.case)),
    }  # fmt: skip


def _waiting() -> int:
    return Message.objects.filter(is_unsure=True).count()
