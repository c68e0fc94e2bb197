# SPDX-License-Identifier: Apache-2.0
"""What a tile shows, to whom, and when it is made anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import asinh, pi, radians, tan
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from django.db import connection
from django.test.utils import CaptureQueriesContext
from shapely.geometry import LineString, Point, Polygon, shape

from belltower.core.places import city, tile_content, tiles
from belltower.core.places.actions.city import use_profile
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.models import Asset, Life, Party, PartyKind, StoredTile
from belltower.core.places.scope import EVERYTHING, NOTHING, Scope, seen_as
from belltower.kernel.actors import Actor
from belltower.kernel.packs import AssetKind, Choice, Detail, Field, FieldType, Geometry, MapLayer, Pack, Register
from belltower.kernel.texts import Text

BY = Actor.system("test")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MIDDLE = (112.57, 26.89)
KINDS = ["street_light", "waste_bin", "city_station", "street", "building", "water"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _hengyang(db: None) -> Iterator[None]:
    use_profile(city.load_profile("hengyang"), by=BY)
    yield
    city.forget()


def tile_at(zoom: int, lon: float = MIDDLE[0], lat: float = MIDDLE[1]) -> tuple[int, int, int]:
    across, down = (lon + 180) / 360, (1 - asinh(tan(radians(lat))) / pi) / 2
    return zoom, int(across * 2**zoom), int(down * 2**zoom)


def near_middle(*shapes: shapely.Geometry) -> list[shapely.Geometry]:
    """Shapes given in metres from the middle of MIDDLE's tile of zoom 18, in WGS 84."""
    west, north = tile_middle(*tile_at(18))
    x, y = (float(value) for value in city.plane().to_plane(west, north))
    moved = [shapely.transform(each, lambda xy: xy + (x, y)) for each in shapes]  # noqa: RUF005
    return list(city.plane().unproject(moved))


def tile_middle(zoom: int, x: int, y: int) -> tuple[float, float]:
    lon, lat = tiles.stamps.degrees(*((value + 0.5) / 2.0**zoom for value in (x, y)))  # type: ignore[arg-type]
    return float(lon), float(lat)


def put(kind: str, *shapes: shapely.Geometry, **columns: Any) -> list[Asset]:
    first = Asset.objects.count()
    keys = [f"{kind}-{first + n}" for n in range(len(shapes))]
    merge_assets(
        [AssetBatch(kind=kind, keys=keys, geoms=near_middle(*shapes), valid_from=NOW, **columns)],
        by=BY, now=NOW, source="test",
    )  # fmt: skip
    return list(Asset.objects.filter(key__in=keys).order_by("key"))


def read(zoom: int, *, kinds: list[str] = KINDS, scope: Scope = EVERYTHING) -> dict[str, list[dict[str, Any]]]:
    decoded = mapbox_vector_tile.decode(
        tiles.tile(*tile_at(zoom), kinds, scope).body, default_options={"y_coord_down": True}
    )
    return {name: layer["features"] for name, layer in decoded.items()}


def test_from_afar_points_are_counted_by_kind() -> None:
    put("street_light", Point(0, 0), Point(5, 5), Point(-5, 5))
    put("waste_bin", Point(0, 0))
    [cluster] = read(11)["clusters"]
    assert cluster["properties"] == {"n": 4, "kind": "street_light", "street_light": 3, "waste_bin": 1}
    assert "points" not in read(11)


def test_from_near_every_asset_is_itself() -> None:
    [light] = put("street_light", Point(0, 0), lives=[Life.PLANNED], names=[Text(zh="一号灯")])
    for zoom in (14, 16, 18):
        [point] = read(zoom)["points"]
        label = {"label": "一号灯"} if zoom >= tile_content.LABELLED_FROM else {}
        assert point["properties"] == {"kind": "street_light", "life": "planned", "uid": light.uid.hex, **label}
    assert read(18)["points"][0]["geometry"]["coordinates"] == pytest.approx([2048, 2048], abs=2)


def test_points_shared_out_among_the_tiles_of_a_zoom_are_drawn_once_each() -> None:
    put("street_light", *(Point(x, y) for x in range(-1500, 1501, 300) for y in range(-1500, 1501, 300)))
    zoom, x, y = tile_at(16)
    seen = [
        point["properties"]["uid"]
        for dx in range(-4, 5)
        for dy in range(-4, 5)
        for point in mapbox_vector_tile.decode(tiles.tile(zoom, x + dx, y + dy, KINDS).body).get("points", {"features": []})["features"]
    ]  # fmt: skip
    assert (len(seen), len(set(seen))) == (121, 121)


