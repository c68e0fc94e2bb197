# SPDX-License-Identifier: Apache-2.0
"""What can be written as a predicate means one thing; what cannot is refused with what was meant."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.core.standards.predicates.binding import bind
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.errors import BadPredicate
from belltower.core.standards.predicates.judging import judge, known
from belltower.core.standards.predicates.kinds import WrongKind
from belltower.core.standards.predicates.nodes import Kind, names_in
from belltower.core.standards.predicates.parsing import Vocabulary, parse
from belltower.core.standards.predicates.sql import Engine, sql_of

FIELDS = {
    "height": Kind.NUMBER, "lamp": Kind.TEXT, "class": Kind.TEXT, "ok": Kind.BOOLEAN, "installed": Kind.DATE,
}  # fmt: skip
WORDS = Vocabulary(FIELDS, {"limit_m": Kind.NUMBER, "age": Kind.DURATION})
VALUES = {"limit_m": 12.0, "age": CivilDuration.read("P10Y")}
TODAY = date(2026, 3, 31)


def outcome(written: str, **fields: Any) -> bool | None:
    return judge(bind(parse(written, WORDS), VALUES, TODAY), known(fields, FIELDS))


@pytest.mark.parametrize(
    ("written", "fields", "expected"),
    [
        ("height <= limit_m", {"height": 12}, True),
        ("height <= limit_m", {"height": 12.000001}, False),
        ("height <= limit_m", {}, None),
        ("height <= limit_m", {"height": "12"}, None),
        ("height <= limit_m", {"height": True}, None),
        ("height <= limit_m", {"height": 1e300}, None),
        ("height BETWEEN 3 AND limit_m / 2", {"height": 6}, True),
        ("height NOT BETWEEN 3 AND limit_m / 2", {"height": 6}, False),
        ("2 * (height - 1) > limit_m", {"height": 7.5}, True),
        ("lamp IN ('LED', '高压钠灯')", {"lamp": "高压钠灯"}, True),
        ("lamp NOT IN ('LED')", {"lamp": "HPS"}, True),
        ("lamp NOT IN ('LED')", {}, None),
        ("lamp = 'it''s'", {"lamp": "it's"}, True),
        ("ok", {"ok": True}, True),
        ("NOT ok OR class <> 'x'", {"ok": True, "class": "x"}, False),
        ("ok IS NULL", {}, True),
        ("ok IS NOT NULL", {}, False),
        ("ok OR height > 1", {"height": 2}, True),
        ("ok AND height > 1", {"height": 0}, False),
        ("ok AND height > 1", {"height": 2}, None),
        ("installed >= today - age", {"installed": "2016-03-31"}, True),
        ("installed >= today - age", {"installed": "2016-03-30"}, False),
        ("installed >= today - age", {"installed": "last year"}, None),
        ("installed < DATE '2020-01-01'", {"installed": "2019-12-31"}, True),
        ("(height < 1 OR height > 2) AND ok", {"height": 3, "ok": True}, True),
        ("height < -2e0", {"height": -3}, True),
    ],
)
def test_what_is_written_has_one_meaning(written: str, fields: dict[str, Any], expected: bool | None) -> None:
    assert outcome(written, **fields) is expected


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("hieght < 3", "did you mean 'height'?"),
        ("Height < 3", "not a lower-case name"),
        ("height = 'tall'", "'height' (a number) cannot be compared with 'tall' (a text)"),
        ("installed + age < today", "write installed < today - age"),
        ("height / height < 2", "write a < 2 * b for a / b < 2"),
        ("height", "must say yes or no"),
        ("height AND ok", "'height' (a number) stands where yes or no is wanted"),
        ("lamp < 'b'", "only be compared by = and <>"),
        ("height = NULL", "'NULL' is not part of the language"),
        ("today > DATE '2026-02-31'", "there is no day '2026-02-31'"),
        ("height IN ()", "a list of values only"),
        ("ok and and ok", "look at its brackets"),
        ("((ok", "look at its brackets"),
        ("", "1 to 2000 characters"),
        ("(" * 25 + "ok" + ")" * 25, "more than 20 deep"),
        (" OR ".join(["ok"] * 300), "too long"),
    ],
)
def test_a_refusal_says_what_was_meant(written: str, said: str) -> None:
    with pytest.raises(BadPredicate) as refused:
        parse(written, WORDS)
    assert said in str(refused.value)
    assert any("\u4e00" <= character <= "\u9fff" for character in refused.value.say("zh"))


@pytest.mark.parametrize(
    "written",
    [
        "pg_sleep(3) = 1", "height < 3 -- x", "height < 3 /* x */", "ok; DROP TABLE places_asset", "(SELECT 1) = 1",
        "height IN (SELECT 1)", "EXISTS(SELECT 1)", "height = ANY(1)", "height::text = '1'", "CAST(height AS text) = '1'",
        '"height" < 2', "a.height < 2", "public.f(1) = 1", "lamp = E'a'", "lamp = N'a'", "lamp = B'1'", "lamp = U&'a'",
        "lamp = $$a$$", "lamp = 'a\\'", "lamp = 'a\x00'", "lamp = 'a\u202eb'", "lamp LIKE 'a%'", "lamp ~ 'a'",
        "lamp || 'x' = 'y'", "lamp = 'a' 'b'", "lamp COLLATE \"C\" = 'a'", "ｈeight < 2", "hеight < 2", "height\u00a0< 2",
        "height < 1e400", "height < 0x10", "height % 2 = 0", "height ^ 2 = 4", "height @> 2", "ok IS TRUE",
        "ok IS DISTINCT FROM true", "CASE WHEN ok THEN ok END", "current_user = 'x'", "height < current_date",
        "INTERVAL '1 day' = 1", "ARRAY[1] = height", "(1, 2) = (1, 2)", "ROW(1) = 1", "height BETWEEN SYMMETRIC 1 AND 2",
        "height = $1", "height = :x", "height = %s", "{height} = 1", "ok UNION SELECT true", "COALESCE(ok, true)",
    ],
)  # fmt: skip
def test_nothing_outside_the_subset_gets_in(written: str) -> None:
    with pytest.raises(BadPredicate):
        parse(written, WORDS)


PIECES = [*FIELDS, "limit_m", "today", "age", "AND", "OR", "NOT", "IN", "IS", "NULL", "BETWEEN", "(", ")", "=", "<", ">=", "<>",
          "+", "-", "*", "/", ",", "1", "0.5", "'a'", "''", "DATE", "'2026-01-01'", "TRUE", "SELECT", ";", "--", "::", "'", '"',
          "pg_sleep", "FROM", "$$", "\\", ".", "places_asset", "\u2019", "|"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=14).map(" ".join) | st.text(max_size=40))
def test_no_soup_of_words_reaches_a_database_as_anything_but_the_language(written: str) -> None:
    """Whatever is taken speaks of declared names only, and its SQL holds no character that we do not write ourselves."""
    try:
        node = bind(parse(written, WORDS), VALUES, TODAY)
    except (BadPredicate, WrongKind):
        return
    assert names_in(node) <= FIELDS.keys()
    for engine in Engine:
        written_out = sql_of(node, engine, {name: f"<{name}>" for name in FIELDS})
        assert not {";", "--", "/*", "SELECT", "$", "\\"} & set(written_out.replace("(", " ").replace(")", " ").split())


@pytest.mark.parametrize("limit", [0.0, 1e-9, 1e9])
def test_a_factor_that_would_leave_the_range_of_numbers_is_refused_for_its_date(limit: float) -> None:
    node = parse("height * limit_m < 3", WORDS)
    with pytest.raises(WrongKind, match="must lie between"):
        bind(node, VALUES | {"limit_m": limit}, TODAY)


def test_a_length_of_time_ends_on_the_last_day_of_a_shorter_month() -> None:
    assert CivilDuration.read("P1M").after(date(2026, 3, 31), -1) == date(2026, 2, 28)
    assert CivilDuration.read("P2Y6M3W2D").after(date(2026, 1, 1)) == date(2028, 7, 24)
    for wrong in ("P", "24M", "P1H", "PT5M", "P-1D"):
        with pytest.raises(ValueError, match="no duration"):
            CivilDuration.read(wrong)
