# SPDX-License-Identifier: Apache-2.0
"""SensorThings at the machines' door: who asks is who the door knows, and what is written is theirs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request
from litestar.types import ControllerRouterHandler

from belltower.core.access.rules import Verb
from belltower.edges.sensorthings.fast import Rows, Stored
from belltower.edges.sensorthings.server import routes
from belltower.edges.sensorthings.service import Caller
from belltower.project.gateway.serving import Serving


class _Gate:
    def __init__(self, serving: Callable[[], Serving]) -> None:
        self._serving = serving

    async def caller(self, request: Request[Any, Any, Any], verb: Verb) -> Caller:
        """Who the token is of, if they may. Raises NotSignedIn, NotAllowed."""
        sender = await self._serving().senders.sender(request.headers.get("authorization", ""))
        sender.must(verb)
        return Caller(sender.actor, sender.scope, sender.source, may_write=Verb.SENSE in sender.verbs)

    def store(self, rows: Rows, source: str) -> Awaitable[Stored]:
        """Stored in the group that is next, and answered when that is committed. Raises Busy."""
        return self._serving().writer.store(rows, source=source, keep_equal=True)


def sensorthings_routes(serving: Callable[[], Serving]) -> list[ControllerRouterHandler]:
    """The routes below /sta/v1.1, for the process that serves with ``serving``."""
    return routes(_Gate(serving))
