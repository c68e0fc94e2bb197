# SPDX-License-Identifier: Apache-2.0
"""A CAP 1.2 message as values, written as XML in the order of the standard's table 3.2."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree  # nosec B405  # writes only; what is read goes through checking.py
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
Nodes = Iterator[tuple[str, object]]


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
    root = ElementTree.Element("alert", {"xmlns": NAMESPACE})
    _put(root, _head(alert))
    for info in alert.infos:
        part = ElementTree.SubElement(root, "info")
        _put(part, _about(info))
        for name, value in info.parameters:
            _put(ElementTree.SubElement(part, "parameter"), iter([("valueName", name), ("value", value)]))
        if info.area:
            _put(ElementTree.SubElement(part, "area"), _place(info.area))
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


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


def _put(parent: ElementTree.Element, nodes: Nodes) -> None:
    """Add what has a text; an optional element without one is left out. What XML cannot hold is left out too."""
    for name, value in nodes:
        if text := "".join(letter for letter in str(value) if letter in "\t\n\r" or letter >= " "):
            ElementTree.SubElement(parent, name).text = text
