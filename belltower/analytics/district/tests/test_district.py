# SPDX-License-Identifier: Apache-2.0
"""A district's balance and its nights: what is shown, what cannot be, and how often it is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from belltower.analytics.district.balance import balance
from belltower.analytics.district.nights import DAYS, calibrate, watch

SHARES = {"inflow_share": 0.005, "metered_share": 0.01, "stored_sigma_m3": 5.0}


def nights(chance: np.random.Generator, count: int, *, after: float = 0.8) -> np.ndarray:
    """Night flows around 40 m3/h that follow each other closely."""
    wander = np.zeros(count)
    for night in range(1, count):
        wander[night] = after * wander[night - 1] + chance.normal()
    return 40.0 + 3.0 * wander


def test_a_balance_tells_what_is_missing_and_the_least_leak_it_can_show() -> None:
    said = balance(hours=24, inflow_m3=10_000.0, metered_m3=9_000.0, stored_m3=20.0, **SHARES)
    assert said.missing == pytest.approx(980 / 24)
    assert said.sigma == pytest.approx(np.sqrt(50**2 + 90**2 + 5**2) / 24)
    assert said.is_leaking
    assert said.least_leak == pytest.approx(3.29 * said.sigma)


def test_less_than_the_uncertainty_is_not_called_a_leak() -> None:
    assert balance(hours=24, inflow_m3=10_000.0, metered_m3=9_900.0, stored_m3=0.0, **SHARES).is_leaking is False


def test_leaks_of_the_stated_least_size_are_found_nineteen_times_of_twenty() -> None:
    chance, found = np.random.default_rng(1), []
    for _ in range(2_000):
        leak = balance(hours=24, inflow_m3=10_000.0, metered_m3=9_660.0, stored_m3=0.0, **SHARES).least_leak * 24
        inflow, metered = 9_660.0 + leak, 9_660.0
        noisy = {
            "inflow_m3": inflow * (1 + 0.005 * chance.normal()),
            "metered_m3": metered * (1 + 0.01 * chance.normal()),
        }
        found.append(balance(hours=24, stored_m3=5.0 * chance.normal(), **noisy, **SHARES).is_leaking)
    assert np.mean(found) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("unknown", ["inflow_m3", "metered_m3"])
def test_a_balance_of_which_a_part_is_not_known_is_unknown(unknown: str) -> None:
    given = {"inflow_m3": 10_000.0, "metered_m3": 9_900.0} | {unknown: None}
    said = balance(hours=24, stored_m3=0.0, **given, **SHARES)
    assert (said.missing, said.is_leaking) == (None, None)


def test_a_chart_keeps_the_stated_rate_on_nights_that_follow_each_other_closely() -> None:
    chance = np.random.default_rng(3)
    chart = calibrate(nights(chance, 1_500), false_alarms_per_year=1.0, block=28)
    fresh = nights(chance, 40_000)
    rate = len(watch(chart, fresh).alarms) / len(fresh) * DAYS
    assert 0.3 < rate < 2.5


def test_a_limit_from_the_table_for_independent_nights_would_not() -> None:
    """The table promises one alarm in 930 nights at a limit of 5; on these nights there is one in some dozens."""
    chance = np.random.default_rng(3)
    quiet = nights(chance, 1_500)
    chart = calibrate(quiet, false_alarms_per_year=1.0, block=28)
    assert chart.limit > 15
    table = type(chart)(chart.usual, chart.spread, chart.slack, 5.0, 0.4)
    assert len(watch(table, nights(chance, 10_000)).alarms) > 100


def test_a_leak_is_found_after_some_nights_and_unknown_nights_change_nothing() -> None:
    chance = np.random.default_rng(5)
    chart = calibrate(nights(chance, 1_000), false_alarms_per_year=1.0)
    leaking = nights(chance, 60) + 25.0
    assert watch(chart, leaking).alarms[0] < 15
    unknown = np.full(60, np.nan)
    seen = watch(chart, np.concatenate([leaking[:2], unknown]))
    assert set(seen.total[2:].tolist()) == {seen.total[1]}
    assert len(seen.alarms) == 0


def test_too_few_nights_and_impossible_rates_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        calibrate(np.full(50, 40.0), false_alarms_per_year=1.0)
    with pytest.raises(ValueError, match="Between 0 and 50"):
        calibrate(np.full(500, 40.0), false_alarms_per_year=0.0)
    with pytest.raises(ValueError, match="needs a time"):
        balance(hours=0, inflow_m3=1.0, metered_m3=1.0, stored_m3=0.0, **SHARES)
