# SPDX-License-Identifier: Apache-2.0
"""Templates for answers: the list, a new one, and changing or withdrawing one."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language

from belltower.core.access.rules import Verb
from belltower.core.answers import actions
from belltower.core.answers.actions import Words
from belltower.core.answers.models import AnswerTemplate
from belltower.core.answers.rules import LANGUAGES, PLACEHOLDERS, may_edit
from belltower.core.cases.kinds import case_kinds, title_of
from belltower.kernel.errors import Refusal
from belltower.screens.console.doors import ConsoleRequest, MayNot, door
from belltower.screens.console.refusals import status_of

MOST = 500


@door(Verb.VIEW)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """Every template, those that are withdrawn last."""
    rows = AnswerTemplate.objects.order_by("is_withdrawn", "kind", "name", "id")[:MOST]
    found = [(one, title_of(one.kind) if one.kind else None) for one in rows]
    return render(request, "console/answers/list.html", {"rows": found, "may_edit": _may(request)})


@door(Verb.DISPATCH_CASES)
def new(request: ConsoleRequest) -> HttpResponse:
    """The form of a template; POST keeps it, or says what is wrong."""
    _refuse_others(request)
    refusal: Refusal | None = None
    if request.method == "POST":
        try:
            actions.write(_words(request), by=request.actor, now=request.now)
        except Refusal as wrong:
            refusal = wrong
        else:
            return redirect("console:answers")
    return _form(request, request.POST.dict(), None, refusal)


@door(Verb.DISPATCH_CASES)
def change(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """The form of one that is there; POST keeps other words or withdraws it, or says what is wrong. Raises NoSuchTemplate."""
    _refuse_others(request)
    template, refusal = actions.find(uid), None
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            actions.change(
                uid, _words(request), seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 7 else 0,
                by=request.actor, now=request.now, is_withdrawn=request.POST.get("is_withdrawn") == "yes",
            )  # fmt: skip
        except Refusal as wrong:
            refusal = wrong
        else:
            return redirect("console:answers")
    sent = request.POST.dict() if refusal else {
        "name": template.name, "kind": template.kind, "language": template.language, "text": template.text,
        "is_withdrawn": "yes" if template.is_withdrawn else "",
    }  # fmt: skip
    return _form(request, sent, template, refusal)


def _form(
    request: ConsoleRequest, sent: dict[str, str], template: AnswerTemplate | None, refusal: Refusal | None
) -> HttpResponse:
    page = {
        "sent": sent, "template": template, "kinds": case_kinds().values(), "languages": LANGUAGES,
        "words": [("{" + name + "}", said) for name, said in PLACEHOLDERS.items()],
        "wrong": refusal.say(get_language() or "zh") if refusal else "",
    }  # fmt: skip
    return render(request, "console/answers/form.html", page, status=status_of(refusal) if refusal else 200)


def _words(request: ConsoleRequest) -> Words:
    sent = request.POST
    return Words(*(sent.get(name, "").replace("\r\n", "\n") for name in ("name", "text", "language", "kind")))


def _may(request: ConsoleRequest) -> bool:
    has_verb = request.standing.may(Verb.DISPATCH_CASES)
    return may_edit(request.standing.scope(Verb.DISPATCH_CASES) if has_verb else None)


def _refuse_others(request: ConsoleRequest) -> None:
    """Raise unless they dispatch cases in the whole city: everybody uses what is written here."""
    if not _may(request):
        raise MayNot(Verb.DISPATCH_CASES)
