# SPDX-License-Identifier: Apache-2.0
"""Metrics of Sparkplug B into readings: which group, node, device and metric is which stream."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from belltower.edges.mqtt.sparkplug import (
    GOOD_192,
    SPACE,
    STALE_500,
    EdgeNodes,
    Message,
    Said,
    Topic,
    read_topic,
)
from belltower.edges.mqtt.sparkplug_wire import NUMBERS
from belltower.edges.mqtt.topics import Pattern, read_pattern
from belltower.edges.sources.document import Part
from belltower.edges.sources.mapping import POINT, read_point
from belltower.edges.sources.readings import BAD, GOOD, UNCERTAIN, Frame, Point, Reading, Trouble, trouble

__all__ = ("SPACE", "Metrics", "MetricsTake", "is_sparkplug", "read_metrics")
MOST_REMEMBERED = 200_000
_TAKE = ("topic", "payload", "streams")
_VALUE = (*POINT, "metric", "optional")
_REALS = (9, 10)
_QUALITY = {None: GOOD, GOOD_192: GOOD, STALE_500: UNCERTAIN}
_decode = msgspec.json.Decoder(Message).decode


@dataclass(frozen=True, slots=True)
class Value:
    """A metric by its name, whose levels may be named in braces, and its stream."""

    metric: Pattern
    point: Point
    is_optional: bool


@dataclass(frozen=True, slots=True)
class MetricsTake:
    """A topic such as ``spBv1.0/{group}/+/{node}/{device}`` (without a device: the node's own metrics)."""

    pattern: Pattern
    values: tuple[Value, ...]

    @property
    def filter(self) -> str:
        """What to subscribe to: all that the node tells, for only its own births and numbers explain its devices'."""
        return "/".join(self.pattern.filter.split("/")[:4]) + "/#"


def is_sparkplug(part: Part) -> bool:
    """Whether a take is of Sparkplug's messages. Raises BadMapping."""
    payload = part.get("payload")
    return payload is not None and payload.value == "sparkplug"


def read_metrics(part: Part) -> MetricsTake:
    """The take that a mapping declares. Raises BadMapping."""
    part.keys(known=_TAKE)
    topic = part.need("topic")
    parts = topic.text().split("/")
    if len(parts) not in (4, 5) or parts[0] != SPACE or parts[2] != "+" or "#" in parts:
        raise topic.refuse(
            f"应为 {SPACE}/组/+/节点 或 {SPACE}/组/+/节点/设备",
            f"must be {SPACE}/GROUP/+/NODE or {SPACE}/GROUP/+/NODE/DEVICE",
        )
    pattern = _pattern(topic)
    return MetricsTake(pattern, tuple(_value(each, pattern.names) for each in part.each("streams")))


def _value(part: Part, names: tuple[str, ...]) -> Value:
    part.keys(known=_VALUE)
    metric, optional = _pattern(part.need("metric")), part.get("optional")
    is_optional = bool(optional and optional.value is True)
    return Value(metric, read_point(part, names=(*names, *metric.names)), is_optional)


def _pattern(part: Part) -> Pattern:
    try:
        return read_pattern(part.text())
    except ValueError as error:
        raise part.refuse(f"不是模式（{error}）", f"is no pattern ({error})") from None


class Metrics:
    """The reader of Sparkplug's messages. What no take names is passed over: a node tells much about itself."""

    def __init__(self, takes: tuple[MetricsTake, ...]) -> None:
        self.takes = takes
        self.filters = list(dict.fromkeys(take.filter for take in takes))
        self._found: dict[tuple[str, str, str], list[tuple[Value, str]]] = {}

    def read(self, frame: Frame, number: int) -> tuple[list[Reading], list[Trouble]]:
        """As Reader says. The message is our own JSON, or as it came (a sample, or one that could not be read then)."""
        topic = read_topic(frame.where)
        if topic is None or topic.type in ("NCMD", "DCMD"):
            return [], []
        said = frame.content if frame.content[:1] == b"{" else EdgeNodes().translated(frame).content
        try:
            message = _decode(said)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return [], [trouble(number, "不是有效的 Sparkplug B 数据", "it is no payload of Sparkplug B")]
        readings: list[Reading] = []
        troubles: list[Trouble] = []
        for one in message.metrics:
            for value, stream in self._streams(topic, one):
                found = _reading(value, stream, one, message, frame, number)
                if isinstance(found, Reading):
                    readings.append(found)
                elif found:
                    troubles.append(found)
        unknown = [one.alias for one in message.metrics if not one.name]
        if unknown:
            names = ", ".join(map(str, unknown[:5]))
            troubles.append(trouble(number, f"没有出生消息说明别名 {names}", f"no birth has told the aliases {names}"))
        return readings, troubles

    def _streams(self, topic: Topic, one: Said) -> list[tuple[Value, str]]:
        """The streams that a metric belongs to."""
        device = one.device or topic.device
        key = topic.group + "/" + topic.node, device, one.name
        found = self._found.get(key)
        if found is None:
            parts = (SPACE, topic.group, topic.type, topic.node, *((device,) if device else ()))
            found = list(self._matching("/".join(parts), one.name)) if one.name else []
            if len(self._found) >= MOST_REMEMBERED:
                self._found.clear()
            self._found[key] = found
        return found

    def _matching(self, topic: str, metric: str) -> list[tuple[Value, str]]:
        made = []
        for take in self.takes:
            places = take.pattern.match(topic)
            for value in take.values if places is not None else ():
                names = value.metric.match(metric)
                if names is not None:
                    made.append((value, _filled(value.point.stream, (places or {}) | names)))
        return made


def _filled(template: str, names: dict[str, str]) -> str:
    for name, said in names.items():
        template = template.replace(f"{{{name}}}", said)
    return template


def _reading(
    value: Value, stream: str, one: Said, message: Message, frame: Frame, number: int
) -> Reading | Trouble | None:
    found = one.value
    if found is None and value.is_optional:
        return None
    if isinstance(found, str) and one.type in _REALS:
        found = float(found)  # NaN or infinity, refused by its name where readings are stored
    if not isinstance(found, int | float) or (one.type and one.type not in NUMBERS):
        said = "null" if found is None else repr(found)[:80]
        return trouble(number, f"{stream} 的值 {said} 不是数字", f"the value {said} of {stream} is no number")
    at = one.at if one.at is not None else message.at
    when = frame.received_at if at is None else at * 1000
    return Reading(value.point, stream, when, float(found), _QUALITY.get(one.quality, BAD), number)
