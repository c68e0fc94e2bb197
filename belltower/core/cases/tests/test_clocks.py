# SPDX-License-Identifier: Apache-2.0
"""Clocks of single histories, reckoned by hand; test_clocks_by_the_minute.py has many."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from belltower.core.cases.clocks import Clock, Moment, Why, clocks, due_now
from belltower.core.cases.limits import Limit, LimitTable, Unit
from belltower.core.cases.proving import check
from belltower.core.cases.table import Stage, State
from belltower.core.standards.clauses import Source, Verified
from belltower.kernel.calendar import DayException, WorkingCalendar
from belltower.kernel.city import Hours
from belltower.kernel.instants import BadInstant
from belltower.kernel.published import calendar
from belltower.kernel.texts import Text

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = (Hours(time(8, 30), time(12)), Hours(time(14, 30), time(18)))
SOURCE = Source("-", "-", date(2026, 1, 1), Verified.UNVERIFIED)
AMOUNTS = {"PT2H": timedelta(hours=2), "PT4H": timedelta(hours=4), "P1D": timedelta(days=1), "P3D": timedelta(days=3)}


def limit(unit: Unit, length: str, *, stage: Stage = Stage.HANDLING, since: date = date(2020, 1, 1)) -> Limit:
    return Limit(None, None, stage, since, None, unit, length, AMOUNTS[length], SOURCE)


def at(local: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)


def told(clock: datetime | None) -> str | None:
    return clock.astimezone(SHANGHAI).strftime("%m-%d %H:%M") if clock else None


def facts(*limits: Limit, **others: Any) -> dict[str, Any]:
    return {
        "kind": "dirty_street", "grade": "none", "table": LimitTable(limits), "calendar": calendar("CN"), "hours": HOURS,
        "zone": SHANGHAI, **others,
    }  # fmt: skip


def one_clock(began: str, now: str, allowed: Limit, *more: Moment, **others: Any) -> Clock:
    """The clock of handling since ``began``, proved, and due as it is told at a step."""
    moments, given = [Moment(at(began), State.DISPATCHED, 7), *more], facts(allowed, **others)
    clock = clocks(moments, now=at(now), **given)[0]
    assert check(clock) == []
    if clock.ended_at is None:
        assert due_now(moments, **given) == clock.due_at
    return clock


@pytest.mark.parametrize(
    ("began", "unit", "length", "due"),
    [
        ("2026-03-06T10:00", Unit.WORKING_HOURS, "PT4H", "03-06 16:30"),  # over the noon break
        ("2026-03-06T16:00", Unit.WORKING_HOURS, "PT2H", "03-06 18:00"),  # at closing time, not next Monday
        ("2026-03-06T16:01", Unit.WORKING_HOURS, "PT2H", "03-09 08:31"),
        ("2026-03-06T12:00", Unit.WORKING_HOURS, "PT2H", "03-06 16:30"),  # begun outside of hours
        ("2026-03-07T03:00", Unit.WORKING_HOURS, "PT2H", "03-09 10:30"),  # on a Saturday
        ("2026-02-14T09:00", Unit.WORKING_HOURS, "PT2H", "02-14 11:00"),  # on a Saturday that is made up
        ("2026-02-14T17:00", Unit.WORKING_HOURS, "PT2H", "02-24 09:30"),  # over Spring Festival
        ("2026-02-13T09:00", Unit.WORKING_DAYS, "P1D", "02-15 00:00"),  # the made-up Saturday, to its end
        ("2026-02-13T00:00", Unit.WORKING_DAYS, "P1D", "02-15 00:00"),  # begun with the day: that day is not counted
        ("2026-02-13T09:00", Unit.WORKING_DAYS, "P3D", "02-26 00:00"),
        ("2026-02-15T09:00", Unit.WORKING_DAYS, "P1D", "02-25 00:00"),
        ("2026-02-15T09:00", Unit.NATURAL, "P1D", "02-16 09:00"),
    ],
)
def test_what_is_due_is_reckoned_by_the_unit(began: str, unit: Unit, length: str, due: str) -> None:
    clock = one_clock(began, began, limit(unit, length))
    assert told(clock.due_at) == due
    assert clock.left == AMOUNTS[length]


def test_a_stage_that_ends_when_it_is_due_is_in_time_and_a_moment_later_it_is_not() -> None:
    due = at("2026-03-06T18:00")
    for ended, is_late in ((due, False), (due + timedelta(microseconds=1), True)):
        answered = Moment(ended, State.ANSWERED, None)
        clock = one_clock("2026-03-06T16:00", "2026-03-08T00:00", limit(Unit.WORKING_HOURS, "PT2H"), answered)
        assert (clock.due_at, clock.is_overdue(at("2026-03-08T00:00"))) == (due, is_late)


def test_a_suspended_clock_stands_still_and_says_when_it_would_be_due() -> None:
    paused = Moment(at("2026-03-06T10:00"), State.SUSPENDED, 7)
    clock = one_clock("2026-03-06T09:00", "2026-03-09T09:00", limit(Unit.WORKING_HOURS, "PT4H"), paused)
    assert (clock.due_at, told(clock.due_if_resumed_now)) == (None, "03-09 12:00")
    assert (clock.used, clock.left) == (timedelta(hours=1), timedelta(hours=3))
    assert [(one.why, told(one.begin), told(one.end)) for one in clock.pauses] == [
        (Why.SUSPENDED, "03-06 10:00", "03-09 09:00")
    ]


def test_suspending_what_is_overdue_does_not_put_it_in_time() -> None:
    paused = Moment(at("2026-03-06T17:00"), State.SUSPENDED, 7)
    clock = one_clock("2026-03-06T09:00", "2026-03-10T09:00", limit(Unit.WORKING_HOURS, "PT4H"), paused)
    assert clock.due_at is None
    assert told(clock.used_up_at) == "03-06 15:30"
    assert clock.is_overdue(at("2026-03-10T09:00"))


def test_a_day_on_which_it_stood_still_is_not_counted() -> None:
    steps = (
        Moment(at("2026-03-03T23:00"), State.SUSPENDED, 7),
        Moment(at("2026-03-04T00:00"), State.IN_PROGRESS, 7),
        Moment(at("2026-03-05T00:00"), State.SUSPENDED, 7),
        Moment(at("2026-03-05T00:00"), State.IN_PROGRESS, 7),  # no time at all
    )
    clock = one_clock("2026-03-02T09:00", "2026-03-05T12:00", limit(Unit.WORKING_DAYS, "P3D"), *steps)
    assert [one.day.day for one in clock.segments if one.day] == [4]
    assert [(one.day.day, one.why) for one in clock.pauses if one.day] == [
        (2, Why.FIRST_DAY), (3, Why.BROKEN_DAY), (5, Why.UNDER_WAY)
    ]  # fmt: skip
    assert (clock.used.days, told(clock.due_at)) == (1, "03-07 00:00")


def test_a_hand_over_does_not_begin_the_clock_anew_and_each_minute_has_its_holder() -> None:
    over = Moment(at("2026-03-06T09:00"), State.DISPATCHED, 8)
    clock = one_clock("2026-03-06T08:00", "2026-03-06T10:00", limit(Unit.WORKING_HOURS, "PT2H"), over)
    assert [(told(one.begin), told(one.end), one.holder_id, one.why) for one in clock.spans] == [
        ("03-06 08:00", "03-06 08:30", 7, Why.OUTSIDE_HOURS),
        ("03-06 08:30", "03-06 09:00", 7, Why.COUNTED),
        ("03-06 09:00", "03-06 10:00", 8, Why.COUNTED),
    ]
    assert told(clock.due_at) == "03-06 10:30"


def test_rework_is_a_clock_of_its_own_until_it_is_answered_again() -> None:
    states = [
        State.DISPATCHED,
        State.ANSWERED,
        State.RETURNED,
        State.IN_PROGRESS,
        State.DISPATCHED,
        State.ANSWERED,
        State.VERIFIED,
    ]
    moments = [Moment(at(f"2026-03-{2 + n:02}T09:00"), state, None) for n, state in enumerate(states)]
    found = clocks(moments, now=at("2026-03-20T09:00"), **facts())
    assert [clock.stage for clock in found] == ["handling", "checking", "rework", "checking", "closing"]
    assert [clock.began_at for clock in found][2:4] == [moments[2].at, moments[5].at]


def test_a_stage_keeps_the_limit_of_the_day_on_which_it_began() -> None:
    """The day is the city's: 23:59 there is before the new table, whatever the day in Greenwich."""
    old, new = limit(Unit.NATURAL, "P3D"), limit(Unit.NATURAL, "P1D", since=date(2026, 3, 6))
    for began, due in (("2026-03-05T23:59", "03-08 23:59"), ("2026-03-06T00:00", "03-07 00:00")):
        [clock] = clocks([Moment(at(began), State.DISPATCHED, 1)], now=at("2026-03-20T00:00"), **facts(old, new))
        assert told(clock.due_at) == due


