# SPDX-License-Identifier: Apache-2.0
"""A clause revised by two people: book, form and questions of the kept standards change on the day it comes into force."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from belltower.core.places.kinds import register
from belltower.core.standards import actions
from belltower.core.standards.clauses import Outcome
from belltower.core.standards.installing import install
from belltower.core.standards.models import KeptDocument
from belltower.core.standards.outputs.book import Print, book
from belltower.core.standards.outputs.edition import edition
from belltower.core.standards.outputs.forms import form, outcomes
from belltower.core.standards.outputs.quiz import Origin, bank
from belltower.core.standards.outputs.tests.scene import FONTS, WRITTEN, text_of
from belltower.core.standards.revisions import bodies_of, documents_on
from belltower.kernel.actors import Actor
from tests.scenes.quiet_street import QuietStreet

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
WRITER, REVIEWER = Actor.system("writer"), Actor.system("reviewer")


@pytest.mark.django_db
def test_a_revision_changes_book_form_and_questions_on_the_day_it_comes_into_force(
    quiet_street: QuietStreet,
) -> None:
    install([("lights.yaml", WRITTEN)], by=WRITER, now=NOW)
    body = bodies_of(WRITTEN, file="lights.yaml")["poles.bright_enough"]
    body["values"]["least"]["2027-01-01"] = 70
    body["title"]["zh"] = "路灯更亮"
    written = actions.draft(KeptDocument.objects.get(key="poles.lights"), body, by=WRITER, now=NOW)
    actions.approve(actions.submit(written, by=WRITER), date(2027, 1, 1), by=REVIEWER, now=NOW)

    asked = []
    for day, title, value, outcome in (
        (date(2026, 12, 31), "路灯够亮", 60, Outcome.HOLDS),
        (date(2027, 1, 1), "路灯更亮", 70, Outcome.BROKEN),
    ):
        said = edition(documents_on(day), day=day, register=register())
        text = text_of(book(said, Print(FONTS))).replace("\u00a0", " ")
        assert title in text
        assert f"功率 ≥ {value} W" in text
        filled = {"height": 8, "wattage": 65}
        assert outcomes(form(said, "street_light", register()), filled, register()) == {"poles.bright_enough": outcome}
        [item] = [one for one in bank(said) if one.origin is Origin.VALUE and "功率 ≥ ？" in one.question.zh]
        assert item.right.zh == f"{value}\u00a0W"
        asked.append(item.id)
    assert asked[0] != asked[1]
