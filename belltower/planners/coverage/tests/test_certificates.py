# SPDX-License-Identifier: Apache-2.0
"""True plans are accepted by the checker, and any that says a little more than is so is refused."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from belltower.planners.certifying import NotCertified, certify
from belltower.planners.coverage import checker
from belltower.planners.coverage.errors import BadProblem
from belltower.planners.coverage.planning import Effort, plan_coverage
from belltower.planners.coverage.problem import Limits, Task
from belltower.planners.coverage.tests.scenes import at_random, on_a_line, one_street, problem
from belltower.planners.plan import digest

FEW, MANY = [*range(24), 431], range(1000)


def planned(seed: int) -> dict[str, Any] | None:
    """The plan's file as it is read back; None where no plan can be (not enough sites for everybody's way)."""
    try:
        file: dict[str, Any] = json.loads(plan_coverage(at_random(seed), Effort(seconds=30)).text())
    except BadProblem:
        return None
    return file


def uncovered(file: dict[str, Any]) -> None:
    """Somebody who counts as reached is shown no way at all."""
    people, ways = file["problem"]["demand"]["people"], file["certificate"]["ways"]
    counts = [way[0] for way in ways if people[way[0]] or file["problem"]["task"] != "cover_most"]
    if not counts:
        raise LookupError
    file["certificate"]["ways"] = [way for way in ways if way[0] != counts[0]]


def too_long(file: dict[str, Any]) -> None:
    """The problem, newly sealed, has a reach that one of the shown ways passes by a millimetre."""
    if file["problem"]["task"] == "mean_way" or not file["certificate"]["ways"]:
        raise LookupError
    city = checker.City(file["problem"], file["certificate"]["scale"])
    demand, site, *crossings = file["certificate"]["ways"][0]
    file["problem"]["sites"]["radius"][site] = int(city.walked(demand, site, crossings)) - 1
    file["problem_digest"] = digest(file["problem"])


def bound_off_by_one(file: dict[str, Any]) -> None:
    file["certificate"]["bound"] += 1 if file["problem"]["task"] != "cover_most" else -1


def changed_problem(file: dict[str, Any]) -> None:
    file["problem"]["demand"]["people"][0] += 1


def value_off_by_one(file: dict[str, Any]) -> None:
    file["plan"]["value"] += 1


def hidden_people(file: dict[str, Any]) -> None:
    """Somebody who can be reached is called out of reach, or the other way round."""
    lost = file["plan"]["uncoverable"]
    lost.remove(lost[0]) if lost else lost.append(0)


WRONGS: tuple[Callable[[dict[str, Any]], None], ...] = (
    uncovered, too_long, bound_off_by_one, changed_problem, value_off_by_one, hidden_people,
)  # fmt: skip


def refused_all(file: dict[str, Any], wrongs: tuple[Callable[[dict[str, Any]], None], ...]) -> int:
    """How many of the wrongs could be done to this plan; each of them must be refused."""
    done = 0
    for wrong in wrongs:
        other = copy.deepcopy(file)
        try:
            wrong(other)
        except LookupError:
            continue
        with pytest.raises(NotCertified):
            pytest.fail(f"{wrong.__name__}: {certify(json.dumps(other), file='plan')['says']['en']}")
        done += 1
    return done


def held(seeds: Iterable[int]) -> tuple[int, int]:
    """Plans that were accepted, and wrongs that were refused."""
    accepted = refused = 0
    for seed in seeds:
        file = planned(seed)
        if file is None:
            continue
        found = certify(json.dumps(file), file=str(seed))
        assert found["is_proof"], seed
        accepted += 1
        refused += refused_all(file, WRONGS)
    return accepted, refused


def test_random_plans_are_proven_and_wrong_ones_refused() -> None:
    """Few of them here; a thousand in the long run."""
    accepted, refused = held(FEW)
    assert accepted >= 20
    assert refused >= 80


@pytest.mark.long
def test_a_thousand_random_plans_are_proven_and_wrong_ones_refused() -> None:
    accepted, refused = held(MANY)
    assert accepted >= 900
    assert refused >= 4000


def test_a_way_one_millimetre_too_long_is_refused() -> None:
    """The reach is the problem's: a plan that is true for a kilometre is not for a millimetre less."""
    said = problem(on_a_line(0, 2000), on_a_line(1000), streets=one_street())
    file = json.loads(plan_coverage(said).text())
    assert certify(json.dumps(file), file="plan")["value"] == 1
    file["problem"]["sites"]["radius"] = [999_999]
    file["problem_digest"] = digest(file["problem"])
    with pytest.raises(NotCertified):
        certify(json.dumps(file), file="plan")


def test_a_plan_that_answers_another_problem_is_refused() -> None:
    file = plan_coverage(problem(on_a_line(0), on_a_line(100))).text()
    with pytest.raises(NotCertified, match="another problem"):
        certify(file, file="plan", problem_digest="sha256:" + "0" * 64)


def test_an_open_bound_is_not_called_proven() -> None:
    said = problem(on_a_line(0, 5000), on_a_line(0, 5000), task=Task.COVER_MOST, limits=Limits(at_most=1))
    file = json.loads(plan_coverage(said).text())
    file["plan"] |= {"bound": 2}
    with pytest.raises(checker.Refused):
        checker.check(file)


def test_the_checker_runs_by_itself_in_a_bare_interpreter(tmp_path: Path) -> None:
    """No site-packages, no Belltower: one file of Python and one of JSON."""
    plan = tmp_path / "plan.json"
    plan.write_text(
        plan_coverage(problem(on_a_line(0, 2000), on_a_line(1000), streets=one_street())).text(), encoding="utf-8"
    )
    command = [sys.executable, "-I", "-S", str(Path(checker.__file__)), str(plan)]
    good = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (good.returncode, "none is better" in good.stdout) == (0, True), good.stderr
    plan.write_text(plan.read_text().replace('"value":1', '"value":0'))
    bad = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (bad.returncode, "does not hold" in bad.stderr) == (1, True)
