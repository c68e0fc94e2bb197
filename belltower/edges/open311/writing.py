# SPDX-License-Identifier: Apache-2.0
"""Answers as JSON, or as the specification's XML; what no XML document may hold is left out, everything else is text."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from belltower.kernel.errors import Refusal

_UNFIT = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML document may hold (XML 1.0, 2.2)."""
MEDIA_TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
_ITEM_OF = {"attributes": "attribute", "values": "value"}
"""What one member of a list is called in XML."""


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows, and what XML calls the list and a row of it."""

    root: str
    item: str
    rows: Sequence[Mapping[str, Any]]

    def as_json(self) -> bytes:
        return msgspec.json.encode(self.rows)

    def as_xml(self) -> bytes:
        return _document(self.root, "".join(_element(self.item, row) for row in self.rows))


@dataclass(frozen=True, slots=True)
class Single:
    """One object, and what XML calls it."""

    root: str
    row: Mapping[str, Any]

    def as_json(self) -> bytes:
        return msgspec.json.encode(self.row)

    def as_xml(self) -> bytes:
        return _document(self.root, _inner(self.root, self.row))


Told = Listed | Single


def errors(refusal: Refusal, status: int, language: str) -> Listed:
    """The specification's error: its code is the status."""
    return Listed("errors", "error", [{"code": status, "description": refusal.say(language)}])


def written(told: Told, form: str) -> bytes:
    """The body in that form, ``json`` or ``xml``."""
    return told.as_xml() if form == "xml" else told.as_json()


def _document(root: str, inner: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>{inner}</{root}>'.encode()


def _element(name: str, value: object) -> str:
    return f"<{name}>{_inner(name, value)}</{name}>"


def _inner(name: str, value: object) -> str:
    if isinstance(value, Mapping):
        return "".join(_element(key, one) for key, one in value.items())
    if isinstance(value, list | tuple):
        return "".join(_element(_ITEM_OF[name], one) for one in value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else html.escape(_UNFIT.sub("", str(value)), quote=False)
