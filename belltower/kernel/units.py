# SPDX-License-Identifier: Apache-2.0
"""Units of measure by their UCUM codes: which units a quantity may come in, and conversion between them.

Importing this is cheap; the libraries that know all of UCUM are loaded when the first conversion needs them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = TypeVar("Numbers", float, NDArray[np.float64])


class UnknownUnit(Refusal):
    """A text that is no UCUM code."""

    code = "unknown_unit"
    sentence = Text(
        zh="“{unit}”不是 UCUM 单位代码。{hint}请在映射或声明中改用 UCUM 代码。",
        en="'{unit}' is no UCUM code. {hint}Use a UCUM code in the mapping or declaration.",
    )


class UnitNotAllowed(Refusal):
    """A unit in which this quantity is not accepted."""

    code = "unit_not_allowed"
    sentence = Text(
        zh="{quantity}不能以“{unit}”为单位，可用：{allowed}。{hint}请在映射中更正单位。",
        en="{quantity} is not accepted in '{unit}', but in {allowed}. {hint}Correct the unit in the mapping.",
    )


class UnitsDoNotFit(Refusal):
    """Two units of different quantities, or one whose scale is neither a ratio nor a shifted ratio."""

    code = "units_do_not_fit"
    sentence = Text(
        zh="“{from_unit}”不能换算为“{to_unit}”：{reason}。请核对数据来源的单位。",
        en="'{from_unit}' cannot be converted to '{to_unit}': {reason}. Check the unit of the source.",
    )


class NotANumber(Refusal):
    """A measured value that is not finite; what is not known is shown as not known, never as a number."""

    code = "not_a_number"
    sentence = Text(
        zh="测量值“{value}”不是有限数。请留空以表示未知。",
        en="The measured value '{value}' is not finite. Leave it out where it is not known.",
    )


class Quantity(StrEnum):
    """What is measured. Its allowed units are UCUM codes, the first being the usual one."""

    LENGTH = "length"
    AREA = "area"
    VOLUME = "volume"
    MASS = "mass"
    SHARE = "share"
    POWER = "power"
    TEMPERATURE = "temperature"
    COUNT = "count"
    DURATION = "duration"
    SPEED = "speed"
    PRESSURE = "pressure"
    EXPLOSIVE_SHARE = "explosive_share"
    SURFACE_DENSITY = "surface_density"
    ANGLE = "angle"
    FLOW = "flow"
    VOLTAGE = "voltage"
    MASS_CONCENTRATION = "mass_concentration"

    @property
    def called(self) -> Text:
        """What people call the quantity."""
        return _TITLES[self]

    @property
    def units(self) -> tuple[str, ...]:
        """The allowed UCUM codes, the usual one first."""
        return _UNITS[self]

    def allows(self, unit: str) -> bool:
        """Whether a value of this quantity may come in ``unit``."""
        return unit in _UNITS[self]

    def demand(self, unit: str) -> None:
        """Raise UnitNotAllowed, with what was probably meant, unless a value may come in ``unit``."""
        if not self.allows(unit):
            hint = _meant(unit, self.units)
            raise UnitNotAllowed(quantity=self.called, unit=unit, allowed=", ".join(self.units), hint=hint)


_UNITS: dict[Quantity, tuple[str, ...]] = {
    Quantity.LENGTH: ("m", "mm", "cm", "km", "[ft_i]", "[in_i]", "[mi_i]"),
    Quantity.AREA: ("m2", "km2", "har", "[sft_i]"),
    Quantity.VOLUME: ("L", "m3", "mL"),
    Quantity.MASS: ("kg", "g", "t"),
    Quantity.SHARE: ("1", "%"),
    Quantity.POWER: ("W", "kW"),
    Quantity.TEMPERATURE: ("Cel", "K", "[degF]"),
    Quantity.COUNT: ("1", "{person}"),
    Quantity.DURATION: ("s", "min", "h", "d"),
    Quantity.SPEED: ("km/h", "m/s", "mm/s"),
    Quantity.PRESSURE: ("MPa", "kPa", "Pa", "bar"),
    # Of the lower explosive limit; never to be mixed up with a share of the air.
    Quantity.EXPLOSIVE_SHARE: ("%{LEL}",),
    Quantity.SURFACE_DENSITY: ("g/m2", "kg/m2"),
    Quantity.ANGLE: ("deg",),
    Quantity.FLOW: ("m3/h", "L/h", "m3/d"),
    Quantity.VOLTAGE: ("V", "mV"),
    Quantity.MASS_CONCENTRATION: ("mg/m3", "g/m3"),
}
_TITLES: dict[Quantity, Text] = {
    Quantity.LENGTH: Text(zh="长度", en="Length"),
    Quantity.AREA: Text(zh="面积", en="Area"),
    Quantity.VOLUME: Text(zh="体积", en="Volume"),
    Quantity.MASS: Text(zh="质量", en="Mass"),
    Quantity.SHARE: Text(zh="比例", en="Share"),
    Quantity.POWER: Text(zh="功率", en="Power"),
    Quantity.TEMPERATURE: Text(zh="温度", en="Temperature"),
    Quantity.COUNT: Text(zh="数量", en="Count"),
    Quantity.DURATION: Text(zh="时长", en="Duration"),
    Quantity.SPEED: Text(zh="速度", en="Speed"),
    Quantity.PRESSURE: Text(zh="压力", en="Pressure"),
    Quantity.EXPLOSIVE_SHARE: Text(zh="爆炸下限占比", en="Share of the lower explosive limit"),
    Quantity.SURFACE_DENSITY: Text(zh="单位面积质量", en="Mass on an area"),
    Quantity.ANGLE: Text(zh="角度", en="Angle"),
    Quantity.FLOW: Text(zh="流量", en="Flow"),
    Quantity.VOLTAGE: Text(zh="电压", en="Voltage"),
    Quantity.MASS_CONCENTRATION: Text(zh="质量浓度", en="Mass concentration"),
}
# What people write, and the UCUM code they mean. Only a hint: in UCUM 'ft' is the femtotonne and 'ha' the hectoyear,
# so what people write is never taken for a code by itself.
_COLLOQUIAL = {
    "米": "m", "毫米": "mm", "厘米": "cm", "公里": "km", "千米": "km", "ft": "[ft_i]", "feet": "[ft_i]", "英尺": "[ft_i]",
    "in": "[in_i]", "inch": "[in_i]", "英寸": "[in_i]", "mi": "[mi_i]", "mile": "[mi_i]", "英里": "[mi_i]",
    "m²": "m2", "㎡": "m2", "平方米": "m2", "km²": "km2", "ha": "har", "公顷": "har", "sqft": "[sft_i]", "ft2": "[sft_i]",
    "l": "L", "升": "L", "m³": "m3", "立方米": "m3", "ml": "mL", "公斤": "kg", "千克": "kg", "吨": "t", "％": "%",
    "w": "W", "瓦": "W", "kw": "kW", "KW": "kW", "千瓦": "kW", "℃": "Cel", "°C": "Cel", "C": "Cel", "℉": "[degF]",
    "°F": "[degF]", "人": "{person}", "兆帕": "MPa", "千帕": "kPa", "帕": "Pa", "%LEL": "%{LEL}",
    "克/平方米": "g/m2", "g/m²": "g/m2", "秒": "s", "分钟": "min", "小时": "h", "天": "d", "kmh": "km/h", "kph": "km/h",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measured:
    """A value in the unit it is stored in, with the value and unit it came in."""

    value: float
    unit: str
    original_value: float
    original_unit: str

    @classmethod
    def of(cls, value: float, unit: str, *, stored_in: str) -> Measured:
        """``value`` in ``unit``, converted to ``stored_in``. Raises NotANumber, UnknownUnit or UnitsDoNotFit."""
        if not math.isfinite(value):
            raise NotANumber(value=value)
        return cls(convert(float(value), unit, stored_in), stored_in, float(value), unit)


def convert(value: Numbers, from_unit: str, to_unit: str) -> Numbers:
    """``value`` (a number, or an array of any shape) expressed in ``to_unit``; both units are UCUM codes.

    Raises UnknownUnit, or UnitsDoNotFit. An unchanged unit gives the value back as it is.
    """
    if from_unit == to_unit and _is_known(from_unit):
        return value
    factor, offset = scale(from_unit, to_unit)
    return value * factor + offset if offset else value * factor


@lru_cache(maxsize=512)
def scale(from_unit: str, to_unit: str) -> tuple[float, float]:
    """The ``(factor, offset)`` that turn a value in ``from_unit`` into one in ``to_unit``. Raises as ``convert``."""
    origin, target = _unit(from_unit), _unit(to_unit)
    if origin.dimensionality != target.dimensionality:
        reason = Text(zh="量纲不同", en="they measure different things")
        raise UnitsDoNotFit(from_unit=from_unit, to_unit=to_unit, reason=reason)
    try:
        zero, one = (_library()[0].Quantity(Decimal(number), origin).to(target).magnitude for number in (0, 1))
    except (TypeError, ArithmeticError):
        # Levels such as the decibel are logarithms, which the exact arithmetic refuses.
        reason = Text(zh="不是线性刻度", en="its scale is not linear")
        raise UnitsDoNotFit(from_unit=from_unit, to_unit=to_unit, reason=reason) from None
    return float(one - zero), float(zero)


def dimension(unit: str) -> str:
    """The physical dimension of a UCUM code, such as ``[length] / [time]``. Raises UnknownUnit."""
    return str(_unit(unit).dimensionality)


def _is_known(unit: str) -> bool:
    """Whether ``unit`` may be passed on unchanged: a declared unit needs no library to be known."""
    return unit in _DECLARED or _unit(unit) is not None


_DECLARED = frozenset(unit for units in _UNITS.values() for unit in units)


@lru_cache(maxsize=512)
def _unit(code: str) -> Any:
    """The ``pint`` unit of a UCUM code. Annotations in braces say what is counted; they are a plain one."""
    from lark.exceptions import LarkError
    from pint import PintError
    from ucumvert import InvalidUcumError, parse_ucum

    registry, parser, transformer = _library()
    try:
        found = transformer.transform(parse_ucum(code, parser))
    except (InvalidUcumError, LarkError, PintError, ValueError):
        raise UnknownUnit(unit=code, hint=_meant(code, ())) from None
    return registry.dimensionless if isinstance(found, str) else _as_unit(found)


def _as_unit(found: Any) -> Any:
    """A unit whose number is one: UCUM allows ``10*-6`` or ``100.m``, which ``pint`` reads as a number of units."""
    return found.units if found.magnitude == 1 else found.units * found.magnitude


@lru_cache(maxsize=1)
def _library() -> tuple[Any, Any, Any]:
    """The ``pint`` registry with UCUM's own units, and ucumvert's parser for it: about 1.5 seconds, once a process."""
    from pathlib import Path

    import pint
    import ucumvert

    # Decimal arithmetic, so that a foot is 0.3048 m and not a little less.
    registry: Any = pint.UnitRegistry(non_int_type=Decimal)
    registry.load_definitions(Path(ucumvert.__file__).parent / "pint_ucum_defs.txt")
    return registry, ucumvert.get_ucum_parser(), ucumvert.UcumToPintTransformer(ureg=registry)


def _meant(written: str, allowed: tuple[str, ...]) -> Text | str:
    """A hint at the code meant by what people write, where it is one of ``allowed`` (or nothing is said of that)."""
    code = _COLLOQUIAL.get(written.strip()) or _COLLOQUIAL.get(written.strip().lower())
    if not code or (allowed and code not in allowed):
        return ""
    return Text(zh=f"是否想写“{code}”？", en=f"Did you mean '{code}'? ")