def test_a_street_is_drawn_where_it_is_and_cut_a_little_beyond_the_tile() -> None:
    put("street", LineString([(-5000, 0), (5000, 0)]), names=[Text(zh="解放路", en="Jiefang Road")], fields=[{"class": "trunk"}])  # fmt: skip
    [street] = read(16)["lines"]
    assert street["properties"] | {"uid": ""} == {
        "kind": "street", "life": "in_service", "uid": "", "zh": "解放路", "en": "Jiefang Road", "class": "trunk",
    }  # fmt: skip
    west, _, east, _ = shape(street["geometry"]).bounds
    assert (west, east) == (-64, 4096 + 64)


def test_a_house_keeps_its_courtyard() -> None:
    put("building", Polygon(shapely.box(-40, -40, 40, 40).exterior, [shapely.box(-9, -9, 9, 9).exterior]))
    [house] = read(18)["polygons"]
    drawn = shape(house["geometry"])
    assert drawn.area == pytest.approx((80**2 - 18**2) / tile_width_m(18) ** 2 * 4096**2, rel=0.02)
    assert not drawn.covers(Point(2048, 2048))


def tile_width_m(zoom: int) -> float:
    return float(40_075_017 * 0.8919 / 2**zoom)


def test_main_roads_come_before_small_ones() -> None:
    put("street", LineString([(0, 0), (300, 0)]), LineString([(0, 0), (0, 300)]), fields=[{"class": "trunk"}, {"class": "branch"}])  # fmt: skip
    assert [street["properties"]["class"] for street in read(12)["lines"]] == ["trunk"]
    assert len(read(14)["lines"]) == 2


def test_a_kind_waits_for_the_zoom_of_its_layer() -> None:
    put("waste_bin", Point(0, 0))
    assert (read(10), len(read(11)["clusters"])) == ({}, 1)


def test_only_the_kinds_that_were_asked_for_are_drawn() -> None:
    put("street_light", Point(0, 0))
    put("waste_bin", Point(0, 0))
    assert [point["properties"]["kind"] for point in read(15, kinds=["waste_bin"])["points"]] == ["waste_bin"]
    assert read(12, kinds=["waste_bin"])["clusters"][0]["properties"]["n"] == 1
    assert read(15, kinds=[]) == {}


def test_a_retired_asset_is_not_drawn() -> None:
    put("street_light", Point(0, 0), lives=[Life.RETIRED])
    put("building", shapely.box(0, 0, 9, 9), lives=[Life.RETIRED])
    assert read(12) == read(16) == {}


@pytest.fixture
def two_owners() -> tuple[Party, Party]:
    one, other = (Party.objects.create(key=key, kind=PartyKind.ENTERPRISE, name={"en": key}) for key in ("A", "B"))
    owners = [one.pk, other.pk, None]
    put("street_light", *[Point(n, 0) for n in range(3)], owner_ids=owners)
    put("building", *[shapely.box(n, 0, n + 20, 20) for n in range(3)], owner_ids=owners)
    put("street", *[LineString([(n, 0), (n, 400)]) for n in range(3)], owner_ids=owners)
    return one, other


@pytest.mark.parametrize("zoom", [9, 12, 13, 14, 15, 16, 17, 18])
def test_an_enterprise_sees_its_own_only_at_any_zoom_cached_or_not(zoom: int, two_owners: tuple[Party, Party]) -> None:
    one, other = two_owners
    mine = {each.uid.hex for each in Asset.objects.filter(owner=one)}
    views = {"all": EVERYTHING, "one": Scope(frozenset({one.pk})), "other": Scope(frozenset({other.pk})), "none": NOTHING}  # fmt: skip
    for _ in range(2):  # made, then from the store
        found = {name: read(zoom, scope=scope) for name, scope in views.items()}
        assert found["none"] == {}
        shown = {feature["properties"]["uid"] for layer in ("points", "lines", "polygons") for feature in found["one"].get(layer, [])}  # fmt: skip
        assert shown <= mine
        for layer in ("clusters", "points", "lines", "polygons"):
            assert (
                counted(found["all"], layer) == 3 * counted(found["one"], layer) == 3 * counted(found["other"], layer)
            )
    assert len({tiles.etag(*tile_at(zoom), KINDS, scope) for scope in views.values()}) == 4


def counted(found: dict[str, list[dict[str, Any]]], layer: str) -> int:
    return sum(feature["properties"].get("n", 1) for feature in found.get(layer, []))


