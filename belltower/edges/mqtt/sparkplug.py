# SPDX-License-Identifier: Apache-2.0
"""What is known of Sparkplug B's edge nodes: births give numbers (aliases) their names, deaths make values stale.

A message is translated as it arrives, so that what is read, kept aside or replayed later needs no birth any more. What must
be known after a crash (names, and where each node's row of numbers stands) is remembered with the readings of its batch.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec

from belltower.edges.mqtt import sparkplug_wire as wire
from belltower.edges.sources.readings import Frame

SPACE = "spBv1.0"
GOOD_192, STALE_500 = 192, 500
ASKED_AGAIN_AFTER_US = 10_000_000
LARGEST_BYTES = 1_000_000
_BD_SEQ = "bdSeq"
_DATA = ("NBIRTH", "DBIRTH", "NDATA", "DDATA")


class Topic(NamedTuple):
    """``spBv1.0/group/type/node`` or ``.../device``; ``device`` is empty for the node itself."""

    group: str
    type: str
    node: str
    device: str = ""


def read_topic(topic: str) -> Topic | None:
    """The topic taken apart, or None where it is none of Sparkplug's data."""
    parts = topic.split("/")
    return Topic(*parts[1:]) if parts[0] == SPACE and len(parts) in (4, 5) else None


class Said(msgspec.Struct, omit_defaults=True):
    """One metric, named; without a name, ``alias`` is one that no birth has told. ``at`` is in ms.

    ``device`` is given where a dying node tells of a device's value.
    """

    name: str = ""
    device: str = ""
    value: float | bool | str | None = None
    type: int = 0
    at: int | None = None
    quality: int | None = None
    alias: int | None = None
    historical: bool = False


class Message(msgspec.Struct, omit_defaults=True):
    """A message as it is kept and read: JSON, with names."""

    metrics: list[Said]
    at: int | None = None
    seq: int | None = None


@dataclass(slots=True)
class _Node:
    """An edge node since its last birth. ``names``: by alias, the metric and its data type."""

    seq: int | None = None
    bd_seq: int | None = None
    names: dict[int, tuple[str, int]] = field(default_factory=dict)
    types: dict[str, dict[str, int]] = field(default_factory=dict)
    last: dict[str, dict[str, Said]] = field(default_factory=dict)
    asked_at: int = -ASKED_AGAIN_AFTER_US


