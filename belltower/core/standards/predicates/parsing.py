# SPDX-License-Identifier: Apache-2.0
"""A predicate as somebody wrote it, read into our own tree: what is not in the language never gets further than here."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from belltower.core.standards.predicates import nodes
from belltower.core.standards.predicates.errors import BadPredicate
from belltower.core.standards.predicates.kinds import WrongKind, checked
from belltower.core.standards.predicates.nodes import Kind, Node
from belltower.kernel.texts import Text

LONGEST = 2_000
MOST_TOKENS = 400
DEEPEST = 20
_PLAIN = re.compile(r"[a-z][a-z0-9_]*")
_STRINGS = re.compile(r"'(?:[^']|'')*'")
_OUTSIDE = re.compile(r"[^A-Za-z0-9_ \t\r\n.,()<>=+\-*/'!]|--|/\*|\*/|[A-Za-z0-9_]'|\.\s*[A-Za-z_]|[A-Za-z_]\w*\s*\.")
_SIGNS: dict[type[exp.Expr], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/",
}  # fmt: skip
# What else the parser hangs on a node (SYMMETRIC, NOT, a table) changes its meaning, and is refused by not being here.
_ARGUMENTS: dict[type[exp.Expr], frozenset[str]] = {
    exp.Between: frozenset({"this", "low", "high"}),
    exp.In: frozenset({"this", "expressions"}),
    exp.Is: frozenset({"this", "expression", "negate"}),
    exp.Literal: frozenset({"this", "is_string"}),
    exp.Cast: frozenset({"this", "to"}),
    exp.Div: frozenset({"this", "expression", "typed", "safe"}),
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a predicate may speak of: fields of the thing, and dated values of the clause."""

    fields: Mapping[str, Kind]
    values: Mapping[str, Kind]

    def find(self, name: str) -> Node:
        """The field, value or ``today`` of that name. Raises KeyError."""
        if name == nodes.TODAY.name:
            return nodes.TODAY
        if name in self.values:
            return nodes.Value(name, self.values[name])
        return nodes.Field(name, self.fields[name])

    @property
    def names(self) -> list[str]:
        return sorted({*self.fields, *self.values, nodes.TODAY.name})


def parse(written: str, vocabulary: Vocabulary) -> Node:
    """The tree of a predicate: a boolean over the vocabulary's names. Raises BadPredicate."""
    try:
        _only_plain(written)
        node = _Reader(vocabulary).read(_tree(written))
        if nodes.kind_of(node) is not Kind.BOOLEAN:
            raise WrongKind(Text(zh="整条应为判断，不是数值", en="as a whole it must say yes or no"))
    except WrongKind as error:
        raise BadPredicate(predicate=_short(written), reason=error.why) from None
    except (SqlglotError, RecursionError):
        why = Text(
            zh="无法读懂，请检查括号和比较符号", en="it cannot be read; look at its brackets and comparison signs"
        )
        raise BadPredicate(predicate=_short(written), reason=why) from None
    return node


def _only_plain(written: str) -> None:
    """Before anything is parsed: short, shallow, and outside quoted texts nothing but plain ASCII."""
    if not written.strip() or len(written) > LONGEST:
        raise WrongKind(Text(zh=f"应为 1 至 {LONGEST} 个字符", en=f"it must have 1 to {LONGEST} characters"))
    for text in _STRINGS.findall(written):
        if "\\" in text or not text.isprintable():
            raise WrongKind(
                Text(zh="引号内有反斜杠或不可见字符", en="a quoted text has a backslash or an invisible character")
            )
    bare = _STRINGS.sub(" '' ", written).replace(" '' ", " ")
    if found := _OUTSIDE.search(bare):
        raise WrongKind(
            Text(zh=f"“{found.group()}”不在条件语言之内", en=f"'{found.group()}' is not part of the language")
        )
    depth = deepest = 0
    for character in bare:
        depth += {"(": 1, ")": -1}.get(character, 0)
        deepest = max(deepest, depth)
    if deepest > DEEPEST:
        raise WrongKind(Text(zh=f"括号超过 {DEEPEST} 层", en=f"its brackets are more than {DEEPEST} deep"))


def _tree(written: str) -> exp.Expr:
    tokens = sqlglot.tokenize(written, read="postgres")
    if len(tokens) > MOST_TOKENS or any(token.comments for token in tokens):
        raise WrongKind(Text(zh="过长或含注释", en="it is too long or holds a comment"))
    found = sqlglot.parse(written, read="postgres")
    if len(found) != 1 or found[0] is None:
        raise WrongKind(Text(zh="应为一条判断", en="it must be one predicate"))
    return found[0]


