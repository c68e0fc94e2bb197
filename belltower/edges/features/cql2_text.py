# SPDX-License-Identifier: Apache-2.0
"""A CQL2 expression as the tree that its JSON form is, from text or from JSON, never larger or deeper than is sound.

Text is read by the library cql2 (decision 0150). It goes down the expression by recursion in compiled code, so what it is
given is measured first: a filter of ten thousand brackets would otherwise end the process.
"""

from __future__ import annotations

import re
from typing import Any

import cql2
import msgspec

from belltower.edges.features.errors import BadFilter, text

LONGEST = 8_000
"""Characters of a filter."""
DEEPEST = 40
MOST_NODES = 400
_WORDS = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|[\w.]+|[^\w\s]")
Tree = Any


def tree(given: str) -> Tree:
    """The tree of CQL2 text. Raises BadFilter."""
    _short(given)
    _shallow(given)
    try:
        return measured(cql2.parse_text(given).to_json())
    except cql2.ParseError as error:
        raise BadFilter(
            reason=text("不是 CQL2 文本：{at}", "it is no CQL2 text: {at}", at=_place(str(error)))
        ) from None
    except cql2.ValidationError:
        raise BadFilter(reason=text("不是 CQL2 文本", "it is no CQL2 text")) from None


def json_tree(given: str) -> Tree:
    """The tree of CQL2 JSON. Raises BadFilter."""
    _short(given)
    try:
        return measured(msgspec.json.decode(given))
    except (msgspec.DecodeError, RecursionError):
        raise BadFilter(reason=text("不是 JSON", "it is no JSON")) from None


def measured(tree: Tree) -> Tree:
    """``tree``, if it is neither too deep nor too large. Raises BadFilter."""
    nodes, level, depth = 0, [tree], 0
    while level:
        nodes, depth = nodes + len(level), depth + 1
        if nodes > MOST_NODES * 4 or depth > DEEPEST * 2:
            raise _too_large()
        level = [below for node in level for below in _below(node)]
    return tree


def _below(node: Tree) -> list[Tree]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _short(given: str) -> None:
    if len(given) > LONGEST:
        raise BadFilter(reason=text("超过 {most} 个字符", "it has more than {most} characters", most=LONGEST))


def _shallow(given: str) -> None:
    """Raises BadFilter for more words than a filter has, or brackets, negations or signs stacked too high."""
    words = _WORDS.findall(given)
    open_, deepest = 0, 0
    for word in words:
        open_ += {"(": 1, ")": -1}.get(word, 0)
        deepest = max(deepest, open_)
    stacked = sum(word.lower() in ("not", "-", "+") for word in words)
    if deepest > DEEPEST or stacked > MOST_NODES // 4 or len(words) > MOST_NODES * 4:
        raise _too_large()


def _too_large() -> BadFilter:
    return BadFilter(reason=text("层次过深或条件过多", "it is too deep or has too many parts"))


def _place(said: str) -> str:
    """Where the reader stopped: " --> 1:8" of its message."""
    found = re.search(r"--> (\d+):(\d+)", said)
    return f"{found[1]}:{found[2]}" if found else "?"
