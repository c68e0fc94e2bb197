# SPDX-License-Identifier: Apache-2.0
"""Ten metres are a probability when the fix is good to five and the map to two."""

from __future__ import annotations

import numpy as np
import pytest

from belltower.analytics.corridor.probability import CIRCULAR_50, CIRCULAR_95, inside, reach_for


def test_the_figure_is_the_share_of_fixes_that_chance_would_give() -> None:
    chance = np.random.default_rng(1)
    errors = np.hypot(5.0, 2.0) * chance.normal(size=400_000)
    for distance in (0.0, 8.0, 10.0, 14.0):
        said = inside(distance, reach_m=10.0, gnss_sigma_m=5.0, map_sigma_m=2.0)
        assert float(said) == pytest.approx(np.mean(np.abs(distance + errors) <= 10.0), abs=0.004)


def test_at_the_edge_nobody_can_say() -> None:
    assert float(inside(10.0, reach_m=10.0, gnss_sigma_m=1.0, map_sigma_m=1.0)) == pytest.approx(0.5, abs=1e-6)


def test_without_errors_it_is_certain_and_without_a_distance_unknown() -> None:
    said = inside(np.array([9.0, 10.0, 11.0, np.nan]), reach_m=10.0, gnss_sigma_m=0.0, map_sigma_m=0.0)
    assert said[:3].tolist() == [1.0, 1.0, 0.0]
    assert np.isnan(said[3])
    assert np.isnan(inside(np.nan, reach_m=10.0, gnss_sigma_m=3.0, map_sigma_m=0.0))


def test_looking_as_far_as_is_said_overlooks_nobody_that_matters() -> None:
    far = reach_for(reach_m=10.0, gnss_sigma_m=5.0, map_sigma_m=2.0, at_least=0.05)
    assert far == pytest.approx(18.86, abs=0.01)
    assert float(inside(far, reach_m=10.0, gnss_sigma_m=5.0, map_sigma_m=2.0)) == pytest.approx(0.05, abs=1e-6)


def test_a_zone_that_is_narrower_than_the_error_can_be_likely_nowhere() -> None:
    assert reach_for(reach_m=0.5, gnss_sigma_m=10.0, map_sigma_m=1.0, at_least=0.5) == 0.0


def test_stated_radii_become_deviations() -> None:
    chance = np.random.default_rng(2)
    away = np.hypot(*chance.normal(size=(2, 200_000)))
    assert np.quantile(away, 0.5) * CIRCULAR_50 == pytest.approx(1.0, abs=0.01)
    assert np.quantile(away, 0.95) * CIRCULAR_95 == pytest.approx(1.0, abs=0.01)


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="deviations"):
        inside(1.0, reach_m=10.0, gnss_sigma_m=float("nan"), map_sigma_m=1.0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        reach_for(reach_m=10.0, gnss_sigma_m=1.0, map_sigma_m=1.0, at_least=1.0)
