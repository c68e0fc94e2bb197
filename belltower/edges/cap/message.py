# SPDX-License-Identifier: Apache-2.0
"""A CAP 1.2 message as values, written as XML in the order of the standard's table 3.2."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
Nodes = Iterator[tuple[str, object]]
_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold (XML 1.0, 2.2)."""


@dataclass(frozen=True, slots=True)
class Area:
    """Where it is: words, and a circle of ``radius_km`` around a point in WGS 84, where one is known."""

    description: str
    lat: float | None = None
    lon: float | None = None
    radius_km: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Info:
    """What is said about one alarm in one language (BCP 47)."""

    language: str
    category: str
    event: str
    urgency: str
    severity: str
    certainty: str
    onset: datetime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    parameters: Sequence[tuple[str, str]] = ()
    area: Area | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One message. ``references`` name earlier ones as (sender, identifier, sent); only Update and Cancel have them."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    msg_type: str
    scope: str
    restriction: str = ""
    references: Sequence[tuple[str, str, datetime]] = ()
    infos: Sequence[Info] = ()


def as_xml(alert: Alert) -> bytes:
    """The message as a UTF-8 document."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<alert xmlns="{NAMESPACE}">', *_written(_head(alert), 1)]
    for info in alert.infos:
        lines += ["  <info>", *_written(_about(info), 2)]
        for name, value in info.parameters:
            pair = iter([("valueName", name), ("value", value)])
            lines += ["    <parameter>", *_written(pair, 3), "    </parameter>"]
        if info.area:
            lines += ["    <area>", *_written(_place(info.area), 3), "    </area>"]
        lines.append("  </info>")
    return "\n".join([*lines, "</alert>", ""]).encode()


def instant(at: datetime) -> str:
    """As CAP wants it: whole seconds, and an offset written out; "Z" is not allowed (3.3.2)."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S-00:00")


def _head(alert: Alert) -> Nodes:
    yield "identifier", alert.identifier
    yield "sender", alert.sender
    yield "sent", instant(alert.sent)
    yield "status", alert.status
    yield "msgType", alert.msg_type
    yield "scope", alert.scope
    yield "restriction", alert.restriction
    yield "references", " ".join(f"{sender},{name},{instant(sent)}" for sender, name, sent in alert.references)


def _about(info: Info) -> Nodes:
    yield "language", info.language
    yield "category", info.category
    yield "event", info.event
    yield "urgency", info.urgency
    yield "severity", info.severity
    yield "certainty", info.certainty
    yield "onset", instant(info.onset) if info.onset else ""
    yield "senderName", info.sender_name
    yield "headline", info.headline
    yield "description", info.description
    yield "instruction", info.instruction


def _place(area: Area) -> Nodes:
    yield "areaDesc", area.description
    if area.lat is not None and area.lon is not None:
        yield "circle", f"{area.lat:.6f},{area.lon:.6f} {area.radius_km:g}"


def _written(nodes: Nodes, depth: int) -> Iterator[str]:
    """A line for each element that has a text; an optional one without is left out, and so is what XML cannot hold."""
    for name, value in nodes:
        if text := _UNFIT.sub("", str(value)):
            yield f"{'  ' * depth}<{name}>{html.escape(text, quote=False)}</{name}>"
