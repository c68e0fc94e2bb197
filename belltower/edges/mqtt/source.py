# SPDX-License-Identifier: Apache-2.0
"""What a mapping of kind ``mqtt`` says beyond the common part: session, version, topics."""

from __future__ import annotations

import re

from belltower.edges.mqtt.feed import MqttFeed, Session
from belltower.edges.mqtt.frames import Messages, read_take
from belltower.edges.mqtt.metrics import Metrics, is_sparkplug, read_metrics
from belltower.edges.sources.mapping import COMMON, Source

SCHEMES = ("mqtt", "mqtts")
_KNOWN = (*COMMON, "session", "keep_session", "version", "host", "takes")
_A_WEEK_S = 7 * 86_400.0


def reader(source: Source) -> Messages:
    """How its messages are read. Raises BadMapping."""
    source.document.keys(known=_KNOWN)
    _session(source)
    takes = source.document.each("takes")
    metrics = tuple(read_metrics(part) for part in takes if is_sparkplug(part))
    others = tuple(read_take(part) for part in takes if not is_sparkplug(part))
    return Messages(others, Metrics(metrics) if metrics else None)


def feed(source: Source) -> MqttFeed:
    """A connection to its broker, not open yet. Raises BadMapping."""
    session = _session(source)
    return MqttFeed(source, reader(source), session)


def _session(source: Source) -> Session:
    document = source.document
    name, keep, version, host = (document.get(key) for key in ("session", "keep_session", "version", "host"))
    if host and re.search(r"[/+#]", host.text()):
        raise host.refuse("不能含有 / + #", "may not hold / + #")
    return Session(
        name=name.text() if name else f"belltower-{source.key}",
        keep_s=int(min(keep.seconds() if keep else _A_WEEK_S, 2**32 - 2)),
        is_v5=version is None or str(version.value) == "5" or version.word("3.1.1") == "5",
        host=host.text() if host else "",
    )
