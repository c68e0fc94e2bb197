# SPDX-License-Identifier: Apache-2.0
"""A little standard in force, whose value changes on a day, two units with people, and exams about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from belltower.core.access import actions as access
from belltower.core.access.models import RoleName, User
from belltower.core.learning import actions
from belltower.core.learning.actions import ExamDraft
from belltower.core.learning.models import Exam, Sitting
from belltower.core.places.actions.city import use_profile
from belltower.core.places.actions.parties import PartyDraft, put_parties
from belltower.core.places.actions.responsibilities import assign_responsibility
from belltower.core.places.city import load_profile
from belltower.core.places.models import Party, Role
from belltower.core.places.scope import EVERYTHING
from belltower.core.standards.installing import install
from belltower.core.standards.outputs.tests.scene import WRITTEN
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

BY = Actor.system("scene")
SINCE = date(2024, 1, 1)
NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # ten in the morning in Hengyang
# From the 21st on a light must be brighter.
CHANGING = WRITTEN.replace("2025-01-01: 60}", "2025-01-01: 60, 2026-11-21: 70}")


@dataclass
class Classroom:
    """A company with a branch, another company, a person in each, and an officer of the bureau."""

    company: Party
    branch: Party
    other: Party
    li: User
    wang: User
    zhao: User
    officer: User

    def exam(self, **more: Any) -> Exam:
        """An exam of five questions, half an hour long, open from an hour ago for two days; passed with three."""
        facts: dict[str, Any] = {
            "title": Text("路灯考试", "Street lights"), "questions": 5, "pass_percent": 60, "minutes": 30,
            "opens_at": NOW - timedelta(hours=1), "closes_at": NOW + timedelta(days=2),
        }  # fmt: skip
        draft = ExamDraft(**(facts | more))
        return actions.set_exam(draft, within=EVERYTHING, by=self.officer.as_actor(), now=NOW)


def begin(exam: Exam, person: User, *, now: datetime = NOW, roles: tuple[str, ...] = ("inspector",)) -> Sitting:
    """As the person themself begins."""
    return actions.begin(exam, person, roles, by=person.as_actor(), now=now)


def answer_rightly(sitting: Sitting, person: User, count: int, *, now: datetime = NOW) -> Sitting:
    """The first ``count`` questions rightly, the others wrongly."""
    given = {
        at: one["right"] if at < count else (one["right"] + 1) % len(one["answers"])
        for at, one in enumerate(sitting.questions)
    }
    return actions.answer(sitting, given, by=person.as_actor(), now=now)


def build(written: str = CHANGING) -> Classroom:
    """The scene in an empty city."""
    use_profile(load_profile("hengyang"), by=BY)
    install([("lights.yaml", written)], by=BY, now=NOW - timedelta(days=30))
    drafts = [
        PartyDraft(key="company", kind="enterprise", name=Text("照明公司", "Lighting")),
        PartyDraft(
            key="branch", kind="enterprise", name=Text("照明公司分部", "Lighting, branch"), parent_key="company"
        ),
        PartyDraft(key="other", kind="enterprise", name=Text("环卫公司", "Sanitation")),
    ]
    put_parties(drafts, by=BY)
    company, branch, other = (Party.objects.get(key=one.key) for one in drafts)
    assign_responsibility(branch, Role.OWNER, kind="street_light", valid_from=SINCE, by=BY)
    return Classroom(
        company, branch, other, _person("li", "李雷", RoleName.ENTERPRISE, company),
        _person("wang", "王梅", RoleName.ENTERPRISE, branch), _person("zhao", "赵云", RoleName.ENTERPRISE, other),
        _person("officer", "周工", RoleName.SECTOR_OFFICER, None),
    )  # fmt: skip


@pytest.fixture
def classroom(db: None) -> Classroom:
    return build()


def _person(username: str, name: str, role: RoleName, party: Party | None) -> User:
    user = access.add_user(username, Text(zh=name), password="bell and drum", party=party, by=BY)
    access.grant(user, role, valid_from=SINCE, by=BY)
    return user
