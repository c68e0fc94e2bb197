# SPDX-License-Identifier: Apache-2.0
"""The seventh stage: what a closed case comes to, who may say so, and that it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from belltower.core.cases.actions import Draft, advance, report
from belltower.core.cases.errors import BadStep, NotYourStep, StepOutOfTurn
from belltower.core.cases.evaluating import READY, BadScores, Evaluated, Evaluation, Mark, evaluate, read_scores, tables
from belltower.core.cases.models import Report
from belltower.core.cases.steps import Told
from belltower.core.cases.table import State, Step
from belltower.core.cases.tests.scene import NOW, bureau

[TABLE] = tables()
TEXT = READY.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("mark", "late", "reworked", "stars", "total", "grade"),
    [
        (Mark.GOOD, 0, 0, [5], 100, Evaluated.EXCELLENT),
        (Mark.GOOD, 0, 0, [], 100, Evaluated.EXCELLENT),  # nobody rated it: (40 + 40) / 80
        (Mark.GOOD, 1, 0, [4], 80, Evaluated.GOOD),  # 40*60 + 40*100 + 20*80 = 8000
        (Mark.FAIR, 1, 1, [5, 1], 56, Evaluated.FAILED),  # 40*60 + 40*50 + 20*60 = 5600
        (Mark.POOR, 9, 9, [1], 4, Evaluated.FAILED),  # nothing is below nothing: 20*20 = 400
        (Mark.FAIR, 0, 1, [], 75, Evaluated.PASSED),  # (40*100 + 40*50) / 80
    ],
)
def test_worked_examples(mark, late, reworked, stars, total, grade):  # type: ignore[no-untyped-def]
    found = evaluate(TABLE, mark, late=late, reworked=reworked, stars=stars)
    assert (found.total, found.grade) == (total, grade)
    assert Evaluation.read(found.as_json()) == found


@pytest.mark.parametrize("wrong", ["late_each: some", "late_each: -1"])
def test_a_table_that_cannot_be_used_is_told_with_its_line(wrong: str) -> None:
    with pytest.raises(BadScores, match=r"own\.yaml, line 1"):
        read_scores(TEXT.replace("late_each: 40", wrong), file="own.yaml")


@pytest.mark.django_db
def test_a_closed_case_is_evaluated_by_who_had_no_hand_in_it_and_again_after_another_close() -> None:
    people = bureau()
    case = report(Draft("路面积水"), acting=people.desk, now=NOW)
    for step, acting, told in (
        (Step.FILE, people.desk, Told()), (Step.DISPATCH, people.desk, Told(party_id=people.gas.pk)),
        (Step.TAKE, people.worker, Told()), (Step.ANSWER, people.worker, Told("已处理")),
        (Step.VERIFY, people.inspector, Told()),
    ):  # fmt: skip
        case = advance(case, step, told, acting=acting, now=NOW)
    with pytest.raises(StepOutOfTurn):
        advance(case, Step.EVALUATE, Told(mark="good"), acting=people.inspector, now=NOW)
    case = advance(case, Step.CLOSE, acting=people.desk, now=NOW)
    Report.objects.create(case=case, code_digest="x" * 8, at=NOW, stars=4)
    with pytest.raises(BadStep, match="good, fair or poor"):
        advance(case, Step.EVALUATE, acting=people.inspector, now=NOW)
    for nobody in (people.worker, replace(people.inspector, party_id=people.gas.pk), people.leader):
        with pytest.raises(NotYourStep):
            advance(case, Step.EVALUATE, Told(mark="good"), acting=nobody, now=NOW)
    later = NOW + timedelta(days=3)
    case = advance(case, Step.EVALUATE, Told("干净利落", mark="good"), acting=people.inspector, now=later)
    assert (case.state, case.ended_at, case.due_at) == (State.CLOSED, NOW, None)
    kept = case.steps.get(step="evaluate")
    assert kept.about == {"mark": "good", "scores": {"timeliness": 100, "quality": 100, "residents": 80}, "total": 96,
                          "grade": "excellent", "since": "2000-01-01"}  # fmt: skip
    case = advance(case, Step.REOPEN, Told("又积水"), acting=people.desk, now=later)
    assert case.ended_at is None
