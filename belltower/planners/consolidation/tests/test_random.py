# SPDX-License-Identifier: Apache-2.0
"""Random streets: the checker takes every true plan, and refuses each kind of false one for its own reason.

A few here; a thousand with `make test-long`.
"""

from __future__ import annotations

import copy
import itertools
import json
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from belltower.planners.consolidation.checker import Refused, check
from belltower.planners.consolidation.planner import plan_poles
from belltower.planners.consolidation.problem import PoleProblem
from belltower.planners.consolidation.rules import Rules
from belltower.planners.consolidation.simulated import simulated
from belltower.planners.plan import digest

File = dict[str, Any]
FEW, MANY = range(12), range(12, 1_012)


def drawn(seed: int) -> PoleProblem:
    """A few dozen poles: sparse to crowded, with and without kerbs."""
    chance = random.Random(seed)
    return simulated(
        chance.randint(8, 60), seed=seed, with_kerbs=seed % 3 > 0, per_block=chance.uniform(4, 14), lamp_gaps_m=(8, 24)
    )


def file_of(problem: PoleProblem) -> File:
    return json.loads(plan_poles(problem).text())


def overloaded(file: File) -> File | None:
    return _with_pole_of_a_guest(file, lambda pole, load: pole.update(moment_nm=_moment(file, load) - 1))


def a_mount_too_many(file: File) -> File | None:
    def fewer(pole: dict[str, Any], load: list[dict[str, Any]]) -> None:
        pole["mounts"][load[0]["layer"]] = sum(one["layer"] == load[0]["layer"] for one in load) - 1

    return _with_pole_of_a_guest(file, fewer, is_alone=False)


def in_conflict(file: File) -> File | None:
    def quarrel(pole: dict[str, Any], load: list[dict[str, Any]]) -> None:
        file["problem"]["conflicts"].append([load[0]["kind"], load[1]["kind"]])

    return _with_pole_of_a_guest(file, quarrel, is_alone=False)


def out_of_reach(file: File) -> File | None:
    poles = {pole["id"]: pole for pole in file["problem"]["poles"]}
    for device, pole in itertools.product(file["problem"]["devices"], reversed(list(poles.values()))):
        home = poles[device["pole"]]
        is_far = (home["x"] - pole["x"]) ** 2 + (home["y"] - pole["y"]) ** 2 > device["reach_mm"] ** 2
        if is_far and not device["stays"] and device["id"] in file["plan"]["hangs"]:
            file["plan"]["hangs"][device["id"]] = pole["id"]
            return file
    return None


def a_moved_signal(file: File) -> File | None:
    for device in file["problem"]["devices"]:
        if device["stays"]:
            other = next(pole["id"] for pole in file["problem"]["poles"] if pole["id"] != device["pole"])
            file["plan"]["hangs"][device["id"]] = other
            return file
    return None


def a_dark_gap(file: File) -> File | None:
    """Every lamp of a kerb given up: each may go, together they may not."""
    kerb = {pole["id"]: pole["kerb"] for pole in file["problem"]["poles"]}
    lamps: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for one in file["problem"]["devices"]:
        if one["lights"] and kerb[one["pole"]] is not None:
            lamps[kerb[one["pole"]]].append(one)
    for all_of_one in lamps.values():
        if all(one["may_go"] for one in all_of_one):
            for one in all_of_one:
                if file["plan"]["hangs"].pop(one["id"], None):
                    file["plan"]["given_up"].append(one["id"])
            return file
    return None


def a_device_left_out(file: File) -> File | None:
    file["plan"]["hangs"].popitem()
    return file


def a_bound_too_high(file: File) -> File | None:
    file["plan"]["bound"] += 1
    return file


def a_bound_too_low(file: File) -> File | None:
    file["plan"]["bound"] -= 1
    return file


def a_pole_too_few(file: File) -> File | None:
    file["plan"]["value"] -= 1
    return file


def a_changed_problem(file: File) -> File | None:
    file["problem"]["wind_pa"] += 1
    return file


FALSE: dict[Callable[[File], File | None], str] = {
    overloaded: "a moment above",
    a_mount_too_many: "mounts in layer",
    in_conflict: "together",
    out_of_reach: "may not hang on",
    a_moved_signal: "may not hang on",
    a_dark_gap: "would be dark",
    a_device_left_out: "not every device",
    a_bound_too_high: "are proven, not",
    a_bound_too_low: "are proven, not",
    a_pole_too_few: "are proven, not",
    a_changed_problem: "not the one that was planned for",
}
ALONE = {overloaded, a_mount_too_many}
"""A pole whose limit was lowered may be no place even for one of its devices alone."""


