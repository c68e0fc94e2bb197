# SPDX-License-Identifier: Apache-2.0
"""A predicate with the values in force, said in words: what the machine looks at, for people who do not read SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from belltower.core.standards.outputs import wording
from belltower.core.standards.predicates import nodes
from belltower.core.standards.predicates.binding import Given
from belltower.core.standards.predicates.nodes import Node
from belltower.kernel.packs import Field
from belltower.kernel.texts import Text

SIGNS = {"=": "=", "<>": "≠", "<": "<", "<=": "≤", ">": ">", ">=": "≥"}
TURNED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
OPPOSITE = {"=": "<>", "<>": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What names mean: the declared fields by name, the values in force, and the unit that each value is in."""

    fields: Mapping[str, Field]
    values: Mapping[str, Given]
    units: Mapping[str, str | None]

    def title(self, name: str) -> Text:
        """A field as people call it."""
        return self.fields[name].title if name in self.fields else wording.words(name)


def phrase(node: Node, spoken: Spoken, *, inner: bool = False) -> Text:
    """The predicate in both languages. ``inner``: as part of a longer one, in brackets where it has parts itself."""
    match node:
        case nodes.And(parts) | nodes.Or(parts):
            zh, en = ("，且", " and ") if isinstance(node, nodes.And) else ("，或", " or ")
            said = wording.joined([phrase(part, spoken, inner=True) for part in parts], zh=zh, en=en)
            return Text(zh=f"（{said.zh}）", en=f"({said.en})") if inner else said
        case nodes.Not(of):
            return _denied(of, spoken)
        case nodes.Comparison():
            return _compared(node, spoken)
        case nodes.OneOf(nodes.Field(name), among):
            said = wording.joined([_literal(one, name, spoken) for one in among], zh="”或“", en=" or ")
            return Text(
                zh=f"{spoken.title(name).say('zh')}为“{said.zh}”", en=f"{spoken.title(name).say('en')} is {said.en}"
            )
        case nodes.IsUnknown(of):
            said = _term(of, spoken, None)
            return Text(zh=f"{said.zh}不明", en=f"{said.en} is not known")
        case _:
            said = _term(node, spoken, None)
            return Text(zh=f"{said.zh}为“是”", en=f"{said.en}: yes")


def length_in(node: Node) -> str | None:
    """The value taken from today, where the node is ``today - value``."""
    match node:
        case nodes.Arithmetic("-", nodes.Value("today"), nodes.Value(name), nodes.Kind.DATE):
            return name
        case _:
            return None


def since_when(title: Text, sign: str) -> Text | None:
    """How ``field SIGN today - length`` is said, up to the length: within, or longer ago."""
    if sign in (">", ">="):
        return Text(zh=f"距{title.say('zh')}不超过", en=f"{title.say('en')} no longer ago than")
    if sign in ("<", "<="):
        return Text(zh=f"距{title.say('zh')}超过", en=f"{title.say('en')} longer ago than")
    return None


def _denied(of: Node, spoken: Spoken) -> Text:
    match of:
        case nodes.Comparison(sign, left, right):
            return _compared(nodes.Comparison(OPPOSITE[sign], left, right), spoken)
        case nodes.Field():
            said = _term(of, spoken, None)
            return Text(zh=f"{said.zh}为“否”", en=f"{said.en}: no")
        case nodes.IsUnknown(inside):
            said = _term(inside, spoken, None)
            return Text(zh=f"{said.zh}已知", en=f"{said.en} is known")
        case _:
            said = phrase(of, spoken)
            return Text(zh=f"并非（{said.zh}）", en=f"not ({said.en})")


def _compared(node: nodes.Comparison, spoken: Spoken) -> Text:
    sign, left, right = node.sign, node.left, node.right
    if not isinstance(left, nodes.Field) and isinstance(right, nodes.Field):
        sign, left, right = TURNED[sign], right, left
    field = left.name if isinstance(left, nodes.Field) else None
    name = length_in(right)
    if field and name and (said := since_when(spoken.title(field), sign)):
        amount = wording.value(spoken.values[name])
        return Text(zh=f"{said.zh} {amount.say('zh')}", en=f"{said.en} {amount.say('en')}")
    one, other = _term(left, spoken, field), _term(right, spoken, field)
    if sign in ("=", "<>") and isinstance(right, nodes.Literal | nodes.Value) and right.kind is not nodes.Kind.NUMBER:
        zh, en = ("为", "is") if sign == "=" else ("不为", "is not")
        return Text(zh=f"{one.say('zh')}{zh}“{other.say('zh')}”", en=f"{one.say('en')} {en} {other.say('en')}")
    mark = SIGNS[sign]
    return Text(zh=f"{one.say('zh')} {mark} {other.say('zh')}", en=f"{one.say('en')} {mark} {other.say('en')}")


def _term(node: Node, spoken: Spoken, beside: str | None) -> Text:
    """One side of a comparison; ``beside`` is the field on the other side, whose unit and choices a literal takes."""
    match node:
        case nodes.Field(name):
            title = spoken.title(name)
            return Text(zh=title.say("zh"), en=title.say("en"))
        case nodes.Value("today"):
            return Text(zh="今天", en="today")
        case nodes.Value(name):
            return _given(spoken.values[name], spoken.units.get(name), beside, spoken)
        case nodes.Literal():
            return _literal(node, beside, spoken)
        case nodes.Arithmetic(sign, left, right, _):
            mark = {"*": "×", "/": "÷", "-": "−", "+": "+"}[sign]
            one, other = _term(left, spoken, beside), _term(right, spoken, beside)
            return Text(zh=f"{one.say('zh')} {mark} {other.say('zh')}", en=f"{one.say('en')} {mark} {other.say('en')}")
        case _:
            said = phrase(node, spoken, inner=True)
            return Text(zh=said.say("zh"), en=said.say("en"))


def _given(given: Given, unit: str | None, beside: str | None, spoken: Spoken) -> Text:
    if isinstance(given, str) and beside in spoken.fields:
        return wording.field_value(spoken.fields[str(beside)], given)
    return wording.value(given, unit)


def _literal(node: nodes.Literal, beside: str | None, spoken: Spoken) -> Text:
    field = spoken.fields.get(beside or "")
    if isinstance(node.value, date) or field is None:
        return wording.value(node.value)
    return wording.field_value(field, node.value)
