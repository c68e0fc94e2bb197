# SPDX-License-Identifier: Apache-2.0
"""An edit records what changed, refuses what does not fit, and never overwrites what somebody else just wrote."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import shapely

from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.actions.parties import put_party
from belltower.core.places.errors import (
    BadFieldValue,
    BadGeometry,
    ChangedMeanwhile,
    CodeTaken,
    NotYetTrue,
    RetiredForGood,
    UnknownAsset,
    UnknownChange,
    UnknownField,
    UnknownLife,
    UnknownParty,
)
from belltower.core.places.kinds import GIVEN
from belltower.core.places.models import Asset, AssetPast, Life
from belltower.core.places.scope import EVERYTHING
from belltower.core.places.search import find
from belltower.core.places.tests.scene import BY
from belltower.kernel.codes import BadCode
from belltower.kernel.errors import Conflict, NotFound
from belltower.kernel.texts import Text

BUILT = datetime(2024, 5, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
def pole(small_city: None) -> Asset:
    return Asset.objects.create(kind="street_light", key="L-1", fields={"lamp": "LED"}, valid_from=BUILT,
                                recorded_at=BUILT, recorded_by="load", source="file.csv")  # fmt: skip


def edit(asset: Asset, now: datetime = NOW, **changes: Any) -> Asset:
    return edit_asset(asset.uid, changes, by=BY, valid_from=now, now=now)


def test_an_edit_records_who_when_and_since_when(pole: Asset) -> None:
    since = datetime(2026, 2, 27, tzinfo=UTC)
    edit_asset(pole.uid, {"life": "out_of_service"}, by=BY, valid_from=since, now=NOW)
    pole.refresh_from_db()
    assert (pole.life, pole.valid_from, pole.recorded_at, pole.recorded_by) == ("out_of_service", since, NOW, "test")
    [past] = AssetPast.objects.filter(asset=pole)
    assert (past.life, past.superseded_at) == (Life.IN_SERVICE, NOW)


def test_given_fields_are_merged_in_and_none_forgets_one(pole: Asset) -> None:
    assert edit(pole, fields={"lights": "2"}).fields == {"lamp": "LED", "lights": 2}
    assert edit(pole, NOW + timedelta(1), fields={"lamp": None}).fields == {"lights": 2}


def test_a_quantity_in_another_unit_is_converted_and_its_original_kept(pole: Asset) -> None:
    after = edit(pole, fields={"height": "30 [ft_i]", "wattage": {"value": 1.5, "unit": "kW"}})
    assert (after.fields["height"], after.fields["wattage"]) == (9.144, 1500)
    assert after.fields[GIVEN] == {"height": "30 [ft_i]", "wattage": "1.5 kW"}
    assert edit(pole, NOW + timedelta(1), fields={"height": 9}).fields[GIVEN] == {"wattage": "1.5 kW"}
    assert edit(pole, NOW + timedelta(2), fields={"wattage": None}).fields == {"lamp": "LED", "height": 9.0}


def test_an_undeclared_field_is_refused_with_what_was_probably_meant(pole: Asset) -> None:
    with pytest.raises(UnknownField, match="Did you mean 'height'") as refused:
        edit(pole, fields={"hieght": 9})
    assert "是否想写“height”" in refused.value.say("zh")
    with pytest.raises(BadFieldValue, match="'tall' does not fit the field 'Pole height'"):
        edit(pole, fields={"height": "tall"})
    with pytest.raises(BadFieldValue, match="unit that is not allowed"):
        edit(pole, fields={"height": "9 kg"})
    assert not AssetPast.objects.exists()


def test_a_new_place_moves_box_point_cell_and_area(pole: Asset) -> None:
    after = edit(pole, geometry=shapely.Point(112.505, 26.805))
    assert (after.lon, after.lat, after.area.code) == (112.505, 26.805, "430408001001")  # type: ignore[union-attr]
    assert after.cell is not None
    pole.refresh_from_db()
    assert pole.box is not None
    assert pole.box.x_min == pytest.approx(pole.box.x_max)
    gone = edit(pole, NOW + timedelta(1), geometry=None)
    assert (gone.lon, gone.box, gone.area, gone.cell) == (None, None, None, None)


@pytest.mark.parametrize(
    ("geometry", "because"),
    [
        (shapely.LineString([(112, 26), (113, 27)]), "it is a LineString, not a Point"),
        (shapely.Point(), "empty"),
        (shapely.Point(500_000, 2_900_000), "no longitudes and latitudes"),
    ],
)
def test_a_geometry_of_another_shape_or_system_is_refused(
    pole: Asset, geometry: shapely.Geometry, because: str
) -> None:
    with pytest.raises(BadGeometry, match=because):
        edit(pole, geometry=geometry)


def test_an_owner_is_given_by_key_by_uid_or_as_party(pole: Asset) -> None:
    ours = put_party("ours", "owner", Text(en="Lighting company"), by=BY)
    for day, owner in enumerate(["ours", ours.uid, str(ours.uid), ours]):
        edit(pole, NOW + timedelta(2 * day), owner=None)
        assert edit(pole, NOW + timedelta(2 * day + 1), owner=owner).owner == ours
    for unknown in ("nobody", uuid4()):
        with pytest.raises(UnknownParty):
            edit(pole, owner=unknown)


def test_a_new_name_is_found_by_search(pole: Asset) -> None:
    after = edit(pole, name=Text(zh="解放大道路灯"))
    assert after.title == Text(zh="解放大道路灯")
    assert [hit.uid for hit in find("jiefang", scope=EVERYTHING)] == [pole.uid]
    assert edit(pole, NOW + timedelta(1), name=None).name is None
    assert find("jiefang", scope=EVERYTHING) == []


def test_a_code_is_checked_and_belongs_to_one_asset(pole: Asset) -> None:
    edit(pole, code="43040801037000001")
    assert [hit.code for hit in find("43040801037000001", scope=EVERYTHING)] == ["43040801037000001"]
    other = Asset.objects.create(kind="street_light", key="L-2", valid_from=BUILT, recorded_at=BUILT, recorded_by="x")
    with pytest.raises(CodeTaken, match="L-1"):
        edit(other, code="43040801037000001")
    with pytest.raises(BadCode):
        edit(other, code="4304")
    assert edit(pole, NOW + timedelta(1), code=None).code is None


def test_an_edit_over_somebody_elses_is_refused(pole: Asset) -> None:
    edit(pole, life="out_of_service")
    with pytest.raises(ChangedMeanwhile, match="changed by test") as refused:
        edit_asset(pole.uid, {"life": "retired"}, by=BY, valid_from=NOW, now=NOW, expected_recorded_at=BUILT)
    assert isinstance(refused.value, Conflict)
    edit_asset(pole.uid, {"life": "retired"}, by=BY, valid_from=NOW, now=NOW + timedelta(1), expected_recorded_at=NOW)


def test_an_edit_that_changes_nothing_writes_nothing(pole: Asset) -> None:
    after = edit(pole, life="in_service", fields={"lamp": "LED"}, name=None, owner=None)
    assert (after.recorded_at, after.valid_from) == (BUILT, BUILT)
    assert not AssetPast.objects.exists()


def test_a_state_may_be_dated_further_back_without_other_changes(pole: Asset) -> None:
    earlier = datetime(2020, 1, 1, tzinfo=UTC)
    after = edit_asset(pole.uid, {}, by=BY, valid_from=earlier, now=NOW)
    assert (after.valid_from, after.recorded_at) == (earlier, NOW)


@pytest.mark.parametrize("before", Life.values)
@pytest.mark.parametrize("after", Life.values)
def test_every_move_of_life_is_free_but_out_of_retirement(pole: Asset, before: str, after: str) -> None:
    edit(pole, life=before)
    if before == Life.RETIRED and after != Life.RETIRED:
        with pytest.raises(RetiredForGood, match="state the reason"):
            edit(pole, NOW + timedelta(1), life=after)
        revived = edit(pole, NOW + timedelta(1), life=after, reason="retired by mistake")
        assert (revived.life, revived.source) == (after, "retired by mistake")
    else:
        assert edit(pole, NOW + timedelta(1), life=after).life == after


def test_what_cannot_be_is_refused_by_name(pole: Asset) -> None:
    with pytest.raises(UnknownLife, match="asleep"):
        edit(pole, life="asleep")
    with pytest.raises(UnknownChange, match="Did you mean 'geometry'"):
        edit(pole, geometri=None)
    with pytest.raises(UnknownChange, match="'key' is nothing"):
        edit(pole, key="L-9")
    with pytest.raises(NotYetTrue):
        edit_asset(pole.uid, {"life": "retired"}, by=BY, valid_from=NOW + timedelta(1), now=NOW)
    with pytest.raises(UnknownAsset) as refused:
        edit_asset(uuid4(), {}, by=BY, valid_from=NOW, now=NOW)
    assert isinstance(refused.value, NotFound)


def test_an_edit_by_a_slow_clock_is_still_recorded_after_the_last(pole: Asset) -> None:
    edit(pole, life="out_of_service")
    after = edit_asset(pole.uid, {"life": "retired"}, by=BY, valid_from=BUILT, now=NOW - timedelta(hours=1))
    assert after.recorded_at == NOW + timedelta(microseconds=1)
