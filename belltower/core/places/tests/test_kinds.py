# SPDX-License-Identifier: Apache-2.0
"""Values fit the fields that a kind declares, or are refused with the reason."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.core.places.errors import BadFieldValue, MissingFields, UnknownField
from belltower.core.places.kinds import GIVEN, kind_title, merge_fields, register, validate_fields
from belltower.kernel.packs import AssetKind, Choice, Field, FieldType, Geometry, UnknownKind
from belltower.kernel.texts import Text
from belltower.kernel.units import Measured, Quantity

BIN = AssetKind(
    "test_bin", Text(zh="试验桶", en="Test bin"), Geometry.POINT,
    fields=(
        Field("litres", Quantity.VOLUME, Text(zh="容积", en="Volume"), unit="L", required=True),
        Field("colour", FieldType.CHOICE, Text(zh="颜色", en="Colour"),
              choices=(Choice(value="green", title=Text(zh="绿", en="Green")), Choice(value="grey", title=Text(zh="灰")))),
        Field("lids", FieldType.INTEGER, Text(zh="盖数", en="Lids")),
        Field("share", FieldType.NUMBER, Text(zh="占比", en="Share")),
        Field("indoors", FieldType.BOOLEAN, Text(zh="室内", en="Indoors")),
        Field("placed_on", FieldType.DATE, Text(zh="放置日期", en="Placed on")),
        Field("maker", FieldType.TEXT, Text(zh="厂家", en="Maker")),
    ),
)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "stored"),
    [
        ("litres", 240, 240.0), ("litres", "240", 240.0), ("litres", "1,100 L", 1100.0),
        ("litres", {"value": 120, "unit": "L"}, 120.0), ("litres", None, None), ("litres", "  ", None),
        ("colour", "green", "green"), ("colour", "灰", "grey"), ("colour", "Green", "green"),
        ("lids", "2", 2), ("lids", 2.0, 2), ("share", "0.5", 0.5), ("share", 1e-7, 1e-7),
        ("indoors", True, True), ("indoors", "否", False), ("indoors", "yes", True),
        ("placed_on", date(2026, 1, 31), "2026-01-31"), ("placed_on", "2026-01-31", "2026-01-31"),
        ("maker", " Acme ", "Acme"), ("maker", "a\x00\ud800b", "ab"), ("maker", 7, "7"),
    ],
)  # fmt: skip
def test_a_value_is_stored_as_its_field_holds_it(name: str, value: Any, stored: Any) -> None:
    assert validate_fields(BIN, {name: value}) == {name: stored}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("litres", "a lot"), ("litres", "9 kg"), ("litres", float("inf")), ("litres", {"litres": 9}), ("colour", "red"),
        ("lids", "2.5"), ("lids", True), ("share", "half"), ("indoors", "perhaps"), ("placed_on", "tomorrow"),
        ("maker", "x" * 2001), ("maker", ["Acme"]),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_is_refused_with_its_field(name: str, value: Any) -> None:
    field = BIN.field(name)
    assert field is not None
    with pytest.raises(BadFieldValue, match=f"the field '{field.title.en}'") as refused:
        validate_fields(BIN, {name: value})
    assert field.title.zh in refused.value.say("zh")


def test_a_quantity_that_came_in_another_unit_keeps_what_it_came_as() -> None:
    assert validate_fields(BIN, {"litres": "1.1 m3"}) == {"litres": 1100.0, GIVEN: {"litres": "1.1 m3"}}
    measured = Measured.of(1.1, "m3", stored_in="L")
    assert validate_fields(BIN, {"litres": measured}) == {"litres": 1100.0, GIVEN: {"litres": "1.1 m3"}}


def test_an_undeclared_field_is_named_with_what_was_probably_meant() -> None:
    with pytest.raises(UnknownField, match=r"no field 'litre'. Did you mean 'litres'\? It declares: litres, colour"):
        validate_fields(BIN, {"litre": 1})
    with pytest.raises(UnknownField, match=r"no field 'zzz'. It declares"):
        validate_fields(BIN, {"zzz": 1})


def test_a_required_field_cannot_be_forgotten() -> None:
    with pytest.raises(MissingFields, match="'Test bin' lacks required fields: Volume"):
        merge_fields(BIN, {"litres": 240.0}, {"litres": None})


def test_what_is_not_declared_any_more_stays_as_it_was_stored() -> None:
    assert merge_fields(BIN, {"litres": 240.0, "old": 1}, {"lids": 1}) == {"litres": 240.0, "old": 1, "lids": 1}


def test_a_kind_is_known_by_its_title_and_an_unknown_one_by_its_name() -> None:
    assert kind_title("street_light").en == "Street light"
    assert kind_title("gone_kind") == Text(zh="gone_kind", en="gone_kind")
    with pytest.raises(UnknownKind):
        validate_fields("gone_kind", {})
    assert "street_light" in register().kinds


@given(st.sampled_from([field.name for field in BIN.fields]), st.text(max_size=40))
def test_whatever_is_typed_is_read_or_refused(name: str, typed: str) -> None:
    try:
        first = validate_fields(BIN, {name: typed})
    except BadFieldValue:
        return
    assert validate_fields(BIN, {name: first[name]})[name] == first[name], "what was stored reads as itself"
