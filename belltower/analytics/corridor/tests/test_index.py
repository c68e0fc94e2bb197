# SPDX-License-Identifier: Apache-2.0
"""Who is within reach of a pipe: the same answers as GEOS, and as every segment looked at."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from belltower.analytics.corridor.checking import distances
from belltower.analytics.corridor.index import corridor, nearest, within
from belltower.analytics.corridor.kernels import FAR, UNKNOWN
from belltower.analytics.corridor.segments import Segments, segments
from belltower.analytics.corridor.tests.worlds import places, town


@pytest.mark.parametrize(("reach_m", "cell_m"), [(10.0, 25.0), (50.0, 25.0), (50.0, 7.0), (3.0, 100.0)])
def test_the_same_points_are_within_reach_as_for_geos(reach_m: float, cell_m: float) -> None:
    chance = np.random.default_rng(int(reach_m))
    pipes = town(chance)
    points = places(chance, pipes, reach_m)
    found = within(corridor(pipes, reach_m=reach_m, cell_m=cell_m), points[:, 0].copy(), points[:, 1].copy())
    lines = shapely.linestrings(pipes.ends.reshape(-1, 2, 2))
    apart = shapely.distance(shapely.points(points), shapely.multilinestrings(lines))
    decided = np.abs(apart - reach_m) > 1e-9
    assert ((found >= 0) == (apart <= reach_m))[decided].all()
    assert (found >= 0).sum() > 500
    assert (found == FAR).sum() > 500


def test_the_nearest_segment_is_the_one_that_looking_at_all_finds() -> None:
    chance = np.random.default_rng(3)
    pipes = town(chance)
    points = places(chance, pipes, 40.0, count=60)
    place = corridor(pipes, reach_m=40.0, is_complete=True)
    found = nearest(place, points[:, 0].copy(), points[:, 1].copy())
    for point, segment, distance in zip(points, found.segment, found.distance_m, strict=True):
        apart = distances(pipes, tuple(point))
        if segment >= 0:
            assert distance == pytest.approx(apart.min(), abs=1e-9)
            assert apart[segment] == pytest.approx(apart.min(), abs=1e-9)
        else:
            assert apart.min() > 40.0 - 1e-9


def test_the_edge_belongs_to_the_corridor() -> None:
    place = corridor(segments([(7, [(0.0, 0.0), (100.0, 0.0)])]), reach_m=10.0)
    assert within(place, np.array([50.0, 50.0]), np.array([10.0, 10.001])).tolist() == [0, FAR]


def test_a_point_without_a_place_is_unknown_and_never_far() -> None:
    place = corridor(segments([(7, [(0.0, 0.0), (100.0, 0.0)])]), reach_m=10.0, is_complete=True)
    east, north = np.array([np.nan, 1.0, np.inf]), np.array([1.0, np.nan, 1.0])
    assert within(place, east, north).tolist() == [UNKNOWN] * 3
    assert nearest(place, east, north).segment.tolist() == [UNKNOWN] * 3


def test_a_city_without_pipes_has_nobody_within_reach() -> None:
    place = corridor(segments([]), reach_m=10.0)
    assert within(place, np.array([0.0, 5.0]), np.array([0.0, 5.0])).tolist() == [FAR, FAR]


@pytest.mark.parametrize(("reach_m", "cell_m"), [(0.0, 25.0), (-1.0, 25.0), (float("nan"), 25.0), (10.0, 0.0)])
def test_a_corridor_without_a_width_is_refused(reach_m: float, cell_m: float) -> None:
    with pytest.raises(ValueError, match="more than 0 m"):
        corridor(segments([]), reach_m=reach_m, cell_m=cell_m)


def test_a_pipe_in_degrees_among_metres_is_noticed() -> None:
    """Hengyang is 2.9 million metres north of the equator in its plane; 26.9 is a latitude."""
    mixed = segments([(1, [(500_000.0, 2_970_000.0), (500_100.0, 2_970_000.0)]), (2, [(112.6, 26.9), (112.7, 26.9)])])
    with pytest.raises(ValueError, match="in this city's plane"):
        corridor(mixed, reach_m=10.0)


def test_a_pipe_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        Segments(np.array([[0.0, 0.0, np.nan, 1.0]]), np.zeros(1, dtype=np.int64))
    with pytest.raises(ValueError, match="shape"):
        Segments(np.zeros((2, 3)), np.zeros(2, dtype=np.int64))


def test_the_nearest_needs_all_lists() -> None:
    place = corridor(segments([(7, [(0.0, 0.0), (100.0, 0.0)])]), reach_m=10.0)
    with pytest.raises(ValueError, match="is_complete"):
        nearest(place, np.zeros(1), np.zeros(1))
