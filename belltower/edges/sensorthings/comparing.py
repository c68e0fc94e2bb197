# SPDX-License-Identifier: Apache-2.0
"""How two values are compared, by their kinds: texts by code point, times as instants or half-open intervals, JSON by what it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from belltower.edges.sensorthings.errors import BadQuery, text
from belltower.edges.sensorthings.syntax import Kind
from belltower.edges.sensorthings.terms import Term

SIGNS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_TURNED = {"eq": "eq", "ne": "ne", "lt": "gt", "le": "ge", "gt": "lt", "ge": "le"}


def compare(operator: str, left: Term, right: Term) -> Term:
    """``left operator right`` as a condition. Raises BadQuery for kinds that have no order between them."""
    if Kind.NULL in (left.kind, right.kind):
        return _null(operator, right if left.kind is Kind.NULL else left)
    if left.kind in (Kind.JSON, Kind.RESULT) or right.kind in (Kind.JSON, Kind.RESULT):
        return _open(operator, left, right)
    if left.kind is Kind.TIME and right.kind is Kind.TIME:
        return truth(_TIMES[operator](left, right))
    if {left.kind, right.kind} == {Kind.TIME, Kind.DATE}:
        return truth(_cast(left, "date") + SIGNS[operator] + _cast(right, "date"))
    pair = {left.kind, right.kind}
    if pair <= {Kind.ID, Kind.NUMBER} or len(pair) == 1:
        return truth(f"{ordered(left)} {SIGNS[operator]} {ordered(right)}")
    if pair == {Kind.ID, Kind.TEXT}:
        return truth(f"({left.sql})::text {SIGNS[operator]} ({right.sql})::text")
    raise BadQuery(
        given=f"{left.kind} {operator} {right.kind}", reason=text("两者不能比较", "the two cannot be compared")
    )


def truth(sql: str) -> Term:
    """A condition."""
    return Term(f"({sql})", Kind.BOOLEAN)


def ordered(term: Term) -> str:
    """The term as it is compared and sorted: texts by code point."""
    return f'({term.sql}) COLLATE "C"' if term.kind is Kind.TEXT else term.sql


def as_text(term: Term) -> str:
    """What a value says as a text: a JSON scalar without its quotation marks, a result whichever it is."""
    if term.kind is Kind.RESULT:
        return f"COALESCE({term.end} #>> '{{}}', {term.sql}::text)"
    return f"({term.sql} #>> '{{}}')" if term.kind is Kind.JSON else f"({term.sql})::text"


def as_number(term: Term) -> str:
    """A value as a number, or nothing where it is none."""
    if term.kind is not Kind.JSON:
        return term.sql
    return f"(CASE WHEN jsonb_typeof({term.sql}) = 'number' THEN ({term.sql} #>> '{{}}')::float8 END)"


def as_truth(term: Term) -> str:
    """A value as a condition. Raises BadQuery for what is no truth."""
    if term.kind is Kind.BOOLEAN:
        return term.sql
    inside = term.end if term.kind is Kind.RESULT else term.sql
    if term.kind not in (Kind.JSON, Kind.RESULT):
        raise BadQuery(given=term.kind, reason=text("应为真假值", "a condition is wanted"))
    return f"(CASE WHEN jsonb_typeof({inside}) = 'boolean' THEN ({inside} #>> '{{}}')::boolean END)"


def _cast(term: Term, sql_type: str) -> str:
    return f"(({term.sql}) AT TIME ZONE 'UTC')::{sql_type}" if term.kind is Kind.TIME else f"({term.sql})"


def _null(operator: str, term: Term) -> Term:
    if operator not in ("eq", "ne"):
        return truth("NULL::boolean")
    if term.kind is Kind.RESULT:
        sql = f"COALESCE({term.sql}::text, NULLIF({term.end}, 'null'::jsonb)::text)"
    else:
        sql = f"NULLIF({term.sql}, 'null'::jsonb)" if term.kind is Kind.JSON else f"({term.sql})"
    return truth(f"{sql} IS {'' if operator == 'eq' else 'NOT '}NULL")


def _open(operator: str, left: Term, right: Term) -> Term:
    """One of them holds any JSON: compared as what the other one is."""
    if left.kind not in (Kind.JSON, Kind.RESULT):
        left, right, operator = right, left, _TURNED[operator]
    sign = SIGNS[operator]
    match right.kind:
        case Kind.NUMBER | Kind.ID:
            return truth(f"{as_number(left)} {sign} {as_number(right)}")
        case Kind.BOOLEAN:
            return truth(f"{as_truth(left)} {sign} {right.sql}")
        case Kind.TEXT:
            return _with_text(sign, left, right)
        case Kind.JSON | Kind.RESULT if operator in ("eq", "ne"):
            return truth(f"{_as_json(left)} {sign} {_as_json(right)}")
        case Kind.JSON | Kind.RESULT:
            return truth(f"{as_number(left)} {sign} {as_number(right)}")
    return truth(f'{as_text(left)} COLLATE "C" {sign} {as_text(right)}')


def _with_text(sign: str, left: Term, right: Term) -> Term:
    """``result gt '3'`` means 3 where the result is a number, for that is how clients write it."""
    said = truth(f'{as_text(left)} COLLATE "C" {sign} {right.sql}')
    if left.kind is not Kind.RESULT or not _is_number(right.constant):
        return said
    return truth(f"CASE WHEN {left.sql} IS NULL THEN {said.sql} ELSE {left.sql} {sign} ({right.sql})::float8 END")


def _is_number(given: object) -> bool:
    try:
        float(str(given))
    except ValueError:
        return False
    return given is not None


def _as_json(term: Term) -> str:
    return f"COALESCE({term.end}, to_jsonb({term.sql}))" if term.kind is Kind.RESULT else term.sql


def starts(term: Term) -> str:
    """When a time begins."""
    return term.sql


def ends(term: Term) -> str:
    """When an interval ends; of what may be an instant, nothing (NULL)."""
    return term.end or "NULL::timestamptz"


def lasts_to(term: Term) -> str:
    """When an interval ends, and when an instant is."""
    return f"COALESCE({term.end}, {term.sql})" if term.end else term.sql


def before(left: Term, right: Term) -> str:
    """Left is over when right begins; an instant is strictly before. The first half is for the index."""
    instant = f"{starts(left)} < {starts(right)}"
    if not left.end:
        return instant
    is_over = f"CASE WHEN {left.end} IS NULL THEN {instant} ELSE {left.end} <= {starts(right)} END"
    return f"{starts(left)} <= {starts(right)} AND {is_over}"


def _not_after(left: Term, right: Term) -> str:
    return f"{starts(left)} <= {starts(right)} AND {lasts_to(left)} <= {lasts_to(right)}"


def _same(left: Term, right: Term) -> str:
    return f"{starts(left)} = {starts(right)} AND {ends(left)} IS NOT DISTINCT FROM {ends(right)}"


def meets(left: Term, right: Term) -> str:
    """One begins when the other ends."""
    return f"{lasts_to(left)} = {starts(right)} OR {starts(left)} = {lasts_to(right)}"


def during(left: Term, right: Term) -> str:
    """Left lies within the interval right, whose end is not in it. Raises BadQuery when right can only be an instant."""
    if not right.end:
        raise BadQuery(given="during", reason=text("第二个参数应为时段", "its second argument must be an interval"))
    inside = (
        f"CASE WHEN {ends(left)} IS NULL THEN {starts(left)} < {right.end} ELSE {lasts_to(left)} <= {right.end} END"
    )
    return f"{starts(right)} <= {starts(left)} AND {starts(left)} <= {right.end} AND {inside}"


def overlaps(left: Term, right: Term) -> str:
    """The two have an instant in common."""
    return f"{_begins_within(left, right)} AND {_begins_within(right, left)}"


def _begins_within(left: Term, right: Term) -> str:
    instant = f"{starts(left)} <= {starts(right)}"
    if not right.end:
        return instant
    return f"(CASE WHEN {right.end} IS NULL THEN {instant} ELSE {starts(left)} < {right.end} END)"


_TIMES: Mapping[str, Callable[[Term, Term], str]] = {
    "lt": before,
    "gt": lambda left, right: before(right, left),
    "le": _not_after,
    "ge": lambda left, right: _not_after(right, left),
    "eq": _same,
    "ne": lambda left, right: f"NOT ({_same(left, right)})",
}

# The temporal functions of SensorThings 1.1 (table 24): two times to a condition.
TEMPORAL: Mapping[str, Callable[[Term, Term], str]] = {
    "before": before,
    "after": lambda left, right: before(right, left),
    "meets": meets,
    "during": during,
    "overlaps": overlaps,
    "starts": lambda left, right: f"{starts(left)} = {starts(right)}",
    "finishes": lambda left, right: f"{lasts_to(left)} = {lasts_to(right)}",
}
