# SPDX-License-Identifier: Apache-2.0
"""Areas come into force, change, keep their history, and are found at a point."""

from datetime import UTC, date, datetime

import numpy as np
import pytest
import shapely

from belltower.core.places.actions.areas import place_assets_anew
from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.areas import AreaIndex
from belltower.core.places.errors import AreaTwice, ChangedTooEarly, MissingParent, ParentTooDeep, WrongAreaCode
from belltower.core.places.models import Area, Asset, AssetPast
from belltower.core.places.tests.scene import (
    BY,
    FOUNDED,
    city_area,
    community,
    put,
    shigu,
    square,
    street,
    whole_city,
    zhengxiang,
)
from belltower.kernel.texts import Text

LATER = date(2025, 7, 1)


def now(code: str) -> Area:
    return Area.objects.current().get(code=code)


def test_areas_form_a_tree_whatever_the_order_of_the_file(small_city: None) -> None:
    assert now("430408001002").path == "430400/430408/430408001/430408001002/"
    assert now("430408001002").parent == now("430408001")
    assert now("430400").parent is None


def test_an_area_knows_its_extent_in_metres(small_city: None) -> None:
    """A square of a hundredth of a degree at 26.8 N is about 994 m by 1,108 m."""
    area = now("430408001001")
    assert area.area_m2 == pytest.approx(994 * 1108, rel=0.01)
    assert area.box is not None
    assert area.box.x_max - area.box.x_min == pytest.approx(994, abs=5)
    assert shapely.from_wkb(bytes(area.geometry)).contains(shapely.Point(area.lon, area.lat))


def test_the_same_areas_again_change_nothing(small_city: None) -> None:
    before = list(Area.objects.values())
    report = put(*whole_city(), on=LATER, source="the same file under another name")
    assert (report.created, report.changed, report.unchanged) == (0, 0, 6)
    assert [str(row) for row in Area.objects.values()] == [str(row) for row in before]


def test_a_new_outline_ends_the_old_row_and_opens_a_new_one(small_city: None) -> None:
    report = put(zhengxiang(geometry=square(0, 0, 0.09)), on=LATER)
    old, new = Area.objects.filter(code="430408").order_by("valid_from")
    assert (report.created, report.changed, report.unchanged) == (0, 1, 0)
    assert (old.valid_from, old.valid_until, new.valid_from, new.valid_until) == (FOUNDED, LATER, LATER, None)
    assert old.uid != new.uid


def test_on_the_day_of_change_the_new_row_is_in_force(small_city: None) -> None:
    put(zhengxiang(name=Text(zh="新蒸湘区")), on=LATER)
    assert Area.objects.on(LATER).get(code="430408").title.zh == "新蒸湘区"
    assert Area.objects.on(date(2025, 6, 30)).get(code="430408").title.zh == "蒸湘区"


def test_children_follow_the_new_row_of_their_parent(small_city: None) -> None:
    put(zhengxiang(geometry=square(0, 0, 0.09)), on=LATER)
    assert now("430408001").parent == now("430408")
    assert now("430408001").valid_from == FOUNDED


def test_a_correction_on_the_same_day_is_made_in_place(small_city: None) -> None:
    before = now("430408")
    report = put(zhengxiang(geometry=square(0, 0, 0.09)))
    after = now("430408")
    assert report.changed == 1
    assert (after.pk, after.uid) == (before.pk, before.uid)
    assert after.area_m2 < before.area_m2


def test_a_population_is_corrected_without_ending_the_area(small_city: None) -> None:
    assert put(zhengxiang(population=480_000), on=LATER).changed == 1
    assert (now("430408").population, now("430408").valid_from) == (480_000, FOUNDED)
    assert put(zhengxiang(), on=LATER).unchanged == 1, "what a file does not know stays known"


def test_an_area_without_an_outline_keeps_the_one_it_has(small_city: None) -> None:
    put(zhengxiang(geometry=None, name=Text(zh="新蒸湘区")), on=LATER)
    assert now("430408").geometry is not None
    assert now("430408").box is not None
    assert put(zhengxiang(geometry=None, name=Text(zh="新蒸湘区")), on=LATER).unchanged == 1


def test_a_street_that_changes_district_takes_its_communities_along(small_city: None) -> None:
    put(street(parent_code="430407"), on=LATER)
    assert now("430408001").parent == now("430407")
    assert now("430408001001").path == "430400/430407/430408001/430408001001/"
    assert put(street(parent_code="430407"), community(1), on=LATER).unchanged == 2


