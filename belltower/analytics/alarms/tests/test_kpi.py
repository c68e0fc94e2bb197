# SPDX-License-Identifier: Apache-2.0
"""Figures of the alarm system itself, on days that can be counted by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from belltower.analytics.alarms import kpi
from belltower.analytics.alarms.definitions import CHATTER_WITHIN_US
from belltower.analytics.alarms.states import CHATTERS_AT, AlarmState
from belltower.analytics.alarms.transitions import TRANSITION

MINUTE, HOUR = kpi.MINUTE_US, kpi.HOUR_US
LIMITS = kpi.limits_on(date(2026, 11, 23))
CALLS, RETURNS, ACKED = AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED_UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED


def rows(*said: tuple[float, int, AlarmState], priority: int = 4) -> np.ndarray:
    """(minute, alarm, state that it comes to)."""
    made = np.zeros(len(said), dtype=TRANSITION)
    for row, (minute, alarm, after) in zip(made, said, strict=True):
        row["at"], row["alarm"], row["after"], row["priority"] = minute * MINUTE, alarm, after, priority
    return made


def figures(made: np.ndarray, *, hours: float = 1, operators: int = 1) -> kpi.Health:
    return kpi.health(made, since=0, until=int(hours * HOUR), operators=operators, limits=LIMITS)


def test_a_call_is_counted_for_each_operator_and_hour() -> None:
    made = rows(*[(minute, 1, CALLS) for minute in range(0, 240, 10)], (5, 1, RETURNS))
    assert figures(made, hours=4).per_operator_hour == 6
    assert figures(made, hours=4, operators=2).per_operator_hour == 3


def test_what_lies_outside_the_span_is_not_counted() -> None:
    assert figures(rows((59, 1, CALLS), (60, 1, CALLS))).calls == 1


def test_ten_in_ten_minutes_are_no_flood_and_eleven_are() -> None:
    assert figures(rows(*[(i / 2, i, CALLS) for i in range(10)])).floods == ()
    eleven = figures(rows(*[(i / 2, i, CALLS) for i in range(11)]))
    assert eleven.floods == (kpi.Flood(0, 5 * MINUTE, 11),)
    assert eleven.flood_share == pytest.approx(5 / 60)


def test_eleven_spread_over_ten_minutes_are_none() -> None:
    assert figures(rows(*[(i, i, CALLS) for i in range(11)])).floods == ()


def test_a_long_flood_is_one_and_a_second_one_is_another() -> None:
    long = [(i / 2, i, CALLS) for i in range(40)]
    later = [(40 + i / 2, i, CALLS) for i in range(12)]
    assert [flood.alarms for flood in figures(rows(*long, *later)).floods] == [40, 12]


def test_three_calls_of_one_alarm_in_a_minute_are_chattering_and_of_three_alarms_are_not() -> None:
    assert figures(rows((0, 7, CALLS), (0.5, 7, CALLS), (1, 7, CALLS))).chattering == (7,)
    assert figures(rows((0, 7, CALLS), (0.5, 7, CALLS), (1.1, 7, CALLS))).chattering == ()
    assert figures(rows((0, 1, CALLS), (0.1, 2, CALLS), (0.2, 3, CALLS))).chattering == ()


def test_an_alarm_that_stands_longer_than_a_day_is_stale_acknowledged_or_not() -> None:
    made = rows((0, 1, CALLS), (1, 2, CALLS), (2, 2, ACKED), (3, 3, CALLS), (600, 3, RETURNS), (600, 4, CALLS))
    assert figures(made, hours=25).stale == (1, 2)
    assert figures(made, hours=24).stale == ()


def test_an_alarm_that_went_and_came_again_stands_since_then() -> None:
    made = rows((0, 1, CALLS), (10, 1, RETURNS), (120, 1, CALLS))
    assert figures(made, hours=25).stale == ()
    assert figures(made, hours=27).stale == (1,)


def test_the_worst_actors_come_first_with_their_share() -> None:
    made = rows(*[(i, 5, CALLS) for i in range(6)], *[(i, 3, CALLS) for i in range(3)], (1, 9, CALLS))
    assert [(actor.alarm, actor.calls, actor.share) for actor in figures(made).worst] == [
        (5, 6, 0.6),
        (3, 3, 0.3),
        (9, 1, 0.1),
    ]
    assert figures(made).top_ten_share == pytest.approx(1)


def test_priorities_are_counted() -> None:
    made = np.concatenate([rows((1, 1, CALLS), (2, 2, CALLS), priority=4), rows((3, 3, CALLS), priority=1)])
    assert figures(made).priorities == {1: 1, 4: 2}


def test_a_quiet_hour_has_figures_and_no_hour_has_none() -> None:
    quiet = figures(rows())
    assert (quiet.calls, quiet.floods, quiet.worst, quiet.stale, quiet.chattering) == (0, (), (), (), ())
    with pytest.raises(ValueError, match="no figures"):
        figures(rows(), hours=0)
    with pytest.raises(ValueError, match="no figures"):
        figures(rows(), operators=0)


def test_what_the_engine_counts_is_what_the_guides_say() -> None:
    assert LIMITS.chatter_alarms == CHATTERS_AT
    assert LIMITS.chatter_seconds * 1e6 == CHATTER_WITHIN_US


def test_every_value_names_its_source_and_both_languages() -> None:
    for name, value in kpi._document()["values"].items():
        assert value["source"]["document"], name
        assert all(value["means"][language] for language in ("zh", "en")), name
    assert kpi._document()["verified"].startswith("S:")
