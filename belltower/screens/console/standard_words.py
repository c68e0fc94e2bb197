# SPDX-License-Identifier: Apache-2.0
"""Predicates and values as people say them, in Chinese and English: the values of a day put in, with their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from belltower.core.standards.predicates.binding import Given
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.nodes import (
    And,
    Arithmetic,
    Comparison,
    Field,
    IsUnknown,
    Kind,
    Literal,
    Node,
    Not,
    OneOf,
    Or,
    Value,
    parts_of,
)
from belltower.kernel.packs import Field as Declared
from belltower.kernel.texts import Text
from belltower.screens.console import dates
from belltower.screens.console.shown import printed

Fields = Mapping[str, Declared]
_SIGNS = {"=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥", "+": "+", "-": "−", "*": "×", "/": "÷"}
_YES, _NO = Text(zh="是", en="yes"), Text(zh="否", en="no")
_TODAY = Text(zh="今天", en="today")


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says nodes about what has these declared fields, in one language; a value that is not in force is said by its name."""

    fields: Fields
    values: Mapping[str, Given]
    language: str

    def say(self, node: Node) -> str:
        """The node as a phrase."""
        match node:
            case And(parts):
                return self._choose("，且", " and ").join(self._inner(one) for one in parts)
            case Or(parts):
                return self._choose("，或", " or ").join(self._inner(one) for one in parts)
            case Not(IsUnknown(of)):
                return self._choose(f"已知{self.say(of)}", f"{self.say(of)} is known")
            case Not(Field(_, Kind.BOOLEAN) as field):
                return self._choose(f"{self._title(field)}：否", f"{self._title(field)}: no")
            case Not(of):
                return self._choose(f"并非（{self.say(of)}）", f"not ({self.say(of)})")
            case IsUnknown(of):
                return self._choose(f"{self.say(of)}未知", f"{self.say(of)} is not known")
            case OneOf(of, among):
                listed = self._choose("、", ", ").join(self._literal(one.value, of) for one in among)
                return self._choose(f"{self.say(of)}为{listed}之一", f"{self.say(of)} is one of {listed}")
            case Field(_, Kind.BOOLEAN):
                return self._choose(f"{self._title(node)}：是", f"{self._title(node)}: yes")
            case _:
                return self._said(node, node)

    def value(self, given: Given, unit: str = "") -> str:
        """A value of the clause, with its unit."""
        if isinstance(given, CivilDuration | timedelta):
            return duration(given).say(self.language)
        said = self._literal(given, None)
        return f"{said} {unit}".rstrip() if isinstance(given, float | int) and not isinstance(given, bool) else said

    def _said(self, node: Node, beside: Node) -> str:
        """A term; ``beside`` is the other side of its comparison, which tells its unit and its choices."""
        match node:
            case Comparison(sign, left, right):
                return f"{self._said(left, right)} {_SIGNS[sign]} {self._said(right, left)}"
            case Arithmetic(sign, left, right, _):
                return f"{self._said(left, beside)} {_SIGNS[sign]} {self._said(right, beside)}"
            case Field():
                return self._title(node)
            case Value("today"):
                return _TODAY.say(self.language)
            case Value(name) if name in self.values:
                given = self.values[name]
                return self._literal(given, beside) if isinstance(given, str) else self.value(given, self._unit(beside))
            case Value(name):
                return name
            case Literal(value):
                return self._literal(value, beside)
            case _:
                return f"({self.say(node)})"

    def _inner(self, node: Node) -> str:
        said = self.say(node)
        return self._choose(f"（{said}）", f"({said})") if isinstance(node, And | Or) else said

    def _title(self, field: Field) -> str:
        declared = self.fields.get(field.name)
        return declared.title.say(self.language) if declared else field.name

    def _literal(self, value: object, beside: Node | None) -> str:
        if isinstance(value, bool):
            return (_YES if value else _NO).say(self.language)
        if isinstance(value, float | int):
            return f"{value:.10g}"
        if isinstance(value, date):
            return dates.day(value, self.language)
        declared = self.fields.get(beside.name) if isinstance(beside, Field) else None
        titles = {one.value: one.title for one in declared.choices} if declared else {}
        return titles[value].say(self.language) if value in titles else str(value)

    def _unit(self, node: Node) -> str:
        return unit_of(node, self.fields)

    def _choose(self, zh: str, en: str) -> str:
        return zh if self.language.startswith("zh") else en


def unit_of(node: Node, fields: Fields) -> str:
    """The printed unit of the first measured field in a term; "" where there is none."""
    if isinstance(node, Field):
        declared = fields.get(node.name)
        return printed(declared.unit) if declared else ""
    return next((unit for part in parts_of(node) if (unit := unit_of(part, fields))), "")


def units_in(node: Node, fields: Fields) -> dict[str, str]:
    """The printed unit of each value of the clause that is compared with something measured."""
    found: dict[str, str] = {}
    for part in parts_of(node):
        found |= units_in(part, fields)
    if isinstance(node, Comparison):
        unit = unit_of(node, fields)
        found |= {one.name: unit for side in (node.left, node.right) for one in _values(side) if unit}
    return found


def _values(node: Node) -> list[Value]:
    own = [node] if isinstance(node, Value) and node.kind is Kind.NUMBER else []
    return own + [one for part in parts_of(node) for one in _values(part)]


def duration(given: CivilDuration | timedelta) -> Text:
    """24 months as "24 months", a month and 3 days as both, PT90M as "1 hour 30 minutes"."""
    if isinstance(given, timedelta):
        seconds = int(given.total_seconds())
        parts = [(seconds // 86400, 0), (seconds % 86400 // 3600, 1), (seconds % 3600 // 60, 2), (seconds % 60, 3)]
    else:
        parts = [(given.months, 4), (given.days, 0)]
    told = [(count, *_LENGTHS[unit]) for count, unit in parts if count]
    zh = " ".join(f"{count} {word}" for count, word, _, _ in told)
    en = " ".join(f"{count} {one if count == 1 else many}" for count, _, one, many in told)
    return Text(zh=zh or "0", en=en or "0")


_LENGTHS = (
    ("天", "day", "days"), ("小时", "hour", "hours"), ("分钟", "minute", "minutes"), ("秒", "second", "seconds"),
    ("个月", "month", "months"),
)  # fmt: skip
