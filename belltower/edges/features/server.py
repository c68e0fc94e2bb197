# SPDX-License-Identifier: Apache-2.0
"""OGC API - Features as an ASGI handler: the gateway mounts it below ROOT, and says who asks and where the database is."""

from __future__ import annotations

import asyncio
import contextvars
import functools
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from django.conf import settings
from django.db import connection
from litestar.types import HTTPScope, Receive, Send

from belltower.core.places.scope import Scope
from belltower.edges.features import pages
from belltower.edges.features.connections import Connections
from belltower.edges.features.errors import ReadOnly
from belltower.edges.features.service import ROOT, Answer, Asked, answer

THREADS = 4
STYLE = f"{ROOT}/style.css"
T = TypeVar("T")


class Gate(Protocol):
    """What the gateway decides for us."""

    def scope(self, request: HTTPScope) -> Awaitable[Scope]:
        """Which rows the caller may view. Raises refusals."""
        ...

    def address(self) -> str:
        """Where the database is."""
        ...


Handler = Callable[[HTTPScope, Receive, Send], Awaitable[None]]


def handler(gate: Gate) -> Handler:
    """What answers everything from ROOT on."""
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="features")
    connections = Connections(gate.address)

    async def features(request: HTTPScope, _: Receive, send: Send) -> None:
        request["path_template"] = ROOT
        if request["method"] not in ("GET", "HEAD"):
            raise ReadOnly(method=request["method"])
        if request["path"] == STYLE:
            await _send(request, send, Answer(200, pages.style(), "text/css; charset=utf-8", STYLE))
            return
        scope = await gate.scope(request)
        asked = _asked(request)
        run = contextvars.copy_context().run
        work = functools.partial(_answered, asked, scope, connections)
        await _send(request, send, await asyncio.get_running_loop().run_in_executor(pool, run, work))

    return features


def _answered(asked: Asked, scope: Scope, connections: Connections) -> Answer:
    """In a thread: what the city is comes by Django's connection, which may have been left long ago."""
    connection.close_if_unusable_or_obsolete()
    return answer(asked, scope, functools.partial(connections.fetch, scope))


def _asked(request: HTTPScope) -> Asked:
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in request["headers"]}
    path = (request.get("raw_path") or request["path"].encode()).decode("latin-1").partition("?")[0]
    scheme = "https" if settings.SECURE_SSL_REDIRECT else request.get("scheme", "http")
    return Asked(
        path.partition(ROOT)[2],
        request["query_string"].decode("latin-1"),
        accept=headers.get("accept", ""),
        language="en" if headers.get("accept-language", "zh").startswith("en") else "zh",
        if_none_match=headers.get("if-none-match", ""),
        base=f"{scheme}://{headers.get('host', 'localhost')}{ROOT}",
    )


async def _send(request: HTTPScope, send: Send, answered: Answer) -> None:
    request["path_template"] = answered.route
    lines: list[tuple[bytes, bytes]] = [
        (name.lower().encode(), value.encode()) for name, value in answered.headers.items()
    ]
    lines += [(b"content-type", answered.media_type.encode()), (b"content-length", str(len(answered.body)).encode())]
    await send({"type": "http.response.start", "status": answered.status, "headers": lines})
    body: Any = b"" if request["method"] == "HEAD" else answered.body
    await send({"type": "http.response.body", "body": body, "more_body": False})
