# SPDX-License-Identifier: Apache-2.0
"""Whether a document is a CAP 1.2 message: elements, their order and number, and code values, as the standard lists them.

Source: OASIS Common Alerting Protocol 1.2 (1 July 2010), table 3.2 and the schema of section 3.4.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Mapping, Sequence

from belltower.edges.cap.message import NAMESPACE

# Name, whether it must be there, whether there may be many; in the schema's order.
Shape = Sequence[tuple[str, bool, bool]]
ALERT: Shape = (
    ("identifier", True, False), ("sender", True, False), ("sent", True, False), ("status", True, False),
    ("msgType", True, False), ("source", False, False), ("scope", True, False), ("restriction", False, False),
    ("addresses", False, False), ("code", False, True), ("note", False, False), ("references", False, False),
    ("incidents", False, False), ("info", False, True),
)  # fmt: skip
INFO: Shape = (
    ("language", False, False), ("category", True, True), ("event", True, False), ("responseType", False, True),
    ("urgency", True, False), ("severity", True, False), ("certainty", True, False), ("audience", False, False),
    ("eventCode", False, True), ("effective", False, False), ("onset", False, False), ("expires", False, False),
    ("senderName", False, False), ("headline", False, False), ("description", False, False),
    ("instruction", False, False), ("web", False, False), ("contact", False, False), ("parameter", False, True),
    ("resource", False, True), ("area", False, True),
)  # fmt: skip
PAIR: Shape = (("valueName", True, False), ("value", True, False))
AREA: Shape = (
    ("areaDesc", True, False), ("polygon", False, True), ("circle", False, True), ("geocode", False, True),
    ("altitude", False, False), ("ceiling", False, False),
)  # fmt: skip
RESOURCE: Shape = (
    ("resourceDesc", True, False), ("mimeType", True, False), ("size", False, False), ("uri", False, False),
    ("derefUri", False, False), ("digest", False, False),
)  # fmt: skip
SHAPES: Mapping[str, Shape] = {
    "alert": ALERT, "info": INFO, "area": AREA, "resource": RESOURCE, "parameter": PAIR, "eventCode": PAIR,
    "geocode": PAIR,
}  # fmt: skip
CODES: Mapping[str, frozenset[str]] = {
    "status": frozenset({"Actual", "Exercise", "System", "Test", "Draft"}),
    "msgType": frozenset({"Alert", "Update", "Cancel", "Ack", "Error"}),
    "scope": frozenset({"Public", "Restricted", "Private"}),
    "category": frozenset({"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra",
                           "CBRNE", "Other"}),
    "responseType": frozenset({"Shelter", "Evacuate", "Prepare", "Execute", "Avoid", "Monitor", "Assess", "AllClear",
                               "None"}),
    "urgency": frozenset({"Immediate", "Expected", "Future", "Past", "Unknown"}),
    "severity": frozenset({"Extreme", "Severe", "Moderate", "Minor", "Unknown"}),
    "certainty": frozenset({"Observed", "Likely", "Possible", "Unlikely", "Unknown"}),
}  # fmt: skip
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[-+]\d\d:\d\d")
_INSTANTS = frozenset({"sent", "effective", "onset", "expires"})
_WORD = re.compile(r"[^\s,<&]+")
_SIGNED = "{http://www.w3.org/2000/09/xmldsig#}Signature"


def faults_of(document: bytes) -> list[str]:
    """What keeps ``document`` from being a CAP 1.2 message; nothing for a good one. Signatures are not verified."""
    if b"<!DOCTYPE" in document or b"<!ENTITY" in document:
        return ["a document type is not allowed"]
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError as error:
        return [f"not XML: {error}"]
    if root.tag != f"{{{NAMESPACE}}}alert":
        return [f"the root is {root.tag}"]
    return list(_faults(root, "alert"))


def _faults(element: ElementTree.Element, name: str) -> Iterator[str]:
    shape, children = SHAPES[name], [child for child in element if child.tag != _SIGNED]
    places = {word: place for place, (word, _, _) in enumerate(shape)}
    names = [str(child.tag).removeprefix(f"{{{NAMESPACE}}}") for child in children]
    yield from (f"{name} holds {word}" for word in names if word not in places)
    order = [places[word] for word in names if word in places]
    if order != sorted(order):
        yield f"{name} has its elements in another order"
    for word, is_needed, may_repeat in shape:
        if is_needed and word not in names:
            yield f"{name} lacks {word}"
        if not may_repeat and names.count(word) > 1:
            yield f"{name} has {word} more than once"
    for word, child in zip(names, children, strict=True):
        yield from _faults(child, word) if word in SHAPES else _worded(word, (child.text or "").strip())
    if name == "alert":
        yield from _together(dict(zip(names, ((child.text or "").strip() for child in children), strict=True)))


def _worded(name: str, text: str) -> Iterator[str]:
    """What is wrong with the text of one element."""
    if name in CODES and text not in CODES[name]:
        yield f"{name} is {text!r}"
    if name in _INSTANTS and text and not _INSTANT.fullmatch(text):
        yield f"{name} is no instant with an offset: {text!r}"
    if name in ("identifier", "sender") and not _WORD.fullmatch(text):
        yield f"{name} is empty, or holds a blank, comma, < or &: {text!r}"


def _together(said: Mapping[str, str]) -> Iterator[str]:
    """What elements ask of each other (table 3.2, rules of restriction, addresses and references)."""
    if said.get("scope") == "Restricted" and not said.get("restriction"):
        yield "a restricted message says its restriction"
    if said.get("scope") == "Private" and not said.get("addresses"):
        yield "a private message says its addresses"
    if said.get("msgType") in ("Update", "Cancel", "Ack", "Error") and not said.get("references"):
        yield f"a message of type {said['msgType']} refers to another"
