# SPDX-License-Identifier: Apache-2.0
"""A filter as an SQL condition: names only from the collection's queryables, values only as parameters, nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from belltower.edges.features import times
from belltower.edges.features.cql2_text import Tree
from belltower.edges.features.declaring import Collection, Holds, Property
from belltower.edges.features.errors import BadFeaturesQuery, BadFilter, text
from belltower.edges.features.regions import Region, of_corners
from belltower.edges.features.systems import System

GEOMETRY = "geometry"
_SIGNS = {"=": "=", "<>": "<>", "<": "<", ">": ">", "<=": "<=", ">=": ">="}
_NUMBERS = (Holds.NUMBER, Holds.INTEGER)
_CASTS = {Holds.TEXT: "text", Holds.NUMBER: "float8", Holds.TRUTH: "boolean", Holds.INSTANT: "timestamptz", Holds.DATE: "text"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL that begins with AND, or nothing; its values; and the regions whose crossing shapes are to be looked up."""

    where: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    regions: tuple[Region, ...] = ()

    def __add__(self, other: Condition) -> Condition:
        values = {**self.values, **other.values}
        return Condition(self.where + other.where, values, self.regions + other.regions)


NONE = Condition()


@dataclass(frozen=True, slots=True)
class Term:
    """SQL of a value and what it holds; ``literal`` where it was given, so that it may still be read as another type."""

    sql: str
    holds: Holds
    literal: object = None
    equals: str = ""


def equal(collection: Collection, given: Mapping[str, str]) -> Condition:
    """``?life=in_service``: each named property equals its value (Part 3, queryables as query parameters)."""
    builder = _Builder(collection, prefix="e")
    parts = []
    for name, value in given.items():
        known = collection.named(name)
        assert known is not None
        try:
            literal = _read(known, value)
            right = builder.as_type(
                Term("", Holds.TEXT if isinstance(literal, str) else known.holds, literal), known.holds
            )
        except (BadFilter, ValueError):
            raise BadFeaturesQuery(
                parameter=name, reason=text("值的类型不符", "its value is of another type")
            ) from None
        parts.append(f" AND {_compared('=', builder.property(name), right)}")
    return Condition("".join(parts), builder.values)


def condition(collection: Collection, tree: Tree, system: System) -> Condition:
    """The condition that a tree of CQL2 is. Raises BadFilter."""
    builder = _Builder(collection, system=system)
    where = builder.truth(tree)
    return Condition(f" AND ({where})", builder.values, tuple(builder.regions))


def _read(known: Property, value: str) -> object:
    match known.holds:
        case Holds.TRUTH:
            return {"true": True, "false": False}[value] if value in ("true", "false") else value
        case Holds.NUMBER | Holds.INTEGER:
            return _number(float(value))
    return value


