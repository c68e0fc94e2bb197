# SPDX-License-Identifier: Apache-2.0
"""The demo city in the database: built once, built again, and only where nothing else is."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely

from belltower.core.access.models import RoleName, User
from belltower.core.access.people import roles_of, scope_of
from belltower.core.activities.models import Activity
from belltower.core.alarms.models import Definition
from belltower.core.observations.latest import latest
from belltower.core.observations.models import Datastream
from belltower.core.places.actions.areas import AreaDraft, place_assets_anew, put_areas
from belltower.core.places.areas import AreaIndex
from belltower.core.places.kinds import register
from belltower.core.places.models import Area, Asset, Party
from belltower.core.places.responsibilities import resolve_asset
from belltower.demo import city, done, people, senses
from belltower.demo.city import NotADemo
from belltower.demo.doings import doings
from belltower.kernel.actors import Actor
from belltower.kernel.codes import check_asset_code
from belltower.kernel.coordinates import coordinate_system
from belltower.kernel.texts import Text

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo_town")]
TODAY = date(2026, 1, 15)


def test_a_town_is_built_and_building_it_again_changes_nothing(demo_town: city.DemoReport) -> None:
    assert 15_000 < demo_town.assets.created < 25_000
    again = city.build("town")
    assert (again.areas.created, again.areas.changed) == (0, 0)
    assert (again.assets.created, again.assets.changed) == (0, 0)
    assert again.assets.unchanged == demo_town.assets.created


def test_every_asset_lies_in_a_district_and_every_outline_says_it_is_simulated(demo_town: city.DemoReport) -> None:
    assert not Asset.objects.exclude(kind="water").filter(area=None).exists()
    assert set(Area.objects.values_list("source", flat=True)) == {city.OUTLINE_SOURCE}


def test_each_kind_of_asset_has_a_territory_and_a_sector_that_answer(demo_town: city.DemoReport) -> None:
    kinds = Asset.objects.order_by("kind").distinct("kind")
    for asset in kinds:
        roles = {decision_role.value for decision_role in resolve_asset(asset, TODAY)}
        assert {"territory", "sector"} <= roles, asset.kind


def test_every_part_with_an_official_class_has_its_code_and_it_is_well_formed(demo_town: city.DemoReport) -> None:
    in_the_demo = 0
    for kind in register().kinds.values():
        codes = set(Asset.objects.filter(kind=kind.name).values_list("code", flat=True))
        if kind.gb_code is None:
            assert codes <= {None}
        elif codes:  # the demo has not every kind that packs declare
            assert [wrong for code in codes if code is None or (wrong := check_asset_code(code))] == []
            assert {code[6:11] for code in codes} == {kind.gb_code}
            in_the_demo += 1
    assert in_the_demo >= 8


def test_a_demo_of_another_size_or_seed_is_not_mixed_in(demo_town: city.DemoReport) -> None:
    with pytest.raises(NotADemo):
        city.build("town", seed=8)
    with pytest.raises(NotADemo):
        city.build("city")


def test_no_demo_is_built_into_a_real_city(demo_town: city.DemoReport) -> None:
    Area.objects.update(source="municipal survey 2025")
    with pytest.raises(NotADemo):
        city.build("town")
    with pytest.raises(people.NoDemoHere):
        people.add_demo_people()
    assert people.demo_logins() == []


def test_each_role_has_one_demo_login_and_the_enterprise_sees_its_own_only(demo_town: city.DemoReport) -> None:
    logins = people.add_demo_people()
    assert {login.role for login in logins} == set(RoleName)
    assert people.add_demo_people() == logins
    for login in logins:
        user = User.objects.get(username=login.username)
        assert user.check_password(login.password)
        assert roles_of(user, TODAY) == {login.role}
    lighting = Party.objects.get(key="demo-lighting")
    assert scope_of(User.objects.get(username="enterprise"), TODAY).owner_ids == {lighting.pk}


def test_its_senses_begin_once_and_a_sleep_of_hours_is_made_up_for(
    demo_town: city.DemoReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senses, "PAST", timedelta(hours=2))
    now = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    count = senses.begin(by=senses.BY, now=now)
    assert senses.begin(by=senses.BY, now=now) == count > 400
    assert Definition.objects.filter(is_enabled=True).count() > 60
    assert senses.catch_up(now) > 10 * count
    assert senses.catch_up(now) == 0
    later = now + timedelta(minutes=90)
    assert senses.catch_up(later) > 9 * count
    newest = latest(None)
    lit = Datastream.objects.filter(key__endswith="/day_power").count()
    assert len(newest) == count - 2 - lit, (
        "all but the two that fell silent before, and lamps' power by day: it is night"
    )
    assert newest.at.min() > (later - timedelta(minutes=16)).timestamp() * 1e6, "lamps report every quarter of an hour"


def test_what_was_done_is_told_once_and_then_as_it_happens(demo_town: city.DemoReport) -> None:
    now = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
    assert done.catch_up(now) > 3_000
    assert done.catch_up(now) == 0
    assert 20 < done.catch_up(now + timedelta(hours=1)) < 2_000
    assert Activity.objects.filter(by_party=None).count() == 0
    assert set(Activity.objects.values_list("activity", flat=True)) == {one.activity for one in doings()}


def test_real_outlines_take_the_place_of_simulated_ones_and_every_light_is_placed_anew(
    demo_town: city.DemoReport, data: Path
) -> None:
    read = json.loads((data / "areas" / "hengyang_gcj02.geojson").read_text(encoding="utf-8"))
    shapes = np.array([shapely.geometry.shape(one["geometry"]) for one in read["features"]])
    real = coordinate_system("gcj02").geometries_to_wgs84(shapely.make_valid(shapes))
    drafts = [
        AreaDraft(
            code=str(one["properties"]["adcode"]),
            level=one["properties"]["level"],
            name=Text(zh=one["properties"]["name"]),
            geometry=shape,
        )
        for one, shape in zip(read["features"], real, strict=True)
    ]
    assert put_areas(drafts, by=Actor.system("test"), on=TODAY, source="real").changed == 13
    assert Area.objects.filter(source=city.OUTLINE_SOURCE, valid_until=TODAY).count() == 13
    place_assets_anew(by=Actor.system("test"))
    lights = Asset.objects.filter(kind="street_light").values_list("lon", "lat", "area_id")
    lon, lat, placed = np.array(lights, dtype=float).T
    assert (AreaIndex.current().locate(lon, lat) == placed).all()
    assert city.build("town").areas.changed == 0, "what was loaded stays"
