# SPDX-License-Identifier: Apache-2.0
"""The quick answers of near.py against measuring every asset one by one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from shapely.geometry import LineString, Point, Polygon

from belltower.core.places import city, near
from belltower.core.places.actions.city import use_profile
from belltower.core.places.bulk import AssetBatch, merge_assets
from belltower.core.places.models import Asset, Party, PartyKind
from belltower.core.places.scope import NOTHING, Scope
from belltower.kernel.actors import Actor

BY = Actor.system("test")
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MIDDLE = (112.57, 26.89)
EXACT_M = 2e-4  # boxes are kept to a tenth of a millimetre


@pytest.fixture(autouse=True)
def _hengyang(db: None) -> Iterator[None]:
    use_profile(city.load_profile("hengyang"), by=BY)
    yield
    city.forget()


def in_metres(*shapes: shapely.Geometry) -> list[shapely.Geometry]:
    """Shapes given in metres from MIDDLE, in WGS 84."""
    east, north = city.plane().to_plane(*MIDDLE)
    return list(
        city.plane().unproject(
            [shapely.transform(s, lambda xy: np.add(xy, (float(east), float(north)))) for s in shapes]
        )
    )


def put(kind: str, shapes: list[shapely.Geometry], **columns: object) -> None:
    keys = [f"{kind}-{n}" for n in range(len(shapes))]
    batch = AssetBatch(kind=kind, keys=keys, geoms=in_metres(*shapes), valid_from=NOW, **columns)  # type: ignore[arg-type]
    merge_assets([batch], by=BY, now=NOW, source="test")


def keys(found: list[near.Near]) -> list[str]:
    return [each.key for each in found]


def test_a_line_is_as_near_as_its_nearest_part_not_as_its_box() -> None:
    """The box of a slanting street holds the point; the street itself runs 70 m away."""
    put("street", [LineString([(-100, 0), (0, 100)])])
    put("street_light", [Point(0, 60), Point(0, -80)])
    found = near.nearest(*MIDDLE, count=3)
    assert keys(found) == ["street_light-0", "street-0", "street_light-1"]
    assert found[1].distance_m == pytest.approx(100 / 2**0.5, abs=1e-3)


def test_who_stands_inside_a_building_is_at_no_distance_from_it() -> None:
    put("building", [Polygon([(-50, -50), (50, -50), (50, 50), (-50, 50)])])
    assert [each.distance_m for each in near.within(*MIDDLE, 0)] == [0.0]


def test_only_the_kinds_that_were_asked_for_come() -> None:
    put("street_light", [Point(1, 0), Point(2, 0)])
    put("waste_bin", [Point(500, 0), Point(900, 0)])
    assert keys(near.nearest(*MIDDLE, kinds=["waste_bin"])) == ["waste_bin-0", "waste_bin-1"]
    assert keys(near.within(*MIDDLE, 600, kinds=["waste_bin"])) == ["waste_bin-0"]
    assert near.nearest(*MIDDLE, kinds=[]) == []


def test_a_viewer_finds_nothing_of_another_owner() -> None:
    one, other = (Party.objects.create(key=key, kind=PartyKind.ENTERPRISE, name={"en": key}) for key in ("A", "B"))
    put("street_light", [Point(1, 0), Point(2, 0), Point(3, 0)], owner_ids=[one.pk, other.pk, None])
    mine = Scope(frozenset({other.pk}))
    assert keys(near.nearest(*MIDDLE, scope=mine)) == ["street_light-1"]
    assert keys(near.within(*MIDDLE, 100, scope=mine)) == ["street_light-1"]
    assert near.nearest(*MIDDLE, scope=NOTHING) == near.within(*MIDDLE, 100, scope=NOTHING) == []


def test_a_retired_asset_is_not_near_any_more() -> None:
    put("street_light", [Point(1, 0), Point(2, 0)], lives=["retired", "in_service"])
    assert keys(near.nearest(*MIDDLE)) == keys(near.within(*MIDDLE, 10)) == ["street_light-1"]


def test_the_nearest_of_many_within_a_distance_can_be_enough() -> None:
    put("street_light", [Point(n, 0) for n in range(9, 0, -1)])
    assert [round(each.distance_m) for each in near.within(*MIDDLE, 8.5, most=3)] == [1, 2, 3]


metres = st.integers(-2000, 2000)
spots = st.builds(Point, metres, metres)
paths = st.lists(st.tuples(metres, metres), min_size=2, max_size=4, unique=True).map(LineString)
houses = st.builds(lambda x, y, w, h: shapely.box(x, y, x + w, y + h), metres, metres, st.integers(1, 900), st.integers(1, 900))  # fmt: skip


class AgainstMeasuringAll(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.one_of(spots, paths, houses), min_size=1, max_size=60), metres, metres, st.integers(1, 12), st.integers(1, 1500))  # fmt: skip
    def test_any_city_is_answered_as_if_every_asset_had_been_measured(
        self, shapes: list[shapely.Geometry], east: int, north: int, count: int, reach: int
    ) -> None:
        put("street", shapes)
        [here] = in_metres(Point(east, north))
        x, y = city.plane().to_plane(here.x, here.y)
        rows = list(Asset.objects.values_list("pk", "key", "geometry"))
        measured = shapely.distance(
            city.plane().project(shapely.from_wkb([bytes(row[2]) for row in rows])), Point(float(x), float(y))
        )
        right = sorted((float(d), row[1]) for d, row in zip(measured, rows, strict=True))
        found = near.nearest(here.x, here.y, count=count)
        assert [each.distance_m for each in found] == pytest.approx([d for d, _ in right[:count]], abs=EXACT_M)
        assert len({each.key for each in found}) == min(count, len(rows))
        inside = {key for d, key in right if d <= reach - EXACT_M}
        doubtful = {key for d, key in right if abs(d - reach) < EXACT_M}
        assert inside <= set(keys(near.within(here.x, here.y, reach))) <= inside | doubtful
