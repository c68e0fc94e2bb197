# SPDX-License-Identifier: Apache-2.0
"""The city of this installation: chosen once, seen by every process, never moved from under its assets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from belltower.core.places import city
from belltower.core.places.actions.city import PlaneInUse, use_profile
from belltower.core.places.models import Area, Asset, City
from belltower.kernel.actors import Actor
from belltower.kernel.city import BadProfile
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
BY = Actor.system("test")
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_without_a_city_the_refusal_says_how_to_choose_one() -> None:
    with pytest.raises(city.NoCityChosen, match="belltower city use hengyang"):
        city.current()
    with pytest.raises(city.NoCityChosen):
        city.plane()


@pytest.mark.parametrize("name", ["hengyang", "washington"])
def test_a_ready_profile_comes_back_as_it_was_chosen(name: str) -> None:
    chosen = city.load_profile(name)
    use_profile(chosen, by=BY)
    assert city.current() == chosen


def test_hengyang_has_its_twelve_districts_and_counties() -> None:
    profile = city.load_profile("hengyang")
    assert [one.code for one in profile.districts] == [
        "430405", "430406", "430407", "430408", "430412", "430421",
        "430422", "430423", "430424", "430426", "430481", "430482",
    ]  # fmt: skip
    assert {profile.level_of(one.code) for one in profile.districts} == {"district"}
    assert all(one.name.zh and one.name.en for one in profile.districts)


def test_washingtons_ward_codes_are_of_the_level_district() -> None:
    profile = city.load_profile("washington")
    assert {profile.level_of(one.code) for one in profile.districts} == {"district"}
    assert profile.level_of(profile.code) == "city"


@pytest.mark.parametrize("name", ["hengyang", "washington"])
def test_the_centre_of_a_ready_profile_lies_in_its_plane(name: str) -> None:
    use_profile(city.load_profile(name), by=BY)
    x, y = city.plane().to_plane(*city.current().centre)
    assert abs(x - 500_000) < 10_000
    assert 2_900_000 < y < 4_400_000


def test_another_city_chosen_by_this_process_shows_at_once() -> None:
    for name in ("hengyang", "washington"):
        use_profile(city.load_profile(name), by=BY)
        assert city.current() == city.load_profile(name)
        assert city.plane().definition == city.current().plane


def test_the_profile_is_not_read_again_for_every_question(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    use_profile(city.load_profile("hengyang"), by=BY)
    with django_assert_num_queries(1):
        assert city.current() is city.current()
        assert city.plane() is city.plane()


def test_a_change_by_another_process_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not at once, but after REREAD_AFTER_S; here that time has passed."""
    use_profile(city.load_profile("hengyang"), by=BY)
    before = city.current()
    City.objects.update(profile=city.load_profile("washington").as_json())
    assert city.current() is before
    monkeypatch.setattr(city, "REREAD_AFTER_S", -1.0)
    assert city.current() == city.load_profile("washington")


def test_an_unchanged_profile_stays_the_same_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(city, "REREAD_AFTER_S", -1.0)
    use_profile(city.load_profile("hengyang"), by=BY)
    assert city.current() is city.current()


def test_a_city_that_went_away_is_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    use_profile(city.load_profile("hengyang"), by=BY)
    city.current()
    City.objects.all().delete()
    monkeypatch.setattr(city, "REREAD_AFTER_S", -1.0)
    with pytest.raises(city.NoCityChosen):
        city.current()


def test_the_same_profile_again_changes_nothing() -> None:
    first = use_profile(city.load_profile("hengyang"), by=BY)
    assert use_profile(city.load_profile("hengyang"), by=BY).chosen_at == first.chosen_at


@pytest.mark.parametrize("what", ["area", "asset"])
def test_the_plane_does_not_change_under_what_stands_in_it(what: str) -> None:
    use_profile(city.load_profile("hengyang"), by=BY)
    if what == "area":
        Area.objects.create(code="430400", level="city", name={}, path="430400/", valid_from=date(2020, 1, 1))
    else:
        Asset.objects.create(kind="street_light", key="1", valid_from=NOW, recorded_at=NOW, recorded_by="test")
    with pytest.raises(PlaneInUse) as caught:
        use_profile(city.load_profile("washington"), by=BY)
    assert "衡阳市" in caught.value.say("zh")
    assert "BELLTOWER_HOME" in caught.value.say("en")
    assert city.current() == city.load_profile("hengyang")


def test_everything_but_the_plane_may_change_under_assets() -> None:
    use_profile(city.load_profile("hengyang"), by=BY)
    Asset.objects.create(kind="street_light", key="1", valid_from=NOW, recorded_at=NOW, recorded_by="test")
    renamed = replace(city.load_profile("hengyang"), name=Text(zh="雁城", en="Wild Goose City"))
    use_profile(renamed, by=BY)
    assert city.current().name.zh == "雁城"


def test_a_profile_file_of_ones_own_is_used_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(city.ready_profiles()["hengyang"].read_text(encoding="utf-8"), encoding="utf-8")
    assert city.load_profile(path) == city.load_profile("hengyang")


def test_an_unknown_profile_is_refused_with_the_ready_ones() -> None:
    with pytest.raises(city.UnknownProfile, match="Ready ones: hengyang, washington"):
        city.load_profile("henyang")


@pytest.mark.parametrize(
    ("content", "en"),
    [
        (b"name: {zh: \xe8\xa1\xa1", "it is not YAML"),
        (b"\xff\xfe", "it is not YAML"),
        (b"- hengyang", "it holds no keys"),
        (b"name: Hengyang", "'country': it is missing"),
    ],
)
def test_a_file_that_is_no_profile_is_refused_by_its_name(tmp_path: Path, content: bytes, en: str) -> None:
    path = tmp_path / "mine.yaml"
    path.write_bytes(content)
    with pytest.raises(BadProfile) as caught:
        city.load_profile(path)
    assert "mine.yaml" in caught.value.say("en")
    assert en in caught.value.say("en")