class _Builder:
    """One filter on its way to SQL. Every value that was given goes into ``values``."""

    def __init__(self, collection: Collection, *, system: System | None = None, prefix: str = "q") -> None:
        self.collection, self.system, self.prefix = collection, system, prefix
        self.values: dict[str, object] = {}
        self.regions: list[Region] = []

    def truth(self, node: Tree) -> str:
        """SQL of an expression that is true, false or not known."""
        match node:
            case bool():
                return "true" if node else "false"
            case {"op": str() as op, "args": list() as args} if op.lower() in _TRUTHS:
                return _TRUTHS[op.lower()](self, args)
            case {"property": str()}:
                term = self.term(node)
                if term.holds is Holds.TRUTH:
                    return f"({term.sql})"
            case {"op": op}:
                raise BadFilter(reason=text("不提供运算“{op}”", "the operation '{op}' is not offered", op=str(op)[:40]))
        raise BadFilter(reason=text("此处应为条件", "a condition is expected there"))

    def junction(self, args: Sequence[Tree], word: str) -> str:
        """AND or OR over two or more."""
        if len(args) < 2:
            raise _arguments(word)
        return "(" + f" {word} ".join(self.truth(one) for one in args) + ")"

    def term(self, node: Tree) -> Term:
        """A property, a literal, or either in small letters. Raises BadFilter."""
        match node:
            case {"property": str() as name}:
                return self.property(name)
            case {"op": str() as op, "args": [inner]} if op.lower() == "casei":
                term = self.term(inner)
                if term.holds is not Holds.TEXT:
                    raise _types()
                return Term(f"lower({self.placed(term).sql})", Holds.TEXT)
            case {"date": str() as day}:
                return Term("", Holds.DATE, _day(day))
            case {"timestamp": str() as at}:
                return Term("", Holds.INSTANT, _instant(at))
            case bool():
                return Term("", Holds.TRUTH, node)
            case int() | float():
                return Term("", Holds.NUMBER, _number(node))
            case str():
                return Term("", Holds.TEXT, _plain(node))
            case {"op": op}:
                raise BadFilter(reason=text("不提供运算“{op}”", "the operation '{op}' is not offered", op=str(op)[:40]))
        raise BadFilter(reason=text("此处应为属性或值", "a property or a value is expected there"))

    def property(self, name: str) -> Term:
        """A queryable. Raises BadFilter."""
        known = self.collection.named(name)
        if known is None or not known.is_asked:
            raise BadFilter(
                reason=text("没有可筛选的属性“{name}”", "there is no property '{name}' to ask by", name=name[:40])
            )
        sql = f"({known.sql})::text" if known.holds is Holds.DATE else known.sql
        return Term(sql, known.holds, equals=known.equals)

    def placed(self, term: Term) -> Term:
        """The term with its literal as a parameter."""
        if term.literal is None:
            return term
        name = f"{self.prefix}{len(self.values)}"
        self.values[name] = term.literal
        return Term(f"%({name})s::{_CASTS[term.holds]}", term.holds)

    def pair(self, one: Tree, other: Tree) -> tuple[Term, Term]:
        """Two terms of one type: a literal is read as what it is compared with."""
        left, right = self.term(one), self.term(other)
        if left.literal is None:
            return left, self.as_type(right, left.holds)
        return self.as_type(left, right.holds), self.as_type(right, right.holds)

    def as_type(self, term: Term, holds: Holds) -> Term:
        """The term as what ``holds`` says. Raises BadFilter where it cannot be."""
        if term.literal is not None and term.holds is not holds:
            term = _converted(term, holds)
        if term.holds is not holds and not (term.holds in _NUMBERS and holds in _NUMBERS):
            raise _types()
        return self.placed(term)

    def region(self, node: Tree) -> str:
        """S_INTERSECTS with a box or a point: the point is inside, or the shape is among those that cross the border."""
        assert self.system is not None
        try:
            found = of_corners(_corners(node), self.system)
        except BadFeaturesQuery as error:
            raise BadFilter(reason=error.facts["reason"]) from None
        number, place = len(self.regions), self.collection.place
        self.regions.append(found)
        names = []
        for side, value in zip(("west", "south", "east", "north"), found.bounds, strict=True):
            names.append(f"%({side}{number})s::float8")
            self.values[f"{side}{number}"] = value
        west, south, east, north = names
        within = f"{place.lon} BETWEEN {west} AND {east} AND {place.lat} BETWEEN {south} AND {north}"
        return (
            f"(({place.lon} IS NOT NULL AND {within}) OR {self.collection.key} = ANY(%(crossing{number})s::bigint[]))"
        )


def _comparison(sign: str) -> Callable[[_Builder, Sequence[Tree]], str]:
    def compared(builder: _Builder, args: Sequence[Tree]) -> str:
        if len(args) != 2:
            raise _arguments(sign)
        return _compared(sign, *builder.pair(*args))

    return compared


def _compared(sign: str, left: Term, right: Term) -> str:
    """Texts are in order by their characters' numbers, in every database alike."""
    if sign == "=" and left.equals and right.sql.startswith("%("):
        return left.equals.format(right.sql)
    order = ' COLLATE "C"' if left.holds is Holds.TEXT and sign not in ("=", "<>") else ""
    return f"({left.sql} {sign} {right.sql}{order})"


def _not(builder: _Builder, args: Sequence[Tree]) -> str:
    if len(args) != 1:
        raise _arguments("not")
    return f"(NOT {builder.truth(args[0])})"


