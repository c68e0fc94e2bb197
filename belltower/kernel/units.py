# SPDX-License-Identifier: Apache-2.0
"""Units of measure by their UCUM codes: which units a quantity may come in, and conversion between them."""

from __future__ import annotations

from enum import StrEnum


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

    @property
    def units(self) -> tuple[str, ...]:
        """The allowed UCUM codes, the usual one first."""
        return _UNITS[self]

    def allows(self, unit: str) -> bool:
        """Whether a value of this quantity may come in ``unit``."""
        return unit in _UNITS[self]


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
    Quantity.SPEED: ("km/h", "m/s"),
}
