# SPDX-License-Identifier: Apache-2.0
"""Spatial, coverage and indicator clauses over a small city: what is told of each thing is what is so, unknown included."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import shapely

from belltower.core.activities.models import Activity
from belltower.core.places import city
from belltower.core.places.actions.areas import AreaDraft, put_areas
from belltower.core.places.geometry import describe
from belltower.core.places.models import Area, Asset
from belltower.core.standards import coverage, indicator, spatial
from belltower.core.standards.judging import Judged, judge
from belltower.core.standards.tests.six_kinds import REGISTER, read, written
from belltower.kernel.actors import Actor
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text
from tests.scenes.quiet_street import QuietStreet

assert coverage
assert indicator
assert spatial
NOW = datetime(2026, 1, 15, 2, 0, tzinfo=UTC)  # ten in the morning in Hengyang
BY = Actor.system("tests")


class Town:
    """Things put down by metres from a corner of the city's plane."""

    def __init__(self, area: Area) -> None:
        self.area = area
        x, y = city.plane().to_plane(112.6, 26.9)
        self.x, self.y = float(x), float(y)

    def geometry(self, shape: Any) -> Any:
        moved = shapely.transform(shape, lambda vertices: np.add(vertices, (self.x, self.y)))
        return city.plane().unproject([moved])[0]

    def put(self, kind: str, key: str, shape: Any, **fields: Any) -> int:
        told = describe([None if shape is None else self.geometry(shape)], city.plane())
        return Asset.objects.create(
            uid=uuid7(), kind=kind, key=key, geometry=told.wkb[0], area=self.area, fields=fields,
            valid_from=NOW - timedelta(days=900), recorded_at=NOW, recorded_by="tests",
        ).pk  # fmt: skip


@pytest.fixture
def town(quiet_street: QuietStreet) -> Town:
    return Town(quiet_street.district)


def judged(name: str, old: str = "", new: str = "") -> Judged:
    text = written(name)
    assert old in text
    [clause] = read(text.replace(old, new, 1) if old else text).clauses
    found = judge(clause, now=NOW, register=REGISTER)
    assert found
    return found


def keys(found: Judged) -> dict[str, str]:
    """Outcome of what does not hold, by key."""
    names = dict(Asset.objects.values_list("pk", "key"))
    return {names[one.asset_id]: one.outcome for one in found.not_holding if one.asset_id}


@pytest.mark.django_db
def test_things_near_others_are_told_exactly_and_with_what_decided(town: Town) -> None:
    town.put("pipe", "P-1", shapely.LineString([(0, 0), (500, 0), (500, 300)]), pressure=0.4)
    town.put("pipe", "P-low", shapely.LineString([(0, 50), (500, 50)]), pressure=0.1)
    town.put("pipe", "P-nobody-knows", shapely.LineString([(0, 100), (500, 100)]))
    town.put("pipe", "P-lost", None, pressure=4.0)
    for key, y, fields in (("over", -3, {}), ("near", 0.5, {}), ("limit", 0.7, {}), ("low", 48, {}), ("maybe", 98, {}),
                           ("permitted", -3, {"has_permit": True}), ("not", 0.5, {"has_permit": False})):  # fmt: skip
        town.put("building", key, shapely.box(100, y, 110, y + 6), **{"has_permit": False, **fields})
    town.put("building", "lost", None, has_permit=False)
    town.put("building", "no word of a permit", shapely.box(300, -3, 310, 3))
    town.put("alarm_box", "in", shapely.Point(105, 0))
    town.put("alarm_box", "on the edge", shapely.Point(100, 52))
    town.put("alarm_box", "out", shapely.Point(99, 20))
    found = judged("spatial")
    assert found.holds == {town.area.pk: 3}
    assert keys(found) == {
        "over": "broken", "near": "broken", "not": "broken", "maybe": "unknown", "lost": "unknown",
        "no word of a permit": "unknown",
    }  # fmt: skip
    by_key = {one.evidence["asset"]["key"]: one.evidence for one in found.not_holding}
    assert by_key["near"]["other"]["asset"]["key"] == "P-1"
    assert by_key["near"]["other"]["fields"] == {"pressure": 0.4}
    assert by_key["near"]["other"]["metres"] == 0.5
    assert by_key["near"]["values"] == {"away": 0.7, "from_mpa": 0.4}
    assert by_key["lost"]["why"] == "no_place"
    near = judged("spatial", "must: keep_away_from", "must: be_near")
    assert keys(near) == {"low": "broken", "maybe": "unknown", "lost": "unknown"}
    assert keys(judged("inside")) == {"out": "broken"}
    assert keys(judged("inside", "must: be_inside", "must: be_outside")) == {"in": "broken"}


