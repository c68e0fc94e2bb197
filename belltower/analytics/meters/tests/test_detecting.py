# SPDX-License-Identifier: Apache-2.0
"""A small flow that never pauses is suspect; what stops, is burnt, or is not known is not."""

from __future__ import annotations

import numpy as np
import pytest

from belltower.analytics.meters.detecting import RULES, Rules, Verdict, detect, over_days
from belltower.analytics.meters.households import simulated_days
from belltower.analytics.meters.pulses import meter_days

Pulses = list[tuple[int, int]]


def steady(every: float, *, begin: int = 0, end: int = 1440) -> Pulses:
    return [(int(minute), 1) for minute in np.arange(begin + every, end, every)]


def use(begin: int, minutes: int) -> Pulses:
    return [(minute, 2) for minute in range(begin, begin + minutes)]


def judged(pulses: Pulses | None, rules: Rules = RULES) -> Verdict:
    return Verdict(int(detect(meter_days([("a", "2024-01-01", pulses)]), rules).verdict[0]))


def test_a_pulse_every_half_hour_all_day_is_suspect_with_its_flow() -> None:
    found = detect(meter_days([("a", "2024-01-01", steady(30))]))
    assert found.verdict.tolist() == [Verdict.SUSPECT]
    assert found.flow_lph[0] == pytest.approx(20.0)
    assert (found.since_minute[0], found.minutes[0]) == (30, 1380)


def test_a_leak_goes_on_beside_what_is_used() -> None:
    """Showers hide pulses of the leak for a while; after each it is there again, as before."""
    day = steady(30, end=440) + use(440, 15) + steady(30, begin=455, end=1110) + use(1110, 20) + steady(30, begin=1130)
    assert judged(day) is Verdict.SUSPECT


def test_a_small_flow_that_ends_in_the_morning_is_not() -> None:
    assert judged(steady(30, end=480) + use(480, 15)) is Verdict.QUIET


def test_one_pause_disproves_a_leak() -> None:
    """Nine hours before the pause and nine after it are no eighteen hours without one."""
    assert judged(steady(30, end=570) + steady(30, begin=690, end=1260)) is Verdict.QUIET


def test_a_burner_on_its_smallest_flame_is_not_a_leak() -> None:
    assert judged(steady(12)) is Verdict.QUIET
    assert judged(steady(12), Rules(burner_lph=60.0)) is Verdict.SUSPECT


def test_a_flow_below_what_the_meter_tells_in_time_is_not_seen() -> None:
    assert judged(steady(100)) is Verdict.QUIET


def test_a_boiler_that_keeps_itself_warm_gives_several_pulses_at_once() -> None:
    assert judged([(minute, 8) for minute in range(0, 1440, 20)]) is Verdict.QUIET


def test_irregular_use_is_not_steady() -> None:
    chance = np.random.default_rng(1)
    assert judged([(int(minute), 1) for minute in np.cumsum(chance.integers(15, 80, 28))]) is Verdict.QUIET


@pytest.mark.parametrize("pulses", [[], [(700, 1)], use(0, 1440)])
def test_days_with_next_to_nothing_and_days_full_of_use_are_quiet(pulses: Pulses) -> None:
    assert judged(pulses) is Verdict.QUIET


def test_a_day_without_a_whole_report_is_unknown_and_never_quiet() -> None:
    assert judged(None) is Verdict.UNKNOWN


def test_a_meter_over_its_days_tells_how_often_and_the_smallest_flow() -> None:
    days = meter_days(
        [("a", "1", steady(30)), ("b", "1", []), ("a", "2", steady(40)), ("a", "3", None), ("a", "4", use(400, 20))]
    )
    first, second = over_days(days, detect(days))
    assert (first.device, first.known, first.suspect, first.smallest_lph) == ("a", 3, 2, pytest.approx(15.0))
    assert (second.device, second.known, second.suspect, second.smallest_lph) == ("b", 1, 0, None)


def test_simulated_homes_leaks_are_found_and_tight_ones_left_alone() -> None:
    chance = np.random.default_rng(2)
    homes = [(f"{leak}", f"{day}", pulses) for leak in (0.0, 9.0, 25.0, 5.0)
             for day, pulses in enumerate(simulated_days(chance, days=40, leak_lph=leak))]  # fmt: skip
    share = (detect(meter_days(homes)).verdict == Verdict.SUSPECT).reshape(4, 40).mean(axis=1)
    assert share[0] == 0
    assert share[1:3].min() > 0.9
    assert share[3] == 0, "below the least flow that is looked for"


def test_rules_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValueError, match="burner_lph"):
        Rules(burner_lph=5.0, start_lph=7.5)


def test_impossible_minutes_are_refused() -> None:
    with pytest.raises(ValueError, match="1439"):
        meter_days([("a", "1", [(1440, 1)])])
