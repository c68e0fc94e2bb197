# SPDX-License-Identifier: Apache-2.0
"""Simulated people sit the demo's exams: the able do better, some time runs out, and everything says what it is."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from belltower.core.access.models import User
from belltower.core.learning.models import Exam, Sitting
from belltower.core.learning.tests.classroom import NOW
from belltower.core.places.actions.city import use_profile
from belltower.core.places.actions.parties import put_parties
from belltower.core.places.city import load_profile
from belltower.core.places.kinds import register
from belltower.core.standards.installing import install
from belltower.demo import learning
from belltower.demo.parties import parties
from belltower.packs import register as packs

pytestmark = pytest.mark.django_db


def test_the_able_answer_more_rightly_and_the_same_each_time() -> None:
    questions = [{"id": f"x:{number}", "answers": [{}] * 4, "right": number % 4} for number in range(200)]

    def rightly(ability: float) -> int:
        given = learning.chosen(questions, ability, random.Random(1))
        return sum(given.get(at) == one["right"] for at, one in enumerate(questions))

    assert rightly(-2) < rightly(0) < rightly(2)
    assert rightly(1) == rightly(1)


def test_the_exams_are_held_once_and_say_that_they_are_simulated(monkeypatch: pytest.MonkeyPatch) -> None:
    use_profile(load_profile("hengyang"), by=learning.BY)
    put_parties(parties(()), by=learning.BY)
    assert learning.hold(NOW) == 0  # no standards yet
    install(packs.standards(register()), by=learning.BY, now=NOW - timedelta(days=30))
    few = {**learning.told(), "learners": 4}
    monkeypatch.setattr(learning, "told", lambda: few)
    sat = learning.hold(NOW)
    assert sat == Sitting.objects.filter(handed_in_at__lte=NOW).count() > 16
    assert learning.hold(NOW) == 0
    assert all("演示" in one.title["zh"] and "demo" in one.title["en"] for one in Exam.objects.all())
    assert not [one.username for one in User.objects.filter(sittings__isnull=False) if "模拟" not in one.title.zh]
    assert {*Sitting.objects.values_list("is_passed", flat=True)} == {True, False}
    assert Sitting.objects.filter(is_timed_out=True).exists()
