# SPDX-License-Identifier: Apache-2.0
"""The functions of $filter: each a name, the kinds it takes, and its SQL."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from belltower.edges.sensorthings.comparing import TEMPORAL, as_number, as_text, truth
from belltower.edges.sensorthings.errors import BadQuery, text
from belltower.edges.sensorthings.syntax import Kind
from belltower.edges.sensorthings.terms import Term

T, N, X = Kind.TEXT, Kind.NUMBER, Kind.TIME


@dataclass(frozen=True, slots=True)
class Function:
    """What it takes (how many may be left out), what it yields, and the SQL of its arguments' SQL."""

    takes: tuple[Kind, ...]
    yields: Kind
    sql: Callable[..., str]
    optional: int = 0


def _part(name: str) -> Function:
    return Function((X,), N, lambda at: f"extract({name} FROM ({at}) AT TIME ZONE 'UTC')::float8")


FUNCTIONS: Mapping[str, Function] = {
    "substringof": Function((T, T), Kind.BOOLEAN, lambda part, whole: f"(strpos({whole}, {part}) > 0)"),
    "contains": Function((T, T), Kind.BOOLEAN, lambda whole, part: f"(strpos({whole}, {part}) > 0)"),
    "startswith": Function((T, T), Kind.BOOLEAN, lambda whole, part: f"starts_with({whole}, {part})"),
    "endswith": Function((T, T), Kind.BOOLEAN, lambda whole, part: f"(right({whole}, length({part})) = {part})"),
    "length": Function((T,), N, lambda whole: f"length({whole})"),
    "indexof": Function((T, T), N, lambda whole, part: f"(strpos({whole}, {part}) - 1)"),
    "substring": Function((T, N, N), T, lambda whole, *span: _substring(whole, *span), optional=1),
    "tolower": Function((T,), T, lambda whole: f"lower({whole})"),
    "toupper": Function((T,), T, lambda whole: f"upper({whole})"),
    "trim": Function((T,), T, lambda whole: f"btrim({whole})"),
    "concat": Function((T, T), T, lambda left, right: f"({left} || {right})"),
    "year": _part("year"),
    "month": _part("month"),
    "day": _part("day"),
    "hour": _part("hour"),
    "minute": _part("minute"),
    "second": Function((X,), N, lambda at: f"floor(extract(second FROM ({at}) AT TIME ZONE 'UTC'))::float8"),
    "fractionalseconds": Function(
        (X,), N, lambda at: f"mod(extract(second FROM ({at}) AT TIME ZONE 'UTC'), 1)::float8"
    ),
    "date": Function((X,), Kind.DATE, lambda at: f"(({at}) AT TIME ZONE 'UTC')::date"),
    "time": Function((X,), Kind.CLOCK, lambda at: f"(({at}) AT TIME ZONE 'UTC')::time"),
    "totaloffsetminutes": Function((X,), N, lambda at: f"(CASE WHEN ({at}) IS NOT NULL THEN 0 END)"),
    "now": Function((), X, lambda: "now()"),
    "mindatetime": Function((), X, lambda: "'-infinity'::timestamptz"),
    "maxdatetime": Function((), X, lambda: "'infinity'::timestamptz"),
    "round": Function((N,), N, lambda number: f"round(({number})::numeric)::float8"),
    "floor": Function((N,), N, lambda number: f"floor({number})"),
    "ceiling": Function((N,), N, lambda number: f"ceil({number})"),
}


def _substring(whole: str, start: str, count: str = "") -> str:
    """SQL counts from 1, OData from 0."""
    begin = f"(GREATEST({start}, 0) + 1)::int"
    return f"substr({whole}, {begin}, GREATEST({count}, 0)::int)" if count else f"substr({whole}, {begin})"


def call(name: str, arguments: Sequence[Term]) -> Term:
    """The term of a function that is not geometry. Raises BadQuery for an unknown one, or arguments it does not take."""
    if name in TEMPORAL:
        if len(arguments) != 2 or any(each.kind is not Kind.TIME for each in arguments):
            raise _wrong(name)
        return truth(TEMPORAL[name](*arguments))
    if name not in FUNCTIONS:
        raise BadQuery(given=name, reason=text("没有此函数", "there is no such function"))
    function = FUNCTIONS[name]
    if not len(function.takes) - function.optional <= len(arguments) <= len(function.takes):
        raise _wrong(name)
    given = [_as(kind, each, name) for kind, each in zip(function.takes, arguments, strict=False)]
    return Term(function.sql(*given), function.yields)


def _as(kind: Kind, term: Term, name: str) -> str:
    """The SQL of an argument where ``kind`` is wanted; JSON and results are taken for what they hold."""
    is_open = term.kind in (Kind.JSON, Kind.RESULT)
    if kind is Kind.TEXT and (is_open or term.kind is Kind.ID):
        return as_text(term)
    if kind is Kind.NUMBER and (is_open or term.kind is Kind.ID):
        return as_number(term)
    if term.kind is not kind and term.kind is not Kind.NULL:
        raise _wrong(name)
    return term.sql


def _wrong(name: str) -> BadQuery:
    return BadQuery(given=name, reason=text("参数不符", "it is not given what it takes"))
