# SPDX-License-Identifier: Apache-2.0
"""Promises of bulk writing: what is made, changed, left alone and set aside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import shapely
from django.db import IntegrityError, transaction

from belltower.core.places import bulk
from belltower.core.places.actions.city import use_profile
from belltower.core.places.bulk import AssetBatch, Merge, MergeReport, merge_assets
from belltower.core.places.city import load_profile
from belltower.core.places.models import Asset, AssetPast, Life
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
MAY = datetime(2026, 5, 1, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, tzinfo=UTC)
DESK = Actor.system("test")


@pytest.fixture(autouse=True)
def hengyang() -> None:
    use_profile(load_profile("hengyang"), by=DESK)


def lights(count: int = 3, **columns: Any) -> AssetBatch:
    geoms = shapely.points(112.57 + np.arange(count) * 1e-4, 26.89)
    known: dict[str, Any] = {
        "keys": [f"L-{i}" for i in range(count)],
        "geoms": geoms,
        "names": [Text(zh=f"路灯{i}") for i in range(count)],
        "fields": [{"height": 8.0 + i} for i in range(count)],
        "lives": [Life.IN_SERVICE] * count,
    }
    return AssetBatch(kind="street_light", valid_from=MAY, **{**known, **columns})


def merge(*batches: AssetBatch, now: datetime = MAY) -> MergeReport:
    return merge_assets(batches, by=DESK, now=now, source="test")


def test_new_assets_are_made_with_all_that_is_known() -> None:
    assert merge(lights(3)) == MergeReport(created=3)
    light = Asset.objects.get(key="L-2")
    assert (light.lon, light.lat, light.fields, light.life) == (112.5702, 26.89, {"height": 10.0}, Life.IN_SERVICE)
    assert light.title == Text(zh="路灯2")
    assert shapely.from_wkb(bytes(light.geometry)).equals(shapely.Point(112.5702, 26.89))
    assert (light.valid_from, light.recorded_at, light.recorded_by, light.source) == (MAY, MAY, "test", "test")
    assert light.uid.version == 7


def test_the_same_assets_again_change_nothing_and_leave_no_past() -> None:
    merge(lights(3))
    assert merge(lights(3), now=JUNE) == MergeReport(unchanged=3)
    assert not AssetPast.objects.exists()


def test_only_what_differs_is_changed_and_its_past_is_kept() -> None:
    merge(lights(3))
    taller = [{"height": 8.0}, {"height": 12.5}, {"height": 10.0}]
    assert merge(lights(3, fields=taller), now=JUNE) == MergeReport(changed=1, unchanged=2)
    [past] = AssetPast.objects.all()
    assert (past.asset.key, past.fields, past.superseded_at) == ("L-1", {"height": 9.0}, JUNE)
    assert Asset.objects.get(key="L-1").valid_from == JUNE


def test_what_a_source_does_not_speak_of_stays() -> None:
    merge(lights(1, fields=[{"height": 8.0, "lamp": "LED"}]))
    said = lights(1, geoms=None, names=None, lives=None, fields=[{"lamp": "HPS"}], field_names=("lamp",))
    assert merge(said, now=JUNE) == MergeReport(changed=1)
    light = Asset.objects.get()
    assert (light.fields, light.title, light.lon) == ({"height": 8.0, "lamp": "HPS"}, Text(zh="路灯0"), 112.57)


def test_a_spoken_field_without_a_value_is_forgotten() -> None:
    merge(lights(1, fields=[{"height": 8.0, "lamp": "LED"}]))
    merge(lights(1, fields=[{"height": 8.0}], field_names=("height", "lamp")), now=JUNE)
    assert Asset.objects.get().fields == {"height": 8.0}


def test_a_key_that_comes_twice_counts_once() -> None:
    """The first is taken; the later rows are told with their number and the first's."""
    with transaction.atomic(), Merge(by=DESK, now=MAY, source="test") as batch:
        batch.stage(lights(3, keys=["A", "B", "A"], rows=[2, 3, 4]))
        batch.stage(lights(2, keys=["B", "C"], rows=[5, 6]))
        report = batch.finish()
    aside = sorted((one.row, one.reason.en) for one in batch.aside)
    assert [row for row, _ in aside] == [4, 5]
    assert "'A' appears twice (first at row 2)" in aside[0][1]
    assert report == MergeReport(created=3)
    assert Asset.objects.get(key="A").lon == 112.57


