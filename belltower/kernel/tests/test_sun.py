# SPDX-License-Identifier: Apache-2.0
"""The sun rises and sets when almanacs say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from belltower.kernel.sun import elevation_deg, is_day, sun_times

ALMANAC = [
    ("London, midsummer", -0.1276, 51.5072, date(2026, 6, 21), "03:43", "20:21"),
    ("Sydney, midsummer", 151.2093, -33.8688, date(2025, 12, 22), "18:41", "09:05"),
    ("Beijing, midwinter", 116.4074, 39.9042, date(2026, 12, 21), "23:32", "08:52"),
]


def near(found: datetime | None, clock: str) -> bool:
    """Within two minutes of a time of day in UTC, the almanac's own rounding among them."""
    assert found is not None
    hour, minute = map(int, clock.split(":"))
    return abs(found - found.replace(hour=hour, minute=minute, second=0, microsecond=0)) <= timedelta(minutes=2)


@pytest.mark.parametrize(("name", "lon", "lat", "day", "rises", "sets"), ALMANAC)
def test_it_rises_and_sets_as_almanacs_say(name: str, lon: float, lat: float, day: date, rises: str, sets: str) -> None:
    times = sun_times(day, lon=lon, lat=lat)
    assert near(times.rises, rises), (name, times)
    assert near(times.sets, sets), (name, times)


def test_it_stands_overhead_at_the_tropic_at_midsummer_noon() -> None:
    highest = max(
        elevation_deg(datetime(2026, 6, 21, 12, minute, tzinfo=UTC), lon=0, lat=23.44) for minute in range(0, 60, 2)
    )
    assert highest == pytest.approx(90, abs=0.3)


def test_beyond_the_polar_circle_it_may_do_neither() -> None:
    assert sun_times(date(2026, 6, 21), lon=18.96, lat=69.65).is_up is True
    assert sun_times(date(2026, 12, 21), lon=18.96, lat=69.65).is_up is False


def test_day_and_night_meet_where_it_rises() -> None:
    rises = sun_times(date(2026, 11, 23), lon=112.6, lat=26.9).rises
    assert rises is not None
    assert not is_day(rises - timedelta(minutes=2), lon=112.6, lat=26.9)
    assert is_day(rises + timedelta(minutes=2), lon=112.6, lat=26.9)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        elevation_deg(datetime(2026, 1, 1), lon=0, lat=0)  # noqa: DTZ001
