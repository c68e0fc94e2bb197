# SPDX-License-Identifier: Apache-2.0
"""The commands on real meters, where their data are (BELLTOWER_DATA)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from belltower.project.commands.meters import command

DATA = Path(os.environ.get("BELLTOWER_DATA", "../shared/data")) / "meters"
PULSES, LABELS = DATA / "pulse_data_for_evaluation.csv", DATA / "evaluation_dataset.csv"
pytestmark = pytest.mark.skipif(not PULSES.is_file(), reason="no real meters: BELLTOWER_DATA does not lead to them")


def said(*words: str) -> dict[str, object]:
    done = CliRunner().invoke(command, list(words), catch_exceptions=False)
    assert done.exit_code == 0
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


def test_real_files_are_read_whole_and_judged_better_than_by_chance() -> None:
    """Chance would suspect as many days as it likes and reach an F1 of 0.14 (45 leaks on 581 days)."""
    answer = said("evaluate", str(PULSES), str(LABELS))
    assert answer["unreadable"] == 0
    assert answer["f1"]["low"] > 0.14  # type: ignore[index]
    assert answer["published_f1"] == 0.458


def test_detect_tells_the_days_that_are_suspect() -> None:
    answer = said("detect", str(PULSES))
    assert answer["days"] == 581
    assert {row["verdict"] for row in answer["told"]} == {"suspect"}  # type: ignore[attr-defined]
    assert len(said("detect", "--all", str(PULSES))["told"]) == 581  # type: ignore[arg-type]
