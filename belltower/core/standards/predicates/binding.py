# SPDX-License-Identifier: Apache-2.0
"""A predicate on a date: the values in force and today put in, so that only fields are left open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.kinds import WrongKind
from belltower.core.standards.predicates.nodes import Arithmetic, Kind, Literal, Node, Value, replaced
from belltower.kernel.texts import Text

Given = float | str | bool | date | CivilDuration | timedelta
"""A dated value. A timedelta is a length of hours and minutes, which no predicate can use."""
FACTOR = 1e6
"""Factors lie between this and its inverse, so that no product can leave the range of a double in any engine."""


def bind(node: Node, values: Mapping[str, Given], today: date) -> Node:
    """The predicate with ``values`` (by name) and ``today`` as literals. Raises WrongKind for a factor out of range."""

    def by(one: Node) -> Node | None:
        match one:
            case Arithmetic(sign, Value("today"), Value(name), Kind.DATE):
                length = values[name]
                assert isinstance(length, CivilDuration)
                return Literal(length.after(today, 1 if sign == "+" else -1), Kind.DATE)
            case Value("today"):
                return Literal(today, Kind.DATE)
            case Value(name, kind):
                return _literal(values[name], kind)
            case _:
                return None

    bound = replaced(node, by)
    return replaced(bound, _folded)


def _literal(value: Given, kind: Kind) -> Literal:
    assert not isinstance(value, CivilDuration | timedelta)
    return Literal(float(value) if kind is Kind.NUMBER else value, kind)  # type: ignore[arg-type]


def _folded(node: Node) -> Node | None:
    """A factor is worked out and looked at here, once, so that no engine has to divide by it and find it zero."""
    if not (isinstance(node, Arithmetic) and node.sign in "*/"):
        return None
    left, right = replaced(node.left, _folded), replaced(node.right, _folded)
    number = _number(right)
    if node.sign == "*" and number is None:
        left, right, number = right, left, _number(left)
    if number is None or not 1 / FACTOR <= abs(number) <= FACTOR:
        raise WrongKind(
            Text(zh=f"乘除的数 {number} 应在 1e-6 与 1e6 之间", en=f"the factor {number} must lie between 1e-6 and 1e6")
        )
    return Arithmetic(node.sign, left, Literal(number, Kind.NUMBER), Kind.NUMBER)


def _number(node: Node) -> float | None:
    """What a node without fields comes to; None where it has one."""
    if isinstance(node, Literal):
        return float(node.value)  # type: ignore[arg-type]
    if not isinstance(node, Arithmetic):
        return None
    left, right = _number(node.left), _number(node.right)
    if left is None or right is None:
        return None
    if node.sign == "/":
        return left / right if right else None
    return {"+": left + right, "-": left - right, "*": left * right}[node.sign]
