# SPDX-License-Identifier: Apache-2.0
"""Units by UCUM: every declared unit is real, conversion is exact, and what does not fit is refused with a hint."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.kernel.units import (
    Measured,
    NotANumber,
    Quantity,
    UnitNotAllowed,
    UnitsDoNotFit,
    UnknownUnit,
    convert,
    dimension,
)

DIMENSIONS = {
    Quantity.LENGTH: "m", Quantity.AREA: "m2", Quantity.VOLUME: "m3", Quantity.MASS: "kg", Quantity.SHARE: "1",
    Quantity.POWER: "kg.m2/s3", Quantity.TEMPERATURE: "K", Quantity.COUNT: "1", Quantity.DURATION: "s",
    Quantity.SPEED: "m/s", Quantity.PRESSURE: "Pa", Quantity.EXPLOSIVE_SHARE: "1", Quantity.SURFACE_DENSITY: "g/m2", Quantity.ANGLE: "rad",
    Quantity.FLOW: "m3/s", Quantity.VOLTAGE: "V", Quantity.MASS_CONCENTRATION: "g/m3",
}  # fmt: skip
DECLARED = [(quantity, unit) for quantity in Quantity for unit in quantity.units]


@pytest.mark.parametrize(("quantity", "unit"), DECLARED)
def test_every_allowed_unit_is_ucum_and_of_its_quantity(quantity: Quantity, unit: str) -> None:
    assert dimension(unit) == dimension(DIMENSIONS[quantity])


@pytest.mark.parametrize("quantity", Quantity)
def test_every_quantity_is_called_something_in_both_languages(quantity: Quantity) -> None:
    assert quantity.called.zh
    assert quantity.called.en


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "expected"),
    [
        (1.0, "[ft_i]", "m", 0.3048),
        (1.0, "[in_i]", "cm", 2.54),
        (1.0, "[mi_i]", "km", 1.609344),
        (1.0, "har", "m2", 10_000.0),
        (1.0, "[sft_i]", "m2", 0.09290304),
        (1.0, "m3", "L", 1000.0),
        (2.0, "t", "kg", 2000.0),
        (50.0, "%", "1", 0.5),
        (36.0, "km/h", "m/s", 10.0),
        (1.0, "d", "h", 24.0),
        (98.6, "[degF]", "Cel", 37.0),
        (-40.0, "Cel", "[degF]", -40.0),
        (0.0, "Cel", "K", 273.15),
        (1.0, "kg.m2/s3", "W", 1.0),
        (1.0, "MPa", "bar", 10.0),
        (5.0, "{person}", "1", 5.0),
        (3.0, "10*3", "1", 3000.0),
        (1.0, "[ppm]", "%", 0.0001),
        (1.0, "m3/h", "L/s", 1000 / 3600),
    ],
)
def test_conversion_is_exact(value: float, from_unit: str, to_unit: str, expected: float) -> None:
    assert convert(value, from_unit, to_unit) == pytest.approx(expected, rel=1e-14, abs=1e-13)


@given(value=st.floats(-1e9, 1e9), which=st.sampled_from(list(Quantity)), data=st.data())
def test_there_and_back_gives_the_value_again(value: float, which: Quantity, data: st.DataObject) -> None:
    from_unit, to_unit = (data.draw(st.sampled_from(which.units)) for _ in range(2))
    back = convert(convert(value, from_unit, to_unit), to_unit, from_unit)
    assert math.isclose(back, value, rel_tol=1e-12, abs_tol=1e-9)


def test_arrays_are_converted_at_once() -> None:
    assert convert(np.array([[32.0, 212.0]]), "[degF]", "Cel") == pytest.approx(np.array([[0.0, 100.0]]), abs=1e-12)


def test_an_unchanged_unit_changes_nothing() -> None:
    assert convert(0.1 + 0.2, "m", "m") == 0.1 + 0.2
    assert convert(5.0, "mg/m3", "mg/m3") == 5.0


def test_a_measured_value_keeps_what_it_came_as() -> None:
    found = Measured.of(30, "[ft_i]", stored_in="m")
    assert (found.value, found.unit) == (pytest.approx(9.144), "m")
    assert (found.original_value, found.original_unit) == (30.0, "[ft_i]")


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_no_measurement(value: float) -> None:
    with pytest.raises(NotANumber):
        Measured.of(value, "m", stored_in="m")


@pytest.mark.parametrize(("from_unit", "to_unit"), [("m", "s"), ("ft", "m"), ("dB", "1"), ("1", "dB"), ("kW", "kg")])
def test_units_that_do_not_fit_are_refused(from_unit: str, to_unit: str) -> None:
    """Among them 'ft', which in UCUM is the femtotonne."""
    with pytest.raises(UnitsDoNotFit) as caught:
        convert(1.0, from_unit, to_unit)
    assert from_unit in caught.value.say("zh")


@pytest.mark.parametrize("unit", ["℃", "公里", "", "m//s", "Cel/h", "furlong", "米"])
def test_what_is_no_ucum_code_is_refused(unit: str) -> None:
    with pytest.raises(UnknownUnit):
        convert(1.0, unit, "m")
    with pytest.raises(UnknownUnit):
        convert(1.0, unit, unit)


@pytest.mark.parametrize(
    ("quantity", "written", "meant"),
    [
        (Quantity.TEMPERATURE, "℃", "Cel"),
        (Quantity.LENGTH, "ft", "[ft_i]"),
        (Quantity.LENGTH, "Feet", "[ft_i]"),
        (Quantity.AREA, "ha", "har"),
        (Quantity.AREA, "㎡", "m2"),
        (Quantity.POWER, "千瓦", "kW"),
    ],
)
def test_a_unit_not_allowed_names_the_quantity_the_allowed_ones_and_the_one_meant(
    quantity: Quantity, written: str, meant: str
) -> None:
    with pytest.raises(UnitNotAllowed) as caught:
        quantity.demand(written)
    assert f"是否想写“{meant}”" in caught.value.say("zh")
    assert f"Did you mean '{meant}'?" in caught.value.say("en")
    assert quantity.called.en in caught.value.say("en")
    assert ", ".join(quantity.units) in caught.value.say("en")


def test_a_hint_never_names_a_unit_of_another_quantity() -> None:
    with pytest.raises(UnitNotAllowed) as caught:
        Quantity.MASS.demand("℃")
    assert "Cel" not in caught.value.say("en")


@pytest.mark.parametrize("quantity", Quantity)
def test_an_allowed_unit_passes(quantity: Quantity) -> None:
    quantity.demand(quantity.units[0])


def test_every_colloquial_unit_means_one_that_is_allowed_somewhere() -> None:
    from belltower.kernel.units import _COLLOQUIAL

    declared = {unit for _, unit in DECLARED}
    assert set(_COLLOQUIAL.values()) <= declared


def test_importing_units_loads_no_library_and_converting_warns_of_nothing() -> None:
    """Every command imports the packs, and the packs their units: that must stay cheap and quiet."""
    program = (
        "import sys, belltower.kernel.units as units\n"
        "loaded = {'pint', 'ucumvert', 'numpy', 'lark'} & sys.modules.keys()\n"
        "assert not loaded, loaded\n"
        "assert units.convert(1.0, 'km', 'm') == 1000.0"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False, env={}
    )
    assert (done.returncode, done.stderr) == (0, "")
