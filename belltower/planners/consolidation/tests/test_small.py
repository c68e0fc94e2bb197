# SPDX-License-Identifier: Apache-2.0
"""Streets whose fewest poles are known by hand: one rule each."""

from __future__ import annotations

import pytest

from belltower.kernel.errors import Refusal
from belltower.planners.consolidation.problem import PoleProblem, Sight, read_problem
from belltower.planners.consolidation.tests.streets import kept, lamp, planned, pole, street, thing


def test_things_within_reach_share_one_pole() -> None:
    assert kept(street([pole(0), pole(5)], [thing(0), thing(5)])) == 1


def test_what_is_out_of_reach_stays() -> None:
    assert kept(street([pole(0), pole(10.001)], [thing(0), thing(10.001)])) == 2
    assert kept(street([pole(0), pole(10)], [thing(0), thing(10)])) == 1


def test_a_pole_holds_no_more_than_its_mounts_in_each_layer() -> None:
    three = [thing(0), thing(1, "bin"), thing(2, "map")]
    assert kept(street([pole(0), pole(1), pole(2)], three)) == 2
    assert kept(street([pole(0, mounts=(3, 0)), pole(1), pole(2)], three)) == 1


def test_wind_counts_by_area_and_height_together() -> None:
    """300 N m each: two and a half fit on 1,000 N m with 400, one on 599."""
    assert kept(street([pole(0, moment_nm=600), pole(5, moment_nm=600)], [thing(0), thing(5)])) == 1
    assert kept(street([pole(0, moment_nm=599), pole(5, moment_nm=599)], [thing(0), thing(5)])) == 2


def test_power_must_suffice() -> None:
    assert kept(street([pole(0, power_w=199), pole(5, power_w=0)], [thing(0), thing(5)])) == 2
    assert kept(street([pole(0, power_w=200), pole(5, power_w=0)], [thing(0), thing(5)])) == 1


def test_kinds_that_conflict_stay_apart() -> None:
    things = [thing(0), thing(5, "antenna")]
    assert kept(street([pole(0), pole(5)], things, conflicts=(("antenna", "sign"),))) == 2


def test_a_mandatory_place_is_kept_and_others_come_to_it() -> None:
    file = planned(street([pole(0), pole(5)], [thing(0, "signal", stays=True), thing(5)]))
    assert file["plan"]["hangs"] == {"signal0": "p0", "sign5": "p0"}


def test_an_owner_that_refuses_is_left_alone() -> None:
    things = [thing(0), thing(5, owner="telecom")]
    poles = [pole(0), pole(5, owner="telecom")]
    assert kept(street(poles, things, refusals=(("telecom", "city"),))) == 1
    assert kept(street(poles, things, refusals=(("telecom", "city"), ("city", "telecom")))) == 2


def test_a_sign_must_be_seen_from_where_it_is_read() -> None:
    near = thing(5, sight=Sight(-20_000, 0, 0, 25_000))
    far = thing(5, sight=Sight(-20_000, 0, 21_000, 25_000))
    both = [pole(0), pole(5, carries=False)]
    assert kept(street(both, [thing(0), near])) == 1
    assert kept(street(both, [thing(0), far])) == 2


def test_a_pole_that_carries_nothing_more_keeps_what_it_has() -> None:
    """Its own load may be above what it would be allowed today: what stands may stay."""
    full = pole(0, carries=False, moment_nm=0, mounts=(0, 0), power_w=0)
    assert kept(street([full, pole(30)], [thing(0), thing(30)])) == 2


def test_a_lamp_is_given_up_only_where_its_kerb_stays_lit() -> None:
    """Lamps at 0, 15 and 30 m: 30 m from lamp to lamp may be lit without the middle one, 29 m may not."""
    poles, lamps = [pole(0), pole(15), pole(30)], [lamp(0), lamp(15, may_go=True), lamp(30)]
    assert planned(street(poles, lamps, gap_m=30))["plan"]["given_up"] == ["lamp15"]
    assert kept(street(poles, lamps, gap_m=29)) == 3


def test_what_is_dark_today_may_stay_dark_but_not_grow() -> None:
    """Lamps 40 m apart where 30 m are allowed: the lamp at 40 m may come nearer its left, but what it lit right goes dark."""
    poles = [pole(0), pole(40), pole(36)]
    lamps = [lamp(0), lamp(40, reach_mm=5_000), thing(36, stays=True)]
    assert kept(street(poles, lamps)) == 3
    assert kept(street([*poles, pole(70)], [*lamps, lamp(70)])) == 4
    assert kept(street([*poles, pole(66)], [*lamps, lamp(66)])) == 3


def test_windows_of_light_join_groups_along_a_kerb() -> None:
    """Every second of nine lamps can go; which ones, only the kerb tells. The first and the last light its ends alone."""
    places = [10 * number for number in range(9)]
    file = planned(street([pole(at) for at in places], [lamp(at, may_go=True) for at in places], gap_m=20))
    assert (file["plan"]["value"], file["plan"]["groups"]) == (5, 3)


def test_a_lamp_is_not_given_up_where_its_pole_stays() -> None:
    poles = [pole(0), pole(10), pole(20)]
    things = [lamp(0), lamp(10, may_go=True), thing(10, stays=True), lamp(20)]
    assert planned(street(poles, things))["plan"]["given_up"] == []


def test_what_need_not_move_stays_at_home() -> None:
    poles = [pole(0), pole(5), pole(9)]
    things = [thing(0, stays=True), thing(5, "map"), thing(9, "bin", stays=True)]
    hangs = planned(street(poles, things, conflicts=(("map", "sign"),)))["plan"]["hangs"]
    assert hangs == {"sign0": "p0", "map5": "p9", "bin9": "p9"}


def test_a_problem_is_read_as_it_was_written() -> None:
    problem = street(
        [pole(0), pole(5)], [thing(0, sight=Sight(1, 2, 3, 4)), lamp(5, may_go=True)], refusals=(("a", "b"),)
    )
    assert read_problem(problem.as_json()) == problem


def test_nothing_to_plan_is_a_plan() -> None:
    assert kept(street([], [])) == 0
    assert kept(street([pole(0)], [])) == 0


WRONG = {
    "two poles": lambda: street([pole(0), pole(0)], []),
    "no pole": lambda: street([pole(0)], [thing(1)]),
    "no layer": lambda: street([pole(0)], [thing(0, layer=2)]),
    "outside its layer": lambda: street([pole(0)], [thing(0, height_mm=5_000)]),
    "below 0": lambda: street([pole(0)], [thing(0, reach_mm=-1)]),
    "there is no kerb": lambda: street([pole(0, kerb="other")], []),
    "number of mounts": lambda: street([pole(0, mounts=(1,))], []),
    "more than 0": lambda: street([pole(0)], [lamp(0)], gap_m=0),
    "only a lamp": lambda: street([pole(0)], [thing(0, may_go=True)]),
    "nearest to furthest": lambda: street([pole(0)], [thing(0, sight=Sight(0, 0, 9, 8))]),
    "city's plane": lambda: street([pole(0, x=10**11)], []),
}


@pytest.mark.parametrize("sentence", WRONG)
def test_a_problem_that_cannot_be_meant_is_refused_with_its_reason(sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence) as refused:
        WRONG[sentence]()
    assert refused.value.say("zh") != refused.value.say("en")


def test_a_file_that_is_no_problem_is_refused() -> None:
    with pytest.raises(Refusal, match="KeyError"):
        read_problem({"poles": []})
    assert isinstance(read_problem(street([], []).as_json()), PoleProblem)