class _Reader:
    """From the parser's tree to ours, by a table of what is allowed."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        same = dict.fromkeys(_SIGNS, self._signed)
        self.allowed: dict[type[exp.Expr], Callable[[Any], Node]] = {
            **same,
            exp.Paren: lambda node: self.read(node.this),
            exp.And: lambda node: nodes.And(self._all(node.flatten())),
            exp.Or: lambda node: nodes.Or(self._all(node.flatten())),
            exp.Not: lambda node: checked(nodes.Not(self.read(node.this))),
            exp.Between: self._between,
            exp.In: self._one_of,
            exp.Is: self._is,
            exp.Column: self._name,
            exp.Literal: self._literal,
            exp.Boolean: lambda node: nodes.Literal(bool(node.this), Kind.BOOLEAN),
            exp.Neg: self._negative,
            exp.Cast: self._date,
        }

    def read(self, node: exp.Expr) -> Node:
        """The node in our tree. Raises WrongKind for whatever is not in the table."""
        reader = self.allowed.get(type(node))
        arguments = {name for name, given in node.args.items() if given not in (None, False, [])}
        if reader is None or not arguments <= _ARGUMENTS.get(type(node), {"this", "expression"}):
            said = _short(node.sql("postgres"))
            raise WrongKind(Text(zh=f"“{said}”不在条件语言之内", en=f"'{said}' is not part of the language"))
        return reader(node)

    def _all(self, parts: Any) -> tuple[Node, ...]:
        return tuple(checked(nodes.Not(self.read(part))).of for part in parts)

    def _signed(self, node: exp.Binary) -> Node:
        sign, left, right = _SIGNS[type(node)], self.read(node.left), self.read(node.right)
        if isinstance(node, exp.Add | exp.Sub | exp.Mul | exp.Div):
            kind = Kind.DATE if Kind.DATE in (nodes.kind_of(left), nodes.kind_of(right)) else Kind.NUMBER
            return checked(nodes.Arithmetic(sign, left, right, kind))
        return checked(nodes.Comparison(sign, left, right))

    def _between(self, node: exp.Between) -> Node:
        of = self.read(node.this)
        low, high = self.read(node.args["low"]), self.read(node.args["high"])
        return nodes.And((checked(nodes.Comparison(">=", of, low)), checked(nodes.Comparison("<=", of, high))))

    def _one_of(self, node: exp.In) -> Node:
        among = tuple(self.read(one) for one in node.expressions)
        if not among or not all(isinstance(one, nodes.Literal) for one in among):
            raise WrongKind(Text(zh="IN 只能列出值", en="IN takes a list of values only"))
        return checked(nodes.OneOf(self.read(node.this), among))  # type: ignore[arg-type]

    def _is(self, node: exp.Is) -> Node:
        if isinstance(node.expression, exp.Null):
            found = nodes.IsUnknown(self.read(node.this))
            return nodes.Not(found) if node.args.get("negate") else found
        raise WrongKind(Text(zh="IS 之后只能是 NULL", en="only NULL may follow IS"))

    def _name(self, node: exp.Column) -> Node:
        name = node.name
        if not _PLAIN.fullmatch(name) or node.this.args.get("quoted"):
            raise WrongKind(Text(zh=f"“{name}”不是小写字段名", en=f"'{name}' is not a lower-case name"))
        try:
            return self.vocabulary.find(name)
        except KeyError:
            raise WrongKind(_unknown(name, self.vocabulary.names)) from None

    def _literal(self, node: exp.Literal) -> Node:
        if node.is_string:
            return nodes.Literal(str(node.this), Kind.TEXT)
        try:
            number = float(node.this)
        except ValueError:
            raise WrongKind(Text(zh=f"“{node.this}”不是数", en=f"'{node.this}' is no number")) from None
        if not math.isfinite(number) or (number and not 1e-15 <= abs(number) <= 1e15):
            raise WrongKind(Text(zh=f"数 {node.this} 超出范围", en=f"the number {node.this} is out of range"))
        return nodes.Literal(number, Kind.NUMBER)

    def _negative(self, node: exp.Neg) -> Node:
        of = self.read(node.this)
        if isinstance(of, nodes.Literal) and of.kind is Kind.NUMBER:
            return nodes.Literal(-float(of.value), Kind.NUMBER)  # type: ignore[arg-type]
        raise WrongKind(Text(zh="负号只能用于数", en="a minus sign stands before a number only"))

    def _date(self, node: exp.Cast) -> Node:
        to = node.to.sql("postgres")
        if to != "DATE" or not (isinstance(node.this, exp.Literal) and node.this.is_string):
            raise WrongKind(Text(zh="只能写 DATE '2026-01-01'", en="only DATE '2026-01-01' can be written"))
        try:
            return nodes.Literal(date.fromisoformat(node.this.this), Kind.DATE)
        except ValueError:
            raise WrongKind(
                Text(zh=f"没有“{node.this.this}”这一天", en=f"there is no day '{node.this.this}'")
            ) from None


def _unknown(name: str, known: list[str]) -> Text:
    near = difflib.get_close_matches(name.lower(), known, n=1)
    if near:
        return Text(zh=f"没有“{name}”，是否为“{near[0]}”", en=f"there is no '{name}'; did you mean '{near[0]}'?")
    listed = ", ".join(known)
    return Text(zh=f"没有“{name}”，已声明的有 {listed}", en=f"there is no '{name}'; declared are {listed}")


def _short(text: str) -> str:
    printable = "".join(one if one.isprintable() else "?" for one in text)
    return printable if len(printable) <= 120 else printable[:117] + "..."
