# SPDX-License-Identifier: Apache-2.0
"""A night is lit by the sun, the class of the road and the season, and its energy adds up."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from belltower.packs.poles.dimming import Burning, Schedule, Season, Step, energy_kwh, energy_of_year, night

ZONE = ZoneInfo("Asia/Shanghai")
MAIN = (Step(None, 1.0), Step(time(23), 0.6), Step(time(1), 0.4), Step(time(5, 30), 0.8))
BRANCH = (Step(None, 0.8), Step(time(22), 0.3))
SUMMER = {"trunk": (Step(None, 1.0), Step(time(0, 30), 0.5)), "branch": BRANCH}
SCHEDULE = Schedule((Season((4, 1), SUMMER), Season((10, 1), {"trunk": MAIN, "branch": BRANCH})), on_below_deg=-3)
HERE = {"lon": 112.6, "lat": 26.9, "zone": ZONE}


def hours(parts: list[Burning]) -> float:
    return sum((part.ends - part.begins) / timedelta(hours=1) for part in parts)


def test_a_winter_night_steps_down_and_up_again_without_holes() -> None:
    parts = night(SCHEDULE, date(2026, 11, 23), road="trunk", **HERE)
    assert [part.level for part in parts] == [1.0, 0.6, 0.4, 0.8]
    assert all(one.ends == other.begins for one, other in pairwise(parts))
    assert 12 < hours(parts) < 14


def test_the_season_of_an_evening_before_the_first_is_the_last_of_the_year_before() -> None:
    assert SCHEDULE.season(date(2026, 2, 1)) is SCHEDULE.seasons[1]
    assert SCHEDULE.season(date(2026, 4, 1)) is SCHEDULE.seasons[0]
    assert SCHEDULE.season(date(2026, 12, 31)) is SCHEDULE.seasons[1]


def test_a_step_before_the_sun_sets_is_the_one_that_the_night_begins_with() -> None:
    early = Schedule((Season((1, 1), {"trunk": (Step(time(16), 0.7),)}),), on_below_deg=-3)
    assert [part.level for part in night(early, date(2026, 11, 23), road="trunk", **HERE)] == [0.7]


def test_nights_are_longer_in_winter() -> None:
    winter, summer = (hours(night(SCHEDULE, date(2026, month, 21), road="trunk", **HERE)) for month in (12, 6))
    assert winter - summer > 2.5


def test_polar_days_have_no_night_and_polar_nights_no_day() -> None:
    there = {"lon": 18.96, "lat": 69.65, "zone": ZoneInfo("Europe/Oslo")}
    assert night(SCHEDULE, date(2026, 6, 21), road="trunk", **there) == []
    dark = Schedule(SCHEDULE.seasons, on_below_deg=1)
    assert hours(night(dark, date(2026, 12, 21), road="trunk", **there)) == 24


def test_energy_is_power_by_level_by_time_and_what_drivers_take() -> None:
    begins = night(SCHEDULE, date(2026, 11, 23), road="trunk", **HERE)[0].begins
    parts = [Burning(begins, begins + timedelta(hours=4), 1.0), Burning(begins, begins + timedelta(hours=5), 0.4)]
    assert energy_kwh(parts, watts=100) == pytest.approx(0.6)
    assert energy_kwh(parts, watts=100, standing_watts=10) == pytest.approx(0.69)


def test_a_year_of_dimming_saves_what_its_levels_say() -> None:
    full = Schedule((Season((1, 1), {"branch": (Step(None, 1.0),)}),), on_below_deg=-3)
    lit = energy_of_year(full, 2026, watts_of={"branch": 1000.0}, lon=112.6, lat=26.9, zone=ZONE)["branch"]
    dimmed = energy_of_year(SCHEDULE, 2026, watts_of={"branch": 1000.0}, lon=112.6, lat=26.9, zone=ZONE)["branch"]
    assert 4_000 < lit < 4_400
    assert 0.3 * lit < dimmed < 0.8 * lit


def test_what_is_no_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="order of the year"):
        Schedule(tuple(reversed(SCHEDULE.seasons)), on_below_deg=-3)
    with pytest.raises(ValueError, match="from 0 to 1"):
        Step(None, 40)
    with pytest.raises(KeyError):
        night(SCHEDULE, date(2026, 1, 1), road="alley", **HERE)