@pytest.mark.parametrize("dry_run", [False, True])
def test_repeats_are_found_across_parts(monkeypatch: pytest.MonkeyPatch, dry_run: bool) -> None:
    """A key or code that came in an earlier part, long merged, is set aside as within one part."""
    monkeypatch.setattr(bulk, "PART", 2)
    code = "43040501037000001"
    with transaction.atomic(), Merge(by=DESK, now=MAY, source="test", dry_run=dry_run) as batch:
        batch.stage(lights(2, keys=["A", "B"], codes=[code, None], rows=[2, 3]))
        batch.stage(lights(2, keys=["C", "A"], codes=[None, None], rows=[4, 5]))
        batch.stage(lights(2, keys=["D", "E"], codes=[code, None], rows=[6, 7]))
        report = batch.finish()
    assert {(one.row, one.reason.en.split(" ")[1]) for one in batch.aside} == {(5, "key"), (6, "code")}
    assert report == MergeReport(created=4)
    assert Asset.objects.count() == (0 if dry_run else 4)


def test_what_fails_in_one_part_undoes_them_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "PART", 2)
    with pytest.raises(IntegrityError, match="owner"), transaction.atomic():
        merge(lights(2), lights(2, keys=["X", "Y"], owner_ids=[None, 987_654]), lights(2, keys=["V", "W"]))
    assert not Asset.objects.exists()


def test_a_code_of_another_asset_is_not_taken_over() -> None:
    merge(lights(1, codes=["43040501037000001"]))
    with transaction.atomic(), Merge(by=DESK, now=JUNE, source="test") as batch:
        batch.stage(lights(2, keys=["L-0", "X"], codes=["43040501037000001"] * 2, rows=[2, 3]))
        report = batch.finish()
    [aside] = batch.aside
    assert (aside.row, report) == (3, MergeReport(unchanged=1))


def test_a_dry_run_counts_the_same_and_writes_nothing() -> None:
    merge(lights(2))
    with transaction.atomic(), Merge(by=DESK, now=JUNE, source="test", dry_run=True) as batch:
        batch.stage(lights(4, fields=[{"height": 99}] * 4))
        report = batch.finish()
    assert report == MergeReport(created=2, changed=2)
    assert Asset.objects.count() == 2


def test_an_asset_without_geometry_is_taken() -> None:
    merge(lights(2, geoms=np.array([None, shapely.Point(112.5, 26.8)], dtype=object)))
    nowhere, somewhere = Asset.objects.order_by("key")
    assert (nowhere.geometry, nowhere.box, nowhere.lon, nowhere.cell, nowhere.area) == (None,) * 5
    assert somewhere.lon == 112.5


def test_any_text_survives() -> None:
    """Tabs, line ends, backslashes and separators in keys, names and fields arrive as they were."""
    odd = "a\tb\nc\\d\x1e\r\\N 'é' 井"
    merge(lights(1, keys=[odd], names=[Text(zh=odd)], fields=[{"lamp": odd}]))
    light = Asset.objects.get()
    assert (light.key, light.title, light.fields) == (odd, Text(zh=odd), {"lamp": odd})


def test_lines_and_polygons_have_a_point_on_them() -> None:
    line = shapely.LineString([(112.5, 26.8), (112.6, 26.8)])
    ring = shapely.Polygon([(112.5, 26.8), (112.6, 26.8), (112.6, 26.9), (112.5, 26.9)])
    both = lights(2, geoms=np.array([line, ring], dtype=object))
    merge(both)
    street, parcel = Asset.objects.order_by("key")
    assert (street.lon, street.lat) == pytest.approx((112.55, 26.8))
    assert ring.contains(shapely.Point(parcel.lon, parcel.lat))
    width, height = parcel.box.x_max - parcel.box.x_min, parcel.box.y_max - parcel.box.y_min
    assert 9_900 < width < 9_980
    assert 11_000 < height < 11_150
