# SPDX-License-Identifier: Apache-2.0
"""MQTT messages into readings: which topics a mapping takes, and where in the payload value, time and quality lie."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from belltower.edges.mqtt.metrics import SPACE, Metrics
from belltower.edges.mqtt.topics import Pattern, read_pattern
from belltower.edges.sources.document import Part
from belltower.edges.sources.mapping import POINT, read_point
from belltower.edges.sources.paths import NotThere, Path, read_path, value_at
from belltower.edges.sources.readings import BAD, GOOD, UNCERTAIN, Frame, Point, Reading, Trouble, trouble

MOST_TOPICS_REMEMBERED = 200_000
LARGEST_BYTES = 1_000_000
_VALUE = (*POINT, "value", "at", "at_in", "quality", "good", "uncertain", "optional")
_TAKE = ("topic", "payload", "each", "names", "streams")
_IN_US: Mapping[str, float] = {"s": 1e6, "ms": 1e3, "us": 1.0}
_LARGEST = 1.7976931348623157e308  # of a 64-bit number; NaN and infinity are told apart where readings are stored
_decode = msgspec.json.Decoder().decode


@dataclass(frozen=True, slots=True)
class Value:
    """Where one stream's value, instant and quality lie in a payload."""

    point: Point
    value: Path
    at: Path | None
    at_in: str
    quality: Path | None
    good: tuple[str, ...]
    uncertain: tuple[str, ...]
    is_optional: bool


@dataclass(frozen=True, slots=True)
class Take:
    """A topic pattern and what its payloads hold: one document, or a list of them at ``each``."""

    pattern: Pattern
    is_json: bool
    each: Path | None
    names: tuple[tuple[str, Path], ...]
    values: tuple[Value, ...]


class _Match(NamedTuple):
    """A take that a topic belongs to, and the keys of its streams where the topic alone says them."""

    take: Take
    names: dict[str, str]
    streams: tuple[str, ...]


def read_take(part: Part) -> Take:
    """The take that a mapping declares. Raises BadMapping."""
    part.keys(known=_TAKE)
    topic = part.need("topic")
    try:
        pattern = read_pattern(topic.text())
    except ValueError as error:
        raise topic.refuse(f"不是主题模式（{error}）", f"is no topic pattern ({error})") from None
    named = part.get("names")
    names = tuple((name, _path(each)) for name, each in (named.value.items() if named else ()))
    known = (*pattern.names, *(name for name, _ in names))
    payload = part.get("payload")
    return Take(
        pattern=pattern,
        is_json=payload is None or payload.word("json", "number") == "json",
        each=_path(each) if (each := part.get("each")) else None,
        names=names,
        values=tuple(_value(each, known) for each in part.each("streams")),
    )


def _value(part: Part, names: tuple[str, ...]) -> Value:
    part.keys(known=_VALUE)
    value, at, at_in, quality = (part.get(name) for name in ("value", "at", "at_in", "quality"))
    optional = part.get("optional")
    return Value(
        point=read_point(part, names=names),
        value=_path(value) if value else (),
        at=_path(at) if at else None,
        at_in=at_in.word("iso", *_IN_US) if at_in else "iso",
        quality=_path(quality) if quality else None,
        good=part.need("good").words() if quality else (),
        uncertain=found.words() if (found := part.get("uncertain")) else (),
        is_optional=bool(optional and optional.value is True),
    )


def _path(part: Part) -> Path:
    try:
        return read_path(part.text())
    except ValueError:
        raise part.refuse("不是路径，例如 data.sensors[0].ch4", "is no path such as data.sensors[0].ch4") from None


