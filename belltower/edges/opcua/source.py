# SPDX-License-Identifier: Apache-2.0
"""What a mapping of kind ``opcua`` says beyond the common part: how often the server publishes, nodes; and browsing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from asyncua import ua
from asyncua.client.client import Client
from asyncua.ua.uaerrors import UaError

from belltower.edges.opcua.feed import OpcUaFeed, client_of
from belltower.edges.opcua.identity import Certificate
from belltower.edges.opcua.nodes import Nodes, read_node
from belltower.edges.opcua.security import certificate_shown, read_security, refusal_of, secure
from belltower.edges.sources.mapping import Source

SCHEMES = ("opc.tcp",)
# No ``tls``: OPC UA has a security of its own.
_KNOWN = ("source", "kind", "title", "since", "address", "login", "security", "publish_every", "nodes")
OBJECTS = "i=85"
_PUBLISH_EVERY_S = 0.5
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Found:
    """A child of a node, as browsing shows it."""

    id: str
    name: str
    is_variable: bool


def reader(source: Source) -> Nodes:
    """How its values are read. Raises BadMapping."""
    source.document.keys(known=_KNOWN)
    read_security(source.document)
    # An empty list is allowed: who does not know the nodes yet puts the source in force, and picks them by browsing.
    is_empty = source.document.need("nodes").value == []
    return Nodes(() if is_empty else tuple(read_node(part) for part in source.document.each("nodes")))


def feed(source: Source) -> OpcUaFeed:
    """A connection to its server, not open yet. Raises BadMapping."""
    every = source.document.get("publish_every")
    return OpcUaFeed(source, reader(source), publish_every_s=every.seconds() if every else _PUBLISH_EVERY_S)


def browse(source: Source, node: str = OBJECTS) -> list[Found]:
    """The children of a node; without one, of the Objects folder. Raises SourceAway, NoCredential."""
    return _asked(source, lambda client: _browse(client, source, node))


def server_certificate(source: Source) -> Certificate:
    """The certificate that the server shows now, trusted or not. Raises SourceAway; BadMapping without ``security``."""
    source.document.need("security")
    return _asked(source, lambda client: certificate_shown(client, source))


def _asked(source: Source, ask: Callable[[Client], Coroutine[Any, Any, Answer]]) -> Answer:
    """What a client of that server finds out. Raises SourceAway, NoCredential."""
    try:
        return asyncio.run(ask(client_of(source, source.login.given())))
    except (OSError, TimeoutError, UaError) as error:
        raise refusal_of(error, source) from None


async def _browse(client: Client, source: Source, node: str) -> list[Found]:
    await secure(client, source)
    async with client:
        children = await client.get_node(node).get_children_descriptions()
    return [
        Found(one.NodeId.to_string(), str(one.DisplayName.Text), one.NodeClass == ua.NodeClass.Variable)
        for one in children
    ]