def _is_null(builder: _Builder, args: Sequence[Tree]) -> str:
    match args:
        case [{"property": str() as name}] if name == GEOMETRY:
            return f"({builder.collection.place.lon} IS NULL)"
        case [{"property": str()}]:
            return f"(({builder.term(args[0]).sql}) IS NULL)"
    raise _arguments("isNull")


def _like(builder: _Builder, args: Sequence[Tree]) -> str:
    if len(args) != 2:
        raise _arguments("like")
    left, right = builder.pair(*args)
    if left.holds is not Holds.TEXT:
        raise _types()
    given = args[1]["args"][0] if isinstance(args[1], dict) and args[1].get("args") else args[1]
    if not isinstance(given, str) or (len(given) - len(given.rstrip("\\"))) % 2:
        raise BadFilter(reason=text("LIKE 后应为文本样式", "LIKE takes a text pattern"))
    return f"({left.sql} LIKE {right.sql})"


def _between(builder: _Builder, args: Sequence[Tree]) -> str:
    if len(args) != 3:
        raise _arguments("between")
    low = _compared(">=", *builder.pair(args[0], args[1]))
    return f"({low} AND {_compared('<=', *builder.pair(args[0], args[2]))})"


def _in(builder: _Builder, args: Sequence[Tree]) -> str:
    match args:
        case [of, [_, *_] as among]:
            return "(" + " OR ".join(_compared("=", *builder.pair(of, one)) for one in among) + ")"
    raise _arguments("in")


def _intersects(builder: _Builder, args: Sequence[Tree]) -> str:
    match args:
        case [{"property": str() as name}, dict() as literal] | [dict() as literal, {"property": str() as name}] if (
            name == GEOMETRY
        ):
            return builder.region(literal)
    raise BadFilter(
        reason=text("S_INTERSECTS 应为 geometry 与 BBOX 或 POINT", "S_INTERSECTS takes geometry and a BBOX or POINT")
    )


_TRUTHS: dict[str, Callable[[_Builder, Sequence[Tree]], str]] = {
    **{sign: _comparison(sign) for sign in _SIGNS},
    "and": lambda builder, args: builder.junction(args, "AND"),
    "or": lambda builder, args: builder.junction(args, "OR"),
    "not": _not,
    "isnull": _is_null,
    "like": _like,
    "between": _between,
    "in": _in,
    "s_intersects": _intersects,
}


def _corners(node: Mapping[str, Any]) -> list[float]:
    match node:
        case {"bbox": list() as corners} if len(corners) in (4, 6):
            return [_number(one) for one in corners]
        case {"type": "Point", "coordinates": [first, second, *_]}:
            return [_number(first), _number(second)] * 2
    raise BadFilter(reason=text("几何只能是 BBOX 或 POINT", "the geometry can be a BBOX or POINT only"))


def _converted(term: Term, holds: Holds) -> Term:
    """A literal as another type, where it can be read so: a text as an instant or a day, a day as its first instant."""
    match term.literal, holds:
        case str() as given, Holds.INSTANT:
            return Term("", holds, _instant(given))
        case str() as given, Holds.DATE if term.holds is Holds.TEXT:
            return Term("", holds, _day(given))
        case datetime() as at, Holds.DATE:
            return Term("", holds, at.date().isoformat())
    return term


def _day(given: str) -> str:
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise BadFilter(reason=text("“{day}”不是日期", "'{day}' is no day", day=given[:40])) from None


def _instant(given: str) -> datetime:
    try:
        found = times.instant(given)
    except BadFeaturesQuery:
        found = None
    if found is None:
        raise BadFilter(reason=text("“{at}”不是时刻", "'{at}' is no instant", at=given[:40]))
    return found


def _number(given: object) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise _types()
    try:
        value = float(given)
    except OverflowError:
        value = math.inf
    if not math.isfinite(value):
        raise BadFilter(reason=text("数值超出范围", "a number is out of range"))
    return value


def _plain(given: str) -> str:
    if "\0" in given:
        raise BadFilter(reason=text("含有空字符", "it holds NUL"))
    return given


def _types() -> BadFilter:
    return BadFilter(reason=text("比较双方的类型不同", "what is compared is of different types"))


def _arguments(op: str) -> BadFilter:
    return BadFilter(reason=text("“{op}”的参数不对", "the arguments of '{op}' are not right", op=op))