def _with_pole_of_a_guest(
    file: File, change: Callable[[dict[str, Any], list[dict[str, Any]]], None], *, is_alone: bool = True
) -> File | None:
    """Change the problem at a pole that carries something from elsewhere, and write its digest anew."""
    loads = defaultdict(list)
    for device in file["problem"]["devices"]:
        if device["id"] in file["plan"]["hangs"]:
            loads[file["plan"]["hangs"][device["id"]]].append(device)
    for pole in file["problem"]["poles"]:
        load = loads[pole["id"]]
        has_guest = any(one["pole"] != pole["id"] for one in load)
        if has_guest and _moment(file, load) > 0 and (is_alone or len(load) > 1):
            change(pole, load)
            file["problem_digest"] = digest(file["problem"])
            return file
    return None


def _moment(file: File, load: list[dict[str, Any]]) -> int:
    """In whole newton metres, rounded up."""
    parts = file["problem"]["wind_pa"] * sum(one["area_cm2"] * one["height_mm"] for one in load)
    return -(-parts // 10_000_000)


def _each_is_refused(file: File) -> set[str]:
    """Which falsehoods could be told of this plan; each was refused for its reason."""
    told = set()
    for tell, reason in FALSE.items():
        if (false := tell(copy.deepcopy(file))) is not None:
            with pytest.raises(Refused) as refused:
                check(false)
            assert reason in str(refused.value) or (tell in ALONE and "may not hang on" in str(refused.value))
            told.add(tell.__name__)
    return told


def _run(seeds: range) -> set[str]:
    told: set[str] = set()
    for seed in seeds:
        file = file_of(drawn(seed))
        assert check(file)["value"] == file["plan"]["value"]
        told |= _each_is_refused(file)
    return told


def test_true_plans_stand_and_false_ones_do_not() -> None:
    assert _run(FEW) == {tell.__name__ for tell in FALSE}


@pytest.mark.long
def test_a_thousand_true_plans_stand_and_false_ones_do_not() -> None:
    assert _run(MANY) == {tell.__name__ for tell in FALSE}


@pytest.mark.parametrize("seed", range(4))
def test_a_search_that_had_no_time_says_its_gap_and_still_stands(seed: int) -> None:
    """Without a solver poles are emptied onto others; what that proves is told as it is."""
    problem = drawn(seed)
    file = json.loads(plan_poles(problem, seconds=0.0).text())
    best = file_of(problem)["plan"]
    assert (
        check(file)["bound"]
        == file["plan"]["bound"]
        <= best["value"]
        <= file["plan"]["value"]
        < file["plan"]["poles_today"]
    )
    assert (file["plan"]["status"] == "proven") == (file["plan"]["gap"] == 0)


def fewest_by_trying(problem: PoleProblem) -> int:
    """Every way to hang every device, with light looked at every 50 cm: slow, and nothing of the planner but what may go where."""
    rules = Rules(problem)
    ways = [
        [*([None] if one.may_go else []), *choices]
        for one, choices in zip(problem.devices, rules.choices(), strict=True)
    ]
    best = len(problem.poles)
    for way in itertools.product(*ways):
        used = set(way) - {None}
        if (
            len(used) < best
            and all(_carries(rules, pole, way) for pole in used)
            and _lit(problem, rules.home) <= _lit(problem, way)
        ):
            best = len(used)
    return best


def _carries(rules: Rules, pole: int, way: tuple[int | None, ...]) -> bool:
    return rules.fits(pole, [device for device, where in enumerate(way) if where == pole])


def _lit(problem: PoleProblem, way: Any) -> set[tuple[str, int]]:
    found = set()
    for device, where in zip(problem.devices, way, strict=True):
        if device.lights and where is not None and (kerb := problem.poles[where].kerb):
            at, half = (
                problem.poles[where].at_mm,
                problem.kerbs[[one.id for one in problem.kerbs].index(kerb)].gap_mm / 2,
            )
            found |= {(kerb, place) for place in range(-30_000, 240_000, 500) if abs(place - at) <= half}
    return found


@pytest.mark.parametrize("seed", range(6))
def test_no_way_of_hanging_everything_has_fewer_poles(seed: int) -> None:
    """The plan of the first poles of a street against every way there is."""
    whole = drawn(3 * seed + 1)
    rng = random.Random(seed)
    begin = rng.randrange(len(whole.poles) - 7)
    poles = whole.poles[begin : begin + 7]
    names = {pole.id for pole in poles}
    devices = tuple(one for one in whole.devices if one.pole in names)
    problem = replace(whole, poles=poles, devices=devices)
    assert file_of(problem)["plan"]["value"] == fewest_by_trying(problem)
