# SPDX-License-Identifier: Apache-2.0
"""What lists and single things answer."""

from collections.abc import Callable

import pytest
from django.test import Client

from belltower.core.access.rules import Verb
from belltower.screens.api.tests.scene import LAT, LON, Street

pytestmark = pytest.mark.django_db


def test_the_assets_of_the_street_are_listed_with_owner_area_and_place(bureau: Client, street: Street) -> None:
    answer = bureau.get("/api/v1/assets").json()
    assert [one["key"] for one in answer["items"]] == ["L-1", "S-1"]
    assert answer["next"] is None
    lamp = answer["items"][0]
    assert lamp["owner"] == {"uid": str(street.light.uid), "key": "light", "name": {"zh": "城市照明"}}
    assert lamp["area"]["code"] == "430405"
    assert lamp["position"] == pytest.approx([LON, LAT])
    assert lamp["recorded_at"] == "2024-05-02T08:30:00.123456Z"


def test_pages_follow_each_other_without_a_gap_or_a_repeat(bureau: Client, street: Street) -> None:
    first = bureau.get("/api/v1/assets?limit=1").json()
    second = bureau.get("/api/v1/assets", {"limit": 1, "cursor": first["next"]}).json()
    assert [one["key"] for one in first["items"] + second["items"]] == ["L-1", "S-1"]
    assert second["next"] is None


@pytest.mark.parametrize("cursor", ["x", "bm9wZQ", "Ii0xIg", "LTE", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5"])
def test_a_cursor_that_no_list_gave_is_refused(bureau: Client, street: Street, cursor: str) -> None:
    answer = bureau.get("/api/v1/assets", {"cursor": cursor})
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("kind=street_light", ["L-1"]),
        ("kind=street_light&kind=city_station", ["L-1", "S-1"]),
        ("area=430400", ["L-1", "S-1"]),
        ("life=retired", []),
        ("key=S-1", ["S-1"]),
        ("bbox=112.5999,26.89,112.6001,26.91", ["L-1"]),
        ("bbox=112.6009,26.89,112.6011,26.91", ["S-1"]),
        ("updated_since=2024-05-02T16:30:00%2B08:00", ["L-1", "S-1"]),
        ("updated_since=2024-05-03T00:00:00Z", []),
    ],
)
def test_a_filter_leaves_what_it_names(bureau: Client, street: Street, query: str, keys: list[str]) -> None:
    assert [one["key"] for one in bureau.get(f"/api/v1/assets?{query}").json()["items"]] == keys


def test_an_asset_is_found_by_its_uid_with_its_geometry_and_state(bureau: Client, street: Street) -> None:
    answer = bureau.get(f"/api/v1/assets/{street.lamp.uid}")
    assert answer.json()["geometry"] == {"type": "Point", "coordinates": [LON, LAT]}
    assert answer["ETag"] == '"2024-05-02T08:30:00.123456Z"'


def test_areas_are_a_tree_by_official_code(bureau: Client, street: Street) -> None:
    assert [one["code"] for one in bureau.get("/api/v1/areas").json()["items"]] == ["430400", "430405"]
    assert [one["code"] for one in bureau.get("/api/v1/areas/430400/children").json()["items"]] == ["430405"]
    assert bureau.get("/api/v1/areas/430405").json()["geometry"]["type"] in ("Polygon", "MultiPolygon")


def test_an_area_is_not_there_before_its_first_day(bureau: Client, street: Street) -> None:
    assert bureau.get("/api/v1/areas/430405?on=2023-12-31").status_code == 404
    assert bureau.get("/api/v1/areas/430405?on=2024-01-01").status_code == 200


def test_an_enterprise_sees_its_own_only(as_token: Callable[..., Client], street: Street) -> None:
    gas = as_token(Verb.VIEW, party=street.gas)
    assert [one["key"] for one in gas.get("/api/v1/assets").json()["items"]] == ["S-1"]
    assert gas.get(f"/api/v1/assets/{street.lamp.uid}").status_code == 404
    assert [one["key"] for one in gas.get("/api/v1/parties").json()["items"]] == ["gas"]
    assert gas.get("/api/v1/whoami").json()["sees"] == "own"


def test_what_packs_declare_is_listed(bureau: Client, street: Street) -> None:
    kinds = {one["name"]: one for one in bureau.get("/api/v1/kinds").json()["items"]}
    assert kinds["street_light"]["pack"] == "poles"
    assert kinds["street_light"]["fields"][0]["unit"] == "m"
    assert bureau.get("/api/v1/kinds/street_light").json() == kinds["street_light"]
    assert {one["name"] for one in bureau.get("/api/v1/packs").json()["items"]} >= {"poles", "waste"}


def test_the_city_is_told(bureau: Client, street: Street) -> None:
    assert bureau.get("/api/v1/city").json()["name"]["zh"].startswith("衡阳")
