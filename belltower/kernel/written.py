# SPDX-License-Identifier: Apache-2.0
"""YAML that people write, read so that every value knows its line: whatever is wrong is told with the line it stands on."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import yaml

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

_DURATION = re.compile(r"P(?=.)(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
LONGEST = 1_000_000
Refusing = Callable[[int, Text], Refusal]
"""Makes the reader's own refusal of a line (the first is 1) and a reason."""


@dataclass(frozen=True, slots=True)
class Part:
    """One value of the document, its line (the first is 1) and what it is called there.

    Every method that wants something of the value raises the document's own refusal where it is not so.
    """

    value: Any
    line: int
    name: str
    refusing: Refusing = field(repr=False, compare=False)

    def refuse(self, zh: str, en: str) -> Refusal:
        """The refusal that names this line."""
        return self.refusing(self.line, Text(zh=f"“{self.name}”{zh}", en=f"'{self.name}' {en}"))

    def keys(self, *, known: tuple[str, ...]) -> None:
        """Refuse unless this is a mapping of ``known`` keys only: a slip of the pen is never silent."""
        for key, part in self._mapping().items():
            if key not in known:
                zh, en = near(key, known)
                raise part.refuse(
                    f"不认识，{zh}可用：{'、'.join(known)}", f"is not known here; {en}there are {', '.join(known)}"
                )

    def get(self, key: str) -> Part | None:
        """The part called ``key``, or None where it is missing or empty."""
        found = self._mapping().get(key)
        return found if found is not None and found.value is not None else None

    def need(self, key: str) -> Part:
        """The part called ``key``."""
        found = self.get(key)
        if found is None:
            raise self.refusing(self.line, Text(zh=f"缺少“{key}”", en=f"'{key}' is missing"))
        return found

    def each(self, key: str) -> list[Part]:
        """The parts of the list ``key``, which has at least one."""
        part = self.need(key)
        if not isinstance(part.value, list) or not part.value:
            raise part.refuse("应为至少一项的列表", "must be a list of at least one")
        return part.value

    def text(self) -> str:
        """A text that is not empty."""
        if not isinstance(self.value, str) or not self.value.strip():
            raise self.refuse("应为文字", "must be a text")
        return self.value.strip()

    def word(self, *allowed: str) -> str:
        """One of the words that are allowed."""
        if not isinstance(self.value, str) or self.value not in allowed:
            zh, en = near(str(self.value), allowed)
            raise self.refuse(
                f"应为 {'、'.join(allowed)} 之一{zh and '，'}{zh}",
                f"must be one of {', '.join(allowed)}{en and '; '}{en}".rstrip(),
            )
        return str(self.value)

    def number(self, *, least: float = -math.inf) -> float:
        """A finite number, at least ``least``."""
        is_number = isinstance(self.value, int | float) and not isinstance(self.value, bool)
        if not is_number or not math.isfinite(self.value) or self.value < least:
            raise self.refuse(
                f"应为数字，且不小于 {least:g}" if least > -math.inf else "应为数字",
                f"must be a number of at least {least:g}" if least > -math.inf else "must be a number",
            )
        return float(self.value)

    def whole(self, *, least: int, most: int) -> int:
        """A whole number from ``least`` to ``most``."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or not least <= self.value <= most:
            raise self.refuse(f"应为 {least} 至 {most} 的整数", f"must be a whole number from {least} to {most}")
        return self.value

    def seconds(self) -> float:
        """An ISO 8601 duration such as PT10S, in seconds, more than none."""
        found = _DURATION.fullmatch(self.value) if isinstance(self.value, str) else None
        days, hours, minutes, seconds = (float(part or 0) for part in found.groups()) if found else (0.0,) * 4
        if not (total := ((days * 24 + hours) * 60 + minutes) * 60 + seconds):
            raise self.refuse("应为 ISO 8601 时长，例如 PT10S", "must be an ISO 8601 duration such as PT10S")
        return total

    def day(self) -> date:
        """A day such as 2026-11-23."""
        if not isinstance(self.value, date) or isinstance(self.value, datetime):
            raise self.refuse("应为日期，例如 2026-11-23", "must be a day such as 2026-11-23")
        return self.value

    def words(self) -> tuple[str, ...]:
        """A text, number or truth, or a list of them, each as JSON writes it."""
        parts = self.value if isinstance(self.value, list) else [self]
        return tuple(_as_json_says(part.value) for part in parts)

    def _mapping(self) -> dict[str, Part]:
        if not isinstance(self.value, dict):
            raise self.refuse("应为键值", "must be keys with values")
        return self.value


def near(given: str, known: tuple[str, ...]) -> tuple[str, str]:
    """Half a sentence in Chinese and English that guesses what was meant; empty where nothing is near."""
    found = difflib.get_close_matches(given, known, n=1) or difflib.get_close_matches(given.lower(), known, n=1)
    return (f"是否为“{found[0]}”？", f"did you mean '{found[0]}'? ") if found else ("", "")


def read(text: str, refusing: Refusing, *, name: str) -> Part:
    """The document called ``name``, with lines. Refused where it is no YAML, uses anchors, or says a key twice."""
    if len(text) > LONGEST:
        raise refusing(1, Text(zh="文件过大", en="the file is too big"))
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or "not YAML"
        line = mark.line + 1 if mark else 1
        raise refusing(line, Text(zh=f"不是有效的 YAML（{why}）", en=f"it is no YAML ({why})")) from None
    if node is None:
        raise refusing(1, Text(zh="文件是空的", en="the file is empty"))
    # An anchor lets a short file grow without end, and hides the line that is meant.
    if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader)):
        raise refusing(1, Text(zh="不支持 YAML 别名", en="YAML aliases are not supported"))
    return _part(node, name, refusing)


def _part(node: yaml.Node, name: str, refusing: Refusing) -> Part:
    line = node.start_mark.line + 1
    if not isinstance(node, yaml.ScalarNode) and node.tag not in _PLAIN_TAGS:
        raise Part(None, line, name, refusing).refuse("不能带标签", "must have no tag")
    if isinstance(node, yaml.MappingNode):
        return Part(dict(_entries(node, refusing)), line, name, refusing)
    if isinstance(node, yaml.SequenceNode):
        return Part([_part(each, name, refusing) for each in node.value], line, name, refusing)
    loader = yaml.SafeLoader("")
    try:
        return Part(loader.construct_object(node), line, name, refusing)
    except (yaml.YAMLError, ValueError):
        raise Part(None, line, name, refusing).refuse("无法读取", "cannot be read") from None


def _entries(node: yaml.MappingNode, refusing: Refusing) -> Iterator[tuple[str, Part]]:
    seen: set[str] = set()
    for key, value in node.value:
        line, name = key.start_mark.line + 1, str(key.value)
        if name in seen:
            raise refusing(line, Text(zh=f"“{name}”出现了两次", en=f"'{name}' stands there twice"))
        seen.add(name)
        part = _part(value, name, refusing)
        yield name, Part(part.value, line, name, refusing)


def _as_json_says(value: Any) -> str:
    return {True: "true", False: "false", None: "null"}[value] if isinstance(value, bool | None) else str(value)
