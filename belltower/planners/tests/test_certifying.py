# SPDX-License-Identifier: Apache-2.0
"""What is no plan is told so, and a digest is of the problem and of nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from belltower.planners.certifying import NoPlan, certify, kinds
from belltower.planners.plan import PlanFile, Status, digest, gap

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("text", ["", "[]", '{"format": "belltower-plan/1", "kind": "../../etc"}', "[" * 200_000])
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(NoPlan):
        certify(text, file="plan.json")


def test_a_digest_does_not_depend_on_the_order_of_writing() -> None:
    assert digest({"a": 1, "b": [1, 2]}) == digest({"b": [1, 2], "a": 1}) != digest({"a": 1, "b": [2, 1]})


def test_a_plans_file_says_what_it_is() -> None:
    file = json.loads(PlanFile("coverage", {"radius_mm": 1}, {"status": Status.PROVEN}, {}).text())
    assert file["format"] == "belltower-plan/1"
    assert file["plan"] == {"status": "proven"}
    assert gap(99, 100) == 0.01


def test_checkers_and_their_finder_import_the_standard_library_alone() -> None:
    """A bare interpreter, without site-packages: so no solver, no numpy, no Django."""
    names = ["belltower.planners.certifying", *(f"belltower.planners.{kind}.checker" for kind in kinds())]
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {', '.join(names)}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
