# SPDX-License-Identifier: Apache-2.0
"""Each answer can be checked without the grid, and a false certificate is noticed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from belltower.analytics.corridor.certificates import Hit, Miss, certify
from belltower.analytics.corridor.checking import check
from belltower.analytics.corridor.index import Corridor, corridor, within
from belltower.analytics.corridor.segments import Segments, segments
from belltower.analytics.corridor.tests.worlds import places, town

ROAD = segments([(7, [(0.0, 0.0), (100.0, 0.0)]), (8, [(0.0, 300.0), (100.0, 300.0)])])


@pytest.mark.parametrize("reach_m", [10.0, 50.0])
def test_every_answer_of_a_town_proves_itself(reach_m: float) -> None:
    chance = np.random.default_rng(8)
    pipes = town(chance)
    place = corridor(pipes, reach_m=reach_m)
    points = places(chance, pipes, reach_m, count=80)
    found = within(place, points[:, 0].copy(), points[:, 1].copy())
    kinds = set()
    for (east, north), segment in zip(points.tolist(), found.tolist(), strict=True):
        certificate = certify(place, east, north, segment)
        kinds.add((type(certificate), bool(getattr(certificate, "compared", ()))))
        assert check(certificate, pipes, at=(east, north), reach_m=reach_m)
    assert kinds == {(Hit, False), (Miss, False), (Miss, True)}


def _of(place: Corridor, east: float, north: float) -> Hit | Miss:
    return certify(place, east, north, int(within(place, np.array([east]), np.array([north]))[0]))


def test_a_hit_names_segment_foot_and_distance() -> None:
    assert _of(corridor(ROAD, reach_m=10.0), 40.0, 6.0) == Hit(0, (40.0, 0.0), 6.0)


def test_a_false_hit_is_noticed() -> None:
    hit = _of(corridor(ROAD, reach_m=10.0), 40.0, 6.0)
    assert isinstance(hit, Hit)
    for false in (
        replace(hit, segment=1),
        replace(hit, segment=9),
        replace(hit, foot=(40.0, 1.0)),
        replace(hit, distance_m=5.0),
    ):
        assert not check(false, ROAD, at=(40.0, 6.0), reach_m=10.0)
    assert not check(hit, ROAD, at=(40.0, 6.0), reach_m=5.0)


def test_a_false_miss_is_noticed() -> None:
    """A list that leaves a segment out, a centre that has nothing to do with the point, and a point that is within reach."""
    place = corridor(ROAD, reach_m=10.0)
    miss = _of(place, 40.0, 12.0)
    assert isinstance(miss, Miss)
    assert miss.compared == (0,)
    assert not check(replace(miss, compared=()), ROAD, at=(40.0, 12.0), reach_m=10.0)
    assert not check(replace(miss, centre=(1000.0, 1000.0), compared=()), ROAD, at=(40.0, 12.0), reach_m=10.0)
    assert not check(replace(miss, clear_m=0.0, compared=()), ROAD, at=(40.0, 12.0), reach_m=10.0)
    assert not check(miss, ROAD, at=(40.0, 9.0), reach_m=10.0)


def test_no_certificate_is_made_of_a_place_that_is_not_known() -> None:
    with pytest.raises(ValueError, match="neither"):
        certify(corridor(ROAD, reach_m=10.0), float("nan"), 0.0, -2)


def test_a_foot_at_the_end_of_a_pipe_and_of_a_pipe_without_length() -> None:
    pipes = Segments(np.array([[0.0, 0.0, 100.0, 0.0], [500.0, 500.0, 500.0, 500.0]]), np.array([1, 2]))
    place = corridor(pipes, reach_m=10.0)
    assert _of(place, 103.0, 4.0) == Hit(0, (100.0, 0.0), 5.0)
    assert _of(place, 506.0, 508.0) == Hit(1, (500.0, 500.0), 10.0)