class EdgeNodes:
    """Follows all edge nodes of one source, message by message in the order of the broker."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[str, str], _Node] = {}
        self._to_ask: dict[tuple[str, str], None] = {}
        self._has_news = False

    def translated(self, frame: Frame) -> Frame:
        """The frame with its message in our own words; as it came, where it is no Sparkplug or cannot be read."""
        topic = read_topic(frame.where)
        if topic is None or len(frame.content) > LARGEST_BYTES:
            return frame
        try:
            payload = wire.decode(frame.content)
        except ValueError:
            return frame
        if topic.type in _DATA:
            said = self._heard(topic, payload, frame.received_at)
        elif topic.type in ("NDEATH", "DDEATH"):
            said = self._died(topic, payload, frame.received_at)
        else:
            return frame
        return frame._replace(content=msgspec.json.encode(Message(said, payload.at, payload.seq)))

    def to_ask(self) -> Iterator[tuple[str, bytes]]:
        """Topics and commands that ask nodes for their births again; each is given once."""
        asked, self._to_ask = self._to_ask, {}
        for group, node in asked:
            at = self._nodes[group, node].asked_at // 1000
            yield f"{SPACE}/{group}/NCMD/{node}", wire.rebirth(at)

    def memory(self) -> dict[str, Any] | None:
        """What must be known after a crash; None where nothing of it has changed since it was asked for."""
        if not self._has_news:
            return None
        self._has_news = False
        return {
            f"{group}/{node}": {"bd_seq": one.bd_seq, "names": list(one.names.items()), "types": one.types}
            for (group, node), one in self._nodes.items()
        }

    def recall(self, memory: Mapping[str, Any]) -> None:
        """Know what ``memory()`` gave, and nothing else. Where a node's row of numbers stands shows with its next message."""
        self._nodes = {}
        for key, kept in memory.items():
            group, _, node = key.partition("/")
            names = {alias: (name, datatype) for alias, (name, datatype) in kept["names"]}
            self._nodes[group, node] = _Node(None, kept["bd_seq"], names, kept["types"])

    def _heard(self, topic: Topic, payload: wire.Payload, now: int) -> list[Said]:
        """A birth or data."""
        key = topic.group, topic.node
        node = self._nodes.setdefault(key, _Node())
        if topic.type == "NBIRTH":
            node = self._nodes[key] = _Node(payload.seq, _bd_seq(payload), asked_at=node.asked_at)
            self._to_ask.pop(key, None)
        elif not self._is_next(node, payload.seq) or (topic.device not in node.types and topic.type != "DBIRTH"):
            self._ask(key, node, now)
        if topic.type.endswith("BIRTH"):
            self._is_born(node, topic.device, payload)
        said = [self._named(node, topic.device, one) for one in payload.metrics]
        if any(not one.name for one in said):
            self._ask(key, node, now)
        last = node.last.setdefault(topic.device, {})
        last |= {one.name: one for one in said if one.name and not one.historical and one.value is not None}
        return said

    def _died(self, topic: Topic, payload: wire.Payload, now: int) -> list[Said]:
        """Every value that the node or device gave is stale from now on. A testament of an older session says nothing."""
        node = self._nodes.get((topic.group, topic.node))
        if node is None or (topic.type == "NDEATH" and _bd_seq(payload) not in (None, node.bd_seq)):
            return []
        if topic.type == "DDEATH":
            if not self._is_next(node, payload.seq):
                self._ask((topic.group, topic.node), node, now)
            gone = {topic.device: node.last.pop(topic.device, {})}
        else:
            gone, node.last, node.seq = node.last, {}, None
        at = payload.at if topic.type == "DDEATH" and payload.at else now // 1000
        return [
            Said(one.name, device, one.value, one.type, max(at, one.at or 0), STALE_500)
            for device, values in gone.items()
            for one in values.values()
        ]

    def _is_next(self, node: _Node, seq: int | None) -> bool:
        """Whether nothing is missing before this message: numbers go from 0 to 255 and round (6.4.5)."""
        if seq is None:
            return True
        is_next = node.seq is None or seq == (node.seq + 1) % 256
        node.seq = seq
        return is_next

    def _is_born(self, node: _Node, device: str, payload: wire.Payload) -> None:
        node.names |= {one.alias: (one.name, one.datatype) for one in payload.metrics if one.alias is not None}
        node.types[device] = {one.name: one.datatype for one in payload.metrics if one.alias is None}
        self._has_news = True

    def _named(self, node: _Node, device: str, one: wire.Metric) -> Said:
        name, datatype = one.name, one.datatype
        if not name and one.alias is not None:
            name, known = node.names.get(one.alias, ("", 0))
            datatype = datatype or known
        datatype = datatype or node.types.get(device, {}).get(name, 0)
        alias = None if name else one.alias
        value = None if one.is_null else wire.plain(one.value, datatype)
        if isinstance(value, float) and not math.isfinite(value):
            value = repr(value)
        return Said(name, "", value, datatype, one.at, one.quality, alias, one.is_historical)

    def _ask(self, key: tuple[str, str], node: _Node, now: int) -> None:
        if now - node.asked_at >= ASKED_AGAIN_AFTER_US:
            node.asked_at = now
            self._to_ask[key] = None


def _bd_seq(payload: wire.Payload) -> int | None:
    found = next((one.value for one in payload.metrics if one.name == _BD_SEQ), None)
    return found if isinstance(found, int) else None
