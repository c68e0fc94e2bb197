# SPDX-License-Identifier: Apache-2.0
"""A bound predicate judged for one thing in Python: the slow, plain meaning that every engine is held against."""

from __future__ import annotations

import operator
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from belltower.core.standards.predicates import nodes
from belltower.core.standards.predicates.nodes import Kind, Node

Known = float | str | bool | None
DATE = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
SMALLEST, LARGEST = 1e-100, 1e100
_COMPARE = {
    "=": operator.eq, "<>": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_COUNT = {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}


def known(fields: Mapping[str, Any], kinds: Mapping[str, Kind]) -> dict[str, Known]:
    """What is known of a thing by its JSON ``fields``: a value that is not of the declared kind, or no double, is not."""
    return {name: _known(fields.get(name), kind) for name, kind in kinds.items()}


def _known(value: Any, kind: Kind) -> Known:
    if kind is Kind.NUMBER:
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if is_number and (value == 0 or SMALLEST <= abs(value) <= LARGEST) else None
    if kind is Kind.BOOLEAN:
        return value if isinstance(value, bool) else None
    is_text = isinstance(value, str) and (kind is not Kind.DATE or DATE.fullmatch(value))
    return value if is_text else None


def judge(node: Node, thing: Mapping[str, Known]) -> bool | None:
    """Whether it holds for the thing's fields by name; None is *unknown*, never "holds" (Kleene's three values)."""
    found = _value(node, thing)
    assert found is None or isinstance(found, bool)
    return found


def _value(node: Node, thing: Mapping[str, Known]) -> Any:
    match node:
        case nodes.Literal(value, _):
            return value.isoformat() if isinstance(value, date) else value
        case nodes.Field(name, _):
            return thing.get(name)
        case nodes.And(parts):
            return _all([_value(part, thing) for part in parts])
        case nodes.Or(parts):
            found = _all([_opposite(_value(part, thing)) for part in parts])
            return _opposite(found)
        case nodes.Not(of):
            return _opposite(_value(of, thing))
        case nodes.IsUnknown(of):
            return _value(of, thing) is None
        case nodes.OneOf(of, among):
            value = _value(of, thing)
            return None if value is None else any(value == _value(one, thing) for one in among)
        case nodes.Comparison(sign, left, right) | nodes.Arithmetic(sign, left, right, _):
            return _both((_COMPARE | _COUNT)[sign], _value(left, thing), _value(right, thing))
    raise TypeError(f"{node} is not bound to a date")


def _both(work: Any, left: Any, right: Any) -> Any:
    return None if left is None or right is None else work(left, right)


def _all(found: list[bool | None]) -> bool | None:
    if False in found:
        return False
    return None if None in found else True


def _opposite(found: bool | None) -> bool | None:
    return None if found is None else not found
