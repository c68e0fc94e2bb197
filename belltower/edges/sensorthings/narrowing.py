# SPDX-License-Identifier: Apache-2.0
"""What a $filter says of streams, instants and numbers alone, so that files of the lake need not be read for the rest."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from belltower.core.observations.lake.rows import instant, micros
from belltower.core.observations.looking import ALWAYS
from belltower.core.observations.reading import visible
from belltower.edges.sensorthings.comparing import SIGNS
from belltower.edges.sensorthings.compiling import Compiler
from belltower.edges.sensorthings.fetching import fetched
from belltower.edges.sensorthings.model import DATASTREAMS, FEATURES_OF_INTEREST, IDS, OBSERVATIONS
from belltower.edges.sensorthings.syntax import Binary, Call, Expression, Kind, Listed, Literal, Path, Unary
from belltower.edges.sensorthings.terms import Statement, linked
from belltower.edges.sensorthings.times import Period

OF_STREAM = linked(DATASTREAMS.navigation["Observations"], "%(here)s::bigint", "t")
OF_FEATURE = linked(FEATURES_OF_INTEREST.navigation["Observations"], "%(here)s::bigint", "t")
_TURNED = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "eq"}
_BOUNDS = {"lt": "<=", "le": "<=", "gt": ">=", "ge": ">="}
_FEATURES_STREAMS = """
    SELECT stream FROM observations_default_feature WHERE feature_id = %(here)s::bigint
    UNION SELECT stream FROM observations_detail WHERE feature_id = %(here)s::bigint
