# SPDX-License-Identifier: Apache-2.0
"""The city's profile: read from data, written back the same, and a mistake named by file, key and what was meant."""

from __future__ import annotations

from copy import deepcopy
from datetime import date, time
from typing import Any

import pytest

from belltower.kernel.city import CHINESE_LEVELS, BadProfile, CityProfile, Hours, read
from belltower.kernel.codes import BadCode
from belltower.kernel.texts import Text

GIVEN: dict[str, Any] = {
    "name": {"zh": "衡阳市", "en": "Hengyang"},
    "code": "430400",
    "country": "CN",
    "zone": "Asia/Shanghai",
    "plane": "EPSG:4547",
    "centre": [112.57, 26.89],
    "languages": ["zh", "en"],
    "levels": [
        {"level": level, "name": {"zh": zh}, "code_length": length}
        for level, zh, length in [
            ("city", "市", 6), ("district", "区", 6), ("street", "镇", 9), ("community", "村", 12), ("grid", "网格", 15),
        ]
    ],
    "districts": [{"code": "430405", "name": "珠晖区"}],
    "working_hours": ["08:30-12:00", "14:30 - 18:00"],
    "calendar_exceptions": [{"day": date(2026, 5, 20), "is_working": False, "because": "防汛"}],
}  # fmt: skip


def changed(key: str, value: object) -> dict[str, Any]:
    """The good profile with one key (or ``list/0/key``) set otherwise; removed when the value is None."""
    given = deepcopy(GIVEN)
    *path, last = [int(part) if part.isdigit() else part for part in key.split("/")]
    place: Any = given
    for part in path:
        place = place[part]
    place[last] = value
    if value is None:
        del place[last]
    return given


def test_a_profile_is_read_as_it_stands() -> None:
    profile = read(GIVEN)
    assert profile.name == Text(zh="衡阳市", en="Hengyang")
    assert profile.centre == (112.57, 26.89)
    assert profile.working_hours == (Hours(time(8, 30), time(12)), Hours(time(14, 30), time(18)))
    assert profile.calendar_exceptions[0].day == date(2026, 5, 20)
    assert profile.districts[0].name.zh == "珠晖区"
    assert profile.level("street").name.zh == "镇"
    assert str(profile.tz) == "Asia/Shanghai"


def test_a_stored_profile_comes_back_the_same() -> None:
    profile = read(GIVEN)
    assert read(profile.as_json()) == profile


def test_what_may_be_left_out_has_its_usual_value() -> None:
    needed = ("name", "code", "country", "zone", "plane", "centre")
    profile = read({key: GIVEN[key] for key in needed})
    assert profile == CityProfile(
        name=profile.name, code="430400", country="CN", zone="Asia/Shanghai", plane="EPSG:4547", centre=(112.57, 26.89)
    )
    assert profile.levels == CHINESE_LEVELS
    assert profile.languages == ("zh", "en")


@pytest.mark.parametrize(
    ("key", "value", "where", "en"),
    [
        ("zone", "Asia/Shanhai", "zone", "Did you mean 'Asia/Shanghai'?"),
        ("zonne", "Asia/Shanghai", "zonne", "there is no such key. Did you mean 'zone'?"),
        ("code", None, "code", "it is missing"),
        ("code", 430400, "code", "430400 is not a text"),
        ("code", "4304", "code", "4 characters, not 6"),
        ("districts/0/code", "43040", "districts/0/code", "5 characters, not 6"),
        ("country", "FR", "country", "There are: CN, US."),
        ("name", "", "name", "it is missing"),
        ("name", {"fr": "Hengyang"}, "name", "not a text in Chinese or English"),
        ("name", 7, "name", "not a text in Chinese or English"),
        ("plane", "EPSG:4326", "plane", "its units are not metres"),
        ("centre", [26.89, 112.57], "centre", "a longitude and a latitude, in that order"),
        ("centre", [112.57], "centre", "For example: [112.57, 26.89]"),
        ("centre", "here", "centre", "a longitude and a latitude"),
        ("languages", "zh", "languages", "it is not a list"),
        ("languages", ["zh", "fr"], "languages/1", "'fr' is not known. There are: zh, en."),
        ("levels/0/level", "town", "levels/0/level", "'town' is not known"),
        ("levels/0/code_length", 0, "levels/0/code_length", "0 is not a positive whole number"),
        ("levels/0/code_length", True, "levels/0/code_length", "not a positive whole number"),
        ("levels", GIVEN["levels"][:3], "levels", "all five levels must stand there"),
        ("districts", [7], "districts/0", "it is not a mapping"),
        ("working_hours", ["12:00-08:30"], "working_hours/0", "not a span of time within a day"),
        ("working_hours", ["morning"], "working_hours/0", 'For example: "08:30-12:00"'),
        ("calendar_exceptions/0/day", "2026-02-30", "calendar_exceptions/0/day", "'2026-02-30' is not a day"),
        ("calendar_exceptions/0/is_working", "no", "calendar_exceptions/0/is_working", "not true or false"),
        ("calendar_exceptions/0/because", None, "calendar_exceptions/0/because", "it is missing"),
    ],
)
def test_a_mistake_is_named_by_file_key_and_what_was_meant(key: str, value: object, where: str, en: str) -> None:
    with pytest.raises(BadProfile) as caught:
        read(changed(key, value), source="mine.yaml")
    said = caught.value.say("en")
    assert said.startswith(f"The city profile mine.yaml is wrong at '{where}': ")
    assert en in said
    assert caught.value.say("zh").startswith(f"城市档案 mine.yaml 的“{where}”有误：")


@pytest.mark.parametrize(
    ("code", "level"),
    [("430400", "city"), ("430405", "district"), ("430405001", "street"), ("430405001002003", "grid")],
)
def test_a_code_is_of_the_level_its_length_says(code: str, level: str) -> None:
    assert read(GIVEN).level_of(code) == level


def test_a_code_of_no_levels_length_is_refused() -> None:
    with pytest.raises(BadCode, match="none of the lengths 6, 6, 9, 12, 15"):
        read(GIVEN).level_of("4304")


def test_a_city_abroad_has_codes_of_its_own() -> None:
    profile = read({**changed("country", "US"), "code": "11001", "districts": [{"code": "Ward 1", "name": "Ward 1"}]})
    assert profile.level_of("11001") == "city"
    assert profile.districts[0].code == "Ward 1"