@pytest.mark.django_db
def test_an_area_is_reached_when_all_of_it_is_and_watched_when_each_window_was(town: Town) -> None:
    shapes = {
        "a": shapely.box(0, 0, 100, 100),
        "b": shapely.box(100, 0, 1100, 100),
        "empty": shapely.box(0, 5000, 9, 5009),
    }
    drafts = [
        AreaDraft(code=f"43040500100100{n}", level="grid", name=Text(zh=key, en=key), geometry=town.geometry(shape),
                  population=5 if key == "empty" else 50, parent_code="430405")
        for n, (key, shape) in enumerate(shapes.items(), 1)
    ]  # fmt: skip
    put_areas(drafts, by=BY, on=date(2024, 1, 1), source="tests")
    grids = {area.title.en: area.pk for area in Area.objects.filter(level="grid")}
    town.put("station", "S-far", shapely.Point(90_000, 0), is_open=True)
    assert {one.outcome for one in judged("reach").not_holding} == {"broken"}
    town.put("station", "S-1", shapely.Point(0, 0), is_open=True)
    town.put("station", "S-shut", shapely.Point(900, 0), is_open=False)
    found = judged("reach")
    assert found.holds == {grids["a"]: 1}
    assert [(one.asset_id, one.area_id, one.outcome) for one in found.not_holding] == [(None, grids["b"], "broken")]
    assert found.not_holding[0].evidence["nearest_m"] == 100
    town.put("station", "S-2", shapely.Point(900, 0))
    assert [one.outcome for one in judged("reach").not_holding] == ["unknown"]
    # Ten in the morning: of windows of twelve hours, yesterday's two ended within the last 24 hours.
    for grid, hours in {"a": (16, 4), "b": (16,)}.items():
        for hour, day in zip(hours, (13, 14), strict=False):
            Activity.objects.create(activity="patrol", area_id=grids[grid], at=datetime(2026, 1, day, hour, tzinfo=UTC),
                                    fields={"on_foot": True}, recorded_at=NOW)  # fmt: skip
    Activity.objects.create(
        activity="patrol", area_id=grids["empty"], at=NOW, fields={"on_foot": True}, recorded_at=NOW
    )
    found = judged("watch")
    assert found.holds == {grids["a"]: 1}
    missed = {one.area_id: [each["from"] for each in one.evidence["missed"]] for one in found.not_holding}
    assert missed == {
        grids["b"]: ["2026-01-14T12:00:00"],
        grids["empty"]: ["2026-01-14T00:00:00", "2026-01-14T12:00:00"],
    }


@pytest.mark.django_db
def test_a_reach_along_streets_goes_round_water_and_by_the_directions_that_are_known(town: Town) -> None:
    """A lane of 900 m leads to the only station; a pond lies between it and the house in its middle."""
    for key, x, y in (("near", 100, 10), ("far", 890, 10), ("over the pond", 500, 40)):
        town.put("building", key, shapely.box(x, y, x + 10, y + 10))
    town.put("building", "lost", None)
    town.put("station", "S", shapely.Point(20, 0), is_open=True)
    found = judged("along")
    assert found.holds == {}
    assert {one.evidence["why"] for one in found.not_holding} == {"no_streets"}
    assert set(keys(found).values()) == {"unknown"}
    lane = town.put("lane", "R", shapely.LineString([(0, 0), (900, 0)]))
    assert keys(judged("along")) == {
        "near": "unknown", "far": "unknown", "over the pond": "unknown", "lost": "unknown",
    }  # fmt: skip
    assert keys(judged("along", "over: streets", "over: on_foot")) == {"lost": "unknown"}
    town.put("pond", "P", shapely.box(450, 5, 550, 35))
    walked = judged("along", "over: streets", "over: on_foot")
    assert walked.holds == {town.area.pk: 2}
    assert keys(walked) == {"over the pond": "broken", "lost": "unknown"}
    [cut] = [one for one in walked.not_holding if one.outcome == "broken"]
    assert cut.evidence["nearest_straight_m"] < 500
    lanes = Asset.objects.filter(pk=lane)
    lanes.update(fields={"one_way": True}, recorded_at=NOW + timedelta(seconds=1))
    assert keys(judged("along"))["near"] == "broken"  # the station lies behind it
    lanes.update(fields={"one_way": False}, recorded_at=NOW + timedelta(seconds=2))
    assert keys(judged("along")) == {"over the pond": "broken", "lost": "unknown"}
    assert keys(judged("along", "2020-01-01: 1000", "2020-01-01: 500"))["far"] == "broken"


@pytest.mark.django_db
def test_a_rate_is_told_by_area_with_its_interval(town: Town) -> None:
    homes = [town.put("home", f"H-{n}", None, uses_gas=n % 4 > 0) for n in range(20)]
    Activity.objects.bulk_create(
        Activity(activity="home_visit", asset_id=homes[n % 20], at=NOW - timedelta(hours=n + 1), recorded_at=NOW,
                 fields={"was_let_in": n >= 10})
        for n in range(200)
    )  # fmt: skip
    assert judged("indicator", "by: street", "by: district").holds == {town.area.pk: 1}
    assert judged("indicator").holds == {}
    Activity.objects.create(activity="home_visit", asset_id=homes[0], at=NOW - timedelta(minutes=1), recorded_at=NOW,
                            fields={"was_let_in": False})  # fmt: skip
    [broken] = judged("indicator", "by: street", "by: city").not_holding
    assert (broken.area_id, broken.outcome) == (Area.objects.get(level="city").pk, "broken")
    assert (broken.evidence["counted"], broken.evidence["among"]) == (190, 201)
    low, high = broken.evidence["interval"]
    assert low < 100 * 190 / 201 < high
    whole = "of: activities, activity: home_visit, counts: was_let_in, window: window, at_least: share, by: street"
    text = written("indicator").replace(whole, "of: assets, counts: uses_gas, at_least: share, by: district")
    [clause] = read(
        text.replace("window: {2020-01-01: P30D}, ", "").replace("2020-01-01: 95", "2020-01-01: 75")
    ).clauses
    found = judge(clause, now=NOW, register=REGISTER)
    assert found
    assert found.holds == {}
    assert [one.outcome for one in found.not_holding] == ["unknown"]
