# SPDX-License-Identifier: Apache-2.0
"""What is new, for everybody who listens to this process: one connection looks, and each hears what they may see."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import psycopg

from belltower.core.places.scope import Scope
from belltower.project.gateway.writer import BUSY_AGAIN_AFTER_S, Busy

logger = logging.getLogger(__name__)
CHANNEL = "belltower_live"
LOOK_EVERY_S = 0.5
MOST_LISTENERS = 500
MOST_BEHIND = 512  # events that wait for one listener; who is further behind is let go, and comes again
MOST_REPLAYED = 1000
_SIGHT_FOR_S = 15.0
_AGAIN_AFTER_S = 1.0
# Commits come a little out of the order of received_at: what was seen already is left out by the reading's id.
_OVERLAP = timedelta(seconds=5)

_TRANSITIONS = """
    SELECT t.id, a.uid::text, a.stream_id, t.before, t.after, t.cause, t.value, t.at, a.priority
    FROM alarms_transition t JOIN alarms_alarm a ON a.definition_id = t.alarm_id
    WHERE t.id > %s ORDER BY t.id LIMIT %s
"""
_VALUES = """
    SELECT stream, reading, at, value, quality, received_at FROM observations_latest
    WHERE received_at > %s AND (%s::bigint[] IS NULL OR stream = ANY (%s::bigint[]))
"""


class Transition(msgspec.Struct, frozen=True):
    """An alarm's step, as it is sent."""

    id: int
    alarm: str
    stream: int
    before: str
    after: str
    cause: str
    value: float | None
    at: datetime
    priority: int


class Value(msgspec.Struct, frozen=True):
    """A stream's newest reading, as it is sent."""

    stream: int
    at: datetime
    value: float | None
    quality: int


@dataclass(eq=False, slots=True)
class Listener:
    """One who listens: to which streams' values (None: of all), and what waits to be sent to them."""

    scope: Scope
    streams: frozenset[int] | None = frozenset()
    waiting: asyncio.Queue[bytes | None] = field(default_factory=lambda: asyncio.Queue(MOST_BEHIND))
    # Streams that may be seen (None: all), and until when that is believed.
    sees: frozenset[int] | None = frozenset()
    sees_until: float = 0.0

    def may_see(self, stream: int) -> bool:
        return self.sees is None or stream in self.sees

    def put(self, event: bytes) -> None:
        """One event more; who is too far behind is told to come again (None)."""
        if self.waiting.full():
            self.let_go()
        else:
            self.waiting.put_nowait(event)

    def let_go(self) -> None:
        """Tell them to come again; what waited is not sent."""
        while not self.waiting.empty():
            self.waiting.get_nowait()
        self.waiting.put_nowait(None)


