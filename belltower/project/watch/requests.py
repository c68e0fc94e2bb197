# SPDX-License-Identifier: Apache-2.0
"""The people's door is watched: each request gets its id, its line in the log and its place in the measurements."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from belltower.kernel import request_id
from belltower.project.watch import metrics

logger = logging.getLogger("belltower.requests")
DOOR = "people"
STATIC, NOWHERE = "static", "nowhere"
# Asked every few seconds by machines that only want to know whether we live.
_QUIET = frozenset({STATIC, "healthz", "readyz", "metrics", "health_live"})


class Watched:
    """The outermost middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        with request_id.carried(request_id.taken(request.headers.get(request_id.HEADER))) as one:
            response = self.get_response(request)
            response[request_id.HEADER] = str(one)
            _note(request, response.status_code, time.perf_counter() - began)
        return response


def route_of(request: HttpRequest) -> str:
    """The name of the address that was asked for; never what stood in it."""
    if request.resolver_match:
        return request.resolver_match.view_name
    return STATIC if request.path_info.startswith(settings.STATIC_URL) else NOWHERE


def _note(request: HttpRequest, status: int, seconds: float) -> None:
    route, method = route_of(request), str(request.method)
    metrics.note(DOOR, route, method, status, seconds)
    level = logging.DEBUG if route in _QUIET and status < 400 else logging.INFO
    about = {"door": DOOR, "route": route, "method": method, "status": status, "ms": round(seconds * 1000, 1)}
    logger.log(level, "answered", extra={"about": about})
