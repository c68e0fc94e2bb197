# SPDX-License-Identifier: Apache-2.0
"""Events that a handler failed on: what happened, why it failed, what waits behind; trying again and giving up."""

from __future__ import annotations

import json
from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from belltower.core.access.models import User
from belltower.core.access.rules import Verb
from belltower.core.ledger.deciding import give_up, try_again
from belltower.core.ledger.event_models import OPEN, EventDecision, HeldEvent, HeldState
from belltower.core.ledger.handling import known_handlers
from belltower.core.ledger.outbox_state import outbox_state
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console.doors import ConsoleRequest, door

SIZE = 50
STATE_TITLES = {
    HeldState.SET_ASIDE: _("Set aside"),
    HeldState.RETRYING: _("Failed, will be tried again"),
    HeldState.BEHIND: _("Waits behind another"),
    HeldState.GIVEN_UP: _("Given up"),
    HeldState.DELIVERED: _("Delivered after all"),
}
DECISION_TITLES = {
    EventDecision.What.TRY_AGAIN: _("Tried again"),
    EventDecision.What.GIVE_UP: _("Given up"),
}
# Drawn as the jobs' states are: the same shapes for the same meanings.
LOOKS = {
    HeldState.SET_ASIDE: "dead",
    HeldState.RETRYING: "failed",
    HeldState.BEHIND: "waiting",
    HeldState.GIVEN_UP: "cancelled",
    HeldState.DELIVERED: "done",
}


@door(Verb.RUN_JOBS)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """What is held: first of all what waits for a person."""
    state = request.GET.get("state", "")
    wanted = [state] if state in HeldState.values else [*OPEN]
    held = HeldEvent.objects.filter(state__in=wanted).select_related("event")
    after = request.GET.get("after", "")
    if after.isdigit() and len(after) < 19:
        held = held.filter(pk__lt=int(after))
    found = list(held.order_by("-id")[: SIZE + 1])
    counts = dict(HeldEvent.objects.order_by().values_list("state").annotate(Count("pk")))
    with connection.cursor() as cursor:
        outbox = outbox_state(cursor)
    answer = {
        "held": [dressed(one) for one in found[:SIZE]],
        "next": found[SIZE - 1].pk if len(found) > SIZE else None,
        "is_first": not after,
        "state": state,
        "states": [(one.value, title, counts.get(one, 0)) for one, title in STATE_TITLES.items()],
        "outbox": outbox,
    }
    return render(request, "console/outbox.html", answer)


@door(Verb.RUN_JOBS)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One held event: what it says, the error, and what was decided about it."""
    held = find(uid)
    behind = HeldEvent.objects.filter(handler=held.handler, subject=held.subject, state=HeldState.BEHIND)
    decisions = list(EventDecision.objects.filter(held=uid))
    names = _names(decision.by for decision in decisions)
    answer = {
        "one": dressed(held),
        "body": json.dumps(held.event.body, ensure_ascii=False, indent=2),
        "behind": behind.count() if held.state in OPEN else 0,
        "decisions": [
            (decision, DECISION_TITLES[EventDecision.What(decision.what)], names.get(decision.by, decision.by))
            for decision in decisions
        ],
    }
    return render(request, "console/held.html", answer)


@door(Verb.RUN_JOBS)
@require_POST
def try_it_again(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Have the event tried at once."""
    try_again(uid, by=request.actor, now=request.now)
    return redirect("console:held", uid)


@door(Verb.RUN_JOBS)
@require_POST
def give_it_up(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Never deliver it, for a reason."""
    give_up(uid, reason=request.POST.get("reason", ""), by=request.actor, now=request.now)
    return redirect("console:held", uid)


def find(uid: UUID) -> HeldEvent:
    """The held event of that uid. Raises NotFound: also when it was delivered since, and nobody had seen it."""
    held = HeldEvent.objects.select_related("event").filter(uid=uid).first()
    if held is None:
        raise NotFound(noun=Text(zh="待处理事件", en="held event"), name=uid)
    return held


def dressed(held: HeldEvent) -> dict[str, object]:
    """A held event with what a page says about it."""
    state, handler = HeldState(held.state), known_handlers().get(held.handler)
    return {
        "held": held,
        "state_title": STATE_TITLES[state],
        "look": LOOKS[state],
        "handler_title": handler.title if handler else None,
        "waits": handler.waits if handler else None,
        "is_open": state in OPEN,
    }


def _names(references: Iterable[str]) -> dict[str, str]:
    """User names of the people among those who decided, by reference."""
    uids = [reference.partition(":")[2] for reference in references if reference.startswith("person:")]
    return {f"person:{uid}": name for uid, name in User.objects.filter(uid__in=uids).values_list("uid", "username")}
