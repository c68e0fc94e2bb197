# SPDX-License-Identifier: Apache-2.0
"""Problems whose answer is known by hand: one street, some houses, some places for stations."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from belltower.planners.coverage.access import attached, streets_of
from belltower.planners.coverage.equity import fairer
from belltower.planners.coverage.errors import BadProblem
from belltower.planners.coverage.planning import Effort, choose_cover, plan_coverage
from belltower.planners.coverage.problem import Limits, Over, State, Task, read_problem
from belltower.planners.coverage.reach import reach_of
from belltower.planners.coverage.staging import curve, new_sites, plan_stages
from belltower.planners.coverage.tests.scenes import KM, at_random, on_a_line, one_street, problem

STREET = one_street()


def test_the_fewest_sites_that_reach_everybody() -> None:
    found = plan_coverage(problem(on_a_line(0, 1000, 2000, 5000), on_a_line(0, 1000, 2000, 5000), streets=STREET)).plan
    assert (found["open"], found["status"], found["bound_by"]) == ([1, 3], "proven", "certificate")


def test_a_leg_onto_the_street_counts_at_both_ends() -> None:
    near = problem(on_a_line(0, legs=100), on_a_line(800, legs=100), streets=STREET)
    assert plan_coverage(near).plan["uncoverable"] == []
    far = problem(on_a_line(0, legs=101), on_a_line(800, legs=100), streets=STREET)
    [lost] = plan_coverage(far).plan["uncoverable_why"]
    assert (lost["why"], lost["nearest_mm"]) == ("too_far", 1_001_000)


def test_a_one_way_street_leads_one_way() -> None:
    along = one_street(back=False)
    assert plan_coverage(problem(on_a_line(100), on_a_line(500), streets=along)).plan["open"] == [0]
    [lost] = plan_coverage(problem(on_a_line(500), on_a_line(100), streets=along)).plan["uncoverable_why"]
    assert lost["why"] == "island"


def test_what_a_straight_line_claims_is_told_beside_the_streets() -> None:
    """Two houses on two streets that never meet: the line crosses, nobody can."""
    lines = shapely.linestrings([[(0, 0), (3000, 0)], [(0, 500), (3000, 500)]])
    streets, none = streets_of(lines, np.ones(2, dtype=bool)), np.zeros(0, dtype=object)
    houses = attached(["south", "north"], np.array([10.0, 10.0]), np.array([0.0, 500.0]), lines, none, most_m=50)
    site = attached(["site"], np.array([0.0]), np.array([0.0]), lines, none, most_m=50)
    found = plan_coverage(problem(houses, site, streets=streets)).plan
    assert found["side_by_side"] == {"streets": 1, "straight": 2}
    assert [one["why"] for one in found["uncoverable_why"]] == ["island"]


def test_a_barrier_sends_a_house_to_the_street_on_its_own_side() -> None:
    lines = shapely.linestrings([[(0, 0), (1000, 0)], [(0, 100), (1000, 100)]])
    river = np.array([shapely.box(-10, 5, 1010, 20)], dtype=object)
    place = attached(["house"], np.array([500.0]), np.array([30.0]), lines, river, most_m=200)
    assert (place.segments.tolist(), place.legs.tolist()) == ([1], [70_000])


def test_what_stands_is_kept_and_what_is_forbidden_stays_shut() -> None:
    said = problem(
        on_a_line(0, 5000), on_a_line(0, 1, 5000), streets=STREET, states=[State.FORBIDDEN, State.FREE, State.FIXED]
    )
    assert plan_coverage(said).plan["open"] == [1, 2]
    alone = problem(on_a_line(0), on_a_line(0, 9000), streets=STREET, states=[State.FORBIDDEN, State.FREE])
    assert [one["why"] for one in plan_coverage(alone).plan["uncoverable_why"]] == ["only_forbidden"]


def test_the_most_people_for_the_money() -> None:
    """Two cheap sites reach more than the dear one."""
    said = problem(
        on_a_line(0, 3000, 6000), on_a_line(0, 3000, 6000), task=Task.COVER_MOST, limits=Limits(budget=10),
        people=np.array([6, 5, 4]), cost=np.array([9, 5, 5]), streets=STREET,
    )  # fmt: skip
    found = plan_coverage(said).plan
    assert (found["open"], found["value"], found["bound"]) == ([1, 2], 9, 9)


def test_no_more_of_a_class_than_is_allowed() -> None:
    said = problem(
        on_a_line(0, 3000, 6000), on_a_line(0, 3000, 6000), task=Task.COVER_MOST, people=np.array([9, 8, 1]),
        limits=Limits(at_most=2, of_class=(("toilet", 1),)), classes=["toilet", "toilet", "rest"], streets=STREET,
    )  # fmt: skip
    assert plan_coverage(said).plan["open"] == [0, 2]


def test_back_up_cover_wants_two_where_two_can_be() -> None:
    said = problem(on_a_line(0, 5000), on_a_line(0, 100, 200, 5000), times=2, streets=STREET)
    assert plan_coverage(said).plan["value"] == 3


def test_the_shortest_mean_way() -> None:
    said = problem(
        on_a_line(0, 100, 1000), on_a_line(0, 100, 1000), task=Task.MEAN_WAY, limits=Limits(at_most=1),
        people=np.array([1, 1, 3]), streets=STREET,
    )  # fmt: skip
    found = plan_coverage(said).plan
    assert (found["open"], found["value"]) == ([2], 1_900_000)


def test_stages_are_nested_and_tell_what_that_costs() -> None:
    """Alone, one site would stand in the middle; on the way to two, it stands at an end."""
    said = problem(
        on_a_line(0, 1500, 3000), on_a_line(700, 1500, 2300), task=Task.COVER_MOST, people=np.array([10, 9, 10]),
        limits=Limits(at_most=2), streets=STREET, radius=np.array([800 * 1000, 1500 * 1000, 800 * 1000]),
    )  # fmt: skip
    stages = plan_stages(said, [Limits(1), Limits(2)], Effort(seconds=10))
    assert set(stages[0].plan.plan["open"]) <= set(stages[1].plan.plan["open"])
    assert stages[0].price == stages[0].own_value - stages[0].plan.plan["value"] >= 0
    assert [one["sites"] for one in curve(stages)] == [1, len(stages[1].plan.plan["open"])]
    assert new_sites(stages, 1) == stages[0].plan.plan["open"]


def test_a_fair_plan_gives_up_a_few_for_the_worst_committee() -> None:
    said = problem(
        on_a_line(0, 3000, 6000), on_a_line(0, 3000, 6000), task=Task.COVER_MOST, people=np.array([10, 10, 9]),
        areas=np.array([0, 0, 1]), limits=Limits(at_most=2), streets=STREET,
    )  # fmt: skip
    reach = reach_of(said)
    chosen = choose_cover(said, reach, Effort(seconds=10))
    fair, told = fairer(said, reach, chosen, give_percent=10, seconds=10)
    assert (chosen.value, fair.value, told["given_up"]) == (20, 19, 1)
    assert (told["worst_share_before"], told["worst_share"]) == (0.0, 0.5)


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ({"radius": np.array([0])}, "more than nothing"),
        ({"people": np.array([-1])}, "negative population"),
        ({"people": np.array([0])}, "nobody lives there"),
        ({"cost": np.array([-1])}, "cost of site"),
        ({"states": [State.FORBIDDEN]}, None),
        ({"task": Task.COVER_MOST}, "neither a number"),
        ({"times": 3}, "once or twice"),
        ({"states": [State.FIXED], "limits": Limits(at_most=0)}, "more than the 0"),
    ],
)
def test_a_problem_without_meaning_is_refused_in_both_languages(said: dict[str, object], word: str | None) -> None:
    with pytest.raises(BadProblem, match=word) as refused:
        problem(on_a_line(0), on_a_line(0), **said)
    assert refused.value.say("zh") != refused.value.say("en")


def test_two_coordinate_systems_and_sites_off_the_streets_are_refused() -> None:
    far = on_a_line(0)
    far.x[0] = 4_000 * KM
    with pytest.raises(BadProblem, match="coordinate systems"):
        problem(on_a_line(0), far)
    off = on_a_line(0)
    off.segments[0] = -1
    with pytest.raises(BadProblem, match="near a street"):
        problem(on_a_line(0), off, streets=STREET)


def test_too_many_cells_are_refused() -> None:
    many = 1_000_001
    none = np.zeros(many, dtype=np.int64)
    demand = type(on_a_line(0))(range(many), none, none, none - 1, none, none)  # type: ignore[arg-type]
    with pytest.raises(BadProblem, match="more than the 1,000,000"):
        problem(demand, on_a_line(0))


@pytest.mark.parametrize("seed", range(6))
def test_a_problem_reads_back_as_it_was_written(seed: int) -> None:
    said = at_random(seed)
    assert read_problem(said.as_json()).as_json() == said.as_json()


def test_reach_is_a_circle_or_a_walk() -> None:
    said = problem(on_a_line(0, 1000, 1001), on_a_line(0), streets=STREET)
    assert [len(reach_of(said, over=over)) for over in Over] == [2, 2]
