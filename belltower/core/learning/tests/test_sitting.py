# SPDX-License-Identifier: Apache-2.0
"""An exam from being set to its certificate: what is asked, of whom, when it ends, and that nothing moves afterwards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from belltower.core.access.models import RoleName
from belltower.core.access.people import scope_of
from belltower.core.learning import actions, books, certificates, people, shelf
from belltower.core.learning.actions import ExamDraft
from belltower.core.learning.errors import (
    ExamNotOpen,
    ExamNotSet,
    ExamOutOfReach,
    NoAttemptsLeft,
    NoSuchAnswer,
    SittingOver,
)
from belltower.core.learning.models import Exam, Sitting
from belltower.core.learning.shelf import Part
from belltower.core.learning.tests.classroom import NOW, Classroom, answer_rightly, begin
from belltower.core.learning.works import hand_in_overdue
from belltower.core.places.scope import EVERYTHING, Scope, seen_as
from belltower.core.standards.outputs.book import Print
from belltower.core.standards.outputs.tests.scene import FONTS, text_of
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db


def said(sitting: Sitting) -> str:
    return "\n".join(f"{one['question']['zh']} {one['answers'][one['right']]['zh']}" for one in sitting.questions)


def test_who_reaches_the_mark_has_passed_and_has_a_certificate_that_can_be_checked(classroom: Classroom) -> None:
    exam = classroom.exam()
    sitting = answer_rightly(begin(exam, classroom.li), classroom.li, 3)
    done = actions.hand_in(sitting, by=classroom.li.as_actor(), now=NOW + timedelta(minutes=9))
    assert (done.points, done.is_passed, done.is_timed_out) == (3, True, False)
    known = certificates.known((done.certificate or "").lower())
    assert known is not None
    assert (known.name.zh, known.about.en, known.points, known.questions) == ("李*", "Street lights", 3, 5)
    assert known.day == date(2026, 11, 20)
    made = text_of(certificates.printed(done, fonts=FONTS, address="https://city.example/learning/certificates/x/"))
    assert "李雷" in made
    assert done.certificate in made
    assert certificates.known("K7QF-2M9X-A4H") is None


def test_who_does_not_reach_it_has_none_and_is_told_so(classroom: Classroom) -> None:
    sitting = answer_rightly(begin(classroom.exam(), classroom.li), classroom.li, 2)
    done = actions.hand_in(sitting, by=classroom.li.as_actor(), now=NOW)
    assert (done.points, done.is_passed, done.certificate) == (2, False, None)


def test_the_values_of_the_sittings_day_count_also_when_it_is_handed_in_on_the_next(classroom: Classroom) -> None:
    """At half past eleven in the evening of the 20th a light needs 60 W; from midnight on 70 W."""
    late = NOW + timedelta(hours=13, minutes=45)  # 23:45 in Hengyang
    before = begin(classroom.exam(questions=6), classroom.li, now=late)  # all there are on that day
    after = begin(classroom.exam(questions=5), classroom.wang, now=late + timedelta(minutes=20))
    assert (before.day, after.day) == (date(2026, 11, 20), date(2026, 11, 21))
    assert "≥ ？ 60" in said(before)
    assert "≥ ？ 70" in said(after)
    assert before.digest != after.digest
    done = actions.hand_in(
        answer_rightly(before, classroom.li, 6, now=late), by=classroom.li.as_actor(), now=late + timedelta(minutes=29)
    )
    assert done.points == 6


def test_time_that_runs_out_hands_in_what_was_answered(classroom: Classroom) -> None:
    """Neither an answer nor a hand-in counts after it, and a worker does it where nobody comes back."""
    exam = classroom.exam(attempts=2)
    mine, hers = begin(exam, classroom.li), begin(exam, classroom.wang)
    answer_rightly(mine, classroom.li, 4)
    end = NOW + timedelta(minutes=30)
    with pytest.raises(SittingOver, match="20 Nov 2026, 10:30"):
        answer_rightly(mine, classroom.li, 5, now=end)
    done = actions.hand_in(mine, by=classroom.li.as_actor(), now=end + timedelta(minutes=5))
    assert (done.points, done.is_timed_out, done.handed_in_at) == (4, True, end)
    hand_in_overdue(end - timedelta(seconds=1))
    assert Sitting.objects.get(pk=hers.pk).is_open
    hand_in_overdue(end)
    left = Sitting.objects.get(pk=hers.pk)
    assert (left.points, left.is_passed, left.handed_in_at) == (0, False, end)
    assert actions.settle(left, end) == left


def test_beginning_again_goes_on_where_one_was_and_attempts_are_counted(classroom: Classroom) -> None:
    exam = classroom.exam(attempts=2)
    first = begin(exam, classroom.li)
    answer_rightly(first, classroom.li, 1)
    assert begin(exam, classroom.li, now=NOW + timedelta(minutes=1)).pk == first.pk
    actions.hand_in(first, by=classroom.li.as_actor(), now=NOW)
    second = begin(exam, classroom.li)
    assert (second.number, second.answers) == (2, [None] * 5)
    actions.hand_in(second, by=classroom.li.as_actor(), now=NOW)
    with pytest.raises(NoAttemptsLeft, match="no attempts are left"):
        begin(exam, classroom.li)


def test_what_was_passed_is_not_sat_again(classroom: Classroom) -> None:
    exam = classroom.exam(attempts=3)
    actions.hand_in(answer_rightly(begin(exam, classroom.li), classroom.li, 5), by=classroom.li.as_actor(), now=NOW)
    with pytest.raises(NoAttemptsLeft, match="passed"):
        begin(exam, classroom.li)


@pytest.mark.parametrize("given", [{5: 0}, {-1: 0}, {0: 9}, {0: -1}])
def test_an_answer_that_there_is_not_is_refused(classroom: Classroom, given: dict[int, int]) -> None:
    sitting = begin(classroom.exam(), classroom.li)
    with pytest.raises(NoSuchAnswer):
        actions.answer(sitting, given, by=classroom.li.as_actor(), now=NOW)
    assert Sitting.objects.get(pk=sitting.pk).answers == [None] * 5


def test_nobody_answers_or_hands_in_for_another(classroom: Classroom) -> None:
    sitting = begin(classroom.exam(), classroom.li)
    for verb in (
        lambda: actions.answer(sitting, {0: 0}, by=classroom.wang.as_actor(), now=NOW),
        lambda: actions.hand_in(sitting, by=classroom.officer.as_actor(), now=NOW),
    ):
        with pytest.raises(NotFound):
            verb()


def test_an_exam_is_begun_while_it_is_open_and_not_after_it_was_withdrawn(classroom: Classroom) -> None:
    exam = classroom.exam()
    for now in (NOW - timedelta(hours=2), NOW + timedelta(days=2)):
        with pytest.raises(ExamNotOpen):
            begin(exam, classroom.li, now=now)
    under_way = begin(exam, classroom.wang)
    actions.withdraw_exam(exam, by=classroom.officer.as_actor(), now=NOW)
    with pytest.raises(NotFound if exam.roles else ExamNotOpen):
        begin(exam, classroom.li)
    assert answer_rightly(under_way, classroom.wang, 5).answers.count(None) == 0


def test_it_is_meant_for_parties_with_those_below_and_for_roles(classroom: Classroom) -> None:
    """Each looks with their own eyes: row policies included."""
    ours = classroom.exam(party_ids=(classroom.company.pk,))
    desks = classroom.exam(roles=(RoleName.DESK,))
    seen = {}
    for person in (classroom.li, classroom.wang, classroom.zhao):
        with seen_as(scope_of(person, NOW.date()), viewer=person.uid):
            seen[person.username] = {one.exam.pk for one in people.exams_of(person, ["enterprise"], NOW)}
            assert ours.pk in {one.pk for one in Exam.objects.all()} or person is classroom.zhao
    assert seen == {"li": {ours.pk}, "wang": {ours.pk}, "zhao": set()}
    with pytest.raises(NotFound):
        begin(ours, classroom.zhao)
    assert people.exam_of(desks.uid, classroom.zhao, ["desk"], NOW).may_begin


def test_a_sitting_is_seen_by_its_person_and_within_the_party_that_is_reached(classroom: Classroom) -> None:
    exam = classroom.exam()
    for person in (classroom.li, classroom.wang, classroom.zhao):
        begin(exam, person)

    def seen(scope: Scope, viewer: object) -> set[str]:
        with seen_as(scope, viewer=viewer):  # type: ignore[arg-type]
            return set(Sitting.objects.values_list("person__username", flat=True))

    branch = Scope(frozenset({classroom.branch.pk}))
    assert seen(branch, classroom.officer.uid) == {"wang"}
    assert seen(Scope(frozenset()), classroom.zhao.uid) == {"zhao"}
    assert seen(Scope(area_ids=frozenset({1})), classroom.officer.uid) == set()
    assert seen(EVERYTHING, classroom.officer.uid) == {"li", "wang", "zhao"}


def test_who_reaches_a_party_only_sets_exams_for_it(classroom: Classroom) -> None:
    draft = ExamDraft(Text("考", "E"), 2, 60, 10, NOW, NOW + timedelta(hours=1))
    within = Scope(frozenset({classroom.branch.pk}))
    for parties in ((), (classroom.company.pk,), (classroom.branch.pk, classroom.other.pk)):
        wanted = ExamDraft(Text("考", "E"), 2, 60, 10, NOW, NOW + timedelta(hours=1), party_ids=parties)
        with pytest.raises(ExamOutOfReach):
            actions.set_exam(wanted, within=within, by=classroom.officer.as_actor(), now=NOW)
    with pytest.raises(ExamOutOfReach):
        actions.set_exam(draft, within=Scope(area_ids=frozenset({1})), by=classroom.officer.as_actor(), now=NOW)
    with seen_as(within, viewer=classroom.officer.uid):
        mine = ExamDraft(Text("考", "E"), 2, 60, 10, NOW, NOW + timedelta(hours=1), party_ids=(classroom.branch.pk,))
        own = actions.set_exam(mine, within=within, by=classroom.officer.as_actor(), now=NOW)
        assert actions.withdraw_exam(own, by=classroom.officer.as_actor(), now=NOW).withdrawn_at == NOW
    for_all = classroom.exam()
    with seen_as(within, viewer=classroom.officer.uid), pytest.raises(NotFound):
        actions.withdraw_exam(for_all, by=classroom.officer.as_actor(), now=NOW)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"questions": 99}, "6 questions only"),
        ({"questions": 0}, "between 1 and 200"),
        ({"pass_percent": 101}, "between 1 and 100"),
        ({"minutes": 0}, "minutes"),
        ({"attempts": 21}, "attempts"),
        ({"closes_at": NOW - timedelta(hours=2)}, "after it opens"),
        ({"part": Part(sectors=("gas",))}, "no clause"),
    ],
)
def test_an_exam_that_cannot_be_held_is_not_set(classroom: Classroom, wrong: dict[str, object], said: str) -> None:
    with pytest.raises(ExamNotSet, match=said):
        classroom.exam(**wrong)


def test_what_was_drawn_and_handed_in_is_never_edited_or_deleted(classroom: Classroom) -> None:
    exam = classroom.exam()
    sitting = begin(exam, classroom.li)
    over = actions.hand_in(begin(exam, classroom.wang), by=classroom.wang.as_actor(), now=NOW)
    for change in (
        lambda: Sitting.objects.filter(pk=sitting.pk).update(questions=[]),
        lambda: Sitting.objects.filter(pk=sitting.pk).update(ends_at=NOW + timedelta(days=9)),
        lambda: Sitting.objects.filter(pk=over.pk).update(points=5, is_passed=True),
        lambda: Sitting.objects.filter(pk=over.pk).delete(),
        lambda: Exam.objects.filter(pk=exam.pk).update(pass_percent=1),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_my_book_is_of_what_my_party_answers_for_and_made_once_a_print(
    classroom: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = shelf.standards_on(NOW.date())
    assert shelf.standards_on(NOW.date()) is whole
    [(part, clauses)] = shelf.parts_for(classroom.wang, whole)
    assert (part.sectors, part.answered_by, clauses) == (("poles",), ("owner",), 1)
    assert shelf.parts_for(classroom.zhao, whole) == []
    made = []
    monkeypatch.setattr(books, "book", lambda found, how: made.append(how) or b"%PDF")
    for how in (Print(FONTS), Print(FONTS), Print(FONTS, language="en")):
        assert books.book_of(whole, part, how) == b"%PDF"
    assert [one.language for one in made] == ["zh", "en"]
