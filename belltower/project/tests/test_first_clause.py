# SPDX-License-Identifier: Apache-2.0
"""The tutorial of the first clause is carried out as it is written: its file, its edits, its commands and what they answer."""

from __future__ import annotations

import re
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner

from belltower.project.commands import standards as commands
from tests.scenes.quiet_street import QuietStreet

PAGE = Path(__file__).parents[3] / "docs" / "tutorials" / "your-first-clause.md"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def said(*arguments: str) -> str:
    return CliRunner().invoke(commands.command, list(arguments)).output


@pytest.mark.django_db
def test_the_tutorial_of_the_first_clause_is_as_it_says(
    quiet_street: QuietStreet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert quiet_street
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(commands.database, "ready", nullcontext)
    whole, two_values, last_year = blocks("yaml")
    slip, fine, broken, _ = blocks("text")
    file = Path("bins.yaml")
    file.write_text(whole, encoding="utf-8")
    assert said("check", "bins.yaml") == slip
    whole = whole.replace("at_last", "at_least")
    file.write_text(whole, encoding="utf-8")
    assert said("check", "bins.yaml") == fine
    whole = whole.replace("      at_least: {2020-01-01: 60}\n", two_values)
    file.write_text(whole, encoding="utf-8")
    answer = said("check", "bins.yaml")
    assert broken in answer
    assert answer.count("came out as") == 1
    file.write_text(whole.replace("capacity: 60", "capacity: 80") + last_year, encoding="utf-8")
    assert "1 clauses, 4 examples" in said("check", "bins.yaml")
    assert "waste.bin_big_enough: 0 hold, 0 broken, 0 unknown" in said("assess", "bins.yaml")
