# SPDX-License-Identifier: Apache-2.0
"""OPC UA values into readings: which node is which stream, and what a status code says of the quality."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import msgspec
from asyncua import ua
from asyncua.ua.uaerrors import UaError

from belltower.edges.sources.document import Part
from belltower.edges.sources.mapping import POINT, read_point
from belltower.edges.sources.readings import BAD, GOOD, UNCERTAIN, Frame, Point, Reading, Trouble, trouble

_KNOWN = (*POINT, "node", "sample_every")
_SAMPLE_EVERY_S = 1.0
# The two highest bits of a status code are its severity (OPC UA part 4, 7.39).
_QUALITY = {0: GOOD, 1: UNCERTAIN, 2: BAD, 3: BAD}


@dataclass(frozen=True, slots=True)
class Node:
    """A variable of the server, by its id such as ``ns=2;s=Boiler.Temperature``."""

    id: str
    point: Point
    sample_every_s: float


class Value(msgspec.Struct):
    """One notification as it is kept: the value, its status code, and the source's own time in microseconds, if it has one."""

    value: Any
    status: int
    at: int | None


def read_node(part: Part) -> Node:
    """The node that a mapping declares. Raises BadMapping."""
    part.keys(known=_KNOWN)
    node, every = part.need("node"), part.get("sample_every")
    try:
        id = ua.NodeId.from_string(node.text()).to_string()
    except (UaError, ValueError):
        raise node.refuse("不是节点标识，例如 ns=2;s=名称", "is no node id such as ns=2;s=Name") from None
    return Node(id, read_point(part, names=()), every.seconds() if every else _SAMPLE_EVERY_S)


class Nodes:
    """The reader of one OPC UA source. A frame is one value of one node."""

    def __init__(self, nodes: tuple[Node, ...]) -> None:
        self.by_id = {one.id: one for one in nodes}

    def read(self, frame: Frame, number: int) -> tuple[list[Reading], list[Trouble]]:
        """As Reader says."""
        node = self.by_id.get(frame.where)
        if node is None:
            return [], [trouble(number, f"映射中没有节点 {frame.where}", f"the mapping has no node {frame.where}")]
        try:
            found = msgspec.json.decode(frame.content, type=Value)
        except msgspec.MsgspecError as error:
            return [], [trouble(number, f"无法读取（{error}）", f"it cannot be read ({error})")]
        if not isinstance(found.value, int | float) or not math.isfinite(found.value):
            said = f"{found.value!r:.60} ({ua.StatusCode(ua.UInt32(found.status)).name})"
            return [], [
                trouble(number, f"节点 {node.id} 的值 {said} 不是数字", f"the value {said} of {node.id} is no number")
            ]
        at = frame.received_at if found.at is None else found.at
        quality = _QUALITY[found.status >> 30]
        return [Reading(node.point, node.point.stream, at, float(found.value), quality, number)], []


def frame_of(id: str, data: ua.DataValue, received_at: int, *, is_asked: bool = False) -> Frame:
    """The frame of a value; one that we asked for holds now, whenever it last changed."""
    at = None if is_asked else micros_of(data.SourceTimestamp or data.ServerTimestamp)
    status = data.StatusCode.value if data.StatusCode else 0
    value = data.Value.Value if data.Value else None
    shown = value if isinstance(value, int | float) else None if value is None else repr(value)[:200]
    if isinstance(shown, float) and not math.isfinite(shown):
        shown = repr(shown)
    return Frame(id, msgspec.json.encode(Value(shown, status, at)), received_at)


def micros_of(instant: datetime | None) -> int | None:
    """Microseconds since 1970; OPC UA's times are UTC without saying so."""
    if instant is None:
        return None
    return round(instant.replace(tzinfo=instant.tzinfo or UTC).timestamp() * 1e6)
