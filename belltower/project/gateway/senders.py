# SPDX-License-Identifier: Apache-2.0
"""Who sends: a token's service account, what it may do and which rows it reaches. Remembered for some seconds.

Under `belltower run --open` whoever reaches the door from this machine may do everything, without a token.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from belltower.core.access.rules import Verb
from belltower.core.places.scope import EVERYTHING, Scope
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotAllowed, Refusal
from belltower.kernel.texts import Text
from belltower.project.guard.open_door import OPEN
from belltower.screens.api.errors import NotSignedIn

T = TypeVar("T")
REMEMBERED_FOR_S = 5.0
"""How long a revoked token may still be taken."""
_MOST_REMEMBERED = 10_000


class NotOpenToOthers(Refusal):
    """An open door was reached through a proxy, or by a page of another site."""

    code = "not_open_to_others"
    sentence = Text(
        zh="本入口以 --open 方式运行，只接受本机程序的直接访问。请去掉 --open 并使用令牌。",
        en="This door runs with --open: only programs of this machine may use it, directly. Run without --open, with tokens.",
    )


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, under which name it is counted, what it may do and the rows it may do it to."""

    source: str
    verbs: frozenset[Verb]
    scope: Scope
    actor: Actor

    def must(self, verb: Verb) -> None:
        """Raises NotAllowed."""
        if verb not in self.verbs:
            raise NotAllowed(verb=verb.text, needs=verb.value)


ANYBODY = Sender("open", frozenset({Verb.VIEW, Verb.EDIT, Verb.SENSE}), EVERYTHING, Actor.system("open"))


class Senders:
    """Looks tokens up in one thread of its own; the event loop never waits for the database."""

    def __init__(self, *, is_open: bool | None = None) -> None:
        self.is_open = os.environ.get(OPEN) == "1" if is_open is None else is_open
        self._known: dict[str, tuple[float, Sender | None]] = {}
        self._clerk = ThreadPoolExecutor(1, thread_name_prefix="gateway-clerk")

    async def sender(self, authorization: str) -> Sender:
        """Who sends this header. Raises NotSignedIn; the database's errors."""
        if self.is_open:
            return ANYBODY
        held = self._known.get(authorization)
        if held is None or held[0] < time.monotonic():
            held = (time.monotonic() + REMEMBERED_FOR_S, await self._found(authorization))
            if len(self._known) >= _MOST_REMEMBERED:
                self._known.clear()
            self._known[authorization] = held
        if held[1] is None:
            raise NotSignedIn
        return held[1]

    async def _found(self, authorization: str) -> Sender | None:
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secret.strip():
            return None
        return await self.asked(lambda: _looked_up(secret.strip()))

    def knows(self, authorization: str) -> bool:
        """Whether a token was found good a moment ago; says nothing of others."""
        if self.is_open:
            return True
        held = self._known.get(authorization)
        return held is not None and held[1] is not None

    async def asked(self, look: Callable[[], T]) -> T:
        """What ``look`` finds in the database, by Django's own connection in the clerk's thread."""
        return await asyncio.get_running_loop().run_in_executor(self._clerk, _with_connection, look)

    def close(self) -> None:
        """End the thread, and its connection."""
        self._clerk.submit(_hang_up)
        self._clerk.shutdown(wait=True)


def refuse_others(headers: dict[bytes, bytes], *, is_forwarded: bool) -> None:
    """At an open door: raises NotOpenToOthers for what came through a proxy or from a page of some site."""
    if is_forwarded or b"origin" in headers or headers.get(b"sec-fetch-site", b"none") not in (b"none", b"same-origin"):
        raise NotOpenToOthers


def _with_connection(look: Callable[[], T]) -> T:
    from django.db import close_old_connections

    close_old_connections()
    return look()


def _hang_up() -> None:
    from django.db import connections

    connections.close_all()


def _looked_up(secret: str) -> Sender | None:
    from belltower.core.access import people, rules
    from belltower.core.access.actions import authenticate_token

    found = authenticate_token(secret, datetime.now(UTC))
    if found is None:
        return None
    account, scopes = found
    verbs = scopes if account.party_id is None else rules.within_own(scopes)
    return Sender(account.name, verbs, people.scope_of(account), account.as_actor())
