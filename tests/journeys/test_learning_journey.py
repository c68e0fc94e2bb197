# SPDX-License-Identifier: Apache-2.0
"""An exam on a telephone, by keyboard alone, with a reload in the middle; and its results on the officer's wide screen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from belltower.core.learning import actions
from belltower.core.learning.actions import ExamDraft
from belltower.core.learning.models import Exam, Sitting
from belltower.core.places.scope import EVERYTHING
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text
from belltower.screens.console.tests import breaches
from tests.journeys.test_console import Visit, chromium, visit
from tests.journeys.test_standards_journey import as_person

__all__ = ["chromium", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def open_exam() -> Exam:
    breaches.law()
    now = datetime.now(UTC)
    title = Text("灯杆旗考试", "Banners on lamp poles")
    draft = ExamDraft(title, 3, 60, 30, now - timedelta(hours=1), now + timedelta(days=1))
    return actions.set_exam(draft, within=EVERYTHING, by=Actor.system("scene"), now=now)


@pytest.mark.parametrize("visit", [("zh", 360, "light")], indirect=True, ids=["zh-360-light"])
def test_an_exam_is_sat_by_keyboard_on_a_telephone_and_survives_a_reload(visit: Visit) -> None:
    page, exam = visit.page, open_exam()
    as_person(visit, "viewer", "/learning/")
    visit.looks_right()
    visit.open(f"/learning/exams/{exam.uid}/")
    visit.looks_right()
    page.locator("button.bt-wide").press("Enter")
    for number in range(1, 4):
        page.wait_for_url(f"**/{number}/")
        expect(page.locator("input[name=answer]").first).to_be_focused()
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            page.keyboard.press("Space")
        expect(page.locator("#kept")).to_contain_text(f"已答 {number} 题")
        if number == 2:
            visit.looks_right()
            page.reload()
            expect(page.locator("input[name=answer]").first).to_be_checked()
        page.locator("input[name=answer]").first.press("Enter")
    visit.page.wait_for_url(lambda url: url.endswith(f"{Sitting.objects.get().uid}/"))
    visit.looks_right()
    page.locator("button.bt-wide").press("Enter")
    expect(page.locator(".bt-result")).to_be_visible()
    visit.looks_right()
    assert Sitting.objects.get().answers == [0, 0, 0]

    as_person(visit, "officer", f"/learning/exams/{exam.uid}/results/")
    for width in (360, 1920):
        page.set_viewport_size({"width": width, "height": 900})
        visit.looks_right()
    visit.open("/learning/exams/set/")
    visit.looks_right()
