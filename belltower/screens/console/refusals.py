# SPDX-License-Identifier: Apache-2.0
"""How the console says no: one table from a refusal's code to a status, and a page with its sentence and code."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import get_language

from belltower.core.access.models import User
from belltower.kernel import request_id
from belltower.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from belltower.screens.api import problems
from belltower.screens.console.doors import enter
from belltower.screens.errors import (
    TRY_AGAIN_AFTER_S,
    BodyTooLarge,
    DatabaseAway,
    TooManyRequests,
    away,
    is_database_away,
)

logger = logging.getLogger(__name__)

PUBLIC = "public"
STATUS_OF: tuple[tuple[type[Refusal], int], ...] = (
    (NotFound, 404), (NotAllowed, 403), (Conflict, 409), (BodyTooLarge, 413), (TooManyRequests, 429),
    (DatabaseAway, 503), (Refusal, 422),
)  # fmt: skip


class RefusalMiddleware:
    """Turns a refusal that a console view raises into its page; everything else passes by."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of a refusal, in the viewer's language; or that the database is away."""
        if is_database_away(exception) and is_console(request):
            return database_away(exception)
        if not isinstance(exception, Refusal) or not is_console(request):
            return None
        return refusal_page(request, exception)


def is_console(request: HttpRequest) -> bool:
    """Whether the request went to a page for people: the console's, the field's, or the public's."""
    return bool(request.resolver_match and request.resolver_match.namespace in ("console", PUBLIC, "field"))


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return next(status for kind, status in STATUS_OF if isinstance(refusal, kind))


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What happened, to what, what to do next, and the code the desk can read out."""
    said = {"sentence": refusal.say(get_language() or "zh"), "code": refusal.code}
    is_public = bool(request.resolver_match and request.resolver_match.namespace == PUBLIC)
    whole = "public/wrong.html" if is_public else "console/wrong/refused.html"
    template = "console/wrong/part.html" if request.headers.get("HX-Request") else whole
    answer = render(request, template, said, status=status_of(refusal))
    if request.headers.get("HX-Request"):
        answer["HX-Retarget"], answer["HX-Reswap"] = "#wrong-place", "innerHTML"
    return answer


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that leads nowhere. Who is signed in keeps the menu of what they may do."""
    if isinstance(request.user, User):
        enter(request, request.user)
    return render(
        request, "console/wrong/not_found.html", {"address": request.path, "code": "no_such_page"}, status=404
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A form that was not sent from our own page, or one that is too old."""
    return render(request, "console/wrong/forbidden.html", {"code": "form_too_old"}, status=403)


def failed(request: HttpRequest) -> HttpResponse:
    """A fault of ours, or of a database that is away; the request's id stands in the log beside what happened."""
    error = sys.exc_info()[1]  # Django calls this while it handles the fault
    if request.path_info.startswith("/api/"):
        return problems.broken(request, error)
    if is_database_away(error):
        return database_away(error)
    logger.error("internal error", exc_info=error)
    try:
        return render(request, "console/wrong/failed.html", {"code": "broken"}, status=500)
    except Exception as second:  # the page itself needs the database, which may have gone meanwhile
        if is_database_away(second):
            return database_away(second)
        logger.exception("the error page failed as well")
        return HttpResponse(f"500 {request_id.current()}", status=500, content_type="text/plain")


def database_away(error: BaseException | None) -> HttpResponse:
    """A plain page in both languages that asks nothing of the database, and when to try again."""
    logger.warning("the database is away")
    refusal = away(error)
    said = {"zh": refusal.say("zh"), "en": refusal.say("en"), "code": refusal.code, "request_id": request_id.current()}
    page = render_to_string("console/wrong/database_away.html", said)
    return HttpResponse(page, status=503, headers={"Retry-After": str(TRY_AGAIN_AFTER_S)})


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's view for a form without a valid token."""
    return forbidden(request, Http404(reason))