class Messages:
    """The reader of one MQTT source: ``takes`` of JSON and bare numbers, and the ``metrics`` of Sparkplug B."""

    def __init__(self, takes: tuple[Take, ...], metrics: Metrics | None = None) -> None:
        self.takes, self.metrics = takes, metrics
        self._matches: dict[str, list[_Match]] = {}

    @property
    def filters(self) -> list[str]:
        """What to subscribe to."""
        asked = [take.pattern.filter for take in self.takes]
        return list(dict.fromkeys([*asked, *(self.metrics.filters if self.metrics else ())]))

    def read(self, frame: Frame, number: int) -> tuple[list[Reading], list[Trouble]]:
        """As Reader says. A frame is read as far as it can be; each stream that cannot be is a trouble of its own."""
        if self.metrics and frame.where.startswith(SPACE):
            return self.metrics.read(frame, number)
        matches = self._matches.get(frame.where)
        if matches is None:
            matches = self._matches_of(frame.where)
        if not matches:
            where = frame.where[:200]
            return [], [trouble(number, f"没有映射主题 {where}", f"no mapping takes the topic {where}")]
        if len(frame.content) > LARGEST_BYTES:
            size = f"{len(frame.content):,}"
            return [], [trouble(number, f"数据有 {size} 字节，过大", f"it has {size} bytes, which is too many")]
        readings: list[Reading] = []
        troubles: list[Trouble] = []
        for match in matches:
            try:
                document = _decode(frame.content) if match.take.is_json else _plain(frame.content)
            except (msgspec.DecodeError, ValueError, RecursionError) as error:
                troubles.append(
                    trouble(number, f"不是有效的 JSON 或数字（{error}）", f"it is no JSON or number ({error})")
                )
                continue
            _read(match, document, frame, number, readings, troubles)
        return readings, troubles

    def _matches_of(self, topic: str) -> list[_Match]:
        found = []
        for take in self.takes:
            names = take.pattern.match(topic)
            if names is not None:
                streams = () if take.names else tuple(_fill(value.point.stream, names) for value in take.values)
                found.append(_Match(take, names, streams))
        if len(self._matches) >= MOST_TOPICS_REMEMBERED:
            self._matches.clear()
        self._matches[topic] = found
        return found


def _plain(content: bytes) -> float:
    return float(content.decode("ascii"))


def _read(
    match: _Match, document: Any, frame: Frame, number: int, readings: list[Reading], troubles: list[Trouble]
) -> None:
    """One take's readings and troubles of a document, put at the end of both lists."""
    take = match.take
    try:
        documents = [document] if take.each is None else value_at(document, take.each)
        if not isinstance(documents, list):
            raise NotThere("each")
    except NotThere as error:
        troubles.append(_missing(number, error))
        return
    for one in documents:
        try:
            streams = match.streams or _streams(take, one, match.names)
        except NotThere as error:
            troubles.append(_missing(number, error))
            continue
        for value, stream in zip(take.values, streams, strict=True):
            found = _reading(value, stream, one, frame, number)
            if isinstance(found, Reading):
                readings.append(found)
            elif found:
                troubles.append(found)


def _streams(take: Take, document: Any, names: dict[str, str]) -> list[str]:
    """The keys of a document's streams, with names that the document itself says."""
    said = names | {name: str(value_at(document, path)) for name, path in take.names}
    return [_fill(value.point.stream, said) for value in take.values]


def _fill(template: str, names: Mapping[str, str]) -> str:
    for name, said in names.items():
        template = template.replace(f"{{{name}}}", said)
    return template


def _reading(value: Value, stream: str, document: Any, frame: Frame, number: int) -> Reading | Trouble | None:
    try:
        found = value_at(document, value.value)
        at = frame.received_at if value.at is None else _instant(value_at(document, value.at), value.at_in)
        quality = GOOD if value.quality is None else _quality(value, value_at(document, value.quality))
    except NotThere as error:
        return None if value.is_optional else _missing(number, error)
    except (ValueError, OverflowError, TypeError) as error:
        return trouble(number, f"时间无法读取（{error}）", f"its time cannot be read ({error})")
    if found is None and value.is_optional:
        return None
    if not isinstance(found, int | float) or abs(found) > _LARGEST:
        said = repr(found)[:80]
        return trouble(number, f"{stream} 的值 {said} 不是数字", f"the value {said} of {stream} is no number")
    return Reading(value.point, stream, at, float(found), quality, number)


def _instant(found: Any, at_in: str) -> int:
    """Microseconds since 1970 UTC. Raises ValueError, TypeError or OverflowError for what is no instant."""
    if at_in == "iso":
        read = datetime.fromisoformat(found)
        if read.tzinfo is None:
            raise ValueError("no offset")
        return round(read.timestamp() * 1e6)
    if isinstance(found, bool) or not isinstance(found, int | float) or not math.isfinite(found):
        raise ValueError(repr(found)[:40])
    return round(found * _IN_US[at_in])


def _quality(value: Value, found: Any) -> int:
    said = {True: "true", False: "false"}[found] if isinstance(found, bool) else str(found)
    return GOOD if said in value.good else UNCERTAIN if said in value.uncertain else BAD


def _missing(number: int, error: NotThere) -> Trouble:
    return trouble(number, f"数据中没有“{error.args[0]}”", f"it has no '{error.args[0]}'")
