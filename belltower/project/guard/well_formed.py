# SPDX-License-Identifier: Apache-2.0
"""Requests that no page of ours can answer are refused before one is asked: odd methods, and the NUL character."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase

from belltower.screens.api import problems
from belltower.screens.api.errors import InvalidRequest

KNOWN = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class WellFormed:
    """405 for every other method (a view would take TRACE for GET); 400 for NUL, which PostgreSQL cannot hold."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in KNOWN:
            return _odd_method(request)
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return _unreadable(request, "NUL")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """The same for the fields of a form; JSON has its own reader. Sizes were judged before."""
        if request.method != "POST" or request.content_type not in _FORMS:
            return None
        try:
            fields = [text for name, values in request.POST.lists() for text in (name, *values)]
        except (MultiPartParserError, SuspiciousOperation, UnreadablePostError) as error:
            if not _is_api(request):
                raise
            return _unreadable(request, str(error))
        return _unreadable(request, "NUL") if any("\0" in str(text) for text in fields) else None


def _is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _odd_method(request: HttpRequest) -> HttpResponse:
    refused = (
        problems.answer(problems.no_such(request), status=405)
        if _is_api(request)
        else HttpResponse(status=405, content_type="text/plain")
    )
    refused["Allow"] = ", ".join(KNOWN)
    return refused


def _unreadable(request: HttpRequest, fault: str) -> HttpResponse:
    """400; a problem for machines, a word for those who type NUL into an address."""
    if _is_api(request):
        return problems.answer(InvalidRequest(faults=[{"at": "request", "fault": fault}]), status=400)
    return HttpResponse(f"400 {fault}", status=400, content_type="text/plain")
