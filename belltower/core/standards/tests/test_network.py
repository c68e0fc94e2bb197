# SPDX-License-Identifier: Apache-2.0
"""Ways along streets: as short as brute force finds them, by their directions, round water, and over bridges."""

from __future__ import annotations

import math

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from belltower.core.standards.network import NOWHERE, Doors, Network, doors, nearest, network

CROSSINGS = [(x * 100.0, y * 70.0) for x in range(3) for y in range(3)]
SEGMENT = st.tuples(st.sampled_from(CROSSINGS), st.sampled_from(CROSSINGS), st.booleans()).filter(
    lambda one: one[0] != one[1]
)
DOOR = st.tuples(st.integers(-1, 5), st.sampled_from([0.0, 0.25, 0.5, 1.0]), st.sampled_from([0.0, 3.5, 40.0]))


def lanes(*pairs: tuple[tuple[float, float], ...], back: bool = True) -> Network:
    return network(np.array([shapely.LineString(pair) for pair in pairs], dtype=object), np.full(len(pairs), back))


def shapes(*some: shapely.Geometry) -> np.ndarray:  # type: ignore[type-arg]
    found = np.empty(len(some), dtype=object)
    found[:] = some
    return found


def opened(some: list[tuple[int, float, float]], of: Network) -> Doors:
    """Doors at a share of the way along their segments; those of no segment lead nowhere."""
    segments = [segment if segment < len(of) else NOWHERE for segment, _, _ in some]
    along = [share * of.metres[one] if one != NOWHERE else 0 for one, (_, share, _) in zip(segments, some, strict=True)]
    return Doors(np.array(segments, np.int64), np.array(along, float), np.array([leg for _, _, leg in some], float))


def by_brute_force(of: Network, places: Doors, others: Doors) -> list[float]:
    """Every door is a crossing of its own, and all pairs are compared (Floyd 1962)."""
    stops = [(NOWHERE, 0.0)] * (1 + max(of.starts.max(), of.ends.max()))
    stops += list(zip(places.segments.tolist(), places.along.tolist(), strict=True))
    first_other = len(stops)
    stops += list(zip(others.segments.tolist(), others.along.tolist(), strict=True))
    far = np.full((len(stops), len(stops)), np.inf)
    np.fill_diagonal(far, 0)
    for segment in range(len(of)):
        on_it = [(0.0, int(of.starts[segment])), (float(of.metres[segment]), int(of.ends[segment]))]
        on_it += [(at, number) for number, (where, at) in enumerate(stops) if where == segment]
        for at, one in on_it:
            for further, other in on_it:
                if further >= at or of.back[segment]:
                    far[one, other] = min(far[one, other], abs(further - at))
    for middle in range(len(stops)):
        far = np.minimum(far, far[:, [middle]] + far[[middle], :])
    first_place = first_other - len(places.segments)
    return [
        min((places.legs[n] + far[first_place + n, first_other + m] + others.legs[m] for m in range(len(others.legs))
             if NOWHERE not in (places.segments[n], others.segments[m])), default=math.inf)
        for n in range(len(places.legs))
    ]  # fmt: skip


@settings(max_examples=150)
@given(st.lists(SEGMENT, min_size=1, max_size=6), st.lists(DOOR, max_size=3), st.lists(DOOR, max_size=3),
       st.sampled_from([50.0, 180.0, 1e6]))  # fmt: skip
def test_the_way_is_as_short_as_brute_force_finds_it(drawn, places, others, most) -> None:  # type: ignore[no-untyped-def]
    lines = shapes(*(shapely.LineString([start, end]) for start, end, _ in drawn))
    of = network(lines, np.array([back for _, _, back in drawn]))
    from_, to = opened(places, of), opened(others, of)
    wanted = np.round(np.array(by_brute_force(of, from_, to), float), 3)
    wanted[wanted > most] = np.inf
    found = nearest(of, from_, to, most=most)
    assert np.allclose(found, wanted, atol=0.0015) or (found.tolist() == wanted.tolist())


def test_a_leg_does_not_cross_water_and_a_bridge_does() -> None:
    """Across the river runs the nearer street; the way there is over the bridge, 200 m to the east."""
    of = lanes(((0, 0), (200, 0)), ((200, 0), (200, 60)), ((0, 60), (200, 60)))
    river = shapes(shapely.box(-50, 10, 250, 50))
    house, shop = shapes(shapely.Point(0, 8), shapely.box(0, 52, 4, 58)), shapes(shapely.Point(0, 0))
    found = doors(house, of, river, most=100)
    assert (found.segments.tolist(), found.legs.tolist()) == ([0, 2], [8, 2])
    bank = doors(shapes(shapely.Point(0, 51)), of, river, most=100)
    assert bank.segments.tolist() == [2]
    assert nearest(of, found, doors(shop, of, river, most=9), most=1e4).tolist() == [8, 2 + 200 + 60 + 200 - 4]
    islet = shapes(shapely.Point(100, 30))
    assert doors(islet, of, river, most=1000).segments.tolist() == [NOWHERE]
    assert doors(islet, of, shapes(), most=1000).legs.tolist() == [30]


def test_a_line_is_left_from_its_middle_and_the_limit_itself_is_within_reach() -> None:
    of = lanes(((0, 0), (200, 0)), ((200, 0), (400, 0)))
    places, there = (doors(shapes(each), of, shapes(), most=500) for each in (of.lines[0], shapely.Point(300, 10)))
    assert nearest(of, places, there, most=210).tolist() == [210]
    assert nearest(of, places, there, most=209.999).tolist() == [math.inf]
    one_way = lanes(((0, 0), (200, 0)), ((200, 0), (400, 0)), back=False)
    assert nearest(one_way, there, places, most=1e4).tolist() == [math.inf]


def test_lanes_that_cross_without_ending_there_are_not_joined() -> None:
    of = lanes(((0, 0), (200, 0)), ((100, -100), (100, 100)))
    places, there = (
        doors(shapes(each), of, shapes(), most=5) for each in (shapely.Point(0, 0), shapely.Point(100, 90))
    )
    assert nearest(of, places, there, most=1e6).tolist() == [math.inf]
