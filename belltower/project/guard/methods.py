# SPDX-License-Identifier: Apache-2.0
"""Methods of HTTP that no page of ours has are refused before a page is asked: a view would take TRACE for GET."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

KNOWN = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class KnownMethods:
    """405 for every other method."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method not in KNOWN:
            return HttpResponse(status=405, headers={"Allow": ", ".join(KNOWN)}, content_type="text/plain")
        return self.get_response(request)
