# SPDX-License-Identifier: Apache-2.0
"""The verbs of learning: set an exam, withdraw it, begin, answer, hand in. Time that runs out hands in."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from belltower.core.access.models import RoleName, User
from belltower.core.access.people import today
from belltower.core.learning import drawing, rules, shelf
from belltower.core.learning.errors import (
    ExamNotOpen,
    ExamNotSet,
    ExamOutOfReach,
    NoAttemptsLeft,
    NoSuchAnswer,
    SittingOver,
)
from belltower.core.learning.models import Exam, Sitting
from belltower.core.learning.people import EXAM, SITTING, exam_of
from belltower.core.learning.rules import STATES, ExamState
from belltower.core.learning.shelf import Part
from belltower.core.ledger.entries import action
from belltower.core.observations.reading import city_zone
from belltower.core.places.scope import Scope
from belltower.core.standards.outputs.quiz import bank
from belltower.core.standards.outputs.wording import instant
from belltower.kernel.actors import Actor, ActorKind
from belltower.kernel.errors import NotFound, Refusal
from belltower.kernel.texts import Text

EVERY_CLAUSE = Part()
MOST_QUESTIONS, MOST_MINUTES, MOST_ATTEMPTS = 200, 600, 20


@dataclass(frozen=True, slots=True)
class ExamDraft:
    """An exam as somebody sets it. Numbers are whole; ``pass_percent`` is of the questions."""

    title: Text
    questions: int
    pass_percent: int
    minutes: int
    opens_at: datetime
    closes_at: datetime
    attempts: int = 1
    part: Part = EVERY_CLAUSE
    party_ids: tuple[int, ...] = ()
    roles: tuple[RoleName, ...] = ()


def _refuse_numbers(draft: ExamDraft, now: datetime) -> None:
    counted = (
        (draft.questions, MOST_QUESTIONS, Text(zh="题数", en="questions")),
        (draft.pass_percent, 100, Text(zh="及格线（%）", en="the pass mark (%)")),
        (draft.minutes, MOST_MINUTES, Text(zh="分钟数", en="minutes")),
        (draft.attempts, MOST_ATTEMPTS, Text(zh="次数", en="attempts")),
    )
    for given, most, word in counted:
        if not 1 <= given <= most:
            raise _not_set(f"{word.zh}应在 1 至 {most} 之间", f"{word.en} must lie between 1 and {most}")
    if draft.closes_at <= draft.opens_at or draft.closes_at <= now:
        raise _not_set("结束时间应晚于开始时间和现在", "it must close after it opens, and after now")


def _not_set(zh: str, en: str) -> ExamNotSet:
    return ExamNotSet(reason=Text(zh=zh, en=en))


@action("learning.set_exam")
def set_exam(draft: ExamDraft, *, within: Scope, by: Actor, now: datetime) -> Exam:
    """Set an exam. ``within`` are the rows on which ``by`` may: who reaches some parties only sets exams for those.

    Raises ExamNotSet where it cannot be held as it is, ExamOutOfReach.
    """
    _refuse_numbers(draft, now)
    if not within.sees_all and not (draft.party_ids and set(draft.party_ids) <= set(within.owner_ids or ())):
        raise ExamOutOfReach()
    try:
        there = len(bank(shelf.part_of(shelf.standards_on(today(now)), draft.part)))
    except Refusal as refusal:
        raise ExamNotSet(reason=Text(zh=refusal.say("zh"), en=refusal.say("en"))) from None
    if there < draft.questions:
        raise _not_set(f"所选条款只有 {there} 题", f"the clauses chosen give {there} questions only")
    return Exam.objects.create(
        title=draft.title.as_json(), documents=[*draft.part.documents], sectors=[*draft.part.sectors],
        answered_by=[*draft.part.answered_by], questions=draft.questions, pass_percent=draft.pass_percent,
        minutes=draft.minutes, attempts=draft.attempts, opens_at=draft.opens_at, closes_at=draft.closes_at,
        party_ids=sorted(draft.party_ids), roles=[str(role) for role in draft.roles], set_by=by.reference, set_at=now,
    )  # fmt: skip


@action("learning.withdraw_exam")
def withdraw_exam(exam: Exam, *, by: Actor, now: datetime) -> Exam:
    """Nobody begins it any more; what was begun is finished and counts. Withdrawn before, it stays as it was.

    Raises NotFound where it is seen, but is not for ``by`` to withdraw: for more parties than they reach.
    """
    row = Exam.objects.select_for_update().filter(pk=exam.pk).first()
    if row is None:
        raise NotFound(noun=EXAM, name=exam.uid)
    if row.withdrawn_at is None:
        row.withdrawn_at = now
        row.save(update_fields=["withdrawn_at"])
    return row


@action("learning.begin")
def begin(exam: Exam, person: User, roles: Iterable[str], *, by: Actor, now: datetime) -> Sitting:
    """Draw the questions with the values of today, and let the time run. One that is under way is given back as it is.

    Raises NotFound where the exam is not meant for ``person``, ExamNotOpen, NoAttemptsLeft, or BadExam where the
    standards in force no longer have so many questions.
    """
    mine = exam_of(exam.uid, person, roles, now)
    if mine.under_way is not None:
        return mine.under_way
    if mine.state is not ExamState.OPEN:
        raise ExamNotOpen(title=exam.name, state=STATES[mine.state])
    if not mine.attempts_left:
        why = Text(zh="已合格", en="it was passed") if mine.passed else Text(zh="次数已用完", en="no attempts are left")
        raise NoAttemptsLeft(title=exam.name, reason=why)
    day, seed = today(now), secrets.randbelow(2**31)
    part = shelf.part_of(shelf.standards_on(day), Part(exam.documents, exam.sectors, exam.answered_by))
    drawn = drawing.drawn(part, questions=exam.questions, seed=seed)
    row = Sitting(
        exam=exam, person=person, party_id=person.party_id, number=len(mine.sittings) + 1, day=day, seed=seed,
        digest=part.digest, questions=drawn, answers=[None] * len(drawn), pass_percent=exam.pass_percent, begun_at=now,
        ends_at=rules.end_of(now, exam.minutes, exam.closes_at),
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # begun in another window at the same moment
        return Sitting.objects.get(exam=exam, person=person, handed_in_at=None)
    return row


@action("learning.answer")
def answer(sitting: Sitting, given: Mapping[int, int], *, by: Actor, now: datetime) -> Sitting:
    """Keep answers: the number of a question to that of its answer, both from 0. Another answer takes the place of the first.

    Raises SittingOver, NoSuchAnswer, or NotFound where it is somebody else's.
    """
    row = _own(sitting, by)
    if row.handed_in_at is not None or rules.is_overdue(row.ends_at, None, now):
        raise _over(row)
    answers = [*row.answers]
    for question, chosen in given.items():
        if not 0 <= question < len(answers) or not 0 <= chosen < len(row.questions[question]["answers"]):
            raise NoSuchAnswer(question=question + 1)
        answers[question] = chosen
    row.answers = answers
    row.save(update_fields=["answers"])
    return row


@action("learning.hand_in")
def hand_in(sitting: Sitting, *, by: Actor, now: datetime) -> Sitting:
    """Mark it; who passed gets a certificate's number. Handed in before, it stays as it was.

    After its time ran out it counts as handed in at the end. Raises NotFound where it is somebody else's.
    """
    row = _own(sitting, by)
    if row.handed_in_at is not None:
        return row
    marked = drawing.marked(row.questions, row.answers, pass_percent=row.pass_percent)
    row.is_timed_out = rules.is_overdue(row.ends_at, None, now)
    row.handed_in_at = row.ends_at if row.is_timed_out else now
    row.points, row.is_passed = marked.points, marked.is_passed
    row.certificate = (
        rules.numbered([secrets.choice(rules.ALPHABET) for _ in range(rules.LENGTH)]) if row.is_passed else None
    )
    row.save()
    return row


def settle(sitting: Sitting, now: datetime) -> Sitting:
    """The sitting as it is now: where its time ran out, it is handed in first."""
    if rules.is_overdue(sitting.ends_at, sitting.handed_in_at, now):
        return hand_in(sitting, by=Actor.system("learning"), now=now)
    return sitting


def settle_all(now: datetime) -> int:
    """Hand in everything whose time ran out; how many there were."""
    overdue = list(Sitting.objects.filter(handed_in_at=None, ends_at__lte=now).order_by("pk")[:1000])
    for one in overdue:
        settle(one, now)
    return len(overdue)


def _own(sitting: Sitting, by: Actor) -> Sitting:
    """The row, locked, of the person themself; what the house does in its own name concerns everybody's."""
    rows = Sitting.objects.select_for_update(of=("self",)).select_related("person")
    row = rows.filter(pk=sitting.pk).first()
    if row is None or (by.kind is ActorKind.PERSON and row.person.uid != by.uid):
        raise NotFound(noun=SITTING, name=sitting.uid)
    return row


def _over(row: Sitting) -> SittingOver:
    return SittingOver(at=instant((row.handed_in_at or row.ends_at).astimezone(city_zone())))
