# SPDX-License-Identifier: Apache-2.0
"""Requests that no page of ours can answer are refused before one is asked: odd methods, and the NUL character."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

KNOWN = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class WellFormed:
    """405 for every other method (a view would take TRACE for GET); 400 for NUL, which PostgreSQL cannot hold."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in KNOWN:
            return HttpResponse(status=405, headers={"Allow": ", ".join(KNOWN)}, content_type="text/plain")
        if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponse("400 NUL", status=400, content_type="text/plain")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *view: object) -> HttpResponse | None:
        """The same for the fields of a form; JSON has its own reader. Sizes were judged before."""
        if request.method != "POST" or request.content_type not in _FORMS:
            return None
        fields = (text for name, values in request.POST.lists() for text in (name, *values))
        if any("\0" in str(text) for text in fields):
            return HttpResponse("400 NUL", status=400, content_type="text/plain")
        return None
