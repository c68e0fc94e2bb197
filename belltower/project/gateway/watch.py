# SPDX-License-Identifier: Apache-2.0
"""Around everything the machines' door answers: the request's id, its headers, its limit, its log line and measures."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from belltower.edges.features.service import PAGES
from belltower.kernel import request_id
from belltower.kernel.errors import Refusal
from belltower.project import installation
from belltower.project.gateway.problems import MEDIA_TYPE, document, headers_of
from belltower.project.guard import limits
from belltower.project.guard.headers import headers_for
from belltower.project.guard.limiting import counts
from belltower.project.guard.proxies import client_of
from belltower.project.watch import metrics
from belltower.screens.api.problems import status_of
from belltower.screens.errors import TooManyRequests

logger = logging.getLogger("belltower.requests")
DOOR = "machines"
_ID = request_id.HEADER.lower().encode()
NOWHERE = "nowhere"
# Whether somebody stood in between, for /metrics; set on the scope's state.
FORWARDED = "belltower_is_forwarded"
_FORWARDING = frozenset({b"x-forwarded-for", b"forwarded", b"x-real-ip"})
_QUIET = frozenset({"/healthz", "/readyz", "/metrics", "/health/live", "/health/ready", "/ingest", PAGES})


class Guard(Protocol):
    """What is known of who knocks before their request is read."""

    def is_known(self, scope: HTTPScope) -> bool:
        """Whether they showed a token that was good a moment ago: they are held back by what can be stored instead."""
        ...

    def refuse(self, scope: HTTPScope) -> None:
        """Raises the Refusal of who may not come in at all."""
        ...


def watched(application: ASGIApp, guard: Guard) -> ASGIApp:
    """``application`` with all of that; connections that are not HTTP pass untouched."""
    chosen = installation.read()
    limit, trusted = limits.read(chosen.limits).get("gateway"), chosen.proxies

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await application(scope, receive, send)
            return
        with request_id.carried(request_id.taken(_header(scope, b"x-request-id"))):
            answer = Answer(scope, send)
            address = _settle_client(scope, trusted)
            try:
                guard.refuse(scope)
                if limit and not guard.is_known(scope):
                    _count(limit, address)
            except Refusal as refusal:
                await answer.refuse(refusal)
            else:
                await application(scope, receive, answer.send)
            answer.note()

    return door


class Answer:
    """One answer on its way out."""

    def __init__(self, scope: HTTPScope, send: Send) -> None:
        self.scope, self._send = scope, send
        self.status, self.began = 500, time.perf_counter()

    async def send(self, message: Message) -> None:
        """Pass the message on, its beginning with our headers."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = self._with_ours(list(message["headers"]))
        await self._send(message)

    async def refuse(self, refusal: Refusal) -> None:
        """The refusal, as a problem."""
        status = status_of(type(refusal))
        body = msgspec.json.encode(document(refusal, status))
        headers = [(b"content-type", MEDIA_TYPE.encode())]
        headers += [(name.lower().encode(), value.encode()) for name, value in headers_of(refusal, status).items()]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})

    def note(self) -> None:
        """Measure it and write its line."""
        seconds = time.perf_counter() - self.began
        route = str(self.scope.get("path_template") or NOWHERE)
        method = str(self.scope["method"])
        metrics.note(DOOR, route, method, self.status, seconds)
        level = logging.DEBUG if route in _QUIET and self.status < 400 else logging.INFO
        if not logger.isEnabledFor(level):
            return
        about = {"door": DOOR, "route": route, "method": method, "status": self.status, "ms": round(seconds * 1000, 1)}
        logger.log(level, "answered", extra={"about": about})

    def _with_ours(self, headers: list[Any]) -> list[Any]:
        there = {name.lower(): value for name, value in headers}
        lines = [line for line in _lines_for(there.get(b"content-type", b"")) if line[0] not in there]
        return [*headers, *lines, (_ID, str(request_id.current()).encode())]


@lru_cache(maxsize=64)
def _lines_for(media_type: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of every answer of this media type."""
    ours = {"Cache-Control": "no-store", **headers_for(media_type.decode("latin-1"))}
    return [(name.lower().encode(), value.encode()) for name, value in ours.items()]


def _count(limit: limits.Limit, address: str) -> None:
    """Raises TooManyRequests."""
    if wait := counts().wait_for(limit, address, time.time()):
        metrics.REFUSED.labels(limit.name).inc()
        raise TooManyRequests(seconds=limits.seconds_to_say(wait), limit=limit.name)


def _settle_client(scope: HTTPScope, trusted: Sequence[installation.Network]) -> str:
    """The client's address, which from here on stands in the scope, trusted proxies left out."""
    client = scope.get("client")
    peer = client[0] if client else ""
    told = _header(scope, b"x-forwarded-for") or ""
    scope.setdefault("state", {})[FORWARDED] = any(name in _FORWARDING for name, _ in scope["headers"])
    address = client_of(peer, told, trusted)
    scope["client"] = (address, 0)
    return address


def _header(scope: HTTPScope, name: bytes) -> str | None:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), None)
