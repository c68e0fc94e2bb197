# SPDX-License-Identifier: Apache-2.0
"""The working calendar: what is published holds, what is not is presumed and says so, and the city has the last word."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.kernel.calendar import (
    DayException,
    DayVerdict,
    Published,
    Remembered,
    WorkingCalendar,
    changed_verdicts,
)
from belltower.kernel.published import calendar, published
from belltower.kernel.texts import Text

CHINA, WASHINGTON = calendar("CN"), calendar("US", "DC")
days = st.dates(date(1990, 1, 1), date(2100, 12, 31))
FLOOD = DayException(date(2026, 5, 20), False, Text(zh="全市停工防汛", en="City closed for a flood"))


@pytest.mark.parametrize(
    ("day", "is_working", "zh"),
    [
        (date(2026, 2, 14), True, "春节调休上班"),  # a Saturday, worked for the Spring Festival
        (date(2026, 2, 17), False, "春节"),
        (date(2026, 10, 1), False, "国庆节"),
        (date(2026, 11, 23), True, "工作日"),
        (date(2026, 11, 22), False, "周末"),
    ],
)
def test_china_goes_by_the_published_year_with_its_make_up_days(day: date, is_working: bool, zh: str) -> None:
    verdict = CHINA.verdict(day)
    assert (verdict.is_working, verdict.is_provisional, verdict.because.zh) == (is_working, False, zh)


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2026, 4, 16), False),  # Emancipation Day, of the District of Columbia only
        (date(2026, 7, 3), False),  # Independence Day falls on a Saturday and is observed on the Friday
        (date(2026, 11, 26), False),  # Thanksgiving
        (date(2025, 1, 20), False),  # an inauguration
        (date(2026, 2, 14), False),  # a plain Saturday: there are no make-up days
        (date(2026, 11, 23), True),
    ],
)
def test_washington_goes_by_federal_and_its_own_holidays(day: date, is_working: bool) -> None:
    assert WASHINGTON.verdict(day).is_working is is_working
    assert not WASHINGTON.verdict(day).is_provisional


def test_emancipation_day_is_worked_elsewhere() -> None:
    assert calendar("US").verdict(date(2026, 4, 16)).is_working


@given(day=days)
def test_there_is_a_verdict_on_every_day_and_an_uncovered_one_is_never_silent(day: date) -> None:
    """Beyond the published years the plain week decides, and the verdict says that it may change."""
    verdict = CHINA.verdict(day)
    assert verdict.is_provisional is not published("CN").covers(day)
    if verdict.is_provisional:
        assert verdict.is_working is (day.weekday() < 5)
        assert "尚未公布" in verdict.because.zh
        assert "not published yet" in verdict.because.en


def test_the_year_after_next_is_presumed() -> None:
    assert CHINA.covered_until <= date(2028, 1, 1)
    assert CHINA.verdict(date(CHINA.covered_until.year + 2, 10, 1)).is_provisional


def test_the_last_days_of_the_last_published_december_are_not_settled() -> None:
    """In 2018 the notice for 2019 made Saturday the 29th a working day and Monday the 31st a holiday."""
    assert CHINA.covered_until.month == 12
    assert CHINA.verdict(CHINA.covered_until).is_provisional
    assert not CHINA.verdict(CHINA.covered_until - timedelta(days=1)).is_provisional
    assert CHINA.verdict(date(2018, 12, 29)).is_working
    assert not CHINA.verdict(date(2018, 12, 31)).is_working


def test_the_citys_own_exception_wins_over_everything() -> None:
    holiday = DayException(date(2026, 10, 1), True, Text(zh="国庆值守", en="On duty over National Day"))
    unpublished = DayException(date(2099, 1, 1), False, Text(zh="建城日", en="Founding day"))
    own = calendar("CN", exceptions=[FLOOD, holiday, unpublished])
    for one in (FLOOD, holiday, unpublished):
        assert own.verdict(one.day) == DayVerdict(one.is_working, False, one.because)


def test_working_days_are_counted_over_holidays_and_make_up_days() -> None:
    """From Friday 13 February 2026: the Saturday is worked, then nine days of Spring Festival, then Tuesday."""
    first, second = (CHINA.add_working_days(date(2026, 2, 13), n) for n in (1, 2))
    assert (first.day, first.is_provisional) == (date(2026, 2, 14), False)
    assert second.day == date(2026, 2, 24)
    assert CHINA.add_working_days(date(2026, 2, 24), -1).day == date(2026, 2, 14)
    assert CHINA.add_working_days(date(2026, 2, 15), 0).day == date(2026, 2, 15)


def test_a_count_into_an_unpublished_year_is_provisional() -> None:
    last = CHINA.covered_until - timedelta(days=1)
    assert CHINA.add_working_days(last, 5).is_provisional
    assert not CHINA.add_working_days(last - timedelta(days=30), 3).is_provisional


@given(day=st.dates(date(2004, 1, 10), date(2040, 1, 1)), count=st.integers(1, 60))
def test_counting_forth_agrees_with_the_days_between(day: date, count: int) -> None:
    end = CHINA.add_working_days(day, count)
    assert CHINA.verdict(end.day).is_working
    tomorrow = day + timedelta(days=1)
    assert CHINA.working_days(tomorrow, end.day + timedelta(days=1)) == (count, end.is_provisional)


def test_a_year_that_appears_changes_verdicts_and_says_which() -> None:
    """As on the day the State Council publishes a year: the presumed days that turn out otherwise are named."""
    full = published("CN")
    known_then = {day: verdict for day, verdict in full.days.items() if day < date(2025, 12, 25)}
    before = WorkingCalendar(Published(full.covered_from, date(2025, 12, 25), known_then))
    february = [date(2026, 2, 1) + timedelta(days=i) for i in range(28)]
    changed = changed_verdicts(february, before, CHINA)
    assert [one.day for one in changed if one.after.is_working] == [date(2026, 2, 14), date(2026, 2, 28)]
    assert all(one.before.is_provisional and not one.after.is_provisional for one in changed)
    assert date(2026, 2, 3) not in [one.day for one in changed], "a presumed day that is confirmed needs no notice"
    assert before.fingerprint != CHINA.fingerprint
    assert before.covered_until < CHINA.covered_until


def test_stored_verdicts_can_be_compared_when_the_old_calendar_is_gone() -> None:
    day = FLOOD.day
    stored = {day: DayVerdict.read(CHINA.verdict(day).as_json())}
    assert stored[day] == CHINA.verdict(day)
    [change] = changed_verdicts([day], Remembered(stored), calendar("CN", exceptions=[FLOOD]))
    assert change.after.because == FLOOD.because


def test_the_fingerprint_stands_for_the_verdicts() -> None:
    assert calendar("CN").fingerprint == CHINA.fingerprint
    assert len({CHINA.fingerprint, WASHINGTON.fingerprint, calendar("CN", exceptions=[FLOOD]).fingerprint}) == 3


def test_a_country_without_a_calendar_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="FR"):
        calendar("FR")
