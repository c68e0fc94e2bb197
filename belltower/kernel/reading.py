# SPDX-License-Identifier: Apache-2.0
"""Takes typed values out of what YAML or JSON holds, and says of one that does not fit where it is and what was meant."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

T = TypeVar("T")


class Misread(Refusal):
    """A file of ours that does not hold what it should: which file, which key, what is wrong, what was meant."""

    code = "misread"
    sentence = Text(
        zh="{source} 的“{key}”有误：{reason}。{hint}",
        en="{source} is wrong at '{key}': {reason}. {hint}",
    )


@dataclass(frozen=True, slots=True)
class Reader:
    """One mapping and where it stands: its file, and the path of keys that leads to it.

    Each method takes one kind of value by its key, and raises ``refusal`` (a Misread) where it does not fit.
    """

    values: Mapping[str, Any]
    source: str
    refusal: type[Misread] = Misread
    within: str = ""

    def fail(self, key: str, reason: Text, hint: Text | str = "") -> Misread:
        """The refusal of the value at ``key``."""
        return self.refusal(source=self.source, key=f"{self.within}{key}", reason=reason, hint=hint)

    def only(self, known: Iterable[str]) -> None:
        """Refuse any key but the known ones: a mistyped key must not be passed over in silence."""
        choices = tuple(known)
        for key in map(str, self.values):
            if key not in choices:
                raise self.fail(key, Text(zh="没有这个键", en="there is no such key"), meant(key, choices))

    def has(self, key: str) -> bool:
        """Whether there is anything at ``key``."""
        return self.values.get(key) not in (None, "")

    def get(self, key: str) -> Any:
        """Whatever is at ``key``; it must be there."""
        if not self.has(key):
            raise self.fail(key, Text(zh="缺少这一项", en="it is missing"))
        return self.values[key]

    def take(self, key: str, make: Callable[[Any], T], *, wants: Text, example: str) -> T:
        """The value at ``key`` as ``make`` makes it; its ValueError, TypeError or AttributeError is a misfit."""
        value = self.get(key)
        try:
            return make(value)
        except (ValueError, TypeError, AttributeError):
            reason = Text(zh=f"“{value}”不是{wants.say('zh')}", en=f"{value!r} is not {wants.say('en')}")
            raise self.fail(key, reason, Text(zh=f"例如：{example}", en=f"For example: {example}")) from None

    def list_of(self, key: str) -> list[Any]:
        """The list at ``key``; empty where the key is absent."""
        value = self.values.get(key)
        if value is None:
            return []
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise self.fail(key, Text(zh="应为列表", en="it is not a list"))
        return list(value)

    def each(self, key: str) -> Iterator[Reader]:
        """A reader for every mapping in the list at ``key``."""
        for index, part in enumerate(self.list_of(key)):
            if not isinstance(part, Mapping):
                raise self.fail(f"{key}/{index}", Text(zh="应为一组键值", en="it is not a mapping"))
            yield Reader(part, self.source, self.refusal, f"{self.within}{key}/{index}/")

    def items(self, key: str) -> Iterator[tuple[Reader, str]]:
        """For every plain value in the list at ``key``: a reader that holds it, and its key there."""
        for index, value in enumerate(self.list_of(key)):
            yield Reader({str(index): value}, self.source, self.refusal, f"{self.within}{key}/"), str(index)

    def string(self, key: str) -> str:
        """A text. A number is refused: YAML would have dropped its leading zeros."""
        return self.take(key, _string, wants=Text(zh="文本", en="a text"), example='"430400"')

    def text(self, key: str) -> Text:
        """A text in Chinese, English or both."""
        wants = Text(zh="中文或英文文本", en="a text in Chinese or English")
        return self.take(key, Text.read, wants=wants, example="{zh: 衡阳市, en: Hengyang}")

    def one_of(self, key: str, allowed: Iterable[str]) -> str:
        """One of the allowed words."""
        value, choices = self.string(key), tuple(allowed)
        if value not in choices:
            raise self.fail(key, Text(zh=f"不认识“{value}”", en=f"'{value}' is not known"), meant(value, choices))
        return value

    def whole(self, key: str) -> int:
        """A positive whole number."""
        return self.take(key, _whole, wants=Text(zh="正整数", en="a positive whole number"), example="6")

    def yes_or_no(self, key: str) -> bool:
        """True or false."""
        return self.take(key, _bool, wants=Text(zh="true 或 false", en="true or false"), example="true")

    def day(self, key: str) -> date:
        """A civil day."""
        return self.take(key, _day, wants=Text(zh="日期", en="a day"), example="2026-02-14")


def meant(given: str, known: Iterable[str]) -> Text | str:
    """A hint at the known word nearest to ``given``; at all of them where few; nothing otherwise."""
    choices = tuple(known)
    if near := difflib.get_close_matches(given, choices, n=1, cutoff=0.6):
        return Text(zh=f"是否想写“{near[0]}”？", en=f"Did you mean '{near[0]}'?")
    listed = ", ".join(choices)
    return Text(zh=f"可用：{listed}。", en=f"There are: {listed}.") if 0 < len(choices) <= 15 else ""


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError
    return value


def _bool(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _day(value: Any) -> date:
    # YAML has made a date of it already; JSON has not.
    return value if type(value) is date else date.fromisoformat(value)
