# SPDX-License-Identifier: Apache-2.0
"""Cases as features: whole for who may see them, and public ones without text, person or exact place."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from belltower.core.access.rules import Verb
from belltower.core.cases.acting import everywhere
from belltower.core.cases.actions import Draft, report
from belltower.core.cases.kinds import Source
from belltower.core.cases.models import Case
from belltower.core.places.columns import Box
from belltower.core.places.scope import EVERYTHING
from belltower.edges.features.asking import Wanted
from belltower.edges.features.collections import collection
from belltower.edges.features.errors import BadFeaturesQuery
from belltower.edges.features.regions import Region
from belltower.edges.features.selecting import page
from belltower.edges.features.systems import offered
from belltower.edges.features.tests.town import BY, NORTH, NOW, WEST, Town, ask, fetching, get, walk
from belltower.kernel.errors import NotFound

pytestmark = pytest.mark.django_db
LON, LAT = WEST + 0.00049, NORTH + 0.00051
BOX = f"{WEST - 0.0001},{NORTH - 0.0001},{WEST + 0.0006},{NORTH + 0.0006}"


@pytest.fixture
def cases(town: Town) -> list[Case]:
    """Two from a resident, one from the desk that mine must put right, and one that nobody knows the place of."""
    desk = everywhere(BY, Verb)
    drafts = [
        Draft("张三家门口 13800138000", source=Source.RESIDENT, lon=LON, lat=LAT, address="某路 3 号"),
        Draft("again", source=Source.RESIDENT, lon=LON, lat=LAT, party=town.theirs),
        Draft("desk", kind="light_out", lon=LON, lat=LAT, party=town.mine),
        Draft("nowhere", source=Source.MESSAGE),
    ]
    return [report(one, acting=desk, now=NOW + timedelta(days=n)) for n, one in enumerate(drafts)]


def test_cases_are_told_as_their_viewer_sees_them(cases: list[Case], town: Town) -> None:
    found = walk("/collections/cases/items", limit=1)
    assert [one["id"] for one in found] == [str(case.uid) for case in cases]
    assert found[0]["geometry"] == {"type": "Point", "coordinates": [LON, LAT]}
    assert found[3]["geometry"] is None
    assert found[2]["properties"]["party"] == "mine"
    assert [one["id"] for one in walk("/collections/cases/items", town.narrow)] == [str(cases[2].uid)]
    assert len(get("/collections/cases/items", bbox=BOX)["features"]) == 3
    assert get("/collections/cases/items", bbox="112,26,112.1,26.1")["features"] == []
    [one] = get("/collections/cases/items", filter=f"kind = 'light_out' AND S_INTERSECTS(geometry, BBOX({BOX}))")[
        "features"
    ]
    assert json.loads(ask(f"/collections/cases/items/{one['id']}").body)["properties"] == one["properties"]


def test_a_box_of_the_plane_is_refused_for_cases(cases: list[Case]) -> None:
    asked = Wanted(
        collection("cases", EVERYTHING), offered()[0], region=Region((112.0, 26.0, 113.0, 27.0), plane=Box(1, 1, 2, 2))
    )
    with pytest.raises(BadFeaturesQuery, match="degrees"):
        page(asked, fetching(EVERYTHING))


def test_public_cases_tell_no_text_no_person_and_no_exact_place(cases: list[Case]) -> None:
    page = ask("/collections/public_cases/items").body.decode()
    for word in ("张三", "13800138000", "某路", str(cases[0].uid), str(LON)):
        assert word not in page
    found = walk("/collections/public_cases/items", limit=1)
    assert [one["id"] for one in found] == [cases[n].number for n in (0, 1, 3)]
    rounded = [round(LON, 3), round(LAT, 3)]
    assert found[0]["geometry"]["coordinates"] == rounded
    assert found[0]["properties"]["standing"] == "received"
    # asking by place is asking of the rounded one: the exact box finds nothing, the rounded one everything there
    tight = f"{LON - 1e-5},{LAT - 1e-5},{LON + 1e-5},{LAT + 1e-5}"
    assert get("/collections/public_cases/items", bbox=tight)["features"] == []
    wide = f"{rounded[0]},{rounded[1]},{rounded[0]},{rounded[1]}"
    assert len(get("/collections/public_cases/items", bbox=wide)["features"]) == 2
    assert json.loads(ask(f"/collections/public_cases/items/{cases[0].number}").body)["id"] == cases[0].number
    for wrong in (cases[2].number, str(cases[0].uid), "%00"):
        with pytest.raises(NotFound):
            ask(f"/collections/public_cases/items/{wrong}")
