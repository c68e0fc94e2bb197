# SPDX-License-Identifier: Apache-2.0
"""One alarm for each stay of a working machine: what begins, delays, breaks and ends it."""

from __future__ import annotations

import numpy as np
import pytest

from belltower.analytics.corridor.episodes import Engine, Fix, Rules, Step, What, silent, watch

SECOND = 1_000_000
RULES = Rules(enter=0.5, leave=0.2, dwell_us=60 * SECOND, clear_us=30 * SECOND, silent_us=120 * SECOND)
FAR = 0.01


def seen(*fixes: tuple[float, float] | tuple[float, float, Engine], machine: int = 1) -> list[Fix]:
    return [Fix(machine, int(at * SECOND), *rest[:1], 7, *rest[1:]) for at, *rest in fixes]


def told(fixes: list[Fix]) -> list[tuple[What, int]]:
    return [(step.what, step.at_us // SECOND) for step in watch({}, fixes, RULES)[1]]


def test_a_stay_of_a_minute_is_one_alarm_however_many_fixes_it_sends() -> None:
    stay = seen(*((at, 0.9) for at in range(0, 600, 10)))
    assert told(stay) == [(What.ALARMED, 60)]


def test_passing_by_is_none() -> None:
    assert told(seen((0, 0.9), (20, 0.9), (50, 0.9), (55, FAR), (90, FAR))) == []


def test_an_alarm_says_since_when_which_pipe_and_how_surely() -> None:
    _, [step] = watch({}, seen((5, 0.6), (35, 0.8), (65, 0.7)), RULES)
    assert step == Step(1, What.ALARMED, 65 * SECOND, 5 * SECOND, 7, 0.8, 3)


def test_an_episode_ends_when_the_machine_was_out_long_enough_and_a_new_one_alarms_again() -> None:
    stay = seen((0, 0.9), (60, 0.9), (70, FAR), (80, 0.9), (90, FAR), (120, FAR), (200, 0.9), (260, 0.9))
    assert told(stay) == [(What.ALARMED, 60), (What.ENDED, 120), (What.ALARMED, 260)]


def test_between_leave_and_enter_one_stays_where_one_was() -> None:
    assert told(seen((0, 0.3), (60, 0.3), (120, 0.3))) == []
    assert told(seen((0, 0.6), (60, 0.3), (120, 0.3))) == [(What.ALARMED, 60)]


def test_a_parked_machine_does_not_alarm_until_its_engine_runs() -> None:
    parked = [(at, 0.9, Engine.OFF) for at in range(0, 300, 30)]
    assert told(seen(*parked)) == []
    assert told(seen(*parked, (300, 0.9, Engine.RUNNING), (360, 0.9, Engine.RUNNING))) == [(What.ALARMED, 360)]


def test_an_engine_of_which_nothing_is_known_counts_as_running() -> None:
    assert told(seen((0, 0.9, Engine.UNKNOWN), (60, 0.9, Engine.UNKNOWN))) == [(What.ALARMED, 60)]


def test_two_fixes_an_hour_apart_are_no_hour_of_work() -> None:
    assert told(seen((0, 0.9), (3600, 0.9))) == []
    assert told(seen((0, 0.9), (3600, 0.9), (3660, 0.9))) == [(What.ALARMED, 3660)]


def test_a_depot_in_the_corridor_is_excused() -> None:
    depot = [Fix(1, at * SECOND, 0.9, 7, Engine.RUNNING, is_excused=True) for at in range(0, 600, 30)]
    assert told(depot) == []


def test_silence_in_a_zone_is_lost_once_and_not_left() -> None:
    stays, _ = watch({}, seen((0, 0.9), (60, 0.9)), RULES)
    assert silent(stays, 179 * SECOND, RULES) == (stays, [])
    stays, [step] = silent(stays, 300 * SECOND, RULES)
    assert (step.what, step.at_us) == (What.LOST, 180 * SECOND)
    stays, again = silent(stays, 999 * SECOND, RULES)
    assert again == []
    assert watch(stays, seen((1000, 0.9), (1060, 0.9)), RULES)[1] == []


def test_old_fixes_and_unknown_places_say_nothing() -> None:
    assert told([*seen((0, 0.9), (50, 0.9)), *seen((10, FAR)), *seen((55, float("nan"))), *seen((60, 0.9))]) == [
        (What.ALARMED, 60)
    ]


def test_any_cut_of_the_stream_tells_the_same() -> None:
    chance = np.random.default_rng(4)
    at = np.cumsum(chance.integers(1, 15, 4_000)).tolist()
    inside = np.clip(0.5 + 0.4 * np.sin(np.arange(4_000) / 60) + chance.normal(0, 0.2, 4_000), 0, 1).tolist()
    engines = chance.choice(list(Engine), 4_000).tolist()
    machines = chance.integers(0, 9, 4_000).tolist()
    fixes = [Fix(m, t * SECOND, p, 3, Engine(e)) for m, t, p, e in zip(machines, at, inside, engines, strict=True)]
    whole_stays, whole = watch({}, fixes, RULES)
    stays, parts = watch({}, fixes[:1_234], RULES)
    stays, more = watch(stays, fixes[1_234:], RULES)
    assert (stays, parts + more) == (whole_stays, whole)
    assert len(whole) > 5


@pytest.mark.parametrize("wrong", [{"leave": 0.9}, {"enter": 1.5}, {"dwell_us": -1}, {"silent_us": 0}])
def test_rules_that_contradict_themselves_are_refused(wrong: dict[str, float]) -> None:
    given = {"enter": 0.5, "leave": 0.2, "dwell_us": 1, "clear_us": 1, "silent_us": 1} | wrong
    with pytest.raises(ValueError, match="Rules need"):
        Rules(**given)  # type: ignore[arg-type]
