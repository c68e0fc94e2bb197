# SPDX-License-Identifier: Apache-2.0
"""What residents look for in a place, read from an asset's fields by their names; a field that nobody filled in says no. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any

from belltower.kernel.texts import Text

TOILET_CLASS = "03001"
"""Public toilets in GB/T 47678.5."""


class Amenity(StrEnum):
    """What may be wished for."""

    TOILET = "toilet"
    WATER = "water"
    AIR_CONDITIONING = "air_conditioning"
    ACCESSIBLE = "accessible"

    @property
    def text(self) -> Text:
        return _TITLES[self]


_TITLES = {
    Amenity.TOILET: Text(zh="公厕", en="Toilet"),
    Amenity.WATER: Text(zh="饮用水", en="Drinking water"),
    Amenity.AIR_CONDITIONING: Text(zh="空调", en="Air conditioning"),
    Amenity.ACCESSIBLE: Text(zh="无障碍", en="Step-free"),
}


def amenities(fields: Mapping[str, Any], *, gb_code: str | None) -> frozenset[Amenity]:
    """What a place is known to have."""
    said = {
        Amenity.TOILET: gb_code == TOILET_CLASS or fields.get("class") == "with_toilet" or fields.get("toilet") is True,
        Amenity.WATER: fields.get("drinking_water") is True,
        Amenity.AIR_CONDITIONING: fields.get("air_conditioning") is True,
        Amenity.ACCESSIBLE: fields.get("accessible") is True,
    }
    return frozenset(one for one, is_there in said.items() if is_there)


def has_all(found: Collection[Amenity], wished: Collection[Amenity]) -> bool:
    """Whether nothing that is wished for is missing."""
    return set(wished) <= set(found)
