# SPDX-License-Identifier: Apache-2.0
"""Addresses that are asked thousands of times a second, or stream: answered without going through Litestar's routing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from belltower.project.gateway.problems import MEDIA_TYPE, document, language_of, told

Handler = Callable[[HTTPScope, Receive, Send], Awaitable[None]]


def straight(
    handlers: Mapping[str, Handler], otherwise: ASGIApp, *, below: Mapping[str, Handler] | None = None
) -> ASGIApp:
    """Each path of ``handlers`` answered by it, what it raises as a problem; everything else by ``otherwise``.

    ``below`` are handlers of a path and all that lies below it; such a one says its ``path_template`` itself.
    """
    trees = below or {}

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        handler = (
            handlers.get(scope["path"]) or _below(trees, scope["path"]) if scope["type"] == ScopeType.HTTP else None
        )
        if handler is None or scope["type"] != ScopeType.HTTP:
            await otherwise(scope, receive, send)
            return
        scope["path_template"] = scope["path"]
        begun = Begun(send)
        try:
            await handler(scope, receive, begun.send)
        except Exception as error:
            if begun.has:
                raise
            await _problem(scope, send, error)

    return answer


def _below(trees: Mapping[str, Handler], path: str) -> Handler | None:
    end = path.find("/", 1)
    return trees.get(path if end < 0 else path[:end])


class Begun:
    """Whether an answer has begun: after that, nothing else can be said."""

    def __init__(self, send: Send) -> None:
        self.has, self._send = False, send

    async def send(self, message: Message) -> None:
        """Pass it on."""
        self.has = True
        await self._send(message)


async def _problem(scope: HTTPScope, send: Send, error: Exception) -> None:
    refusal, status, headers = told(error, method=str(scope["method"]), path=scope["path"])
    accepted = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"accept-language"), None)
    body = msgspec.json.encode(document(refusal, status, language=language_of(accepted)))
    lines = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    lines += [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": lines})
    await send({"type": "http.response.body", "body": body, "more_body": False})