def test_an_unpublished_year_is_counted_and_marked() -> None:
    clock = one_clock("2031-10-01T09:00", "2031-10-01T09:00", limit(Unit.WORKING_HOURS, "PT4H"))
    assert clock.is_provisional
    assert told(clock.due_at) == "10-01 15:30"
    assert not one_clock("2031-10-01T09:00", "2031-10-02T09:00", limit(Unit.NATURAL, "P1D")).is_provisional


def test_what_comes_after_the_limit_is_used_up_does_not_make_it_provisional() -> None:
    clock = one_clock("2026-12-23T09:00", "2027-02-01T09:00", limit(Unit.WORKING_HOURS, "PT4H"))
    assert not clock.is_provisional
    assert clock.is_overdue(at("2027-02-01T09:00"))


def test_another_calendar_is_told_by_its_fingerprint() -> None:
    flood = DayException(date(2026, 3, 6), False, Text(zh="全市停工防汛", en="City closed for a flood"))
    plain = one_clock("2026-03-05T17:00", "2026-03-05T17:00", limit(Unit.WORKING_HOURS, "PT2H"))
    wet = one_clock(
        "2026-03-05T17:00",
        "2026-03-09T17:00",
        limit(Unit.WORKING_HOURS, "PT2H"),
        calendar=calendar("CN", None, [flood]),
    )
    assert (told(plain.due_at), told(wet.due_at)) == ("03-06 09:30", "03-09 09:30")
    assert plain.fingerprint != wet.fingerprint
    assert flood.because in [one.verdict.because for one in wet.pauses if one.verdict]


