# SPDX-License-Identifier: Apache-2.0
"""Pages of features: what is told of each, page by page, in a box, at a time, and as each caller sees the city."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
import shapely

from belltower.core.places.models import Asset
from belltower.core.places.scope import NOTHING
from belltower.edges.features import regions, selecting
from belltower.edges.features.errors import BadFeaturesQuery
from belltower.edges.features.tests.town import (
    BASE,
    BUILDING,
    LAMPS,
    NORTH,
    STREET,
    WEST,
    Town,
    ask,
    changed,
    get,
    keys,
    walk,
)
from belltower.kernel.errors import NotFound

LIGHTS, ASSETS = "/collections/street_light/items", "/collections/assets/items"
pytestmark = pytest.mark.django_db


def test_a_feature_is_told_with_its_place_and_what_it_is(town: Town) -> None:
    lamp = Asset.objects.get(key="street_light-3")
    found = get(LIGHTS)["features"][3]
    assert found["type"] == "Feature"
    assert found["id"] == str(lamp.uid)
    assert found["geometry"] == {"type": "Point", "coordinates": [WEST + 0.003, NORTH]}
    told = found["properties"]
    assert (told["key"], told["name_zh"], told["life"], told["owner"]) == (
        "street_light-3",
        "3号“灯”\n",
        "in_service",
        "theirs",
    )
    assert told["area"] == lamp.area.code
    assert told["valid_from"] == "2024-05-01T00:00:00+00:00"
    assert set(told) >= {field.name for field in _fields("street_light")}


def _fields(kind: str) -> Any:
    from belltower.core.places.kinds import register

    return register().kinds[kind].fields


def test_shapes_come_as_they_were_recorded(town: Town) -> None:
    [building] = get("/collections/building/items")["features"]
    [street] = get("/collections/street/items")["features"]
    assert shapely.from_geojson(json.dumps(building["geometry"])).equals_exact(
        BUILDING.normalize(), 1e-9, normalize=True
    )
    assert shapely.from_geojson(json.dumps(street["geometry"])).equals_exact(STREET, 1e-9)
    assert street["properties"]["class"] == "trunk"


@pytest.mark.parametrize("limit", [1, 2, 4, 100])
def test_pages_follow_each_other_without_a_gap(town: Town, limit: int) -> None:
    found = walk(ASSETS, limit=limit)
    assert [one["id"] for one in found] == [str(uid) for uid in Asset.objects.values_list("uid", flat=True)]
    first = get(ASSETS, limit=limit)
    assert first["numberReturned"] == min(limit, LAMPS + 2)
    assert "numberMatched" not in first


@pytest.mark.parametrize("limit", [1, 3, 100])
@pytest.mark.parametrize("few", [0, 2_000])
@pytest.mark.parametrize("path", [ASSETS, LIGHTS, "/collections/building/items"])
def test_a_box_holds_what_reaches_into_it(
    town: Town, path: str, few: int, limit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The building's point lies outside the first box; the street only touches the second with its line.

    Along cells and, of few, by id.
    """
    monkeypatch.setattr(selecting, "FEW", few)
    for box in (
        (112.5095, 26.8095, 112.5115, 26.8115),
        (112.5181, 26.809, 112.5185, 26.81),
        (112.5106, 26.811, 112.5107, 26.8111),
    ):
        shapes = [*((f"street_light-{n}", shapely.Point(WEST + n / 1000, NORTH)) for n in range(LAMPS)), ("building-0", BUILDING), ("street-0", STREET)]  # fmt: skip
        kind = path.split("/")[2]
        expected = {key for key, shape in shapes if shape.intersects(shapely.box(*box)) and (kind == "assets" or key.startswith(f"{kind}-"))}  # fmt: skip
        found = [one["properties"]["key"] for one in walk(path, bbox=",".join(map(str, box)), limit=limit)]
        assert sorted(found) == sorted(expected)


def test_a_box_whose_corner_alone_meets_a_shapes_box_holds_nothing_of_it(town: Town) -> None:
    """The street's own box is a line; a slanting one's is not: the page goes by shapes, not by their boxes."""
    changed("building-0", geometry=shapely.to_wkb(shapely.LineString([(112.5105, 26.8108), (112.5125, 26.8112)])))
    assert get(ASSETS, bbox="112.5106,26.8111,112.5107,26.8112")["features"] == []
    assert keys(get(ASSETS, bbox="112.5106,26.8108,112.5107,26.8109")) == ["building-0"]


def test_the_cells_of_a_box_cover_it_and_no_more_than_is_needed() -> None:
    for bounds in ((112.5, 26.8, 112.6, 26.9), (-180.0, -90.0, 180.0, 90.0), (112.51, 26.81, 112.51, 26.81)):
        ranges = regions.Region(bounds).ranges()
        assert ranges == sorted(ranges)
        assert len(ranges) <= regions.MOST_RANGES + 3
        assert all(first < until for first, until in ranges)
        assert all(until < first for (_, until), (first, _) in itertools.pairwise(ranges))


