# SPDX-License-Identifier: Apache-2.0
"""The duty desks (值班): who is on each, taking over with what stands, the log, calls, and the report of a day."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.views.decorators.http import require_POST

from belltower.core.access.people import today
from belltower.core.access.rules import Verb
from belltower.core.duty import actions, reporting
from belltower.core.duty.day import day_of
from belltower.core.duty.errors import BadDuty
from belltower.core.duty.models import Answer, Desk, HandOver, Shift, What
from belltower.core.places.kinds import register
from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text
from belltower.screens.console import duty_story
from belltower.screens.console.built import FONTS
from belltower.screens.console.dates import sent_instant
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.refusals import status_of

DESK = Text(zh="值班台", en="duty desk")
HAND_OVER = Text(zh="交班", en="hand-over")
_DEED = Text(zh="操作", en="command")
_WAIT = Text(zh="接听用时应为秒数，或留空", en="how long it rang is a number of seconds, or nothing")


@door(Verb.ANSWER_ALARMS)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """Every desk with who is on it, and how many alarms stand there."""
    return render(request, "console/duty/list.html", {"rows": duty_story.rows(Desk.objects.all())})


@door(Verb.ADMINISTER)
def new(request: ConsoleRequest) -> HttpResponse:
    """The form of a desk; POST sets it up, or says what is wrong."""
    wrong = ""
    if request.method == "POST":
        sent = request.POST
        title = Text(zh=sent.get("title_zh", "").strip()[:120], en=sent.get("title_en", "").strip()[:120])
        try:
            made = actions.set_up(
                sent.get("code", "").strip(), title, kinds=sent.getlist("kind"), is_unbroken="unbroken" in sent,
                by=request.actor, now=request.now,
            )  # fmt: skip
        except BadDuty as refusal:
            wrong = refusal.say(get_language() or "zh")
        else:
            return redirect("console:duty_desk", made.code)
    kinds = sorted(register().kinds.values(), key=lambda one: one.name)
    chosen = request.POST.getlist("kind")
    page = {"kinds": kinds, "chosen": chosen, "sent": request.POST, "wrong": wrong}
    return render(request, "console/duty/new.html", page, status=422 if wrong else 200)


@door(Verb.ANSWER_ALARMS)
def show(request: ConsoleRequest, code: str) -> HttpResponse:
    """One desk: who is on it, what stands, what is handed over, and its day. Raises NotFound."""
    return _page(request, _desk(code))


@require_POST
@door(Verb.ANSWER_ALARMS)
def do(request: ConsoleRequest, code: str, what: str) -> HttpResponse:
    """Come on, leave, offer, write a line or a call; refused, the page says why and keeps what was written. Raises NotFound."""
    desk = _desk(code)
    try:
        _deed(request, desk, what)
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(request, desk, refusal)
    return redirect("console:duty_desk", code)


@require_POST
@door(Verb.ANSWER_ALARMS)
def answer(request: ConsoleRequest, code: str, uid: UUID) -> HttpResponse:
    """Accept a hand-over with the alarms that were looked at, or refuse it with a reason. Raises NotFound."""
    desk, sent = _desk(code), request.POST
    offered = HandOver.objects.filter(uid=uid, shift__desk=desk).first()
    if offered is None:
        raise NotFound(noun=HAND_OVER, name=uid)
    note = sent.get("note", "")
    try:
        if "refuse" in sent:
            actions.refuse(offered, note=note, by=request.actor, now=request.now)
        else:
            actions.accept(offered, seen=_uids(sent.getlist("seen")), note=note, by=request.actor, now=request.now)
    except Refusal as refusal:
        return _page(request, desk, refusal)
    return redirect("console:duty_desk", code)


@door(Verb.ANSWER_ALARMS)
def report(request: ConsoleRequest, code: str) -> HttpResponse:
    """The report of a civil ``day`` (today, when not given) as a PDF, in ``language`` (zh or en). Raises NotFound."""
    desk, language = _desk(code), "en" if request.GET.get("language") == "en" else "zh"
    day = _day(request)
    made = reporting.printed(day_of(desk, day, request.now), fonts=FONTS, language=language)
    sent = HttpResponse(made, content_type="application/pdf")
    name = f"{desk.code}-{day}.pdf"
    sent["Content-Disposition"] = content_disposition_header(as_attachment=False, filename=name) or "inline"
    return sent


def _page(request: ConsoleRequest, desk: Desk, refusal: Refusal | None = None) -> HttpResponse:
    shift = Shift.objects.filter(desk=desk, ended_at=None).first()
    offered = HandOver.objects.filter(shift=shift, answer=Answer.WAITING).first() if shift else None
    page = duty_story.page_of(desk, shift, offered, day=_day(request), now=request.now, viewer=request.actor.uid)
    page |= {
        "sent": request.POST,
        "wrong": refusal.say(get_language() or "zh") if refusal else "",
        "whats": What.choices,
    }
    return render(request, "console/duty/desk.html", page, status=status_of(refusal) if refusal else 200)


def _deed(request: ConsoleRequest, desk: Desk, what: str) -> None:
    by, now, sent = request.actor, request.now, request.POST
    if what == "come-on":
        actions.come_on(desk, by=by, now=now)
        return
    shift = Shift.objects.filter(desk=desk, ended_at=None).first()
    if shift is None:
        raise NotFound(noun=Text(zh="当班", en="shift"), name=desk.code)
    if what == "leave":
        actions.leave(shift, by=by, now=now)
    elif what == "offer":
        actions.offer(shift, sent.get("to", ""), note=sent.get("note", ""), by=by, now=now)
    elif what == "write":
        kind = What(sent["what"]) if sent.get("what") in What.values else What.NOTE
        actions.write(shift, kind, sent.get("text", ""), at=sent_instant(sent.get("at", "")), by=by, now=now)
    elif what == "call":
        wait = _seconds(sent.get("wait", ""))
        # Without a time it has just been answered, or has just stopped ringing.
        rang = sent_instant(sent.get("rang_at", "")) or now - (wait or timedelta(0))
        actions.log_call(
            shift, rang_at=rang, answered_at=None if wait is None else rang + wait, about=sent.get("about", ""),
            case=sent.get("case", ""), by=by, now=now,
        )  # fmt: skip
    else:
        raise NotFound(noun=_DEED, name=what)


def _desk(code: str) -> Desk:
    found = Desk.objects.filter(code=code).first()
    if found is None:
        raise NotFound(noun=DESK, name=code)
    return found


def _day(request: ConsoleRequest) -> date:
    """The day that the address asks for, today for none and for what is no day."""
    try:
        return date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        return today(request.now)


def _seconds(said: str) -> timedelta | None:
    """How long it rang; None for a call that nobody answered. Raises BadDuty."""
    if not said.strip():
        return None
    if not (said.strip().isascii() and said.strip().isdigit() and len(said.strip()) <= 5):
        raise BadDuty(reason=_WAIT)
    return timedelta(seconds=int(said))


def _uids(words: list[str]) -> list[UUID]:
    """The uids among what was sent; what is none was not looked at."""
    found = []
    for word in words:
        try:
            found.append(UUID(word))
        except ValueError:
            continue
    return found
