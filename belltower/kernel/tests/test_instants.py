# SPDX-License-Identifier: Apache-2.0
"""Instants are UTC and unmistakable; civil days are the city's, however its clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.kernel import instants
from belltower.kernel.instants import BadInstant, UnknownZone, civil_day, civil_instant, day_bounds, parse_instant

# Zones with every trouble there is: none, summer time, midnights skipped, half hours, and a day left out altogether.
ZONES = [
    "Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Apia",
    "America/Havana", "Asia/Kathmandu", "Africa/Casablanca", "America/St_Johns", "America/Scoresbysund",
]  # fmt: skip
zones = st.sampled_from(ZONES)
days = st.dates(date(1950, 1, 1), date(2060, 12, 31))
MICROSECOND = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("given_", "utc"),
    [
        ("2026-11-23T08:00:00+08:00", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T00:00:00Z", datetime(2026, 11, 23, tzinfo=UTC)),
        (" 2026-11-22 19:00-05:00 ", datetime(2026, 11, 23, tzinfo=UTC)),
        (datetime(2026, 11, 23, 8, tzinfo=timezone(timedelta(hours=8))), datetime(2026, 11, 23, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_from_any_offset_into_utc(given_: str | datetime, utc: datetime) -> None:
    found = parse_instant(given_)
    assert found == utc
    assert found.tzinfo is UTC


@pytest.mark.parametrize("given_", ["2026-11-23T08:00:00", "2026-11-23", datetime(2026, 11, 23, 8)])  # noqa: DTZ001
def test_a_time_without_an_offset_is_refused(given_: str | datetime) -> None:
    with pytest.raises(BadInstant) as caught:
        parse_instant(given_)
    assert "没有时区" in caught.value.say("zh")
    assert "it has no offset" in caught.value.say("en")


@pytest.mark.parametrize("given_", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_what_is_no_time_is_refused(given_: str) -> None:
    with pytest.raises(BadInstant, match="cannot be read"):
        parse_instant(given_)


def test_an_instant_beyond_counting_is_refused() -> None:
    with pytest.raises(BadInstant, match="beyond the years"):
        parse_instant("0001-01-01T00:00:00+08:00")


def test_the_civil_day_is_the_citys() -> None:
    late = datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert civil_day(late, "Asia/Shanghai") == date(2026, 11, 23)
    assert civil_day(late, "America/New_York") == date(2026, 11, 22)


def test_the_civil_day_of_a_naive_time_is_refused() -> None:
    with pytest.raises(BadInstant):
        civil_day(datetime(2026, 11, 22, 17), "Asia/Shanghai")  # noqa: DTZ001


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("America/New_York", date(2026, 7, 1), 24),
        ("Asia/Shanghai", date(2026, 3, 8), 24),
        ("Asia/Beirut", date(2024, 3, 31), 23),  # the clocks skip midnight itself
        ("Pacific/Apia", date(2011, 12, 30), 0),  # Samoa went over the date line and had no such day
    ],
)
def test_a_day_has_as_many_hours_as_its_clocks_show(zone: str, day: date, hours: int) -> None:
    begin, end = day_bounds(day, zone)
    assert end - begin == timedelta(hours=hours)


@given(day=days, zone=zones)
def test_days_follow_each_other_without_gap_or_overlap(day: date, zone: str) -> None:
    begin, end = day_bounds(day, zone)
    assert day_bounds(day + timedelta(days=1), zone)[0] == end
    if begin < end:
        assert civil_day(begin, zone) == civil_day(end - MICROSECOND, zone) == day
    assert civil_day(begin - MICROSECOND, zone) < day


@given(instant=st.datetimes(datetime(1950, 1, 2), datetime(2060, 12, 30), timezones=st.just(UTC)), zone=zones)  # noqa: DTZ001
def test_every_instant_lies_in_the_bounds_of_its_own_day(instant: datetime, zone: str) -> None:
    begin, end = day_bounds(civil_day(instant, zone), zone)
    assert begin <= instant < end


@given(instant=st.datetimes(datetime(1970, 1, 2), datetime(2060, 12, 30), timezones=st.just(UTC)), zone=zones)  # noqa: DTZ001
def test_a_local_time_finds_its_instant_again(instant: datetime, zone: str) -> None:
    """Or, of an hour that comes twice, the first one."""
    local = instant.astimezone(ZoneInfo(zone))
    found = civil_instant(local.replace(tzinfo=None), zone)
    assert found == instant if local.fold == 0 else found < instant


def test_a_local_time_that_the_clocks_skip_is_refused() -> None:
    with pytest.raises(BadInstant, match="the clocks there skip it"):
        civil_instant(datetime(2026, 3, 8, 2, 30), "America/New_York")  # noqa: DTZ001


def test_a_local_time_has_no_offset_of_its_own() -> None:
    with pytest.raises(ValueError, match="parse_instant"):
        civil_instant(datetime(2026, 3, 8, tzinfo=UTC), "America/New_York")


@pytest.mark.parametrize("zone", ["Asia/Hengyang", "", "../etc/passwd"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(UnknownZone):
        civil_day(datetime(2026, 1, 1, tzinfo=UTC), zone)


def test_now_is_in_utc() -> None:
    assert instants.now().tzinfo is UTC