def test_without_hours_a_working_day_is_worked_as_a_whole() -> None:
    clock = one_clock("2026-03-06T23:00", "2026-03-06T23:00", limit(Unit.WORKING_HOURS, "PT2H"), hours=())
    assert told(clock.due_at) == "03-09 01:00"


def test_a_day_of_23_hours_is_a_day() -> None:
    """In Washington clocks go on in the night to 8 March 2026, a Sunday: 24 hours later is another time of the day."""
    zone = ZoneInfo("America/New_York")
    given = facts(limit(Unit.NATURAL, "P1D"), zone=zone, calendar=calendar("US", "DC"))
    [natural] = clocks(
        [Moment(at("2026-03-07T09:00", zone), State.DISPATCHED, 1)], now=at("2026-03-09T09:00", zone), **given
    )
    assert natural.due_at == at("2026-03-08T10:00", zone)
    given["table"] = LimitTable((limit(Unit.WORKING_DAYS, "P1D"),))
    [days] = clocks(
        [Moment(at("2026-03-06T09:00", zone), State.DISPATCHED, 1)], now=at("2026-03-10T09:00", zone), **given
    )
    assert days.due_at == at("2026-03-10T00:00", zone)
    assert check(natural) == check(days) == []


def test_without_a_limit_natural_time_is_told_and_nothing_is_overdue() -> None:
    [clock] = clocks([Moment(at("2026-03-06T09:00"), State.DISPATCHED, 1)], now=at("2026-03-07T09:00"), **facts())
    assert (clock.limit, clock.due_at, clock.left, clock.used) == (None, None, None, timedelta(days=1))
    assert not clock.is_overdue(at("2036-03-07T09:00"))
    assert due_now([Moment(at("2026-03-06T09:00"), State.DISPATCHED, 1)], **facts()) is None


