# SPDX-License-Identifier: Apache-2.0
"""Residuals carry how much of them could be ignorance; a ranking of sections is scored with known truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from belltower.analytics.twin.network import GasNetwork
from belltower.analytics.twin.ranking import rank
from belltower.analytics.twin.residuals import Doubt, leak_signature, residuals
from belltower.analytics.twin.solving import solve
from belltower.analytics.twin.tests.worlds import streets

SENSORS = np.array([20, 45, 70, 95, 120])


def town() -> GasNetwork:
    return streets(np.random.default_rng(5))


def test_a_signature_is_what_drawing_more_does() -> None:
    network = town()
    state, node = solve(network), 77
    more = network.drawn.copy()
    more[node] += 1e-6
    changed = (solve(replace(network, drawn=more), tolerance=1e-13).pressure - state.pressure)[SENSORS] / 1e-6
    assert leak_signature(state, SENSORS)[:, node] == pytest.approx(changed, rel=0.02)


@pytest.mark.parametrize("doubt", [Doubt(0.1, 0.3, 0.0), Doubt(0.1, 0.0, 0.1), Doubt(20.0, 0.2, 0.1)])
def test_the_stated_deviation_is_the_one_that_chance_gives(doubt: Doubt) -> None:
    """Draws and friction are disturbed 150 times as stated, and the network solved anew each time."""
    network, chance, sensors = streets(np.random.default_rng(5), side=6), np.random.default_rng(6), np.array([14, 22])
    state = solve(network)
    seen = []
    for _ in range(150):
        drawn = network.drawn * (1 + doubt.drawn_share * chance.normal(size=network.nodes))
        length = network.length_m * np.maximum(1 + doubt.friction_share * chance.normal(size=len(network.pipes)), 0.05)
        true = solve(replace(network, drawn=drawn, length_m=length), tolerance=1e-7).pressure[sensors]
        seen.append(true + doubt.sensor_pa * chance.normal(size=len(sensors)))
    found = residuals(state, sensors, np.array(seen[0]), doubt)
    assert found.sigma_pa == pytest.approx(np.std(seen, axis=0), rel=0.25)


def test_a_sensor_that_says_nothing_has_no_residual() -> None:
    state = solve(town())
    measured = state.pressure[SENSORS].copy()
    measured[2] = np.nan
    found = residuals(state, SENSORS, measured, Doubt(100.0, 0.1, 0.1))
    assert np.isnan(found.score[2])
    assert np.isnan(found.sigma_pa[2])
    assert found.score[[0, 1, 3, 4]] == pytest.approx(np.zeros(4))


def test_simulated_leaks_stand_far_up_in_the_ranking() -> None:
    """With five exact sensors among 264 sections; a drawing at random would find one of twenty in the first thirteen."""
    network, chance = town(), np.random.default_rng(8)
    state = solve(network)
    signature = leak_signature(state, SENSORS)
    places = []
    for pipe in chance.choice(len(network.pipes), 20, replace=False).tolist():
        leaking = network.drawn.copy()
        leaking[network.pipes[pipe]] += 0.001
        measured = solve(replace(network, drawn=leaking)).pressure[SENSORS]
        found = residuals(state, SENSORS, measured, Doubt(5.0, 0.0, 0.0))
        places.append(rank(found, signature, network.pipes).place_of(pipe))
    assert np.mean(np.array(places) <= 13) > 0.5


def test_without_sensors_nothing_is_ranked_above_anything() -> None:
    network = town()
    state = solve(network)
    found = residuals(state, SENSORS, np.full(5, np.nan), Doubt(5.0, 0.0, 0.0))
    told = rank(found, leak_signature(state, SENSORS), network.pipes)
    assert (told.gain == 0).all()


def test_sensors_that_never_err_are_refused() -> None:
    with pytest.raises(ValueError, match="never exact"):
        Doubt(0.0, 0.1, 0.1)
