# SPDX-License-Identifier: Apache-2.0
"""Questions with plausible wrong answers, exams that come out the same again, marks, and who may have a certificate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from belltower.core.standards.outputs.errors import BadExam
from belltower.core.standards.outputs.exams import Marked, by_question, by_unit, certificate, exam, mark
from belltower.core.standards.outputs.quiz import Origin, bank, distractors
from belltower.core.standards.outputs.tests.scene import AFTER, FONTS, on, text_of
from belltower.kernel.texts import Text

BANK = bank(on(AFTER))


@pytest.mark.parametrize(
    ("right", "others", "wrong"),
    [
        (60, (40,), (40, 120, 30)),
        (2.4, (), (4.8, 1.2, 3.6)),
        (1, (), (2, 3, 4)),
        (0, (), (1, 2, 3)),
        (0.75, (), (1.5, 0.38, 1.12)),
    ],
)
def test_wrong_numbers_are_those_that_people_mistake_it_for(
    right: float, others: tuple[float, ...], wrong: tuple[float, ...]
) -> None:
    assert distractors(right, others) == pytest.approx(wrong, abs=0.011)


def test_a_share_is_never_above_the_whole() -> None:
    assert distractors(90, most=100) == (85, 80, 70)


NUMBERS = st.builds(lambda n, places: round(n / 10**places, places), st.integers(-(10**6), 10**6), st.integers(0, 3))


@given(NUMBERS, st.lists(NUMBERS, max_size=3))
def test_there_are_always_three_wrong_numbers_and_none_is_right(right: float, others: list[float]) -> None:
    wrong = distractors(right, tuple(others))
    assert len({*wrong, right}) == 4


def test_the_bank_asks_what_is_written_each_value_and_each_example() -> None:
    assert {origin: sum(one.origin is origin for one in BANK) for origin in Origin} == {
        "written": 1,
        "value": 2,
        "example": 3,
    }
    assert len({one.id for one in BANK}) == len(BANK)
    assert all(len({answer.say("zh") for answer in one.answers}) == len(one.answers) >= 3 for one in BANK)


def test_an_exam_is_the_same_for_the_same_seed_and_is_marked_by_its_right_answers() -> None:
    sat = exam(BANK, 5, 7, pass_mark=0.8)
    assert sat == exam(tuple(reversed(BANK)), 5, 7, pass_mark=0.8)
    assert sat != exam(BANK, 5, 8, pass_mark=0.8)
    assert [one.answers[one.right] for one in sat.questions] == [one.item.right for one in sat.questions]
    right = [one.right for one in sat.questions]
    exactly = mark(sat, [*right[:4], None])
    assert (exactly.points, exactly.is_passed) == (4, True)
    assert not mark(sat, [*right[:3], None, None]).is_passed
    for wrong in (
        lambda: exam(BANK, 7, 1),
        lambda: exam(BANK, 0, 1),
        lambda: exam(BANK, 1, 1, pass_mark=0),
        lambda: mark(sat, [0]),
    ):
        with pytest.raises(BadExam):
            wrong()


def test_sittings_are_counted_by_unit_and_by_question_the_hardest_first() -> None:
    sat = exam(BANK, 2, 1, pass_mark=0.5)
    both, first, none = (Marked(sat, rightly) for rightly in ((True, True), (True, False), (False, False)))
    assert {
        unit: (one.asked, one.rightly) for unit, one in by_unit([("A", both), ("B", none), ("A", none)]).items()
    } == {
        "A": (2, 1),
        "B": (1, 0),
    }
    counted = by_question([both, first, none])
    assert [one.rightly for one in counted.values()] == [1, 2]
    assert [*counted] == [sat.questions[1].item.id, sat.questions[0].item.id]


def test_a_certificate_is_for_who_passed() -> None:
    sat = exam(BANK, 2, 1, pass_mark=0.5)
    about = Text(zh="路灯", en="Street lights")
    made = certificate(Marked(sat, (True, False)), name="李工", about=about, day=AFTER, fonts=FONTS, language="both")
    assert "李工" in text_of(made)
    assert "1 of 2 questions" in text_of(made)
    with pytest.raises(BadExam):
        certificate(Marked(sat, (False, False)), name="李工", about=about, day=AFTER, fonts=FONTS)
