# SPDX-License-Identifier: Apache-2.0
"""Reporting: one form, near-duplicates shown before it is taken, and following a case instead."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from belltower.core.cases.actions import Draft
from belltower.core.cases.duplicates import NEAR_M, Told
from belltower.core.cases.kinds import OTHER
from belltower.core.receiving import actions, showing
from belltower.core.receiving.rules import Contact
from belltower.core.receiving.showing import PublicCase
from belltower.core.receiving.suggesting import Suggested, guess_by_titles, may_suggest, offered, suggest
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.screens.console.dates import city_zone
from belltower.screens.console.refusals import status_of
from belltower.screens.public.doors import PublicRequest, public_door

_SENSITIVE = ("text", "address", "name", "phone", "email")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form, as it was typed."""

    text: str
    kind: str
    address: str
    lon: float | None
    lat: float | None
    contact: Contact
    considered: frozenset[str]
    has_seen: str

    @classmethod
    def of(cls, form: QueryDict) -> Typed:
        lon, lat = _degrees(form.get("lon")), _degrees(form.get("lat"))
        is_whole = lon is not None and lat is not None
        return cls(
            form.get("text", "")[: actions.LONGEST_TEXT], form.get("kind", "")[:40], form.get("address", "")[:300],
            lon if is_whole else None, lat if is_whole else None, contact_of(form),
            frozenset(form.getlist("considered")[:20]), form.get("suggested", "")[:40],
        )  # fmt: skip

    def kind_meant(self, suggested: Suggested | None) -> str:
        """The kind that was chosen, or else the one that was suggested and seen; what is not sure is the desk's to say."""
        if suggested is None:
            return self.kind or guess_by_titles(self.text) or OTHER
        return self.kind or (OTHER if suggested.is_unsure else suggested.kind)

    def draft(self, suggested: Suggested | None) -> Draft:
        return Draft(self.text, kind=self.kind_meant(suggested), address=self.address, lon=self.lon, lat=self.lat)


def contact_of(form: QueryDict) -> Contact:
    """How the reporter wants to be reached, as it was typed."""
    return Contact(form.get("name", ""), form.get("phone", ""), form.get("email", ""))


@public_door
@sensitive_post_parameters(*_SENSITIVE)
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: PublicRequest) -> HttpResponse:
    """The form. What is likely known already is shown once before it is taken; then to the receipt."""
    typed = Typed.of(request.POST)
    if request.method != "POST":
        return _form(request, typed)
    suggested = suggest(typed.text)
    alike = _alike(typed, request, suggested)
    is_new = suggested is not None and not typed.kind and not suggested.is_unsure and typed.has_seen != suggested.kind
    if is_new or {case.number for case, _ in alike} - typed.considered:
        return _form(request, typed, alike=alike, suggested=suggested, had_photo=bool(request.FILES))
    try:
        received = actions.report_as_resident(
            typed.draft(suggested), contact=typed.contact, now=request.now, photos=request.FILES.getlist("photo"),
            language=_language(), zone=city_zone(), suggested=suggested.about(typed.kind) if suggested else None,
        )  # fmt: skip
    except Refusal as refusal:
        return _form(request, typed, refusal=refusal, alike=alike)
    return redirect("public:tracked_receipt", code=received.code)


@public_door
@require_safe
def near(request: PublicRequest) -> HttpResponse:
    """The part of the form that shows what is likely known already, and which kind the words suggest."""
    typed = Typed.of(request.GET)
    suggested = suggest(typed.text)
    facts = {
        "alike": _alike(typed, request, suggested),
        "suggested": None if typed.kind else suggested,
        "near_m": NEAR_M,
    }
    return render(request, "public/report/alike.html", facts)


@public_door
@sensitive_post_parameters(*_SENSITIVE)
@require_POST
def follow(request: PublicRequest, number: str) -> HttpResponse:
    """Follow a case that others reported; to the receipt with a code of one's own."""
    case = showing.one_shown(number)
    received = actions.follow(
        case, contact=contact_of(request.POST), now=request.now, text=request.POST.get("text", ""),
        language=_language(),
    )  # fmt: skip
    return redirect("public:tracked_receipt", code=received.code)


def _form(
    request: PublicRequest, typed: Typed, *, refusal: Refusal | None = None,
    alike: list[tuple[PublicCase, float]] | None = None, had_photo: bool = False,
    suggested: Suggested | None = None,
) -> HttpResponse:  # fmt: skip
    said = refusal.say(get_language() or "zh") if refusal else ""
    kinds: list[tuple[str, Text]] = [(one.name, one.title) for one in offered()]
    facts = {
        "typed": typed, "said": said, "code": refusal.code if refusal else "", "alike": alike or [], "kinds": kinds,
        "suggested": None if typed.kind else suggested, "may_suggest": may_suggest(),
        "asks_again": (bool(alike) or suggested is not None) and refusal is None, "had_photo": had_photo or bool(refusal and request.FILES),
        "most_photos": actions.MOST_PHOTOS, "near_m": NEAR_M,
    }  # fmt: skip
    status = status_of(refusal) if refusal else 409 if facts["asks_again"] else 200
    return render(request, "public/report.html", facts, status=status)


def _alike(typed: Typed, request: PublicRequest, suggested: Suggested | None) -> list[tuple[PublicCase, float]]:
    told = Told(typed.lon, typed.lat, typed.kind_meant(suggested), request.now, typed.text)
    return showing.likely(told, now=request.now)


def _degrees(typed: str | None) -> float | None:
    try:
        found = float(typed or "")
    except ValueError:
        return None
    return found if isfinite(found) and abs(found) <= 180 else None


def _language() -> str:
    return "zh" if (get_language() or "zh").startswith("zh") else "en"
