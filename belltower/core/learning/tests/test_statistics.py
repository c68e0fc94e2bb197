# SPDX-License-Identifier: Apache-2.0
"""Counts by unit and question, and a discrimination that is told only where it says something."""

from __future__ import annotations

import pytest

from belltower.core.learning import statistics
from belltower.core.learning.statistics import Sat, by_question, by_unit, correlation
from belltower.core.standards.outputs.exams import Marked, exam
from belltower.core.standards.outputs.quiz import bank
from belltower.core.standards.outputs.tests.scene import AFTER, on

EXAM = exam(bank(on(AFTER)), 4, 1, pass_mark=0.5)


def sat(person: int, rightly: str, unit: int | None = 1) -> Sat:
    """A sitting of EXAM: ``"10-1"`` is right, wrong, left out, right."""
    given = tuple(
        None if one == "-" else question.right if one == "1" else (question.right + 1) % len(question.answers)
        for one, question in zip(rightly, EXAM.questions, strict=True)
    )
    return Sat(person, unit, Marked(EXAM, tuple(one == "1" for one in rightly)), given)


def test_a_unit_counts_people_by_their_best_and_points_by_all() -> None:
    """Somebody who failed first and passed then has passed."""
    found = by_unit([sat(1, "1000"), sat(1, "1110"), sat(2, "0000"), sat(3, "1111", unit=None)])
    assert [(one.unit, one.passed.counted, one.passed.among, one.sittings) for one in found] == [
        (1, 1, 2, 3),
        (None, 1, 1, 1),
    ]
    assert found[0].mean == pytest.approx((0.25 + 0.75 + 0) / 3)


def test_the_hardest_question_is_first_with_the_slip_made_most() -> None:
    found = by_question([sat(1, "10-1"), sat(2, "1011")])
    assert (found[0].id, found[0].rightly.counted, found[0].rightly.among) == (EXAM.questions[1].item.id, 0, 2)
    wrong, times = found[0].slip or (0, 0)
    question = EXAM.questions[1]
    assert question.item.answers[wrong] == question.answers[(question.right + 1) % len(question.answers)]
    assert (times, found[0].unanswered) == (2, 0)
    left_out = next(one for one in found if one.id == EXAM.questions[2].item.id)
    assert (left_out.unanswered, left_out.slip) == (1, None)


def test_discrimination_is_told_from_thirty_sittings_on_and_has_the_sign_of_who_knows() -> None:
    """The first question is known by the able, the last by the others; the second everybody knows."""
    able, weak = ["1110"] * 15, ["0101"] * 10 + ["0100"] * 5
    few = by_question([sat(at, one) for at, one in enumerate((able + weak)[1:])])
    assert [one.discrimination for one in few] == [None] * 4
    found = {one.id: one.discrimination for one in by_question([sat(at, one) for at, one in enumerate(able + weak)])}
    first, second, _, last = (found[question.item.id] for question in EXAM.questions)
    assert second is None
    assert first is not None
    assert last is not None
    assert first > 0 > last


def test_the_correlation_is_pearson_s() -> None:
    assert correlation([True, True, False, False], [1.0, 0.5, 0.5, 0.0]) == pytest.approx(0.7071, abs=1e-4)
    assert correlation([True, False], [0.5, 0.5]) is None
    assert correlation([], []) is None
    assert statistics.passed([]).share is None
