# SPDX-License-Identifier: Apache-2.0
"""What a mapping of kind ``opcua`` says beyond the common part: how often the server publishes, nodes; and browsing."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from asyncua import ua
from asyncua.ua.uaerrors import UaError

from belltower.edges.opcua.feed import OpcUaFeed, client_of
from belltower.edges.opcua.nodes import Nodes, read_node
from belltower.edges.sources.errors import SourceAway
from belltower.edges.sources.mapping import Source

SCHEMES = ("opc.tcp",)
# No ``tls``: OPC UA has a security of its own, which we do not speak yet, and a mapping may not promise it.
_KNOWN = ("source", "kind", "title", "since", "address", "login", "publish_every", "nodes")
_PUBLISH_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """A child of a node, as browsing shows it."""

    id: str
    name: str
    is_variable: bool


def reader(source: Source) -> Nodes:
    """How its values are read. Raises BadMapping."""
    source.document.keys(known=_KNOWN)
    return Nodes(tuple(read_node(part) for part in source.document.each("nodes")))


def feed(source: Source) -> OpcUaFeed:
    """A connection to its server, not open yet. Raises BadMapping."""
    every = source.document.get("publish_every")
    return OpcUaFeed(source, reader(source), publish_every_s=every.seconds() if every else _PUBLISH_EVERY_S)


def browse(source: Source, node: str = "i=85") -> list[Found]:
    """The children of a node; without one, of the Objects folder. Raises SourceAway, NoCredential."""
    try:
        return asyncio.run(_browse(source, node))
    except (OSError, TimeoutError, UaError) as error:
        raise SourceAway(address=source.address.geturl(), reason=str(error) or type(error).__name__) from None


async def _browse(source: Source, node: str) -> list[Found]:
    async with client_of(source, source.login.given()) as client:
        children = await client.get_node(node).get_children_descriptions()
    return [
        Found(one.NodeId.to_string(), str(one.DisplayName.Text), one.NodeClass == ua.NodeClass.Variable)
        for one in children
    ]
