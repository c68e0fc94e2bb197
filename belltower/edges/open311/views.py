# SPDX-License-Identifier: Apache-2.0
"""The addresses of GeoReport v2, beside the public pages: everybody reads what is public, an api_key reports."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from belltower.core.access.actions import authenticate_token
from belltower.core.access.rules import Verb
from belltower.core.cases.kinds import title_of
from belltower.core.cases.models import Case
from belltower.core.cases.table import ENDED
from belltower.core.ledger.entries import entry, record
from belltower.core.places import city
from belltower.core.places.scope import seen_as
from belltower.core.receiving import actions, showing
from belltower.core.receiving.suggesting import offered
from belltower.edges.open311 import answering, asking, writing
from belltower.edges.open311.errors import BadApiKey, NoSuchJurisdiction, NoSuchService, status_of
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Refusal
from belltower.kernel.instants import now
from belltower.kernel.packs import CaseKind

MOST = 1000
_SENSITIVE = ("api_key", "description", "address_string", "first_name", "last_name", "email", "phone", "media_url")
Answering = Callable[..., writing.Told]


def georeport(answer: Answering) -> Callable[..., HttpResponse]:
    """Answer in the form of the address, seeing what the public sees; refusals in the specification's shape."""

    @wraps(answer)
    def answering_in(request: HttpRequest, form: str, **named: str) -> HttpResponse:
        language, status = get_language() or "zh", 200
        try:
            with seen_as(showing.SEEN):
                _check_jurisdiction(request)
                told = answer(request, language, **named)
        except Refusal as refusal:
            status = status_of(refusal)
            told = writing.errors(refusal, status, language)
        sent = HttpResponse(writing.written(told, form), status=status, content_type=writing.MEDIA_TYPES[form])
        sent["Cache-Control"] = "no-store"
        return sent

    answering_in.door = None  # type: ignore[attr-defined]
    return answering_in


@require_safe
@georeport
def services(request: HttpRequest, language: str) -> writing.Told:
    """GET services."""
    return answering.services(offered(), language)


@require_safe
@georeport
def service(request: HttpRequest, language: str, code: str) -> writing.Told:
    """GET services/{service_code}."""
    return answering.definition(_kind(code), language)


@require_safe
@georeport
def token(request: HttpRequest, language: str, code: str) -> writing.Told:
    """GET tokens/{token}: the request that the report is handled in now."""
    return answering.token(actions.case_of(actions.by_code(code)).number, code)


@require_safe
@georeport
def one(request: HttpRequest, language: str, number: str) -> writing.Told:
    """GET requests/{service_request_id}."""
    return answering.requests([showing.told(showing.one_shown(number))], language)


@csrf_exempt
@sensitive_post_parameters(*_SENSITIVE)
@require_http_methods(["GET", "HEAD", "POST"])
@georeport
def requests(request: HttpRequest, language: str) -> writing.Told:
    """GET and POST requests."""
    return _take(request, language) if request.method == "POST" else _listed(request, language)


def _listed(request: HttpRequest, language: str) -> writing.Told:
    wanted = asking.wanted(request.GET.dict(), now=now())
    rows = showing.cases_shown()
    if wanted.numbers:
        rows = rows.filter(number__in=wanted.numbers)
    else:
        rows = rows.filter(reported_at__range=(wanted.since, wanted.until))
        rows = rows.filter(kind__in=wanted.services) if wanted.services else rows
        if len(wanted.statuses) == 1:
            rows = rows.filter(state__in=ENDED) if "closed" in wanted.statuses else rows.exclude(state__in=ENDED)
    found: list[Case] = list(rows.order_by("-reported_at", "-pk")[:MOST])
    return answering.requests([showing.shown(case) for case in found], language)


def _take(request: HttpRequest, language: str) -> writing.Told:
    form = request.POST.dict()
    who = _reporter(form.get("api_key", ""))
    kind = _kind(asking.needed(form, "service_code"))
    told = asking.attributes_of(request.POST.lists(), [one["code"] for one in answering.attributes(kind)])
    draft = asking.draft_of(form, kind.name, told, title=title_of(kind.name).say(language))
    with entry("open311.report", by=who):
        received = actions.report_as_resident(
            draft, contact=asking.contact_of(form), now=now(), language="zh" if language.startswith("zh") else "en",
            zone=city.current().tz,
        )  # fmt: skip
        record("open311.reported", by=who, subject=received.report.reference)
    return answering.taken(received.code, language)


def _reporter(key: str) -> Actor:
    """The service account whose token the key is. Raises BadApiKey, which says the same of every wrong one."""
    found = authenticate_token(key, now()) if key else None
    if found is None or Verb.REPORT_CASES not in found[1]:
        raise BadApiKey()
    return found[0].as_actor()


def _kind(code: str) -> CaseKind:
    kind = next((one for one in offered() if one.name == code), None)
    if kind is None:
        raise NoSuchService(given=code[:40])
    return kind


def _check_jurisdiction(request: HttpRequest) -> None:
    given, code = request.POST.get("jurisdiction_id") or request.GET.get("jurisdiction_id"), city.current().code
    if given and given != code:
        raise NoSuchJurisdiction(given=given[:40], code=code)