class Hub:
    """``address`` is the database's; ``look`` finds the streams that a scope may see (None: all)."""

    def __init__(self, address: Callable[[], str], look: Callable[[Scope], Awaitable[frozenset[int] | None]]) -> None:
        self._address, self._look = address, look
        self._listeners: set[Listener] = set()
        self._task: asyncio.Task[None] | None = None
        self._sent: dict[int, int] = {}
        self._last: int | None = None
        self._since = datetime.now(UTC)

    async def join(self, listener: Listener, *, after: int | None) -> None:
        """Let somebody listen; first they are sent the alarms' steps after ``after``, if they name one. Raises Busy."""
        if len(self._listeners) >= MOST_LISTENERS:
            raise Busy(seconds=BUSY_AGAIN_AFTER_S)
        await self._see(listener)
        if after is not None:
            await self._replay(listener, after)
        self._listeners.add(listener)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._keep_looking())

    def leave(self, listener: Listener) -> None:
        """They listen no more."""
        self._listeners.discard(listener)

    async def close(self) -> None:
        """Let everybody go."""
        for listener in self._listeners:
            listener.let_go()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _keep_looking(self) -> None:
        while self._listeners:
            try:
                async with await self._connected() as raw:
                    await raw.execute(f"LISTEN {CHANNEL}")
                    while self._listeners:
                        await self._round(raw)
            except psycopg.Error as error:
                logger.warning("live: the database is away: %s", error)
                await asyncio.sleep(_AGAIN_AFTER_S)
        self._last, self._since = None, datetime.now(UTC)
        self._sent.clear()

    async def _connected(self) -> psycopg.AsyncConnection[Any]:
        return await psycopg.AsyncConnection.connect(
            self._address(), autocommit=True, connect_timeout=2, options=_OPTIONS
        )

    async def _round(self, raw: psycopg.AsyncConnection[Any]) -> None:
        """Wait for a word or LOOK_EVERY_S, then tell what is new."""
        async for _ in raw.notifies(timeout=LOOK_EVERY_S, stop_after=1):
            pass
        transitions, values = await self._new_transitions(raw), await self._new_values(raw)
        for listener in list(self._listeners):
            await self._see(listener)
            self._tell(listener, transitions, values)

    def _tell(self, listener: Listener, transitions: Iterable[Transition], values: Iterable[Value]) -> None:
        for one in transitions:
            if listener.may_see(one.stream):
                listener.put(event("alarm", one, id=one.id))
        wanted = listener.streams
        seen = [one for one in values if listener.may_see(one.stream) and (wanted is None or one.stream in wanted)]
        if seen:
            listener.put(event("values", seen))

    async def _see(self, listener: Listener) -> None:
        if listener.sees_until < time.monotonic():
            listener.sees = await self._look(listener.scope)
            listener.sees_until = time.monotonic() + _SIGHT_FOR_S

    async def _replay(self, listener: Listener, after: int) -> None:
        async with await self._connected() as raw:
            rows = await (await raw.execute(_TRANSITIONS, [after, MOST_REPLAYED])).fetchall()
        for one in (Transition(*row) for row in rows):
            if listener.may_see(one.stream) and listener.waiting.qsize() < MOST_BEHIND - 1:
                listener.put(event("alarm", one, id=one.id))

    async def _new_transitions(self, raw: psycopg.AsyncConnection[Any]) -> list[Transition]:
        if self._last is None:
            row = await (await raw.execute("SELECT coalesce(max(id), 0) FROM alarms_transition")).fetchone()
            self._last = row[0] if row else 0
            return []
        rows = await (await raw.execute(_TRANSITIONS, [self._last, MOST_REPLAYED])).fetchall()
        if rows:
            self._last = rows[-1][0]
        return [Transition(*row) for row in rows]

    async def _new_values(self, raw: psycopg.AsyncConnection[Any]) -> list[Value]:
        wanted = self._wanted()
        if wanted is not None and not wanted:
            return []
        rows = await (await raw.execute(_VALUES, [self._since - _OVERLAP, wanted, wanted])).fetchall()
        new = [row for row in rows if self._sent.get(row[0]) != row[1]]
        self._sent |= {row[0]: row[1] for row in new}
        self._since = max([self._since, *(row[5] for row in new)])
        return [Value(stream, at, value, quality) for stream, _, at, value, quality, _ in new]

    def _wanted(self) -> list[int] | None:
        """The streams that anybody listens to; None: all."""
        if any(one.streams is None for one in self._listeners):
            return None
        return sorted(frozenset[int]().union(*(one.streams or () for one in self._listeners)))


_OPTIONS = "-c belltower.sees=all -c statement_timeout=10s -c application_name=belltower-gateway-live"


def event(name: str, data: object, *, id: int | None = None) -> bytes:
    """One event of a server-sent stream (WHATWG HTML, 9.2)."""
    head = f"id: {id}\nevent: {name}\n" if id is not None else f"event: {name}\n"
    return head.encode() + b"data: " + msgspec.json.encode(data) + b"\n\n"
