# SPDX-License-Identifier: Apache-2.0
"""Where a page hears live events: the gateway's address, with a ticket for what its viewer may see."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings

from belltower.core.access.rules import VIEW
from belltower.core.access.tickets import ticket
from belltower.screens.console.doors import ConsoleRequest


def live_address(request: ConsoleRequest) -> str:
    """The address for an EventSource; "" where browsers reach no gateway, and the page asks again by itself."""
    origin: str = settings.BELLTOWER_LIVE
    if not origin:
        return ""
    return f"{origin}/live?{urlencode({'ticket': ticket(request.standing.scope(VIEW), now=request.now)})}"
