# SPDX-License-Identifier: Apache-2.0
"""A short street to call the API about: one district, two enterprises with a lamp each, and callers with tokens."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import pytest
import shapely
from django.test import Client

from belltower.core.access import actions
from belltower.core.access.models import User
from belltower.core.access.rules import Verb
from belltower.core.places import bulk, city
from belltower.core.places.actions.areas import put_areas
from belltower.core.places.actions.city import use_profile
from belltower.core.places.areas import AreaDraft
from belltower.core.places.models import Asset, Party, PartyKind
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("test")
OPENED = date(2024, 1, 1)
BUILT = datetime(2024, 5, 1, tzinfo=UTC)
WRITTEN = datetime(2024, 5, 2, 8, 30, 0, 123456, tzinfo=UTC)
LON, LAT = 112.60, 26.90

Call = Callable[..., object]


@dataclass(frozen=True)
class Street:
    """What stands on it."""

    light: Party
    gas: Party
    lamp: Asset
    valve: Asset


@pytest.fixture
def street(db: None) -> Street:
    use_profile(city.load_profile("hengyang"), by=BY)
    drafts = [
        AreaDraft(code="430400", level="city", name=Text(zh="衡阳市", en="Hengyang"), geometry=_square(0.1)),
        AreaDraft(
            code="430405", level="district", name=Text(zh="珠晖区"), parent_code="430400", geometry=_square(0.05)
        ),
    ]
    put_areas(drafts, by=BY, on=OPENED, source="test")
    light = Party.objects.create(key="light", kind=PartyKind.ENTERPRISE, name={"zh": "城市照明"})
    gas = Party.objects.create(key="gas", kind=PartyKind.ENTERPRISE, name={"zh": "城市燃气"})
    _put("street_light", "L-1", light, LON)
    _put("city_station", "S-1", gas, LON + 0.001)
    return Street(light, gas, Asset.objects.get(key="L-1"), Asset.objects.get(key="S-1"))


@pytest.fixture
def as_token(db: None) -> Callable[..., Client]:
    """A client that calls with the token of a new service account."""

    numbers = itertools.count(1)

    def call_as(*verbs: Verb, party: Party | None = None) -> Client:
        account = actions.add_service_account(f"account {next(numbers)}", party=party, by=BY)
        made = actions.make_token(account, scopes=verbs, expires_at=None, by=BY, now=BUILT)
        return Client(headers={"Authorization": f"Bearer {made.secret}", "Accept-Language": "en"})

    return call_as


@pytest.fixture
def bureau(as_token: Callable[..., Client]) -> Client:
    """A client that may do everything."""
    return as_token(*Verb)


@pytest.fixture
def li(db: None) -> User:
    """Somebody who may sign in and holds no role yet."""
    return actions.add_user("li", Text(zh="李工"), password="long enough", by=BY)


def _put(kind: str, key: str, owner: Party, lon: float) -> None:
    batch = bulk.AssetBatch(
        kind=kind,
        keys=[key],
        valid_from=BUILT,
        geoms=np.array([shapely.Point(lon, LAT)]),
        names=[Text(zh=f"{key}号")],
        owner_ids=[owner.pk],
        fields=[{}],
    )
    bulk.merge_assets([batch], by=BY, now=WRITTEN, source="test")


def _square(half: float) -> shapely.Geometry:
    return shapely.box(LON - half, LAT - half, LON + half, LAT + half)