def test_a_tile_is_made_once_and_again_after_a_change_there() -> None:
    [light] = put("street_light", Point(0, 0))
    first = tiles.tile(*tile_at(15), KINDS)
    with CaptureQueriesContext(connection) as again:
        assert tiles.tile(*tile_at(15), KINDS) == first
    assert len(again) <= 2, "the stamp and the stored tile"
    with CaptureQueriesContext(connection) as asked:
        assert tiles.etag(*tile_at(15), KINDS) == first.etag
    assert len(asked) == 1
    Asset.objects.filter(pk=light.pk).update(life=Life.OUT_OF_SERVICE, recorded_at=NOW + timedelta(days=1))
    assert tiles.etag(*tile_at(15), KINDS) != first.etag
    assert read(15)["points"][0]["properties"]["life"] == "out_of_service"


def test_a_street_that_only_passes_through_renews_the_tile_too() -> None:
    [street] = put("street", LineString([(-9000, 0), (9000, 0)]), fields=[{"class": "trunk"}])
    far = tile_at(16, *near_middle(Point(8500, 0))[0].coords[0])
    before = tiles.etag(*far, KINDS)
    Asset.objects.filter(pk=street.pk).update(name={"zh": "新名"}, recorded_at=NOW + timedelta(days=1))
    assert tiles.etag(*far, KINDS) != before


def test_a_change_far_away_leaves_a_tile_as_it_is() -> None:
    put("street_light", Point(0, 0))
    before = tiles.tile(*tile_at(16), KINDS)
    put("street_light", Point(20_000, 0))
    assert tiles.tile(*tile_at(16), KINDS) == before


def test_an_older_version_never_takes_the_place_of_a_newer_one() -> None:
    """Two processes make the same tile; the one that began before the change stores last."""
    asked = tiles._ask(*tile_at(16), KINDS, EVERYTHING)
    tiles._store(asked, 8, b"newer")
    tiles._store(asked, 7, b"older")
    assert bytes(StoredTile.objects.get(key=asked.key).body) == b"newer"


def test_stored_tiles_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "KEPT_TILES", 100)
    mine = Scope(frozenset({4}))
    for number in range(550):
        tiles._store(tiles._ask(18, number, 0, KINDS, EVERYTHING), 1, b"")
    with seen_as(mine):  # whoever stores one makes room, also among tiles that they do not see
        for number in range(550, 1100):
            tiles._store(tiles._ask(18, number, 0, KINDS, mine), 1, b"")
    assert StoredTile.objects.count() <= 600
    assert StoredTile.objects.filter(key=tiles._ask(18, 1099, 0, KINDS, mine).key).exists()


def test_a_crowd_is_counted_even_from_near(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tile_content, "MOST", 10)
    put("street_light", *[Point(n, n) for n in range(20)])
    found = read(15)
    assert (counted(found, "clusters"), "points" in found) == (20, False)
    assert len(read(18)["points"]) <= 10


def test_tiles_that_are_not_there_are_refused_in_words() -> None:
    for zoom, x, y in ((19, 0, 0), (3, 8, 0), (3, 0, -1), (-1, 0, 0)):
        with pytest.raises(tiles.NoSuchTile, match="Zooms go from 0 to 18"):
            tiles.tile(zoom, x, y, KINDS)


def test_an_empty_place_is_an_empty_tile() -> None:
    assert tiles.tile(*tile_at(16), KINDS).body == b""


def test_a_plan_says_what_is_counted_and_what_is_drawn() -> None:
    detail = Detail("class", (("main", 9),))
    rank = Field("class", FieldType.CHOICE, Text(en="Class"), choices=(Choice(value="main", title=Text(en="Main")),))
    kinds = (
        AssetKind("pole", Text(en="Pole"), Geometry.POINT),
        AssetKind("pipe", Text(en="Pipe"), Geometry.LINE, fields=(rank,)),
    )
    layers = (MapLayer("pole", icon="x", min_zoom=10), MapLayer("pipe", icon="x", min_zoom=8, detail=detail))
    known = Register((Pack("pack", Text(en="Pack"), Text(en="Pack"), assets=kinds, layers=layers),))
    assert tiles.plan(9, ["pole", "pipe"], known) == tiles.Plan(shaped=(("pipe", detail),))
    assert tiles.plan(10, ["pole", "pipe"], known) == tiles.Plan(counted=("pole",), shaped=(("pipe", detail),))
    near = tiles.plan(14, ["pole", "pipe"], known)
    assert near == tiles.Plan(pointed=("pipe", "pole"), shaped=(("pipe", detail), ("pole", None)))
