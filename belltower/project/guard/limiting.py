# SPDX-License-Identifier: Apache-2.0
"""The people's door counts what it is asked: by address, account, token or session; too much is 429 with Retry-After."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from functools import cache

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from belltower.project import installation
from belltower.project.guard.limits import Counts, Limit, read, seconds_to_say
from belltower.project.watch import metrics
from belltower.project.watch.requests import route_of
from belltower.screens.api import problems
from belltower.screens.api.addresses import NAMESPACE as API
from belltower.screens.api.addresses import SEARCHES as API_SEARCHES
from belltower.screens.console import refusals
from belltower.screens.errors import TooManyRequests

# By the name of the address; the tests keep them existing.
SIGN_IN = ("console:sign_in", "console:oidc", "console:account_password")
SEARCHES = ("console:search", "console:map_found", *API_SEARCHES)
EXPORTS = ("console:assets_export", "api:export_")
# Open to everybody, so it is counted by address.
HEADS = ("console:heads",)
# The public door: who asks is nobody but an address. Codes are counted right or wrong, so that the limit tells nothing.
REPORTS = ("public:report", "public:follow", "public:subscribe")
TRACKS = ("public:track", "public:verify")
BY_CODE = ("public:tracked", "open311:token")
OPEN_DATA = ("public:data", "public:feed", "public:nearby", "public:near", "open311:service", "open311:request")
MULTIPART = "multipart/form-data"


@cache
def counts() -> Counts:
    """This machine's table, shared by all processes of the installation."""
    chosen = installation.read()
    return Counts(chosen.home / "run" / "limits", key=chosen.secret_key.encode())


class RateLimits:
    """Judges after the address is known and before anything is read or looked up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.limits = read(settings.BELLTOWER_LIMITS)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """The refusal, when one of the limits is reached."""
        now, table = time.time(), counts()
        for name, who in asked(request):
            limit = self.limits.get(name)
            if limit and (wait := table.wait_for(limit, who, now)):
                return refuse(request, limit, wait)
        return None


def asked(request: HttpRequest) -> Iterator[tuple[str, str]]:
    """Each limit that this request counts for, and for whom."""
    route, address, caller = route_of(request), request.META.get("REMOTE_ADDR", ""), caller_of(request)
    is_write = request.method == "POST"
    if (is_write or "oidc" in route) and route.startswith(SIGN_IN):
        yield "sign_in_address", address
        yield "sign_in", request.POST.get("username", "").strip().casefold() or caller
    if route.startswith(f"{API}:"):
        yield "api_address", address
        yield "api", caller
    if route.startswith(SEARCHES):
        yield "search", caller
    if route.startswith(HEADS):
        yield "heads", address
    if route.startswith(EXPORTS):
        yield "export", caller
    if is_write and route.startswith(REPORTS):
        yield "report", address
    if (is_write and route.startswith(TRACKS)) or route.startswith(BY_CODE):
        yield "track", address
    if route.startswith(OPEN_DATA):
        yield "open_data", address
    if is_write and (request.content_type or "").startswith(MULTIPART):
        yield "upload", caller


def caller_of(request: HttpRequest) -> str:
    """Who asks, before anybody has checked it: a token, a session, or an address. Secrets are taken by digest."""
    bearer = request.headers.get("Authorization", "")
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    if bearer or session:
        return hashlib.sha256((bearer or session).encode("utf-8", "surrogatepass")).hexdigest()
    return str(request.META.get("REMOTE_ADDR", ""))


def refuse(request: HttpRequest, limit: Limit, wait: float) -> HttpResponse:
    """429, as a problem or as a page."""
    metrics.REFUSED.labels(limit.name).inc()
    seconds = seconds_to_say(wait)
    refusal = TooManyRequests(seconds=seconds, limit=limit.name)
    is_api = request.path_info.startswith("/api/")
    answer = problems.answer(refusal) if is_api else refusals.refusal_page(request, refusal)
    answer["Retry-After"] = str(seconds)
    return answer
