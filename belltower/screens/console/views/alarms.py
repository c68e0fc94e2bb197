# SPDX-License-Identifier: Apache-2.0
"""The alarm list of the desk: what stands, what calls, and what is done about it with one key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from belltower.core.access.rules import ANSWER_ALARMS, VIEW
from belltower.core.alarms import actions
from belltower.core.alarms.models import CALLING, Condition, Priority, What
from belltower.core.places.kinds import register
from belltower.core.places.models import Area
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console import alarm_listing
from belltower.screens.console.alarm_listing import AlarmListing
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.live import live_address

SHELVES_MIN = (15, 60, 240, 480, 1440)
PLAIN = (What.UNSHELVE, What.RESET, What.OUT_OF_SERVICE, What.RETURN_TO_SERVICE)


@door(VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """The list; the table alone for the page that asks for it again."""
    template = "console/alarms/table.html" if request.headers.get("HX-Request") else "console/alarms.html"
    return render(request, template, listed(request))


@door(ANSWER_ALARMS)
@require_POST
def acknowledge(request: ConsoleRequest) -> HttpResponse:
    """Acknowledge every alarm that was sent along: those on the page, or one of them."""
    actions.acknowledge(_uids(request.POST.getlist("alarm")), by=request.actor, now=request.now)
    return _after(request, request.POST.get("back", ""))


@door(ANSWER_ALARMS)
@require_POST
def do(request: ConsoleRequest, uid: UUID, what: str) -> HttpResponse:
    """One thing about one alarm: shelve, take off the shelf, reset, in or out of service, comment, assign."""
    by, now, note = request.actor, request.now, request.POST.get("note", "")
    if what == What.SHELVE:
        until = request.now + timedelta(minutes=_minutes(request.POST.get("minutes", "")))
        actions.shelve(uid, until=until, reason=note, by=by, now=now)
    elif what == What.COMMENT:
        actions.comment(uid, note, by=by, now=now)
    elif what == What.ASSIGN:
        actions.assign(uid, request.POST.get("to", ""), by=by, now=now)
    elif what == What.ACKNOWLEDGE:
        actions.acknowledge([uid], note=note, by=by, now=now)
    elif what in PLAIN:
        actions.command(uid, What(what), note=note, by=by, now=now)
    else:
        raise NotFound(noun=Text(zh="操作", en="command"), name=what)
    return _after(request, request.POST.get("back", ""), uid)


def listed(request: ConsoleRequest) -> dict[str, Any]:
    """What the table draws, and the filters above it."""
    listing, counts = AlarmListing.read(request.GET), alarm_listing.counts()
    rows = listing.rows()
    calling = [row for row in rows if row.is_calling]
    return {
        "listing": listing,
        "rows": rows,
        "groups": [
            (name, title, counts[name])
            for name, (title, _) in alarm_listing.ASKED.items()
            if name in alarm_listing.GROUPS or name == listing.group
        ],
        "total": listing.found().count() if len(rows) == alarm_listing.SHOWN else len(rows),
        "calling": calling,
        "loudest": min((row.alarm.priority for row in calling), default=0),
        "orders": alarm_listing.ORDERS.items(),
        "priorities": Priority.choices,
        "conditions": Condition.choices,
        "kinds": sorted(register().kinds.values(), key=lambda kind: kind.name),
        "areas": Area.objects.current().filter(level="district").defer("geometry").order_by("code"),
        "shelves": SHELVES_MIN,
        "calling_states": CALLING,
        "now": request.now,
        "live": live_address(request),
    }


def _after(request: ConsoleRequest, back: str, uid: UUID | None = None) -> HttpResponse:
    """The table as it is now, for a part of the page; else back to the page that it was done on."""
    if request.headers.get("HX-Request"):
        return render(request, "console/alarms/table.html", listed(request))
    return redirect("console:alarm", uid) if back == "alarm" and uid else redirect("console:alarms")


def _uids(words: list[str]) -> list[UUID]:
    """The uids among what was sent. Raises NotFound for what is none."""
    try:
        return [UUID(word) for word in words]
    except ValueError:
        raise NotFound(noun=Text(zh="报警", en="alarm"), name=", ".join(words)[:100]) from None


def _minutes(word: str) -> int:
    """How long to shelve; nothing is not fair, and is refused as such."""
    return int(word) if word.isascii() and word.isdigit() and len(word) < 6 else 0
