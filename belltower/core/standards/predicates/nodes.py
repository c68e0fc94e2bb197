# SPDX-License-Identifier: Apache-2.0
"""What a predicate is made of, after it was read: a small tree that knows the kind of each of its values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What a name or a value holds. A length of time (such as P24M) is only ever added to or taken from ``today``."""

    NUMBER = "number"
    TEXT = "text"
    BOOLEAN = "boolean"
    DATE = "date"
    DURATION = "duration"


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it stands: a float, text, bool, or date."""

    value: float | str | bool | date
    kind: Kind


@dataclass(frozen=True, slots=True)
class Field:
    """A declared field of the thing that is judged; it may be unknown."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Value:
    """A dated value of the clause, or ``today``: known once the date is."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """``+`` and ``-`` of numbers; ``*`` and ``/`` of a number by one that does not depend on the thing; today +/- a duration."""

    sign: str
    left: Node
    right: Node
    kind: Kind


@dataclass(frozen=True, slots=True)
class Comparison:
    """``=``, ``<>``, ``<``, ``<=``, ``>`` or ``>=``; unknown where either side is."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class OneOf:
    """Equal to one of them; unknown where ``of`` is."""

    of: Node
    among: tuple[Literal, ...]


@dataclass(frozen=True, slots=True)
class IsUnknown:
    """Whether it is not known. Never unknown itself."""

    of: Node


@dataclass(frozen=True, slots=True)
class Not:
    of: Node


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    parts: tuple[Node, ...]


Node = Literal | Field | Value | Arithmetic | Comparison | OneOf | IsUnknown | Not | And | Or
TODAY = Value("today", Kind.DATE)


def kind_of(node: Node) -> Kind:
    """What the node yields."""
    return node.kind if isinstance(node, Literal | Field | Value | Arithmetic) else Kind.BOOLEAN


def parts_of(node: Node) -> tuple[Node, ...]:
    """The nodes directly under it."""
    match node:
        case Arithmetic(_, left, right) | Comparison(_, left, right):
            return left, right
        case And(parts) | Or(parts):
            return parts
        case Not(of) | IsUnknown(of):
            return (of,)
        case OneOf(of, among):
            return of, *among
        case _:
            return ()


def replaced(node: Node, by: Callable[[Node], Node | None]) -> Node:
    """The tree with every node for which ``by`` has another replaced by it, from the top down."""
    other = by(node)
    if other is not None:
        return other
    match node:
        case Arithmetic(sign, left, right, kind):
            return Arithmetic(sign, replaced(left, by), replaced(right, by), kind)
        case Comparison(sign, left, right):
            return Comparison(sign, replaced(left, by), replaced(right, by))
        case And(parts):
            return And(tuple(replaced(part, by) for part in parts))
        case Or(parts):
            return Or(tuple(replaced(part, by) for part in parts))
        case Not(of):
            return Not(replaced(of, by))
        case IsUnknown(of):
            return IsUnknown(replaced(of, by))
        case OneOf(of, among):
            return OneOf(replaced(of, by), among)
        case _:
            return node


def names_in(node: Node) -> frozenset[str]:
    """The fields and values that it speaks of."""
    own = {node.name} if isinstance(node, Field | Value) else set()
    return frozenset(own).union(*(names_in(part) for part in parts_of(node)))
