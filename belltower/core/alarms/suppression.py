# SPDX-License-Identifier: Apache-2.0
"""Suppression by design: an expression over other alarms and the asset's life, read once and judged without look-ups.

``alarm UID`` holds while that alarm's condition does; ``life WORD`` while the asset's life is that; and ``not``, ``and``,
``or`` and parentheses, such as ``life out_of_service or (alarm 0192... and not alarm 0193...)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import UUID

from belltower.core.places.models import Life
from belltower.kernel.texts import Text

_TOKEN = re.compile(r"\s*([()]|[\w-]+|\S)")
_DEEPEST = 20


class _Wrong(Exception):
    """The expression cannot be read: ``args[0]`` is the Text that says why."""


@dataclass(frozen=True, slots=True)
class Expression:
    """``what`` is alarm, life, not, and, or; the first two say ``word``, the others have ``parts``."""

    what: str
    word: str = ""
    parts: tuple[Expression, ...] = ()

    def holds(self, is_active: Callable[[UUID], bool], life: str) -> bool:
        """Whether it holds, where ``is_active`` tells of other alarms and ``life`` is the asset's ("" without one)."""
        if self.what == "alarm":
            return is_active(UUID(self.word))
        if self.what == "life":
            return life == self.word
        found = (part.holds(is_active, life) for part in self.parts)
        return not next(found) if self.what == "not" else all(found) if self.what == "and" else any(found)

    def alarms(self) -> Iterator[UUID]:
        """Every alarm that it names."""
        if self.what == "alarm":
            yield UUID(self.word)
        for part in self.parts:
            yield from part.alarms()


def read(words: str) -> Expression | None:
    """The expression, or None for an empty one. Raises ValueError for one that cannot be read (fault_of says why)."""
    try:
        return _read(words)
    except _Wrong as wrong:
        raise ValueError(str(wrong.args[0])) from None


def fault_of(words: str) -> Text | None:
    """Why the expression cannot be read, or None."""
    try:
        _read(words)
    except _Wrong as wrong:
        return wrong.args[0] if isinstance(wrong.args[0], Text) else None
    return None


def _read(words: str) -> Expression | None:
    if not words.strip():
        return None
    tokens = _TOKEN.findall(words)
    found = _either(tokens, 0)
    if tokens:
        raise _wrong(tokens[0])
    return found


def _either(tokens: list[str], depth: int) -> Expression:
    parts = [_both(tokens, depth)]
    while _take(tokens, "or"):
        parts.append(_both(tokens, depth))
    return parts[0] if len(parts) == 1 else Expression("or", parts=tuple(parts))


def _both(tokens: list[str], depth: int) -> Expression:
    parts = [_one(tokens, depth)]
    while _take(tokens, "and"):
        parts.append(_one(tokens, depth))
    return parts[0] if len(parts) == 1 else Expression("and", parts=tuple(parts))


def _one(tokens: list[str], depth: int) -> Expression:
    if depth > _DEEPEST:
        raise _Wrong(Text(zh="抑制条件嵌套过深", en="the expression of suppression is nested too deeply"))
    if _take(tokens, "not"):
        return Expression("not", parts=(_one(tokens, depth + 1),))
    if _take(tokens, "("):
        found = _either(tokens, depth + 1)
        if not _take(tokens, ")"):
            raise _wrong(tokens[0] if tokens else "")
        return found
    return _leaf(tokens)


def _leaf(tokens: list[str]) -> Expression:
    what = tokens.pop(0) if tokens else ""
    word = tokens.pop(0) if tokens else ""
    if what == "life" and word in Life.values:
        return Expression("life", word)
    if what == "alarm" and _is_uid(word):
        return Expression("alarm", str(UUID(word)))
    raise _wrong(f"{what} {word}".strip())


def _take(tokens: list[str], word: str) -> bool:
    if tokens and tokens[0] == word:
        tokens.pop(0)
        return True
    return False


def _is_uid(word: str) -> bool:
    try:
        UUID(word)
    except ValueError:
        return False
    return True


def _wrong(at: str) -> _Wrong:
    return _Wrong(
        Text(
            zh=f"抑制条件在“{at or '末尾'}”处无法读取",
            en=f"the expression of suppression cannot be read at '{at or 'its end'}'",
        )
    )
