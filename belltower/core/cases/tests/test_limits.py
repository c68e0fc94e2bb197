# SPDX-License-Identifier: Apache-2.0
"""The table of time limits: which row is in force for whom, and what is refused of a file, with its line."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from belltower.core.cases.kinds import case_kinds
from belltower.core.cases.limits import TABLES, BadLimits, LimitTable, Unit, load_limits, read_limits, table_of
from belltower.core.cases.table import Stage
from belltower.core.standards.clauses import Verified

DAY = date(2026, 6, 1)
SOURCE = "source: {document: 某市时限表, clause: not seen, seen: 2026-11-23, verified: secondary}"


def row(
    stage: str = "handling", since: str = "2026-01-01", within: str = "{working_hours: PT4H}", more: str = ""
) -> str:
    return f"  - {{stage: {stage}, since: {since}, within: {within}, {more}{SOURCE}}}\n"


def table(*rows: str, kinds: tuple[str, ...] | None = None) -> LimitTable:
    text = "title: {zh: 时限, en: Limits}\nlimits:\n" + "".join(rows)
    return read_limits(text, file="own.yaml", kinds=kinds)


def length(of: LimitTable, kind: str = "light_out", grade: str = "none", day: date = DAY) -> str | None:
    found = of.limit(kind, grade, Stage.HANDLING, day)
    return found.length if found else None


def test_the_row_that_says_most_is_taken() -> None:
    of = table(
        row(within="{natural: P9D}"),
        row(within="{natural: P8D}", more="grade: major, "),
        row(within="{natural: P7D}", more="kinds: [full_bin, '06042'], "),
        row(within="{natural: P6D}", more="kinds: [full_bin], grade: major, "),
    )
    assert length(of) == "P9D"
    assert length(of, grade="major") == "P8D"
    assert length(of, "full_bin") == length(of, "06042") == length(of, "06042", "major") == "P7D"
    assert length(of, "full_bin", "major") == "P6D"
    assert of.limit("full_bin", "none", Stage.FILING, DAY) is None


def test_a_row_is_in_force_on_its_days_and_before_them_a_lesser_one() -> None:
    of = table(
        row(since="2026-01-01", within="{natural: P9D}"),
        row(since="2026-05-01", within="{natural: P8D}", more="kinds: [full_bin], until: 2026-07-01, "),
        row(since="2026-06-01", within="{natural: P7D}", more="kinds: [full_bin], until: 2026-06-02, "),
    )
    days = ["2025-12-31", "2026-01-01", "2026-04-30", "2026-05-01", "2026-06-01", "2026-06-02", "2026-07-01"]
    told = [length(of, "full_bin", day=date.fromisoformat(day)) for day in days]
    assert told == [None, "P9D", "P9D", "P8D", "P7D", "P8D", "P9D"]


def test_a_table_laid_over_another_takes_its_place_from_its_own_days_on() -> None:
    base = table(row(since="2020-01-01", within="{natural: P9D}"), row("filing", within="{natural: P1D}"))
    of = table(row(since="2026-06-01", within="{natural: P2D}", more="until: 2026-06-10, ")).over(base)
    assert [length(of, day=date(2026, 5, 31)), length(of), length(of, day=date(2026, 6, 10))] == ["P9D", "P2D", None]
    assert of.limit("light_out", "none", Stage.FILING, DAY)


@pytest.mark.parametrize(
    ("within", "unit", "amount"),
    [
        ("{working_hours: PT1H30M}", Unit.WORKING_HOURS, timedelta(minutes=90)),
        ("{working_days: P7D}", Unit.WORKING_DAYS, timedelta(days=7)),
        ("{natural: P1DT12H}", Unit.NATURAL, timedelta(hours=36)),
        ("{natural: PT30M}", Unit.NATURAL, timedelta(minutes=30)),
    ],
)
def test_a_length_is_in_one_of_three_units(within: str, unit: Unit, amount: timedelta) -> None:
    [only] = table(row(within=within)).rows
    assert (only.unit, only.amount, only.source.verified) == (unit, amount, Verified.SECONDARY)


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (row(within="{working_hours: P1D}"), "must be a length such as PT4H"),
        (row(within="{working_hours: PT0H}"), "must be a length such as PT4H"),
        (row(within="{working_days: PT8H}"), "must be a length such as P7D"),
        (row(within="{working_days: 3}"), "must be a text"),
        (row(within="{natural: P}"), "must be a length such as P1D"),
        (row(within="{working_hours: PT1H, natural: P1D}"), "must say one unit"),
        (row(within="{urgent_working_hours: PT1H}"), "their definition was not verified"),
        (row(within="{workinghours: PT1H}"), "did you mean 'working_hours'"),
        (row(stage="handing"), "did you mean 'handling'"),
        (row(more="grade: worst, "), "must be one of none, general, major"),
        (row(more="kinds: [ful_bin], "), "did you mean 'full_bin'"),
        (row(more="kinds: [], "), "must be a list of at least one"),
        (row(more="until: 2026-01-01, "), "must be later than since"),
        (row(since="soon"), "must be a day"),
        (row(more="source_: x, "), "is not known here"),
        (row(), "is for the same, from the same day"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(bad: str, says: str) -> None:
    with pytest.raises(BadLimits) as refused:
        table(row(), bad, kinds=("full_bin", "light_out"))
    assert says in refused.value.say("en")
    assert "own.yaml, line 4" in refused.value.say("en")
    assert "own.yaml 第 4 行" in refused.value.say("zh")


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadLimits) as refused:
        load_limits(tmp_path / "missing.yaml")
    assert "无法读取" in refused.value.say("zh")


def test_every_stage_has_a_limit_and_each_says_how_far_it_was_verified() -> None:
    of = table_of("430400")
    for stage in Stage:
        found = of.limit("nothing_declared", "none", stage, DAY)
        assert found
        assert found.is_assumed
        assert found.source.verified is Verified.UNVERIFIED
    street = of.limit("dirty_street", "none", Stage.HANDLING, DAY)
    assert street
    assert (street.unit, street.length, street.source.verified) == (Unit.WORKING_HOURS, "PT2H", Verified.SECONDARY)
    assert not street.is_assumed


def test_hazards_have_limits_by_grade_from_the_day_of_the_order_and_say_that_they_are_assumed() -> None:
    of = table_of("430400")
    general, major = (of.limit("hazard", grade, Stage.HANDLING, DAY) for grade in ("general", "major"))
    assert general
    assert major
    assert (general.unit, general.length, major.length) == (Unit.NATURAL, "P1D", "P30D")
    assert all(one.is_assumed and one.note and one.source.verified is Verified.UNVERIFIED for one in (general, major))
    before = of.limit("hazard", "major", Stage.HANDLING, date(2008, 1, 31))
    assert before
    assert before.kind is None


def test_another_city_has_only_what_is_assumed_and_an_installation_its_own(tmp_path: Path) -> None:
    assert all(one.is_assumed for one in table_of("11001").rows)
    own = tmp_path / "own.yaml"
    own.write_text("title: {zh: 时限, en: Limits}\nlimits:\n" + row(within="{natural: P5D}"), encoding="utf-8")
    of = table_of("430400", own)
    assert length(of, "dirty_street") == "P5D"
    assert of.limit("dirty_street", "none", Stage.FILING, DAY)


@pytest.mark.parametrize("path", sorted(TABLES.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_comes_with_the_program_names_kinds_that_are_declared(path: Path) -> None:
    assert load_limits(path, case_kinds()).rows