def test_a_street_and_its_community_may_move_in_one_load(small_city: None) -> None:
    put(street(parent_code="430407"), community(1, name=Text(zh="新社区")), on=LATER)
    assert now("430408001001").path == "430400/430407/430408001/430408001001/"
    assert now("430408001001").parent == now("430408001")
    assert now("430408001002").path == "430400/430407/430408001/430408001002/"


def test_a_missing_parent_is_named(hengyang: None) -> None:
    with pytest.raises(MissingParent, match=r"'430408' of area '430408001'"):
        put(city_area(), street())
    assert not Area.objects.exists()


def test_a_code_of_the_wrong_length_is_named(hengyang: None) -> None:
    with pytest.raises(WrongAreaCode, match=r"'4304081'.*6 characters, not 7"):
        put(city_area(), zhengxiang(code="4304081"))


def test_a_code_given_twice_is_refused(hengyang: None) -> None:
    with pytest.raises(AreaTwice, match="430408"):
        put(city_area(), zhengxiang(), zhengxiang())


def test_a_parent_of_the_same_level_is_refused(hengyang: None) -> None:
    with pytest.raises(ParentTooDeep, match="'430408'"):
        put(city_area(), shigu(), zhengxiang(parent_code="430407"))


def test_a_change_dated_before_the_present_state_is_refused(small_city: None) -> None:
    with pytest.raises(ChangedTooEarly, match="2024-01-01"):
        put(zhengxiang(name=Text(zh="旧名")), on=date(2023, 1, 1))


def test_a_code_may_come_again_after_its_end_but_not_within_its_life(small_city: None) -> None:
    Area.objects.filter(code="430407").update(valid_until=LATER)
    with pytest.raises(ChangedTooEarly, match="430407"):
        put(shigu(), on=date(2025, 1, 1))
    assert put(shigu(), on=LATER).created == 1


def test_the_deepest_area_at_a_point_is_found(small_city: None) -> None:
    lon, lat = (
        np.array([112.505, 112.555, 112.55, 112.69, 100.0, np.nan]),
        np.array([26.805, 26.81, 26.95, 26.95, 26, 26]),
    )
    found = AreaIndex.current().locate(lon, lat)
    assert [Area.objects.get(pk=pk).code if pk > 0 else None for pk in found.tolist()] == [
        "430408001001", "430408", "430400", "430400", None, None,
    ]  # fmt: skip


def test_a_point_on_a_shared_border_belongs_to_the_lowest_code(small_city: None) -> None:
    [found] = AreaIndex.current().locate([112.51], [26.805])
    assert Area.objects.get(pk=found).code == "430408001001"


def test_the_index_follows_every_change(small_city: None) -> None:
    first = AreaIndex.current()
    assert AreaIndex.current() is first
    put(community(1, geometry=square(0.05, 0.05)), on=LATER)
    [found] = AreaIndex.current().locate([112.505], [26.805])
    assert Area.objects.get(pk=found).code == "430408001"


def light_at(lon: float, lat: float) -> Asset:
    built = datetime(2024, 5, 1, tzinfo=UTC)
    return edit_asset(
        Asset.objects.create(
            kind="street_light", key=f"{lon} {lat}", valid_from=built, recorded_at=built, recorded_by="load"
        ).uid,
        {"geometry": shapely.Point(lon, lat)}, by=BY, valid_from=built, now=built,
    )  # fmt: skip


def area_of(asset: Asset) -> str | None:
    asset.refresh_from_db()
    return asset.area.code if asset.area else None


def test_after_areas_change_every_asset_is_placed_anew_without_a_trace(small_city: None) -> None:
    stays, leaves, gone = light_at(112.505, 26.805), light_at(112.515, 26.805), light_at(112.69, 26.99)
    put(community(2, geometry=square(0.05, 0.05)), city_area(geometry=square(0, 0, 0.15)), on=LATER)
    before = AssetPast.objects.count()
    heard: list[int] = []
    assert place_assets_anew(by=BY, progress=heard.append) == 2
    assert [area_of(stays), area_of(leaves), area_of(gone)] == ["430408001001", "430408001", None]
    assert place_assets_anew(by=BY) == 0
    assert AssetPast.objects.count() == before
    assert heard == [3]


def test_assets_are_placed_anew_in_batches(small_city: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("belltower.core.places.actions.areas._ASSETS_AT_ONCE", 2)
    lamps = [light_at(112.501 + 0.001 * number, 26.805) for number in range(5)]
    put(community(1, geometry=square(0.05, 0.05)), on=LATER)
    heard: list[int] = []
    assert place_assets_anew(by=BY, progress=heard.append) == 5
    assert heard == [2, 4, 5]
    assert {area_of(lamp) for lamp in lamps} == {"430408001"}
