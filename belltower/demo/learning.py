# SPDX-License-Identifier: Apache-2.0
"""The demo's exams: set through the actions that everyone uses, and sat by simulated people, some of whom do not know."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from belltower.core.access.actions import add_user
from belltower.core.access.models import User
from belltower.core.learning import actions
from belltower.core.learning.actions import ExamDraft
from belltower.core.learning.models import Exam
from belltower.core.learning.shelf import Part
from belltower.core.places.kinds import register
from belltower.core.places.models import Party
from belltower.core.places.scope import EVERYTHING
from belltower.core.standards.models import KeptClause
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("demo")
_LEFT_TO_THE_CLOCK = 11
"""Every so manieth sitting is never handed in: its time runs out."""


@cache
def told() -> Mapping[str, Any]:
    """What learning.yaml tells."""
    read: Mapping[str, Any] = yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8"))
    return read


def hold(now: datetime) -> int:
    """Set the exams and let them be sat, once; how many sittings there were. Nothing where no standard is in force."""
    if Exam.objects.exists() or not KeptClause.objects.exists():
        return 0
    people = _learners()
    installed = {pack.name for pack in register().packs}
    wanted = [one for one in told()["exams"] if set(one["sectors"]) <= installed]
    return sum(_hold(one, people, now) for one in wanted)


def chosen(questions: Sequence[Mapping[str, Any]], ability: float, chance: random.Random) -> dict[int, int]:
    """What somebody of that ability (in logits) answers: a question's own difficulty is the same for everybody.

    Who does not know leaves a question out now and then, and otherwise takes a wrong answer, mostly the same one.
    """
    given = {}
    for at, one in enumerate(questions):
        difficulty = random.Random(one["id"]).gauss(0.0, 0.9)  # nosec B311  # a simulation
        if chance.random() < 1 / (1 + math.exp(difficulty - ability)):
            given[at] = one["right"]
        elif chance.random() > 0.06:
            wrong = [number for number in range(len(one["answers"])) if number != one["right"]]
            given[at] = wrong[0] if chance.random() < 0.6 else chance.choice(wrong)
    return given


def _learners() -> list[tuple[User, float]]:
    """The simulated people with their abilities; nobody can sign in as one of them."""
    found, number = [], 0
    for key, ability in told()["units"].items():
        party = Party.objects.filter(key=key).first()
        for _ in range(told()["learners"] if party else 0):
            number += 1
            name = Text(zh=f"模拟学员{number:02}", en=f"Simulated learner {number:02}")
            user = add_user(f"simulated-{number:02}", name, password=None, party=party, is_shared=True, by=BY)
            own = random.Random(number).gauss(ability, 0.8)  # nosec B311  # a simulation
            found.append((user, own))
    return found


def _hold(one: Mapping[str, Any], people: list[tuple[User, float]], now: datetime) -> int:
    opens, closes = now + timedelta(days=one["opens"]), now + timedelta(days=one["closes"])
    draft = ExamDraft(
        Text.read(one["title"]), one["questions"], one["pass_percent"], one["minutes"], opens, closes,
        one.get("attempts", 1), Part(sectors=one["sectors"], answered_by=one.get("answered_by", [])),
    )  # fmt: skip
    exam = actions.set_exam(draft, within=EVERYTHING, by=BY, now=min(opens, now))
    span = min(closes, now) - opens - timedelta(minutes=one["minutes"])
    sitting = [each for at, each in enumerate(people) if at % 10 < 10 * one["share"]]
    for at, (user, ability) in enumerate(sitting):
        _sit(exam, user, ability, opens + span * at / len(sitting), number=at)
    return len(sitting)


def _sit(exam: Exam, user: User, ability: float, at: datetime, *, number: int) -> None:
    chance = random.Random(f"{user.username}:{exam.minutes}")  # nosec B311  # a simulation
    row = actions.begin(exam, user, (), by=BY, now=at)
    took = timedelta(minutes=exam.minutes * chance.uniform(0.3, 0.95))
    actions.answer(row, chosen(row.questions, ability, chance), by=BY, now=at + took / 2)
    late = number % _LEFT_TO_THE_CLOCK == _LEFT_TO_THE_CLOCK - 1
    actions.hand_in(row, by=BY, now=row.ends_at if late else at + took)
