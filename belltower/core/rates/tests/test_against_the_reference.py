# SPDX-License-Identifier: Apache-2.0
"""Every rate against a slow reference that walks each minute of random histories and decides by hand what counts.

It shares nothing with what it tests but the names of the rates: the minutes are those of the cases' own reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from belltower.core.cases.limits import Unit
from belltower.core.cases.table import State, Step
from belltower.core.cases.tests.test_clocks_by_the_minute import (
    CHINA,
    DAY,
    FIRST,
    HOURS,
    SHANGHAI,
    Story,
    Turn,
    instant,
    runs_of,
    stories,
    table_of,
    walk,
)
from belltower.core.rates.counting import Side, behind, count
from belltower.core.rates.defining import definitions
from belltower.core.rates.facts import Clockwork, History, Period
from belltower.core.rates.facts import Turn as Told
from belltower.kernel.working_time import WorkingTime

ROWS = definitions().on(date(2026, 11, 24))
GRADES = ("excellent", "good", "passed", "failed")


def step_between(before: str, now: str) -> str:
    """What was done, told from the states alone."""
    if not before:
        return "report"
    if before == "suspended":
        return "resume"
    if now == "filed":
        return "file" if before == "reported" else "refuse"
    if now == "dispatched":
        return "dispatch" if before == "filed" else "hand_over"
    if now == "in_progress":
        return "escalate" if before == now else "take"
    return {"declined": "decline", "answered": "answer", "returned": "send_back", "verified": "verify", "closed": "close",
            "reopened": "reopen", "suspended": "suspend"}[now]  # fmt: skip


@dataclass(frozen=True)
class Life:
    """A story with the names of its steps, what it was graded (by the number of the turn before), and what residents gave."""

    story: Story
    steps: tuple[str, ...]
    graded: dict[int, str]
    stars: tuple[tuple[int, int], ...]


@some.composite
def lives(draw: some.DrawFn) -> Life:
    story = draw(stories())
    states = ["", *(one.state for one in story.turns)]
    steps = tuple(step_between(states[n], states[n + 1]) for n in range(len(states) - 1))
    closed = [n for n, one in enumerate(story.turns) if one.state == "closed"]
    graded = {n: draw(some.sampled_from(GRADES)) for n in closed if draw(some.booleans())}
    first = story.turns[0].minute
    stars = draw(some.lists(some.tuples(some.integers(first, first + 20 * DAY), some.integers(1, 5)), max_size=2))
    return Life(story, steps, graded, tuple(stars))


def history_of(number: int, life: Life) -> History:
    turns: list[Told] = []
    for n, (turn, step) in enumerate(zip(life.story.turns, life.steps, strict=True)):
        turns.append(Told(instant(turn.minute), Step(step), State(turn.state)))
        if n in life.graded:
            turns.append(Told(instant(turn.minute), Step.EVALUATE, State.CLOSED, life.graded[n]))
    ratings = tuple((instant(minute), stars) for minute, stars in life.stars)
    return History(number, "dirty_street", "none", tuple(turns), ratings)


# --- The reference -----------------------------------------------------------------------------------------------------

ENDS = {"filing": ["filed"], "dispatching": ["dispatched"], "handling": ["answered", "verified"],
        "rework": ["answered", "verified"], "checking": ["returned", "verified"], "closing": ["closed"]}  # fmt: skip
OPEN = {"reported", "filed", "dispatched", "in_progress", "answered", "verified", "returned", "reopened", "suspended"}


@dataclass
class Stayed:
    stage: str
    ended: int | None
    late: int | None
    is_proper: bool

    @property
    def settled(self) -> int | None:
        return self.late if self.late is not None else self.ended if self.is_proper else None


def stayed(turns: tuple[Turn, ...], end: int, unit: Unit, amount: int) -> list[Stayed]:
    found = []
    for run, ended in runs_of(Story(turns, end)):
        until = end if ended is None else ended
        used_up = walk(run, ended, until, unit, amount).used_up
        late = used_up if used_up is not None and used_up < until else None
        # The state that ended it: that of the first turn behind the run's last one.
        place = max(n for n, one in enumerate(turns) if one is run[-1])
        into = turns[place + 1].state if ended is not None else ""
        assert run[0].stage
        found.append(Stayed(run[0].stage, ended, late, into in ENDS[run[0].stage]))
    return found


def reference(life: Life, begin: int, end: int, unit: Unit, amount: int) -> dict[str, tuple[bool, bool]]:
    """Of each rate: whether the case is of the denominator, and whether of the numerator."""
    turns = tuple(one for one in life.story.turns if one.minute < end)
    if not turns:
        return {}
    stays = stayed(turns, end, unit, amount)
    steps, last = life.steps[: len(turns)], turns[-1].state

    def within(minute: int | None) -> bool:
        return minute is not None and begin <= minute < end

    def due(stage: str) -> list[Stayed]:
        return [one for one in stays if one.stage == stage and within(one.settled)]

    filed = next((one.minute for one, step in zip(turns, steps, strict=True) if step == "file"), None)
    closed = turns[-1].minute if last == "closed" else None
    lates = [one.late for one in stays if one.late is not None]
    closing = within(min([*lates, *([closed] if closed is not None else [])], default=None))
    dispatching, handling, checking = due("dispatching"), due("handling"), due("checking")
    reported, is_open = within(turns[0].minute), last in OPEN
    stars = [given for minute, given in life.stars if within(minute)]
    grade = life.graded.get(len(turns) - 1) if closed is not None else None
    runs_on = stays[-1] if is_open and stays and stays[-1].ended is None else None
    handled = all(one.is_proper for one in handling)
    return {
        "filing": (reported, filed is not None),
        "valid_reports": (reported, last != "declined"),
        "filing_in_time": (within(filed), all(one.late is None for one in stays if one.stage == "filing")),
        "dispatch_in_time": (bool(dispatching), all(one.late is None for one in dispatching)),
        "dispatch_right": (bool(dispatching), "refuse" not in steps and "hand_over" not in steps),
        "handling": (bool(handling), handled),
        "handling_in_time": (bool(handling), all(one.late is None for one in handling)),
        "handling_late": (bool(handling), not handled),
        "postponed": (bool(handling), "suspend" in steps),
        "checking": (bool(checking), all(one.is_proper for one in checking)),
        "checking_in_time": (bool(checking), all(one.late is None for one in checking)),
        "closing": (closing, closed is not None),
        "closing_in_time": (closing, closed is not None and not lates),
        "closing_late": (closing, closed is not None and bool(lates)),
        "not_closed": (reported, is_open),
        "rework": (closing, "send_back" in steps or "reopen" in steps),
        "overdue": (is_open, runs_on is not None and runs_on.late is not None),
        "suspended": (is_open, last == "suspended"),
        "satisfied": (bool(stars), bool(stars) and sum(stars) >= 4 * len(stars)),
        "evaluated": (within(closed), grade is not None),
        "evaluated_well": (within(closed) and grade is not None, grade in ("excellent", "good")),
    }


SCENES = {
    "found": some.lists(lives(), min_size=1, max_size=4),
    "limit": some.sampled_from(FIRST),
    "begins": some.integers(-2 * DAY, 3 * DAY),
    "lasts": some.integers(1, 12 * DAY),
}


def compare(found: list[Life], limit: tuple[Unit, int], begins: int, lasts: int) -> None:
    begin = found[0].story.turns[0].minute + begins
    end = begin + lasts
    clockwork = Clockwork(table_of(limit, limit, date(2030, 1, 1)), WorkingTime(CHINA, HOURS, SHANGHAI))
    period = Period(instant(begin), instant(end))
    histories = [history_of(number, life) for number, life in enumerate(found)]
    told = [reference(life, begin, end, *limit) for life in found]
    for figure in count(histories, ROWS, period, clockwork):
        name = figure.definition.name
        sides = [one.get(name, (False, False)) for one in told]
        assert figure.rate.among == sum(among for among, _ in sides), name
        assert figure.rate.counted == sum(among and counted for among, counted in sides), name
        rows = behind(histories, figure.definition, Side.COUNTED, period, clockwork)
        assert rows == [number for number, (among, counted) in enumerate(sides) if among and counted], name


def test_the_reference_knows_every_rate() -> None:
    turn = Turn(510, "reported", "filing", None)
    life = Life(Story((turn,), 600), ("report",), {}, ())
    assert set(reference(life, 0, 600, Unit.NATURAL, 60)) == {row.name for row in ROWS}


@settings(max_examples=12, deadline=None)
@given(**SCENES)
def test_rates_agree_with_the_reference(found: list[Life], limit: tuple[Unit, int], begins: int, lasts: int) -> None:
    compare(found, limit, begins, lasts)


@pytest.mark.long
@settings(max_examples=2000, deadline=None)
@given(**SCENES)
def test_rates_of_many_histories_agree_with_the_reference(
    found: list[Life], limit: tuple[Unit, int], begins: int, lasts: int
) -> None:
    compare(found, limit, begins, lasts)


def test_a_month_that_is_over_never_changes() -> None:
    """What is done in December changes nothing that November said."""
    period = Period(datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))
    clockwork = Clockwork(table_of((Unit.WORKING_DAYS, 2), (Unit.WORKING_DAYS, 2), date(2030, 1, 1)), WorkingTime(CHINA, HOURS, SHANGHAI))  # fmt: skip
    first = [Told(datetime(2026, 11, 2, 2, tzinfo=UTC), Step.REPORT, State.REPORTED), Told(datetime(2026, 11, 2, 3, tzinfo=UTC), Step.FILE, State.FILED)]  # fmt: skip
    later = [*first, Told(datetime(2026, 12, 1, 2, tzinfo=UTC), Step.DECLINE, State.DECLINED)]
    before, after = (
        count([History(1, "other", "none", tuple(one))], ROWS, period, clockwork) for one in (first, later)
    )
    assert [one.rate for one in before] == [one.rate for one in after]
