# SPDX-License-Identifier: Apache-2.0
"""GET /live: newest values and steps of alarms as server-sent events, for whoever brings a ticket or a token.

``streams=1,2,3`` asks for those streams' values, ``streams=all`` for all that may be seen; without it only alarms come.
``Last-Event-ID`` (or ``after``) has what was missed of the alarms sent first.
"""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

from litestar.types import HTTPScope, Receive, Send

from belltower.core.access.rules import Verb
from belltower.core.access.tickets import TICKET_FOR, BadTicket, Ticket, opened
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.project.gateway.hub import Hub, Listener
from belltower.project.gateway.senders import Senders

HEARTBEAT_S = 15.0
_MOST_STREAMS = 5_000
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    # The page comes from the people's door, which is another origin; a ticket is no cookie, so nothing rides along.
    (b"access-control-allow-origin", b"*"),
    (b"x-accel-buffering", b"no"),
]


class UnreadableStreams(Refusal):
    """A list of streams that is none."""

    code = "unreadable_streams"
    sentence = Text(
        zh="streams 应为 all，或至多 {most} 个以逗号分隔的编号。",
        en="streams is 'all', or at most {most} ids with commas between them.",
    )


async def live(scope: HTTPScope, receive: Receive, send: Send, *, hub: Hub, senders: Senders) -> None:
    """Answer one who listens, until they go or their ticket ends. Raises BadTicket, NotSignedIn, NotAllowed, Busy."""
    headers = dict(scope["headers"])
    asked = {name: values[-1] for name, values in parse_qs(scope["query_string"].decode("latin-1")).items()}
    ticket = await _let_in(asked.get("ticket", ""), headers.get(b"authorization", b"").decode("latin-1"), senders)
    listener = Listener(ticket.scope, streams_of(asked.get("streams", "")))
    await hub.join(listener, after=_after(asked.get("after") or headers.get(b"last-event-id", b"").decode("latin-1")))
    try:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        await _pass_on(listener, receive, send, until=ticket.until)
    finally:
        hub.leave(listener)


async def _let_in(ticket: str, authorization: str, senders: Senders) -> Ticket:
    now = datetime.now(UTC)
    if ticket:
        return opened(ticket, now=now)
    if not authorization and not senders.is_open:
        raise BadTicket()
    sender = await senders.sender(authorization)
    sender.must(Verb.VIEW)
    return Ticket(sender.scope, now + TICKET_FOR)


def streams_of(listed: str) -> frozenset[int] | None:
    """The ids that are listed; None for all. Raises UnreadableStreams."""
    if listed == "all":
        return None
    names = [name for name in listed.split(",") if name.strip()]
    if len(names) > _MOST_STREAMS or not all(name.strip().isdecimal() and len(name) < 19 for name in names):
        raise UnreadableStreams(most=_MOST_STREAMS)
    return frozenset(int(name) for name in names)


def _after(given: str) -> int | None:
    return int(given) if given.isdecimal() and len(given) < 19 else None


async def _pass_on(listener: Listener, receive: Receive, send: Send, *, until: datetime) -> None:
    gone = asyncio.create_task(_wait_until_gone(receive))
    try:
        await _part(send, b"retry: 2000\n: belltower\n\n")
        while not gone.done() and (left := until - datetime.now(UTC)) > timedelta():
            waiting = asyncio.create_task(listener.waiting.get())
            pause = min(HEARTBEAT_S, left.total_seconds())
            await asyncio.wait({waiting, gone}, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            if not waiting.done():
                waiting.cancel()
                await _part(send, b": still here\n\n")
                continue
            event = waiting.result()
            if event is None:  # too far behind, or this process ends
                break
            await _part(send, event)
        await send({"type": "http.response.body", "body": b"", "more_body": False})
    finally:
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await gone


async def _part(send: Send, data: bytes) -> None:
    await send({"type": "http.response.body", "body": data, "more_body": True})


async def _wait_until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
