# SPDX-License-Identifier: Apache-2.0
"""A sheet of hazards from import to closure that somebody independent verified, and rows that are kept aside with the reason."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import ProgrammingError, transaction

from belltower.core.cases.acting import Acting
from belltower.core.cases.errors import NotYourStep
from belltower.core.cases.kinds import Grade
from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.table import Part, State, Step
from belltower.core.cases.tests.scene import NOW, Bureau, bureau, person
from belltower.core.hazards import actions
from belltower.core.hazards.errors import HazardColumnsNotKnown, NoHazards
from belltower.core.hazards.grading import STATED, ClauseGrade, Graded, grade, rules
from belltower.core.hazards.models import Hazard
from belltower.core.hazards.reporting import By, hazards_of, report
from belltower.core.places.scope import EVERYTHING, Scope, seen_as
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
COLUMNS = ("编号", "隐患描述", "责任企业", "发现日期", "隐患类别", "区县", "地点", "等级")
IMPORTER = Acting(person(9), fixed=Part.DESK)
N = 1063
"""As many as the reference city put right."""


@pytest.fixture
def scene() -> Bureau:
    return bureau()


def sheet(path: Path, rows: list[tuple[str, ...]], columns: tuple[str, ...] = COLUMNS) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([columns, *rows])
    return path


def rows(n: int) -> list[tuple[str, ...]]:
    """Hazards of half a year; every tenth is a major one by its text."""
    kinds = (("户内", "灶具软管老化"), ("管网", "阀门井标识不清"), ("场站", "灭火器过期"))
    found = []
    for number in range(n):
        kind, text = ("管网", "建筑占压中压管道") if number % 10 == 0 else kinds[number % 3]
        day = date(2026, 11, 20) - timedelta(days=number % 180)
        found.append((f"H{number:04}", text, "衡阳燃气", day.isoformat(), kind, "蒸湘区", f"{number} 号", ""))
    return found


def test_1063_hazards_go_from_the_sheet_to_closure_that_was_verified_independently(
    scene: Bureau, tmp_path: Path
) -> None:
    taken = actions.import_sheet(sheet(tmp_path / "台账.csv", rows(N)), acting=IMPORTER, now=NOW)
    assert (taken.rows, taken.taken, taken.known, taken.kept_aside) == (N, N, 0, 0)
    with seen_as(EVERYTHING):
        hazards = list(Hazard.objects.select_related("case"))
        assert {one.case.state for one in hazards} == {State.DISPATCHED}
        assert {one.case.kind for one in hazards} == {"hazard"}
        majors = [one for one in hazards if one.grade == Grade.MAJOR]
        assert len(majors) == 107
        assert {one.case.due_at for one in majors} == {NOW + timedelta(days=30)}
        later = NOW + timedelta(days=1)
        assert actions.put_right(hazards, "已整改，照片见附件", acting=scene.worker, now=later) == N
        _, total = report(By.AREA, now=later)
        assert (total.answered, total.put_right) == (N, 0), "answered is not put right"
        hazards = list(Hazard.objects.select_related("case"))
        with pytest.raises(NotYourStep):
            actions.reinspect(hazards, acting=scene.worker, now=later)
        assert actions.reinspect(hazards, acting=scene.inspector, now=later + timedelta(hours=1)) == N
        assert set(Case.objects.values_list("state", flat=True)) == {State.CLOSED}
        who = (
            CaseStep.objects.filter(step__in=(Step.ANSWER, Step.VERIFY))
            .order_by("step")
            .values_list("step", "by")
            .distinct()
        )
        assert list(who) == [("answer", scene.worker.actor.reference), ("verify", scene.inspector.actor.reference)]
        for by in By:
            groups, total = report(by, now=later)
            assert (total.found, total.put_right, total.open, total.share) == (N, N, 0, 100.0)
            assert sum(row.counted.found for row in groups) == N
            assert all(hazards_of(by, row.key).count() == row.counted.found for row in groups), (
                "every number opens to its rows"
            )


def test_rows_that_cannot_be_read_or_graded_are_kept_aside_and_known_ones_are_not_taken_again(
    scene: Bureau, tmp_path: Path
) -> None:
    good = ("H1", "软管老化", "gas", "2026年11月1日", "户内", "蒸湘区", "", "一般")
    bad = [
        ("H2", "", "gas", "2026-11-01", "", "", "", "一般"),
        ("H3", "软管老化", "无此企业", "2026-11-01", "", "", "", "一般"),
        ("H4", "软管老化", "gas", "2026-13-01", "", "", "", "一般"),
        ("H5", "软管老化", "gas", "2027-01-01", "", "", "", "一般"),
        ("H6", "软管老化", "gas", "2026-11-01", "", "", "", "较大"),
        ("H7", "说不清", "gas", "2026-11-01", "", "", "", ""),
        ("H8", "软管老化", "gas", "2026-11-01", "", "火星区", "", ""),
    ]
    file = sheet(tmp_path / "a.csv", [good, *bad, good])
    first = actions.import_sheet(file, acting=IMPORTER, now=NOW)
    assert (first.rows, first.taken, first.known, first.kept_aside) == (9, 1, 1, 7)
    with seen_as(EVERYTHING):
        said = [one.why.zh for one in first.aside.all()]
    assert [
        any(word in one for one in said)
        for word in ("描述", "无此企业", "2026-13-01", "2027", "较大", "没有规则", "火星区")
    ] == [True] * 7
    again = actions.import_sheet(file, acting=IMPORTER, now=NOW)
    assert (again.taken, again.known) == (0, 2)
    with pytest.raises(HazardColumnsNotKnown, match="enterprise"):
        actions.import_sheet(sheet(tmp_path / "b.csv", [("x",)], ("隐患描述",)), acting=IMPORTER, now=NOW)
    with pytest.raises(NoHazards):
        actions.put_right([], "x", acting=scene.worker, now=NOW)


def test_an_enterprise_sees_its_own_hazards_only_and_nobody_changes_one(scene: Bureau, tmp_path: Path) -> None:
    actions.import_sheet(sheet(tmp_path / "a.csv", rows(3)), acting=IMPORTER, now=NOW)
    with seen_as(Scope(frozenset({scene.lights.pk}))):
        assert Hazard.objects.count() == 0
        assert report(By.KIND, now=NOW) == ([], report(By.KIND, now=NOW)[1])
    with seen_as(Scope(frozenset({scene.gas.pk}))):
        [one, *_] = Hazard.objects.select_related("case")
    with seen_as(EVERYTHING):
        with pytest.raises(NotYourStep):  # nobody answered yet
            actions.reinspect([one], acting=scene.inspector, now=NOW)
        with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
            Hazard.objects.update(grade="general")


def test_the_clause_goes_first_the_worst_rule_next_and_nothing_is_made_milder() -> None:
    clauses = {"gas.x": ClauseGrade(Text(zh="条款"), Grade.GENERAL)}

    def judged(said: str, stated: str = "", clause: str = "", on: date = date(2026, 11, 1)) -> Graded | Text:
        return grade(said, stated=stated, clause=clause, on=on, rules=rules(), clauses=clauses)

    def told(*args: str, **named: object) -> tuple[str, str]:
        found = judged(*args, **named)  # type: ignore[arg-type]
        assert isinstance(found, Graded)
        return found.grade, found.rule

    assert told("软管老化且占压", clause="gas.x") == ("general", "gas.x")
    assert told("软管老化且占压") == ("major", "built_over")
    assert told("软管老化", "重大") == ("major", STATED)
    assert told("建筑占压", "一般") == ("major", "built_over"), "what the sheet says never makes it milder"
    assert told("立管在卫生间", on=date(2024, 1, 1)) == ("major", "in_bathroom_or_bedroom")
    assert isinstance(judged("立管在卫生间", on=date(2023, 12, 31)), Text), "a rule does not hold before its day"
    assert isinstance(judged("软管老化", clause="gas.none"), Text)
