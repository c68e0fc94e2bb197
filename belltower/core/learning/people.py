# SPDX-License-Identifier: Apache-2.0
"""Which exams are meant for somebody, and their own sittings. Row policies show no others (migration 0001)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from belltower.core.access.models import User
from belltower.core.learning.models import Exam, Sitting
from belltower.core.learning.rules import ExamState, is_meant, state_of
from belltower.core.places.models import Party
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text

EXAM = Text(zh="考试", en="exam")
SITTING = Text(zh="考试记录", en="sitting")


@dataclass(frozen=True, slots=True)
class Mine:
    """An exam with one person's sittings of it, the newest first."""

    exam: Exam
    state: ExamState
    sittings: tuple[Sitting, ...]

    @property
    def under_way(self) -> Sitting | None:
        return next((one for one in self.sittings if one.is_open), None)

    @property
    def passed(self) -> Sitting | None:
        return next((one for one in self.sittings if one.is_passed), None)

    @property
    def attempts_left(self) -> int:
        """How often it may still be begun: never again once it was passed."""
        return 0 if self.passed else max(0, self.exam.attempts - len(self.sittings))

    @property
    def may_begin(self) -> bool:
        return self.state is ExamState.OPEN and self.under_way is None and self.attempts_left > 0


def exams_of(user: User, roles: Iterable[str], now: datetime) -> list[Mine]:
    """The exams that are meant for ``user`` who holds ``roles``, and those they sat, newest first; three queries."""
    held, above = {str(role) for role in roles}, parties_above(user.party_id)
    sat: dict[int, list[Sitting]] = {}
    for one in Sitting.objects.filter(person=user).order_by("-number"):
        sat.setdefault(one.exam_id, []).append(one)
    found = Exam.objects.all()
    return [
        Mine(exam, state_at(exam, now), tuple(sat.get(exam.pk, ())))
        for exam in found
        if exam.pk in sat or (exam.withdrawn_at is None and is_for(exam, held, above))
    ]


def exam_of(uid: UUID, user: User, roles: Iterable[str], now: datetime) -> Mine:
    """One exam that is meant for ``user``. Raises NotFound where there is none, or not for them."""
    exam = Exam.objects.filter(uid=uid).first()
    if exam is not None:
        sittings = tuple(Sitting.objects.filter(person=user, exam=exam).order_by("-number"))
        if sittings or is_for(exam, {str(role) for role in roles}, parties_above(user.party_id)):
            return Mine(exam, state_at(exam, now), sittings)
    raise NotFound(noun=EXAM, name=uid)


def is_for(exam: Exam, roles: set[str], parties: frozenset[int]) -> bool:
    """Whether the exam is meant for who holds one of ``roles`` and belongs to one of ``parties``, those above included."""
    return is_meant(exam.roles, roles) and (not exam.party_ids or bool(parties & set(exam.party_ids)))


def state_at(exam: Exam, now: datetime) -> ExamState:
    """How the exam stands."""
    return state_of(exam.opens_at, exam.closes_at, exam.withdrawn_at, now)


def parties_above(party_id: int | None) -> frozenset[int]:
    """A party and those above it, by id; asked without a scope, for a viewer may not see all of them."""
    found: set[int] = set()
    with seen_as(EVERYTHING):
        while party_id is not None and party_id not in found:
            found.add(party_id)
            party_id = Party.objects.filter(pk=party_id).values_list("parent_id", flat=True).first()
    return frozenset(found)
