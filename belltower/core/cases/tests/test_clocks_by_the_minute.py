# SPDX-License-Identifier: Apache-2.0
"""Clocks against a reference that walks each minute of a history and knows only a list of days, the hours and the limit.

It shares no code with what it tests: its days off and make-up days of 2025 and 2026 are written down here, as the notices of the State
Council have them, and the stages are followed by a rule of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from belltower.core.cases.clocks import Clock, Moment, Why, clocks, due_now
from belltower.core.cases.limits import Limit, LimitTable, Unit
from belltower.core.cases.proving import check
from belltower.core.cases.table import Stage, State
from belltower.core.standards.clauses import Source, Verified
from belltower.kernel.city import Hours
from belltower.kernel.published import calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS = (Hours(time(8, 30), time(12)), Hours(time(14, 30), time(18)))
CHINA = calendar("CN")
SOURCE = Source("-", "-", date(2026, 1, 1), Verified.UNVERIFIED)

OFF = [("2025-01-01", 1), ("2025-01-28", 8), ("2025-04-04", 3), ("2025-05-01", 5), ("2025-05-31", 3), ("2025-10-01", 8),
       ("2026-01-01", 3), ("2026-02-15", 9), ("2026-04-04", 3), ("2026-05-01", 5), ("2026-06-19", 3), ("2026-09-25", 3),
       ("2026-10-01", 7)]  # fmt: skip
MADE_UP = ["2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11", "2026-01-04", "2026-02-14", "2026-02-28",
           "2026-05-09", "2026-09-20", "2026-10-10"]  # fmt: skip
HOLIDAYS = {date.fromisoformat(first) + timedelta(days=n) for first, days in OFF for n in range(days)}
MAKE_UP = {date.fromisoformat(day) for day in MADE_UP}
EPOCH = datetime(2024, 12, 1)  # noqa: DTZ001  # the reference reckons in local minutes
DAY = 24 * 60


@cache
def is_worked(day: int) -> bool:
    on = EPOCH.date() + timedelta(days=day)
    return on in MAKE_UP or (on.weekday() < 5 and on not in HOLIDAYS)


def is_open(minute: int) -> bool:
    of_day = minute % DAY
    return is_worked(minute // DAY) and (510 <= of_day < 720 or 870 <= of_day < 1080)


def instant(minute: int) -> datetime:
    return (EPOCH + timedelta(minutes=minute) - timedelta(hours=8)).replace(tzinfo=UTC)


# --- Histories -------------------------------------------------------------------------------------------------------

NEXT = {
    "reported": ["filed", "declined"],
    "filed": ["dispatched"],
    "dispatched": ["in_progress", "dispatched", "filed"],
    "in_progress": ["answered", "dispatched", "in_progress"],
    "answered": ["returned", "verified"],
    "returned": ["in_progress", "dispatched"],
    "verified": ["closed", "reopened"],
    "closed": ["reopened"],
    "reopened": ["in_progress", "dispatched"],
    "declined": ["reopened"],
}
STAGES = {
    "reported": "filing", "filed": "dispatching", "dispatched": "handling", "in_progress": "handling", "answered": "checking",
    "returned": "rework", "reopened": "rework", "verified": "closing", "closed": None, "declined": None,
}  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """From ``minute`` on: the state, its stage, who holds it."""

    minute: int
    state: str
    stage: str | None
    holder: int | None


@dataclass(frozen=True)
class Story:
    turns: tuple[Turn, ...]
    now: int


EDGES = [0, 1, 509, 510, 511, 719, 720, 870, 1079, 1080, 1081, 1439]
STARTS = ["2025-01-24", "2025-01-26", "2025-01-27", "2025-02-07", "2025-04-30", "2025-09-27", "2025-09-30", "2026-01-02",
          "2026-01-03", "2026-02-13", "2026-02-14", "2026-02-27", "2026-04-03", "2026-04-30", "2026-05-08", "2026-10-09"]  # fmt: skip
GAPS = some.one_of(some.sampled_from([0, 0, 1, 30, 120, 210, 420, 570, DAY, 3 * DAY]), some.integers(0, 4 * DAY))


@some.composite
def stories(draw: some.DrawFn) -> Story:
    """A case over a holiday: handed over, suspended and resumed, sent back and reopened, at any minute."""
    day = (date.fromisoformat(draw(some.sampled_from(STARTS))) - EPOCH.date()).days
    at = day * DAY + draw(some.one_of(some.sampled_from(EDGES), some.integers(0, DAY - 1)))
    state, stage = draw(some.sampled_from(["reported", "filed", "dispatched"])), None
    turns: list[Turn] = []
    for _ in range(draw(some.integers(1, 8))):
        stage = "rework" if (stage, STAGES[state]) == ("rework", "handling") else STAGES[state]
        holder = draw(some.sampled_from([None, 1, 2]))
        turns.append(Turn(at, state, stage, holder))
        at += draw(GAPS)
        if stage and draw(some.integers(0, 2)) == 0:
            turns.append(Turn(at, "suspended", stage, holder))
            at += draw(GAPS)
            if draw(some.integers(0, 3)) == 0:
                break
            continue  # resumed in the state before, at the top
        state = draw(some.sampled_from(NEXT[state]))
    return Story(tuple(turns), at)


# --- The reference -----------------------------------------------------------------------------------------------------


@dataclass
class Told:
    """What the reference says of one stage."""

    began: int
    ended: int | None
    counted: list[bool]
    holders: list[int | None]
    used: int
    used_up: int | None
    if_resumed: int | None


def runs_of(story: Story) -> list[tuple[list[Turn], int | None]]:
    """The turns of each stage, and the minute at which it ended."""
    found: list[tuple[list[Turn], int | None]] = []
    before = None
    for turn in story.turns:
        if found and before and turn.stage != before:
            found[-1] = found[-1][0], turn.minute
        if turn.stage and turn.stage == before:
            found[-1][0].append(turn)
        elif turn.stage:
            found.append(([turn], None))
        before = turn.stage
    return found


def walk(turns: list[Turn], ended: int | None, until: int, unit: Unit, amount: int) -> Told:
    """Minute by minute from the beginning; ``amount`` in minutes, or in days of working days."""
    told = Told(turns[0].minute, ended, [], [], 0, None, None)
    count, is_still, day_is_whole = 0, False, False
    minute, index = told.began, 0
    while minute < until or told.used_up is None:
        if minute % DAY == 0:
            day_is_whole = minute > told.began
        if minute < until:
            while index + 1 < len(turns) and turns[index + 1].minute <= minute:
                index += 1
            is_still = turns[index].state == "suspended"
            told.holders.append(turns[index].holder)
        else:
            is_still = False
        day_is_whole = day_is_whole and not is_still and minute // DAY != told.began // DAY
        one = not is_still and (unit is Unit.NATURAL or is_open(minute)) and unit is not Unit.WORKING_DAYS
        if unit is Unit.WORKING_DAYS:
            one = minute % DAY == DAY - 1 and day_is_whole and is_worked(minute // DAY)
        count += one
        minute += 1
        if minute <= until:
            told.counted.append(one)
            told.used = count
        if one and count == amount and told.used_up is None:
            told.used_up = minute
    if turns[-1].state == "suspended":
        told.if_resumed = told.used_up if ended is None else None
        told.used_up = None if told.used_up is None or told.used_up > until else told.used_up
    return told


FIRST = [(Unit.WORKING_HOURS, 30), (Unit.WORKING_HOURS, 120), (Unit.WORKING_HOURS, 420), (Unit.WORKING_HOURS, 1000),
         (Unit.WORKING_DAYS, 1), (Unit.WORKING_DAYS, 2), (Unit.WORKING_DAYS, 4), (Unit.NATURAL, 45), (Unit.NATURAL, 2 * DAY)]  # fmt: skip
SECOND = [(Unit.WORKING_HOURS, 60), (Unit.WORKING_DAYS, 3), (Unit.NATURAL, 600)]
LIMITS = some.tuples(some.sampled_from(FIRST), some.sampled_from(SECOND), some.integers(-1, 12))
"""The limit at first, the one that takes its place, and how many days after the first step."""


def row(unit: Unit, amount: int, since: date) -> Limit:
    length = timedelta(days=amount) if unit is Unit.WORKING_DAYS else timedelta(minutes=amount)
    return Limit(None, None, Stage.HANDLING, since, None, unit, "-", length, SOURCE)


def table_of(first: tuple[Unit, int], second: tuple[Unit, int], changes_on: date) -> LimitTable:
    """Every stage has the first limit until that day, the second from then on."""
    each = [row(*first, date(2020, 1, 1)), row(*second, changes_on)]
    return LimitTable(
        tuple(
            Limit(None, None, stage, one.since, None, one.unit, "-", one.amount, SOURCE)
            for stage in Stage
            for one in each
        )
    )


def told_of(clock: Clock) -> tuple[list[bool], list[int | None]]:
    """The minutes of a clock: counted or not, and by whom it was held."""
    counted: list[bool] = []
    holders: list[int | None] = []
    for one in clock.spans:
        minutes = int(one.length / timedelta(minutes=1))
        counted += [one.why is Why.COUNTED] * minutes
        holders += [one.holder_id] * minutes
    return counted, holders


def compare(story: Story, limits: tuple[tuple[Unit, int], tuple[Unit, int], int]) -> None:
    first, second, after = limits
    changes_on = EPOCH.date() + timedelta(days=story.turns[0].minute // DAY + after)
    moments = [Moment(instant(one.minute), State(one.state), one.holder) for one in story.turns]
    facts = {
        "kind": "dirty_street", "grade": "none", "table": table_of(first, second, changes_on), "calendar": CHINA, "hours": HOURS,
        "zone": SHANGHAI,
    }  # fmt: skip
    found = clocks(moments, now=instant(story.now), **facts)  # type: ignore[arg-type]
    runs = runs_of(story)
    assert [one.stage for one in found] == [run[0].stage for run, _ in runs]
    last_due = None
    for clock, (run, ended) in zip(found, runs, strict=True):
        unit, amount = second if EPOCH.date() + timedelta(days=run[0].minute // DAY) >= changes_on else first
        told = walk(run, ended, ended if ended is not None else story.now, unit, amount)
        agree(clock, told, unit)
        last_due = None if ended is not None or clock.is_suspended else told.used_up
    due = due_now(moments, **facts)  # type: ignore[arg-type]
    assert due == (None if last_due is None else instant(last_due))


def agree(clock: Clock, told: Told, unit: Unit) -> None:
    assert check(clock) == []
    assert not clock.is_provisional
    assert clock.began_at == instant(told.began)
    assert clock.ended_at == (None if told.ended is None else instant(told.ended))
    assert clock.used == (timedelta(days=told.used) if unit is Unit.WORKING_DAYS else timedelta(minutes=told.used))
    assert clock.used_up_at == (None if told.used_up is None else instant(told.used_up))
    assert clock.due_if_resumed_now == (None if told.if_resumed is None else instant(told.if_resumed))
    counted, holders = told_of(clock)
    assert holders == told.holders
    if unit is not Unit.WORKING_DAYS:
        assert counted == told.counted
    seen = clock.seen_at
    is_late = told.used_up is not None and instant(told.used_up) < seen
    assert clock.is_overdue(seen) is is_late


def test_the_reference_has_the_days_of_two_years() -> None:
    """248 working days in each, as published; its list is not the library's."""
    for year in (2025, 2026):
        days = [(date(year, 1, 1) - EPOCH.date()).days + n for n in range(365)]
        assert sum(map(is_worked, days)) == 248


@settings(max_examples=40)
@given(story=stories(), limits=LIMITS)
def test_clocks_agree_with_every_minute(story: Story, limits: tuple[tuple[Unit, int], tuple[Unit, int], int]) -> None:
    compare(story, limits)


@pytest.mark.long
@settings(max_examples=5000)
@given(story=stories(), limits=LIMITS)
def test_clocks_agree_with_every_minute_of_many_histories(
    story: Story, limits: tuple[tuple[Unit, int], tuple[Unit, int], int]
) -> None:
    compare(story, limits)
