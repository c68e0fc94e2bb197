# SPDX-License-Identifier: Apache-2.0
"""OGC API - Features at the machines' door: who asks is who the door knows, a token also given as a password."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable

from litestar.types import HTTPScope

from belltower.core.access.rules import Verb
from belltower.core.places.scope import Scope
from belltower.edges.features import server
from belltower.project.gateway.serving import Serving, address
from belltower.project.gateway.straight import Handler
from belltower.screens.api.errors import NotSignedIn


class SignInForFeatures(NotSignedIn):
    """Nobody is known by what was sent; a map program or browser may ask its person for a token as the password."""

    schemes = 'Basic realm="Belltower", charset="UTF-8", Bearer'


class _Gate:
    def __init__(self, serving: Callable[[], Serving]) -> None:
        self._serving = serving

    async def scope(self, request: HTTPScope) -> Scope:
        """What the token's account sees, if it may view. Raises SignInForFeatures, NotAllowed."""
        given = next((value for name, value in request["headers"] if name == b"authorization"), b"")
        try:
            sender = await self._serving().senders.sender(bearer(given.decode("latin-1")))
        except NotSignedIn:
            raise SignInForFeatures from None
        sender.must(Verb.VIEW)
        return sender.scope

    def address(self) -> str:
        """The installation's database."""
        return address()


def bearer(authorization: str) -> str:
    """The header as it would be with the token alone.

    Map programs and browsers ask people for a name and a password (RFC 7617): the password is the token. Only here, where
    nothing can be changed: what a browser sends by itself must not write.
    """
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        return authorization
    try:
        return "Bearer " + base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (ValueError, binascii.Error):
        return ""


def features_handler(serving: Callable[[], Serving]) -> Handler:
    """What answers below /features, for the process that serves with ``serving``."""
    return server.handler(_Gate(serving))
