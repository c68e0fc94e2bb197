# SPDX-License-Identifier: Apache-2.0
"""How the console says no: one table from a refusal's code to a status, and a page with its sentence and code."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from belltower.core.access.models import User
from belltower.kernel.errors import Conflict, NotAllowed, NotFound, Refusal
from belltower.screens.console.doors import enter

logger = logging.getLogger(__name__)

STATUS_OF: tuple[tuple[type[Refusal], int], ...] = ((NotFound, 404), (NotAllowed, 403), (Conflict, 409), (Refusal, 422))


class RefusalMiddleware:
    """Turns a refusal that a console view raises into its page; everything else passes by."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The page of a refusal, in the viewer's language."""
        if not isinstance(exception, Refusal) or not is_console(request):
            return None
        return refusal_page(request, exception)


def is_console(request: HttpRequest) -> bool:
    """Whether the request went to one of the console's own pages."""
    return bool(request.resolver_match and request.resolver_match.namespace == "console")


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal."""
    return next(status for kind, status in STATUS_OF if isinstance(refusal, kind))


def refusal_page(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What happened, to what, what to do next, and the code the desk can read out."""
    said = {"sentence": refusal.say(get_language() or "zh"), "code": refusal.code}
    template = "console/wrong/part.html" if request.headers.get("HX-Request") else "console/wrong/refused.html"
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
    """A fault of ours: the code stands in the log beside what happened."""
    code = f"E-{secrets.token_hex(4)}"
    logger.error("internal error %s at %s", code, request.path)
    try:
        return render(request, "console/wrong/failed.html", {"code": code}, status=500)
    except Exception:  # the page itself needs the database, which may be what failed
        logger.exception("the error page %s failed as well", code)
        return HttpResponse(f"500 {code}", status=500, content_type="text/plain")


def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's view for a form without a valid token."""
    return forbidden(request, Http404(reason))
