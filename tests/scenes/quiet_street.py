# SPDX-License-Identifier: Apache-2.0
"""A quiet street: one city, one district, one street with ten lights, who owns them and who answers for them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import numpy as np
import pytest
import shapely

from belltower.core.places.actions.areas import AreaDraft, put_areas
from belltower.core.places.actions.city import use_profile
from belltower.core.places.actions.parties import put_party
from belltower.core.places.actions.responsibilities import assign_responsibility
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.city import load_profile
from belltower.core.places.models import Area, Asset, Party, Role
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("scene")
SINCE = date(2024, 1, 1)
NOW = datetime(2026, 1, 15, 2, 0, tzinfo=UTC)  # ten in the morning in Hengyang
_SPACING_DEGREES = 0.00035  # about 35 m of longitude at 27 degrees north


@dataclass
class QuietStreet:
    """The scene's things by name; ``lights`` run from west to east, about 35 m apart."""

    district: Area
    owner: Party
    government: Party
    bureau: Party
    lights: list[Asset] = field(default_factory=list)
    now: datetime = NOW


@pytest.fixture
def quiet_street(db: None) -> QuietStreet:
    """Ten street lights in Zhuhui, as of an ordinary Thursday morning."""
    use_profile(load_profile("hengyang"), by=BY)
    put_areas(_areas(), by=BY, on=SINCE, source="scene")
    street = QuietStreet(
        district=Area.objects.get(code="430405"),
        owner=put_party("lighting", "enterprise", Text(zh="照明公司", en="Lighting Co."), by=BY),
        government=put_party("district", "territorial_government", Text(zh="区政府", en="District"), by=BY),
        bureau=put_party("bureau", "regulator", Text(zh="城管局", en="Bureau"), by=BY),
    )
    assign_responsibility(street.government, Role.TERRITORY, area=street.district, valid_from=SINCE, by=BY)
    assign_responsibility(street.bureau, Role.SECTOR, kind="street_light", valid_from=SINCE, by=BY)
    merge_assets([_lights(street.owner)], by=BY, now=NOW, source="scene")
    street.lights = list(Asset.objects.filter(kind="street_light").order_by("key"))
    return street


def _areas() -> list[AreaDraft]:
    city = shapely.box(112.5, 26.8, 112.7, 27.0)
    return [
        AreaDraft(code="430400", level="city", name=Text(zh="衡阳市", en="Hengyang"), geometry=city),
        AreaDraft(code="430405", level="district", name=Text(zh="珠晖区", en="Zhuhui"), geometry=city),
    ]


def _lights(owner: Party) -> AssetBatch:
    lon = 112.62 + np.arange(10) * _SPACING_DEGREES
    return AssetBatch(
        kind="street_light",
        keys=[f"L-{number:02}" for number in range(1, 11)],
        valid_from=datetime(2024, 1, 1, tzinfo=UTC),
        geoms=shapely.points(lon, np.full(10, 26.89)),
        owner_ids=[owner.pk] * 10,
        fields=[{"height": 8, "lamp": "LED", "wattage": 60}] * 10,
    )
