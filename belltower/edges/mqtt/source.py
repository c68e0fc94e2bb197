# SPDX-License-Identifier: Apache-2.0
"""What a mapping of kind ``mqtt`` says beyond the common part: session, version, topics."""

from __future__ import annotations

from dataclasses import dataclass

from belltower.edges.mqtt.feed import MqttFeed
from belltower.edges.mqtt.frames import Messages, read_take
from belltower.edges.sources.mapping import COMMON, Source

SCHEMES = ("mqtt", "mqtts")
_KNOWN = (*COMMON, "session", "keep_session", "version", "takes")
_A_WEEK_S = 7 * 86_400.0


@dataclass(frozen=True, slots=True)
class Session:
    """Our name at the broker, how long it keeps what we missed, and the version of MQTT."""

    name: str
    keep_s: int
    is_v5: bool


def reader(source: Source) -> Messages:
    """How its messages are read. Raises BadMapping."""
    source.document.keys(known=_KNOWN)
    _session(source)
    return Messages(tuple(read_take(part) for part in source.document.each("takes")))


def feed(source: Source) -> MqttFeed:
    """A connection to its broker, not open yet. Raises BadMapping."""
    session = _session(source)
    return MqttFeed(source, reader(source), name=session.name, keep_s=session.keep_s, is_v5=session.is_v5)


def _session(source: Source) -> Session:
    document = source.document
    name, keep, version = (document.get(key) for key in ("session", "keep_session", "version"))
    return Session(
        name=name.text() if name else f"belltower-{source.key}",
        keep_s=int(min(keep.seconds() if keep else _A_WEEK_S, 2**32 - 2)),
        is_v5=version is None or str(version.value) == "5" or version.word("3.1.1") == "5",
    )