"""


@dataclass(frozen=True, slots=True)
class Narrow:
    """Nothing outside ``streams`` (None: of all) and [since, until) µs can pass, nor what fails a condition.

    ``is_exact``: everything inside passes, unless it has a detail and ``asks_time``, for it may be an interval then.
    """

    streams: frozenset[int] | None = None
    since: int = ALWAYS[0]
    until: int = ALWAYS[1]
    conditions: tuple[str, ...] = ()
    is_exact: bool = True
    asks_time: bool = False

    def of_streams(self, streams: Sequence[int]) -> Narrow:
        found = frozenset(streams)
        return replace(self, streams=found if self.streams is None else self.streams & found)

    def within(self, since: int, until: int) -> Narrow:
        return replace(self, since=max(self.since, since), until=min(self.until, until))

    def seen(self) -> list[int]:
        """The streams by id, those that the caller sees."""
        return visible(None if self.streams is None else sorted(self.streams))


def narrowed(given: Expression | None, conditions: Sequence[str], parameters: Mapping[str, object]) -> Narrow:
    """What a $filter of Observations and the conditions of their address come to."""
    found = Narrow()
    for condition in conditions:
        if condition == OF_STREAM:
            found = found.of_streams([int(str(parameters["here"]))])
        elif condition == OF_FEATURE:
            streams = fetched(_FEATURES_STREAMS, {"here": parameters["here"]})
            found = replace(found.of_streams([row[0] for row in streams]), is_exact=False)
        else:
            found = replace(found, is_exact=False)
    for part in _conjuncts(given):
        found = _with(found, part)
    return found


def _conjuncts(given: Expression | None) -> Iterator[Expression]:
    if isinstance(given, Binary) and given.operator == "and":
        yield from _conjuncts(given.left)
        yield from _conjuncts(given.right)
    elif given is not None:
        yield given


def _with(found: Narrow, part: Expression) -> Narrow:
    paths = list(_paths(part))
    if paths and all(steps[0] == "Datastream" and "Observations" not in steps for steps in paths):
        return found.of_streams(_streams_where(_below(part)))
    if not isinstance(part, Binary) or part.operator not in _TURNED:
        return replace(found, is_exact=False)
    operator, left, right = part.operator, part.left, part.right
    if isinstance(right, Path):
        operator, left, right = _TURNED[operator], right, left
    if not isinstance(left, Path) or list(_paths(right)):
        return replace(found, is_exact=False)
    return _compared(found, operator, left.steps, right)


def _compared(found: Narrow, operator: str, steps: tuple[str, ...], right: Expression) -> Narrow:
    number = _number(right)
    if steps == ("result",) and number is not None:
        return replace(found, conditions=(*found.conditions, f"value {SIGNS[operator]} {number!r}"))
    if len(steps) == 1 and steps[0] in IDS and isinstance(number, int):
        return replace(found, conditions=(*found.conditions, f"id {SIGNS[operator]} {number:d}"))
    if steps in (("phenomenonTime",), ("resultTime",)):
        at = _instant(right)
        if at is None:
            return replace(found, is_exact=False)
        is_point = isinstance(right, Literal) and isinstance(right.value, Period) and right.value.end is None
        found = replace(found, is_exact=found.is_exact and is_point)
        return _timed(found, operator if is_point else "", steps[0], at, _BOUNDS.get(operator, ">="))
    return replace(found, is_exact=False)


def _timed(found: Narrow, operator: str, name: str, at: int, bound: str) -> Narrow:
    """The bounds of an instant, and the comparison itself where an instant is compared with one."""
    sign = bound if not operator else SIGNS[operator]
    told = f"TIMESTAMPTZ '{instant(at).isoformat()}'"
    if name == "resultTime":
        return replace(found, conditions=(*found.conditions, f"flags & 4 = 0 AND result_at {sign} {told}"))
    spans = {">": (at, ALWAYS[1]), "<": (ALWAYS[0], at + 1), "=": (at, at + 1)}
    # What has a detail may be an interval that ends before: the bound alone holds of it.
    exact = f'flags & 2 <> 0 OR "at" {sign} {told}'
    return replace(found.within(*spans[sign[0]]), conditions=(*found.conditions, exact), asks_time=True)


def _number(given: Expression) -> int | float | None:
    if isinstance(given, Unary) and given.operator == "-":
        inside = _number(given.operand)
        return None if inside is None else -inside
    if isinstance(given, Literal) and given.kind is Kind.NUMBER and isinstance(given.value, int | float):
        is_small = math.isfinite(given.value) and abs(given.value) < 2**53
        return given.value if is_small else None
    return None


def _instant(given: Expression) -> int | None:
    """The µs at which a constant begins; None for what is no time, or never."""
    statement = Statement()
    term = Compiler(statement, OBSERVATIONS).term(given)
    if term.kind is not Kind.TIME:
        return None
    sql = f"SELECT CASE WHEN isfinite({term.sql}) THEN {term.sql} END"
    ((at,),) = fetched(sql, statement.parameters)
    return micros(at) if isinstance(at, datetime) else None


def _streams_where(given: Expression) -> list[int]:
    """The Datastreams that the caller sees for which an expression over them holds."""
    statement = Statement()
    condition = Compiler(statement, DATASTREAMS).condition(given)
    sql = f"SELECT t.id FROM {DATASTREAMS.relation} t {' '.join(statement.joins)} WHERE {condition}"
    return [row[0] for row in fetched(sql, statement.parameters)]


def _inside(given: Expression) -> tuple[Expression, ...]:
    match given:
        case Call(_, arguments):
            return arguments
        case Unary(_, operand):
            return (operand,)
        case Binary(_, left, right):
            return (left, right)
        case Listed(items):
            return items
    return ()


def _paths(given: Expression) -> Iterator[tuple[str, ...]]:
    if isinstance(given, Path):
        yield given.steps
    for each in _inside(given):
        yield from _paths(each)


def _below(given: Expression) -> Expression:
    """The same expression as the Datastream sees it."""
    match given:
        case Path(steps):
            return Path(steps[1:])
        case Call(name, arguments):
            return Call(name, tuple(_below(each) for each in arguments))
        case Unary(operator, operand):
            return Unary(operator, _below(operand))
        case Binary(operator, left, right):
            return Binary(operator, _below(left), _below(right))
        case Listed(items):
            return Listed(tuple(_below(each) for each in items))
    return given