def test_each_sees_their_own_only(town: Town) -> None:
    assert set(keys(get(ASSETS, town.narrow))) == {f"street_light-{n}" for n in range(0, LAMPS, 2)} | {"street-0"}
    assert get(ASSETS, NOTHING)["features"] == []
    theirs = Asset.objects.get(key="street_light-1").uid
    assert get(f"{LIGHTS}/{theirs}")["id"] == str(theirs)
    with pytest.raises(NotFound):
        ask(f"{LIGHTS}/{theirs}", town.narrow)


def test_what_is_retired_is_not_told(town: Town) -> None:
    changed("street_light-2", life="retired")
    assert "street_light-2" not in keys(get(ASSETS))


def test_a_feature_that_is_not_there_is_not_found(town: Town) -> None:
    building = Asset.objects.get(kind="building").uid
    for path in (
        f"{LIGHTS}/{building}",
        f"{LIGHTS}/1",
        f"{LIGHTS}/{'0' * 36}",
        "/collections/nothing/items",
        "/nothing",
    ):
        with pytest.raises(NotFound):
            ask(path)


@pytest.mark.parametrize(
    ("when", "count"),
    [
        ("2024-05-01T00:00:00Z", LAMPS), ("2024-04-30T23:59:59Z", 0), ("2024-05-01T08:00:00+08:00", LAMPS), ("2024-04-01/2024-05-01", LAMPS),
        ("../2024-04-01", 0), ("2030-01-01/..", LAMPS), ("/2024-06-01T00:00:00Z", LAMPS), ("../..", LAMPS), ("2024-05-01", LAMPS),
    ],
)  # fmt: skip
def test_a_time_finds_what_was_so_then(town: Town, when: str, count: int) -> None:
    assert len(get(LIGHTS, datetime=when)["features"]) == count


def test_areas_are_told_for_the_day_they_held(town: Town) -> None:
    found = get("/collections/areas/items", datetime="2024-06-01")
    assert {one["properties"]["code"] for one in found["features"]} >= {"430400", "430408", "430408001001"}
    assert get("/collections/areas/items", datetime="2023-12-31")["features"] == []
    inside = walk("/collections/areas/items", bbox="112.605,26.805,112.606,26.806", limit=1)
    assert {one["properties"]["code"] for one in inside} == {"430400", "430407"}


@pytest.mark.parametrize(
    "given",
    [
        {"limit": "0"}, {"limit": "-1"}, {"limit": "x"}, {"limit": "１"}, {"bbox": "1,2,3"}, {"bbox": "1,2,3,nan"}, {"bbox": "1,2,3,x"}, {"bbox": "170,0,-170,10"},
        {"bbox": "0,10,1,0"}, {"bbox": "0,0,1,91"}, {"bbox": "1,2,3,4,5,6,7"}, {"datetime": "yesterday"}, {"datetime": "2024-01-01T00:00:00"}, {"datetime": ".."},
        {"datetime": "2025-01-01/2024-01-01"}, {"datetime": "0001-01-01T00:00:00+08:00"}, {"crs": "EPSG:4326"}, {"crs": "http://www.opengis.net/def/crs/EPSG/0/2000"},
        {"bbox-crs": "x"}, {"cursor": "!!"}, {"cursor": "W10"}, {"cursor": "WzEsMSw5XQ"}, {"nothing": "1"}, {"filter-lang": "sql", "filter": "a"}, {"key": "a\0b"},
        {"times_opened": "1"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_its_parameter(town: Town, given: dict[str, str]) -> None:
    with pytest.raises(BadFeaturesQuery) as refused:
        ask(LIGHTS, **given)
    assert refused.value.facts["parameter"] in given


def test_a_limit_beyond_the_largest_is_the_largest(town: Town) -> None:
    assert get(LIGHTS, limit="99999999999999999999")["numberReturned"] == LAMPS


def test_a_property_finds_its_value(town: Town) -> None:
    assert keys(get(LIGHTS, key="street_light-4")) == ["street_light-4"]
    assert keys(get(LIGHTS, owner="theirs", limit=2)) == ["street_light-1", "street_light-3"]
    assert get(LIGHTS, key="' OR 1=1 --")["features"] == []


def test_next_links_keep_what_was_asked(town: Town) -> None:
    [following] = [
        each["href"] for each in get(LIGHTS, limit=3, owner="mine", datetime="../..")["links"] if each["rel"] == "next"
    ]
    assert following.startswith(f"{BASE}{LIGHTS}?")
    assert keys(get(following.removeprefix(BASE))) == ["street_light-6", "street_light-8"]


def test_a_page_stays_in_its_place_when_something_is_added_before_it(town: Town) -> None:
    following = next(each["href"] for each in get(LIGHTS, limit=3)["links"] if each["rel"] == "next")
    changed("street_light-0", life="retired")
    assert keys(get(following.removeprefix(BASE))) == ["street_light-3", "street_light-4", "street_light-5"]
