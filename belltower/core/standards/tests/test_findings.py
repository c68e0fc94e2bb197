# SPDX-License-Identifier: Apache-2.0
"""A finding's life and its due date, as judgements alone."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from belltower.core.standards.clauses import TimeAllowed
from belltower.core.standards.due import due_at
from belltower.core.standards.findings import Letter, Life, Times, after
from belltower.kernel.city import Hours
from belltower.kernel.published import calendar

NOW = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)  # a Friday, ten in the morning in Shanghai
HOUR = timedelta(hours=1)
TIMES = Times(closes_after=6 * HOUR, reopens_within=72 * HOUR)
HOURS = (Hours(time(8, 30), time(12)), Hours(time(14, 30), time(18)))


def test_it_opens_once_and_only_when_broken() -> None:
    for letter in (Letter.HOLDS, Letter.UNKNOWN, Letter.EXEMPT, Letter.NOT_MEANT):
        assert after(None, letter, NOW, TIMES) is None
    opened = after(None, Letter.BROKEN, NOW, TIMES)
    assert opened == Life()
    assert after(opened, Letter.BROKEN, NOW + HOUR, TIMES) is opened


def test_it_closes_once_the_clause_has_held_for_the_declared_time_and_unknown_stops_that_clock() -> None:
    holding = after(Life(), Letter.HOLDS, NOW, TIMES)
    assert holding == Life(holds_since=NOW)
    assert after(holding, Letter.HOLDS, NOW + 5 * HOUR, TIMES) is holding
    closed = after(holding, Letter.HOLDS, NOW + 6 * HOUR, TIMES)
    assert closed == Life(is_open=False, closed_at=NOW + 6 * HOUR, because="holds")
    assert after(holding, Letter.UNKNOWN, NOW + 5 * HOUR, TIMES) == Life(outcome="unknown")
    assert after(holding, Letter.BROKEN, NOW + 5 * HOUR, TIMES) == Life()
    at_once = after(Life(), Letter.HOLDS, NOW, Times())
    assert at_once is not None
    assert not at_once.is_open


@pytest.mark.parametrize(("letter", "because"), [(Letter.EXEMPT, "exempt"), (Letter.NOT_MEANT, "not_meant")])
def test_who_is_spared_or_no_longer_meant_waits_for_nothing(letter: Letter, because: str) -> None:
    assert after(Life(), letter, NOW, TIMES) == Life(is_open=False, closed_at=NOW, because=because)


def test_it_is_the_same_one_again_within_its_window_and_another_after_it() -> None:
    closed = Life(is_open=False, closed_at=NOW, because="holds")
    assert after(closed, Letter.BROKEN, NOW + 72 * HOUR, TIMES) == Life(times_opened=2)
    assert after(closed, Letter.BROKEN, NOW + 73 * HOUR, TIMES) == Life()
    assert after(closed, Letter.BROKEN, NOW + HOUR, Times()) == Life()
    assert after(closed, Letter.HOLDS, NOW + HOUR, TIMES) is closed


@pytest.mark.parametrize(
    ("length", "is_working", "local"),
    [
        ("PT8H", False, "2026-03-06T18:00"),
        ("P2D", False, "2026-03-08T10:00"),
        ("P1D", True, "2026-03-10T00:00"),  # Monday, to its end
        ("PT1H", True, "2026-03-06T11:00"),
        ("PT4H", True, "2026-03-06T16:30"),  # over the noon break
        ("PT6H", True, "2026-03-09T09:00"),  # and over the weekend
        ("P1DT1H", True, "2026-03-10T09:30"),
    ],
)
def test_what_is_due_is_counted_in_natural_or_in_working_time(length: str, is_working: bool, local: str) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    due = due_at(NOW, TimeAllowed(length, is_working), calendar("CN"), HOURS, zone)
    assert due.astimezone(zone).replace(tzinfo=None) == datetime.fromisoformat(local)
