# SPDX-License-Identifier: Apache-2.0
"""What an alarm counts of itself: occurrences, and chattering."""

from belltower.analytics.alarms import engine
from belltower.analytics.alarms.definitions import AlarmPoint, define
from belltower.analytics.alarms.log import log_of, reading
from belltower.analytics.alarms.state import fresh
from belltower.analytics.alarms.states import AlarmState, Kind

SECOND = 1_000_000


def raised_at(*seconds: int) -> list[tuple[int, int]]:
    """(occurrences, chatters) at each call of an alarm that comes at these seconds and goes a second later."""
    definitions = define([AlarmPoint(alarm=1, stream=1, kind=Kind.HI, limit=1.0)])
    log = log_of([reading(0, (at + late) * SECOND, 1.0 - late) for at in seconds for late in (0, 1)])
    _, made = engine.step(fresh(definitions), log, 2**60, definitions)
    calls = made.rows[made.rows["after"] == AlarmState.UNACKNOWLEDGED]
    return list(zip(calls["occurrences"].tolist(), calls["chatters"].tolist(), strict=True))


def test_the_third_call_within_a_minute_is_chattering() -> None:
    assert raised_at(10, 30, 70, 72) == [(1, 0), (2, 0), (3, 1), (4, 2)]


def test_the_third_call_after_a_minute_is_not() -> None:
    assert raised_at(10, 30, 71) == [(1, 0), (2, 0), (3, 0)]