def test_a_case_that_ended_has_no_clock_that_runs() -> None:
    moments = [
        Moment(at("2026-03-06T09:00"), State.REPORTED, None),
        Moment(at("2026-03-06T10:00"), State.DECLINED, None),
    ]
    [clock] = clocks(moments, now=at("2026-03-07T09:00"), **facts(limit(Unit.NATURAL, "P1D", stage=Stage.FILING)))
    assert clock.ended_at == moments[1].at
    assert due_now(moments, **facts(limit(Unit.NATURAL, "P1D", stage=Stage.FILING))) is None
    assert clocks([], now=at("2026-03-07T09:00"), **facts()) == []


def test_naive_instants_and_steps_that_go_back_are_refused() -> None:
    naive = datetime.fromisoformat("2026-03-06T09:00")
    with pytest.raises(BadInstant):
        clocks([Moment(naive, State.DISPATCHED, 1)], now=at("2026-03-07T09:00"), **facts())
    with pytest.raises(BadInstant):
        due_now([Moment(naive, State.DISPATCHED, 1)], **facts())
    with pytest.raises(BadInstant):
        clocks([Moment(at("2026-03-06T09:00"), State.DISPATCHED, 1)], now=naive, **facts())
    back = [Moment(at("2026-03-06T09:00"), State.DISPATCHED, 1), Moment(at("2026-03-06T08:00"), State.IN_PROGRESS, 1)]
    with pytest.raises(ValueError, match="is before step 1"):
        clocks(back, now=at("2026-03-07T09:00"), **facts())


def _shifted(clock: Clock) -> Clock:
    assert clock.used_up_at
    return replace(clock, used_up_at=clock.used_up_at + timedelta(minutes=1))


def _with_a_gap(clock: Clock) -> Clock:
    return replace(clock, spans=clock.spans[1:])


def _counting_a_day_off(clock: Clock) -> Clock:
    pieces = [replace(one, why=Why.COUNTED) if one.why is Why.DAY_OFF else one for one in clock.spans]
    return replace(clock, spans=tuple(pieces))


def _using_less(clock: Clock) -> Clock:
    return replace(clock, used=clock.used - timedelta(days=1))


def _counting_half_a_day(clock: Clock) -> Clock:
    half = [
        replace(one, begin=one.begin + timedelta(hours=1)) if one.why is Why.COUNTED else one for one in clock.spans
    ]
    return replace(clock, spans=tuple(half))


@pytest.mark.parametrize("tampered", [_shifted, _with_a_gap, _counting_a_day_off, _using_less, _counting_half_a_day])
@pytest.mark.parametrize("unit", [Unit.WORKING_HOURS, Unit.WORKING_DAYS])
def test_a_clock_that_was_tampered_with_is_not_proved(tampered: Any, unit: Unit) -> None:
    clock = one_clock(
        "2026-03-05T09:00", "2026-03-12T10:00", limit(unit, "PT4H" if unit is Unit.WORKING_HOURS else "P3D")
    )
    assert check(tampered(clock)) != []


def test_what_is_due_costs_little_after_years() -> None:
    """A case that was suspended for five years: days of the calendar are asked for only while the clock runs."""
    asked: list[date] = []

    class Counting(WorkingCalendar):
        def verdict(self, day: date) -> Any:
            asked.append(day)
            return super().verdict(day)

    counting = Counting(calendar("CN").published)
    moments = [
        Moment(at("2020-03-02T09:00"), State.DISPATCHED, 1), Moment(at("2020-03-03T09:00"), State.SUSPENDED, 1),
        Moment(at("2025-03-03T09:00"), State.IN_PROGRESS, 1),
    ]  # fmt: skip
    for unit, length in ((Unit.WORKING_DAYS, "P3D"), (Unit.WORKING_HOURS, "PT4H"), (Unit.NATURAL, "P3D")):
        assert due_now(moments, **facts(limit(unit, length), calendar=counting))
    assert len(asked) < 20
