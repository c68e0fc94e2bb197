# SPDX-License-Identifier: Apache-2.0
"""`belltower city` and `belltower codes`, on a database that is ready already."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from belltower.core.places import city as places_city
from belltower.core.places.models import Code
from belltower.project import database
from belltower.project.commands import city, codes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _database_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "ready", contextlib.nullcontext)


def test_a_city_is_chosen_and_shown() -> None:
    used = CliRunner().invoke(city.command, ["use", "hengyang"], catch_exceptions=False)
    shown = CliRunner().invoke(city.command, ["show"], catch_exceptions=False)
    assert used.output == shown.output
    assert "衡阳市 Hengyang" in shown.output
    assert "430408 蒸湘区 Zhengxiang District" in shown.output


def test_a_country_is_shown_with_its_subdivision() -> None:
    shown = CliRunner().invoke(city.command, ["use", "washington"], catch_exceptions=False)
    assert "US-DC" in shown.output


def test_showing_no_city_says_how_to_choose_one() -> None:
    with pytest.raises(places_city.NoCityChosen):
        CliRunner().invoke(city.command, ["show"], catch_exceptions=False)


def test_codes_are_loaded_from_the_sample_by_default() -> None:
    done = CliRunner().invoke(codes.command, ["load"], catch_exceptions=False)
    assert done.output == f"{Code.objects.count()} new, 0 changed, 0 unchanged\n"


def test_a_row_kept_out_is_named_with_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("standard: S\nparts: [{code: '1', name: 井盖}, {code: '01001', name: 井盖}]\n", encoding="utf-8")
    done = CliRunner().invoke(codes.command, ["load", str(path)], catch_exceptions=False)
    assert "1 new, 0 changed, 0 unchanged" in done.output
    assert "row 1 (1) kept out: " in done.output
