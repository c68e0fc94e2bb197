# SPDX-License-Identifier: Apache-2.0
"""What each dated value of a clause limits, and in which unit: found in the predicates, so that it is written nowhere twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from belltower.core.standards.outputs import wording
from belltower.core.standards.outputs.phrases import OPPOSITE, SIGNS, TURNED, length_in, since_when
from belltower.core.standards.predicates import nodes
from belltower.core.standards.predicates.binding import Given
from belltower.core.standards.predicates.nodes import Node
from belltower.kernel.packs import Field
from belltower.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class Limit:
    """A value of a clause in force on a day: since when, until which day another follows, and what it is compared with.

    ``label`` is what stands before the value (``Height ≤``); ``unit`` a UCUM code. ``is_technical``: a setting of the
    measurement (a deadband, a sample), which nobody needs to know by heart.
    """

    name: str
    value: Given
    unit: str | None
    since: date
    until: date | None
    label: Text
    field: Field | None = None
    is_technical: bool = False

    @property
    def said(self) -> Text:
        """The value with its unit, as every output prints it; a choice by its title."""
        if self.field and isinstance(self.value, str):
            return wording.field_value(self.field, self.value)
        return wording.value(self.value, self.unit)


@dataclass(frozen=True, slots=True)
class Use:
    """Where a value stands in a check: what is said before it, its unit, the field that it is compared with."""

    label: Text | None
    unit: str | None = None
    field: Field | None = None
    is_technical: bool = False


def uses(node: Node | None, fields: Mapping[str, Field]) -> dict[str, Use]:
    """By the value's name, what it is compared with; the first place where it stands alone on its side counts."""
    found: dict[str, Use] = {}
    for comparison in _comparisons(node, denied=False) if node else ():
        for name, use in _of(comparison, fields):
            if name not in found or found[name].label is None:
                found[name] = use
    return found


def _comparisons(node: Node, *, denied: bool) -> Iterator[nodes.Comparison]:
    match node:
        case nodes.Comparison(sign, left, right):
            yield nodes.Comparison(OPPOSITE[sign] if denied else sign, left, right)
        case nodes.Not(of):
            yield from _comparisons(of, denied=not denied)
        case _:
            for part in nodes.parts_of(node):
                yield from _comparisons(part, denied=denied)


def _of(comparison: nodes.Comparison, fields: Mapping[str, Field]) -> Iterator[tuple[str, Use]]:
    terms = [*_terms(comparison.left), *_terms(comparison.right)]
    units = {fields[one.name].unit for one in terms if isinstance(one, nodes.Field) and one.name in fields}
    unit = units.pop() if len(units) == 1 else None
    sides = (
        (comparison.left, comparison.sign, comparison.right),
        (comparison.right, TURNED[comparison.sign], comparison.left),
    )
    for field, sign, limit in sides:
        if isinstance(field, nodes.Field) and field.name in fields:
            title = fields[field.name].title
            if isinstance(limit, nodes.Value):
                yield limit.name, Use(_labelled(title, sign), unit, fields[field.name])
            if (name := length_in(limit)) and (said := since_when(title, sign)):
                yield name, Use(said)
            yield from _beside(limit, title, sign, unit, fields)
    for one in terms:
        if isinstance(one, nodes.Value) and one != nodes.TODAY:
            yield one.name, Use(None, unit, None)


def _beside(
    limit: Node, title: Text, sign: str, unit: str | None, fields: Mapping[str, Field]
) -> Iterator[tuple[str, Use]]:
    """``field SIGN value * other`` and ``field SIGN other + value``: the other field stands in the label."""
    if isinstance(limit, nodes.Arithmetic) and limit.sign in ("*", "+", "-"):
        pairs = ((limit.left, limit.right), (limit.right, limit.left))
        for value, other in pairs if limit.sign != "-" else pairs[1:]:
            if isinstance(value, nodes.Value) and isinstance(other, nodes.Field) and other.name in fields:
                mark = {"*": "×", "+": "+", "-": "−"}[limit.sign]
                label, second = _labelled(title, sign), fields[other.name].title
                said = Text(zh=f"{label.zh} {second.say('zh')} {mark}", en=f"{label.en} {second.say('en')} {mark}")
                yield value.name, Use(said, None if limit.sign == "*" else unit)


def _labelled(title: Text, sign: str) -> Text:
    return Text(zh=f"{title.say('zh')} {SIGNS[sign]}", en=f"{title.say('en')} {SIGNS[sign]}")


def _terms(node: Node) -> Iterator[Node]:
    """What is added and taken away; a factor gives no unit and takes none."""
    match node:
        case nodes.Arithmetic("+" | "-", left, right, nodes.Kind.NUMBER):
            yield from _terms(left)
            yield from _terms(right)
        case _:
            yield node
