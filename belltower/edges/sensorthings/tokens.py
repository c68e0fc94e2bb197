# SPDX-License-Identifier: Apache-2.0
"""An OData expression cut into words: numbers, texts, times, geometries, names and signs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from belltower.edges.sensorthings.errors import BadQuery, text

_INSTANT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+ -]\d{2}:?\d{2})"
# In order: an earlier pattern wins. A plus sign in an address reaches us as a blank, also inside an instant.
_PATTERNS = (
    ("blank", r"\s+"),
    ("time", rf"{_INSTANT}(?:/{_INSTANT})?(?![\w:])"),
    ("date", r"\d{4}-\d{2}-\d{2}(?![\w-])"),
    ("clock", r"\d{2}:\d{2}:\d{2}(?:\.\d+)?(?![\w:])"),
    ("number", r"\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w])"),
    ("prefixed", r"(?:geography|geometry|duration)'(?:[^']|'')*'"),
    ("text", r"'(?:[^']|'')*'"),
    ("name", r"[@$A-Za-z_\u0080-\U0010ffff](?:[\w$@]|\.(?=\w))*"),
    ("sign", r"[()/,\[\]:;=*-]"),
)
_TOKEN = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in _PATTERNS))


@dataclass(frozen=True, slots=True)
class Token:
    """One word: its kind, its text as given, and where it begins."""

    kind: str
    text: str
    at: int


def tokens(given: str) -> list[Token]:
    """The words of ``given`` and an ``end``. Raises BadQuery at what is no word."""
    return [*_words(given), Token("end", "", len(given))]


def _words(given: str) -> Iterator[Token]:
    at = 0
    while at < len(given):
        found = _TOKEN.match(given, at)
        if found is None:
            raise BadQuery(given=given[:200], reason=text("第 {at} 个字符", "at character {at}", at=at + 1))
        if found.lastgroup != "blank":
            yield Token(str(found.lastgroup), found.group(), at)
        at = found.end()


def unquoted(given: str) -> str:
    """``'it''s'`` → ``it's``."""
    return given[1:-1].replace("''", "'")
