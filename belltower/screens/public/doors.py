# SPDX-License-Identifier: Apache-2.0
"""The public door: open to everybody, who see what everybody may. Nobody is signed in here, even who is elsewhere."""

from __future__ import annotations

from datetime import datetime
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from belltower.core.places.scope import seen_as
from belltower.core.receiving.showing import SEEN
from belltower.kernel.instants import now
from belltower.screens.console.doors import View, open_door


class PublicRequest(HttpRequest):
    """A request at the public door; ``now`` is when it came."""

    now: datetime


def public_door(view: View) -> View:
    """Let everybody in, to see as the public does; what goes further is asked of core/receiving by code."""

    @wraps(view)
    def guarded(request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponseBase:
        visitor = cast(PublicRequest, request)
        visitor.now = now()
        with seen_as(SEEN):
            return view(visitor, *arguments, **named)

    return open_door(guarded)
