# SPDX-License-Identifier: Apache-2.0
"""What is written in OData is read as it was meant; what is not OData is refused, never a fault of ours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from belltower.edges.sensorthings import times
from belltower.edges.sensorthings.errors import BadQuery
from belltower.edges.sensorthings.options import merged, options
from belltower.edges.sensorthings.parser import BINDING, expression
from belltower.edges.sensorthings.syntax import Binary, Call, Expression, Kind, Literal, Path, Unary

names = some.from_regex(r"[a-z][a-z]{0,5}", fullmatch=True).filter(
    lambda name: name not in BINDING and name not in ("not", "true", "false", "null", "asc", "desc")
)
texts = some.text(some.characters(blacklist_categories=("Cs",)), max_size=12).map(lambda said: Literal(said, Kind.TEXT))
numbers = some.one_of(
    some.integers(0, 10**12), some.floats(0, 1e9, allow_nan=False).filter(lambda each: "e" not in repr(each))
).map(lambda each: Literal(each, Kind.NUMBER))
constants = some.sampled_from([Literal(True, Kind.BOOLEAN), Literal(False, Kind.BOOLEAN), Literal(None, Kind.NULL)])
paths = some.lists(names, min_size=1, max_size=3).map(lambda steps: Path(tuple(steps)))


def _larger(inner: some.SearchStrategy[Expression]) -> some.SearchStrategy[Expression]:
    operators = some.sampled_from(sorted(set(BINDING) - {"in", "divby"}))
    return some.one_of(
        some.builds(Binary, operators, inner, inner),
        some.builds(Unary, some.sampled_from(["not", "-"]), inner),
        some.builds(Call, names, some.lists(inner, max_size=3).map(tuple)),
    )


expressions = some.recursive(some.one_of(texts, numbers, constants, paths), _larger, max_leaves=12)


def written(read: Expression) -> str:
    """The expression with a parenthesis around everything."""
    match read:
        case Literal(value, Kind.TEXT):
            return "'" + str(value).replace("'", "''") + "'"
        case Literal(value, _):
            return (
                {True: "true", False: "false", None: "null"}[value]
                if value is None or isinstance(value, bool)
                else repr(value)
            )
        case Path(steps):
            return "/".join(steps)
        case Call(name, arguments):
            return f"{name}({','.join(map(written, arguments))})"
        case Unary(operator, operand):
            return f"{operator} ({written(operand)})"
        case Binary(operator, left, right):
            return f"({written(left)}) {operator} ({written(right)})"
    raise AssertionError(read)


@given(expressions)
def test_what_is_written_out_is_read_back(tree: Expression) -> None:
    assert expression(written(tree)) == tree


@given(some.text(max_size=60))
def test_any_text_is_read_or_refused(given_text: str) -> None:
    try:
        expression(given_text)
    except BadQuery:
        return


@given(
    some.lists(
        some.tuples(some.sampled_from(["$filter", "$expand", "$orderby", "$top", "$select"]), some.text(max_size=40))
    )
)
def test_any_options_are_read_or_refused(pairs: list[tuple[str, str]]) -> None:
    try:
        options(pairs)
    except BadQuery:
        return


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("a or b and c", "a or (b and c)"),
        ("a eq 1 and b eq 2 or c eq 3", "((a eq 1) and (b eq 2)) or (c eq 3)"),
        ("a add b mul c sub d", "(a add (b mul c)) sub d"),
        ("a sub b sub c", "(a sub b) sub c"),
        ("not a lt 1 and b", "(not (a lt 1)) and b"),
        ("-a add b", "(-a) add b"),
        ("a eq b lt c", "a eq (b lt c)"),
        ("a EQ 1 AND b", "(a eq 1) and b"),
    ],
)
def test_operators_bind_as_odata_says(short: str, long: str) -> None:
    assert expression(short) == expression(long)


def test_an_interval_a_plus_sign_and_a_duration_are_read() -> None:
    (start, end) = (datetime(2016, 1, 1, 6, tzinfo=UTC), datetime(2016, 1, 1, 8, tzinfo=UTC))
    read = expression("phenomenonTime lt 2016-01-01T06:00:00Z/2016-01-01T16:00:00 08:00")
    assert read == Binary("lt", Path(("phenomenonTime",)), Literal(times.Period(start, end), Kind.TIME))
    assert expression("duration'P1DT2H0.5S'") == Literal(timedelta(days=1, hours=2, seconds=0.5), Kind.DURATION)


def test_expansions_of_one_navigation_are_one() -> None:
    read = options([("$expand", "Datastreams/Sensor,Datastreams($top=2;$expand=Thing),Locations")])
    found = merged(read.expand)
    assert list(found) == ["Datastreams", "Locations"]
    assert found["Datastreams"].top == 2
    assert [each.navigation for each in found["Datastreams"].expand] == ["Thing", "Sensor"]


instants = some.datetimes(datetime(1000, 1, 1), datetime(9999, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001


@given(instants, some.none() | some.timedeltas(timedelta(0), timedelta(days=300)))
def test_a_time_that_was_written_is_read_back(start: datetime, length: timedelta | None) -> None:
    end = None if length is None else start + length
    assert times.period(times.written(start, end) or "") == times.Period(start, end)


@pytest.mark.parametrize(
    "given_text", ["2016-01-01", "2016-01-01T00:00:00", "", "x", "2016-01-02T00:00:00Z/2016-01-01T00:00:00Z"]
)
def test_a_time_that_is_none_is_refused(given_text: str) -> None:
    with pytest.raises(BadQuery):
        times.period(given_text)
