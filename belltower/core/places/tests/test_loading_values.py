# SPDX-License-Identifier: Apache-2.0
"""What a cell of a register says: values, not known, or not readable."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.core.places.loading.guard import guarded, unguarded
from belltower.core.places.loading.values import (
    Bad,
    Given,
    Reading,
    boolean,
    converter,
    day,
    integer,
    life,
    number,
    unit_in_name,
)
from belltower.kernel.packs import Choice, Field, FieldType
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

HEIGHT = Field("height", Quantity.LENGTH, Text(en="Height"), unit="m")


@pytest.mark.parametrize("cell", ["", " ", "N/A", "n/a", "NULL", "<Null>", "--", "未知", "不详"])
def test_what_is_not_known_is_absent_and_never_zero(cell: str) -> None:
    assert number(cell) is None
    assert converter(HEIGHT)(cell) is None


@pytest.mark.parametrize(
    ("cell", "value", "given"),
    [("16 ft", 4.8768, "16 ft"), ("30ft", 9.144, "30ft"), ("8", 8.0, None), ("8 m", 8.0, None), ("8米", 8.0, None),
     ("850 cm", 8.5, "850 cm"), ("12英尺", 3.6576, "12英尺"), ("1,200 mm", 1.2, "1,200 mm")],
)  # fmt: skip
def test_a_height_comes_in_metres_and_keeps_what_was_given(cell: str, value: float, given: str | None) -> None:
    assert converter(HEIGHT)(cell) == Given(value, given)


def test_a_bare_number_takes_the_unit_its_column_names() -> None:
    assert unit_in_name("height_ft", Quantity.LENGTH) == "[ft_i]"
    assert unit_in_name("杆高(米)", Quantity.LENGTH) == "m"
    assert unit_in_name("POLEHEIGHT_DESC", Quantity.LENGTH) is None
    assert converter(HEIGHT, unit="[ft_i]")("10") == Given(3.048, "10 [ft_i]")


@pytest.mark.parametrize("cell", ["tall", "8 kg", "8 9", "1e999"])
def test_a_height_that_cannot_be_read_says_so(cell: str) -> None:
    assert isinstance(converter(HEIGHT)(cell), Bad)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("Active", "in_service"), ("在用", "in_service"), ("完好", "in_service"), ("Removed", "retired"), ("报废", "retired"),
     ("OUT_OF_SERVICE", "out_of_service"), ("规划", "planned"), ("under construction", "being_built")],
)  # fmt: skip
def test_status_words_tell_the_life(cell: str, meant: str) -> None:
    assert life(cell) == meant


def test_an_unknown_status_word_is_not_guessed() -> None:
    assert isinstance(life("5"), Bad)
    assert Reading(life, {"5": "retired"})["5"] == "retired"


@pytest.mark.parametrize(
    ("cell", "value"), [("YES", True), ("NO", False), ("是", True), ("无", False), ("Not Combo Pole", False)]
)
def test_yes_and_no_in_both_languages(cell: str, value: bool) -> None:
    assert boolean(cell) is value


@pytest.mark.parametrize(
    ("cell", "month_first", "value"),
    [("2026-07-01", False, date(2026, 7, 1)), ("2026年7月1日", False, date(2026, 7, 1)), ("20260701", False, date(2026, 7, 1)),
     ("4/22/2007 0:00:00", True, date(2007, 4, 22)), ("1471459325000", False, date(2016, 8, 17))],
)  # fmt: skip
def test_dates_as_registers_write_them(cell: str, month_first: bool, value: date) -> None:
    assert day(cell, month_first=month_first) == value


def test_a_date_that_may_be_two_is_not_guessed() -> None:
    assert isinstance(day("3/4/2020"), Bad)
    assert isinstance(day("2026-02-30"), Bad)


def test_a_whole_number_may_have_a_point_zero() -> None:
    assert integer("3.0") == 3
    assert isinstance(integer("3.5"), Bad)


def test_a_choice_is_known_by_its_word_and_titles() -> None:
    sorting = Field(
        "s", FieldType.CHOICE, Text(en="s"), choices=(Choice(value="food", title=Text(zh="厨余垃圾", en="Food")),)
    )
    read = converter(sorting)
    assert [read("food"), read("厨余垃圾"), read("FOOD"), read("")] == ["food", "food", "food", None]
    assert isinstance(read("glass"), Bad)


@given(st.text())
def test_no_cell_crashes_a_conversion(cell: str) -> None:
    for field in (HEIGHT, *(Field("f", kind, Text(en="f")) for kind in FieldType if kind is not FieldType.CHOICE)):
        Reading(converter(field)).read(cell)
    Reading(life).read(cell)


@given(st.text())
def test_the_guard_against_formulas_comes_off_again(text: str) -> None:
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-x", "@SUM(A1)", "＝1", "'=1", "\tx"])
def test_what_a_spreadsheet_would_run_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-77.01", "+5", "路灯", "a=b", "'quoted'"])
def test_what_is_harmless_stays_as_it_is(text: str) -> None:
    assert guarded(text) == text
