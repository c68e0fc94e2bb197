# SPDX-License-Identifier: Apache-2.0
"""Following a report by its code: how the case stands, the receipt, and what its reporter may do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import segno
from django.http import HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from belltower.core.cases import actions as cases
from belltower.core.cases.errors import WrongCode
from belltower.core.cases.models import Case, Report
from belltower.core.ledger.proofs import NotInHead
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.receiving import actions, receipts, rules, showing
from belltower.core.receiving.rules import Complaint
from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text
from belltower.screens.console.refusals import status_of
from belltower.screens.public.doors import PublicRequest, public_door

_WHAT = Text(zh="页面", en="page")


@public_door
@sensitive_post_parameters("code")
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: PublicRequest) -> HttpResponse:
    """Ask for the code; every wrong one is answered alike."""
    if request.method != "POST":
        return render(request, "public/track.html")
    typed = request.POST.get("code", "")[:80]
    try:
        actions.by_code(typed)
    except WrongCode as refusal:
        said = {"said": refusal.say(get_language() or "zh"), "code": refusal.code}
        return render(request, "public/track.html", said, status=status_of(refusal))
    return redirect("public:tracked", code=_plain(typed))


@public_door
@sensitive_variables("code")
@require_safe
def show(request: PublicRequest, code: str) -> HttpResponse:
    """How the case stands, in plain words, and what its reporter may do now."""
    return _page(request, code, actions.by_code(code))


@public_door
@sensitive_variables("code")
@sensitive_post_parameters("text")
@require_POST
def do(request: PublicRequest, code: str, what: str) -> HttpResponse:
    """One of the reporter's verbs; back to the page, or the page with what was refused."""
    report, verb = actions.by_code(code), _VERBS.get(what)
    if verb is None:
        raise NotFound(noun=_WHAT, name=what[:20])
    try:
        verb(report, request.POST, request.now)
    except Refusal as refusal:
        return _page(request, code, report, refusal)
    return redirect(f"{reverse('public:tracked', args=[code])}?done={what}")


@public_door
@sensitive_variables("code")
@require_safe
def receipt(request: PublicRequest, code: str) -> HttpResponse:
    """The receipt: code and QR code, to keep or print, and the fingerprint of the ledger as it stood."""
    report = actions.by_code(code)
    address = request.build_absolute_uri(reverse("public:tracked", args=[code]))
    try:
        head = receipts.receipt_of(report)["head"]
    except NotInHead:
        head = None
    facts = {"report": report, "case": report.case, "code": code, "picture": qr(address), "head": head}
    return render(request, "public/receipt.html", facts)


@public_door
@sensitive_variables("code")
@require_safe
def proof(request: PublicRequest, code: str) -> HttpResponse:
    """The receipt as a file that proves it: check_proof.py reads it without us."""
    answer = JsonResponse(receipts.receipt_of(actions.by_code(code)), json_dumps_params={"indent": 1})
    answer["Content-Disposition"] = 'attachment; filename="receipt.json"'
    return answer


def qr(address: str) -> SafeString:
    """The address as a QR code: SVG in the page itself, without style or script."""
    drawn = segno.make_qr(address, error="m").svg_inline(
        omitsize=True, border=4, dark="#000", light="#fff", svgclass="bt-qr", lineclass=None,
        svgid=f"qr-{get_random_string(6)}",
    )  # fmt: skip
    return mark_safe(drawn)  # nosec B308 B703  # drawn by segno, of an address of ours


def _page(request: PublicRequest, code: str, report: Report, refusal: Refusal | None = None) -> HttpResponse:
    case = actions.case_of(report)
    with seen_as(EVERYTHING):
        shown = showing.told(case)
    facts = {
        "code": code, "report": report, "case": shown, "reported_as": report.case.number,
        "is_judged": rules.is_judged(case.state), "may_contest": rules.may_contest(case.state),
        "complaints": list(Complaint), "stars": range(1, 6), "said": refusal.say(get_language() or "zh") if refusal else "",
        "wrong": refusal.code if refusal else "", "done": request.GET.get("done", ""),
    }  # fmt: skip
    return render(request, "public/tracked.html", facts, status=status_of(refusal) if refusal else 200)


def _contest(report: Report, form: QueryDict, now: datetime) -> object:
    complaint = form.get("complaint", "")
    chosen = Complaint(complaint) if complaint in set(Complaint) else Complaint.OTHER
    with seen_as(EVERYTHING):
        case: Case = cases.find(form.get("case", "")[:40])
    return actions.contest(report, case, chosen, now=now, text=form.get("text", ""))


def _rate(report: Report, form: QueryDict, now: datetime) -> None:
    stars = form.get("stars", "")
    actions.rate(report, int(stars) if stars in set("12345") else 0, now=now)


_VERBS: dict[str, Callable[[Report, QueryDict, datetime], object]] = {
    "comment": lambda report, form, now: actions.comment(report, form.get("text", ""), now=now),
    "confirm": lambda report, form, now: actions.confirm(report, now=now),
    "contest": _contest,
    "rate": _rate,
    "forget": lambda report, form, now: actions.forget(report, now=now),
}


def _plain(typed: str) -> str:
    """The code as our own addresses write it."""
    letters = "".join(one for one in typed.upper() if one.isascii() and one.isalnum())
    return "-".join(letters[at : at + 5] for at in range(0, len(letters), 5))
