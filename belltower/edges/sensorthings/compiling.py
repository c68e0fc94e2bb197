# SPDX-License-Identifier: Apache-2.0
"""A read expression becomes SQL over the tables of the map, with every value a parameter."""

from __future__ import annotations

from belltower.edges.sensorthings import functions, geometry
from belltower.edges.sensorthings.comparing import (
    SIGNS,
    as_number,
    as_text,
    as_truth,
    compare,
    lasts_to,
    ordered,
    truth,
)
from belltower.edges.sensorthings.errors import BadQuery, text
from belltower.edges.sensorthings.model import EntitySet
from belltower.edges.sensorthings.syntax import Binary, Call, Expression, Kind, Listed, Literal, Ordering, Path, Unary
from belltower.edges.sensorthings.terms import Statement, Term, path
from belltower.edges.sensorthings.times import Period

_CASTS = {
    Kind.TEXT: "text", Kind.NUMBER: "float8", Kind.BOOLEAN: "boolean", Kind.DURATION: "interval", Kind.DATE: "date",
    Kind.CLOCK: "time",
}  # fmt: skip
_ARITHMETIC = frozenset({"add", "sub", "mul", "div", "mod"})
_NUMBERS = {"add": "+", "sub": "-", "mul": "*"}


class Compiler:
    """Turns the expressions of one statement over ``entity``, which is selected as ``alias``."""

    def __init__(self, statement: Statement, entity: EntitySet, alias: str = "t") -> None:
        self.statement, self.entity, self.alias = statement, entity, alias

    def condition(self, read: Expression) -> str:
        """The condition of a $filter. Raises BadQuery."""
        return as_truth(self.term(read))

    def keys(self, by: Ordering) -> list[str]:
        """The sort keys of one item of $orderby: a result sorts by number, then by text."""
        term = self.term(by.by)
        way = " DESC" if by.descending else " ASC"
        if term.kind is Kind.RESULT:
            return [f"{term.sql}{way} NULLS LAST", f"{as_text(term)}{way} NULLS LAST"]
        if term.kind is Kind.TIME:  # as the index on instants has it
            return [term.sql + way, *([lasts_to(term) + way] if term.end else [])]
        return [f"{ordered(term)}{way} NULLS {'LAST' if by.descending else 'FIRST'}"]  # OData 4.01, 11.2.6.2

    def term(self, read: Expression) -> Term:
        """The SQL of any expression. Raises BadQuery."""
        match read:
            case Literal():
                return self._literal(read)
            case Path(steps):
                return path(self.statement, self.entity, self.alias, steps)
            case Call(name, arguments):
                given = [self.term(each) for each in arguments]
                return (
                    geometry.call(name, given, self.statement)
                    if name in geometry.NAMES
                    else functions.call(name, given)
                )
            case Unary("not", operand):
                return truth(f"NOT {self.condition(operand)}")
            case Unary(_, operand):
                return self._minus(self.term(operand))
            case Binary("in", left, Listed(items)):
                return self._any_of(left, items)
            case Binary("and" | "or" as operator, left, right):
                return truth(f"{self.condition(left)} {operator.upper()} {self.condition(right)}")
            case Binary(operator, left, right) if operator in SIGNS:
                return compare(operator, self.term(left), self.term(right))
            case Binary(operator, left, right):
                return _computed(operator, self.term(left), self.term(right))
        raise BadQuery(given=str(read)[:100], reason=text("不能求值", "it has no value"))

    def _any_of(self, left: Expression, items: tuple[Expression, ...]) -> Term:
        term = self.term(left)
        return truth(" OR ".join(compare("eq", term, self.term(each)).sql for each in items))

    def _literal(self, read: Literal) -> Term:
        if isinstance(read.value, Period):
            start = self.statement.parameter(read.value.start, "timestamptz")
            end = self.statement.parameter(read.value.end, "timestamptz") if read.value.end else ""
            return Term(start, Kind.TIME, end, constant=read.value)
        if read.kind is Kind.NULL:
            return Term("NULL", Kind.NULL)
        if read.kind is Kind.GEOMETRY:
            return Term("", Kind.GEOMETRY, constant=read.value)
        value = read.value
        is_id = isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63
        cast = "bigint" if is_id else _CASTS[read.kind]
        sql = self.statement.parameter(value, cast)
        return Term(f"({sql})::float8" if is_id and abs(int(str(value))) < 2**53 else sql, read.kind, constant=value)

    def _minus(self, term: Term) -> Term:
        if term.kind is Kind.DURATION:
            return Term(f"(- {term.sql})", Kind.DURATION)
        return Term(f"(- {_number(term, 'sub')})", Kind.NUMBER)


def _number(term: Term, operator: str) -> str:
    if term.kind not in (Kind.NUMBER, Kind.JSON, Kind.RESULT, Kind.ID):
        raise BadQuery(given=operator, reason=text("应为数值", "numbers are wanted"))
    return f"({as_number(term)})::float8"


def _computed(operator: str, left: Term, right: Term) -> Term:
    """Arithmetic: numbers, and times with durations."""
    if operator not in _ARITHMETIC:
        raise BadQuery(given=operator, reason=text("没有此运算", "there is no such operator"))
    if Kind.TIME in (left.kind, right.kind) or Kind.DURATION in (left.kind, right.kind):
        return _shifted(operator, left, right)
    first, second = _number(left, operator), _number(right, operator)
    if operator in _NUMBERS:
        return Term(f"({first} {_NUMBERS[operator]} {second})", Kind.NUMBER)
    if operator == "div":
        return Term(f"({first} / NULLIF({second}, 0))", Kind.NUMBER)
    return Term(f"mod({first}::numeric, NULLIF({second}, 0)::numeric)::float8", Kind.NUMBER)


def _shifted(operator: str, left: Term, right: Term) -> Term:
    sign = _NUMBERS.get(operator, "")
    if operator in ("add", "sub") and left.kind is Kind.TIME and right.kind is Kind.DURATION:
        end = f"({left.end} {sign} {right.sql})" if left.end else ""
        return Term(f"({left.sql} {sign} {right.sql})", Kind.TIME, end)
    if operator == "add" and left.kind is Kind.DURATION and right.kind is Kind.TIME:
        return _shifted("add", right, left)
    if operator in ("add", "sub") and left.kind is right.kind is Kind.DURATION:
        return Term(f"({left.sql} {sign} {right.sql})", Kind.DURATION)
    if operator == "sub" and left.kind is right.kind is Kind.TIME:
        return Term(f"({left.sql} - {right.sql})", Kind.DURATION)
    if operator in ("mul", "div") and left.kind is Kind.DURATION and right.kind is Kind.NUMBER:
        return Term(f"({left.sql} {'*' if operator == 'mul' else '/'} {right.sql})", Kind.DURATION)
    raise BadQuery(given=operator, reason=text("时间不能如此运算", "times are not computed with like that"))
