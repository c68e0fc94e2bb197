# SPDX-License-Identifier: Apache-2.0
"""A clause of each of the six kinds, from its first draft to the day on which it is superseded, in a browser.

One person writes it and another puts it in force; it opens findings, closes them when things are put right and when a
milder value comes; and quiz, form and book say the old value until the day before, and the new one from that day on.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, expect

from belltower.core.alarms.tests import plant
from belltower.core.places.kinds import register
from belltower.core.standards import passes
from belltower.core.standards.outputs.book import Print, book, book_data
from belltower.core.standards.outputs.edition import Edition, edition
from belltower.core.standards.outputs.forms import as_json, form
from belltower.core.standards.outputs.quiz import Origin, bank
from belltower.core.standards.outputs.tests.scene import FONTS, text_of
from belltower.core.standards.revisions import documents_on
from belltower.kernel.texts import Text
from belltower.screens.console import doors
from belltower.screens.console.tests import scene
from tests.journeys.test_console import PATIENCE_MS, Visit, chromium
from tests.scenes import six_clauses
from tests.scenes.six_clauses import DOCUMENT, HOUR, ON_THE_DAY, STORIES, THE_DAY_BEFORE, WRITTEN_AT, Story

__all__ = ["chromium"]

MINUTE = timedelta(minutes=1)
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@dataclass
class Desk:
    """One page on which now one person and then the other is signed in, and the clock of the city."""

    visit: Visit
    language: str
    width: int
    at: datetime = WRITTEN_AT

    def sign_in(self, username: str) -> None:
        client = Client()
        client.force_login(scene.user(username))
        session = client.cookies["sessionid"].value
        self.visit.page.context.add_cookies([{"name": "sessionid", "value": session, "url": self.visit.home}])

    def open(self, address: str) -> None:
        self.visit.page.goto(self.visit.home + address)

    def judge(self, at: datetime) -> None:
        """The city is judged at that instant, and pages are shown as of it."""
        self.at = at
        plant.turn(at)
        passes.incremental(now=at)


@pytest.fixture(scope="module")
def contexts(chromium: Browser) -> Iterator[dict[str, BrowserContext]]:
    """A window for each language, which keeps what it has loaded from test to test."""
    found: dict[str, BrowserContext] = {}
    yield found
    for context in found.values():
        context.close()


@pytest.fixture
def desk(chromium, contexts, live_server, transactional_db, monkeypatch, request) -> Iterator[Desk]:
    language, width = request.param
    if language not in contexts:
        contexts[language] = chromium.new_context(
            viewport={"width": width, "height": 800}, locale="zh-CN" if language == "zh" else "en-GB"
        )
        contexts[language].set_default_timeout(PATIENCE_MS)
    six_clauses.bins()
    visit = Visit(contexts[language].new_page(), live_server.url)
    visit.watch()
    desk = Desk(visit, language, width)
    monkeypatch.setattr(doors, "now", lambda: desk.at)
    yield desk
    visit.page.close()
    assert not visit.faults


def handed_over(desk: Desk, address: str, text: str) -> str:
    """An officer writes the clause there and hands it to a second person; the address of the revision."""
    page = desk.visit.page
    desk.sign_in("officer")
    desk.open(address)
    page.locator("#text").fill(text)
    expect(page.locator("[data-understood]")).to_be_visible()
    page.locator("form.bt-columns button").click()
    expect(page.locator("[data-state=draft]")).to_be_visible()
    page.locator("[data-submit]").click()
    expect(page.locator("[data-state=in_review]")).to_be_visible()
    expect(page.locator("button[value=approve]")).to_have_count(0)  # who wrote it does not approve it
    return page.url.removeprefix(desk.visit.home)


def put_in_force(desk: Desk, address: str, since: date) -> None:
    page = desk.visit.page
    desk.sign_in("admin")
    desk.open(address)
    page.locator("input[name=since]").fill(since.isoformat())
    page.locator("button[value=approve]").click()
    expect(page.locator("[data-state=in_force]")).to_be_visible()


def stand(desk: Desk, story: Story, *, broken: int, closed: int) -> None:
    """So many findings of the clause are listed as broken and as put right, and no others."""
    desk.open(f"/findings/?clause={story.clause}&state=all")
    rows = desk.visit.page.locator("tr[data-row]")
    expect(rows).to_have_count(broken + closed)
    expect(rows.locator(".bt-outcome-broken")).to_have_count(broken)
    expect(rows.locator(".bt-outcome-closed")).to_have_count(closed)


def says(text: str, told: Text, language: str) -> bool:
    """Whether the text carries the value, however numbers and units are set."""
    return _closed_up(told.say(language)) in _closed_up(text)


def _closed_up(text: str) -> str:
    return "".join(text.split())


def page_says(desk: Desk, story: Story, *, now: Text, then: Text) -> None:
    """The page of the clause tells how it is checked on the city's day."""
    desk.open(f"/standards/clauses/{story.clause}/")
    shown = desk.visit.page.locator("#check + p").inner_text()
    assert says(shown, now, desk.language), shown
    assert not says(shown, then, desk.language), shown


def outputs_say(story: Story, day: date, *, now: Text, then: Text) -> Edition:
    """Quiz, form and book of that day carry one value, and nowhere the other."""
    made = edition(documents_on(day), day=day, register=register())
    sheet = as_json(form(made, "waste_bin", register()))
    chapters = book_data(made, Print(FONTS, language="both"))["chapters"]
    outputs = {
        "quiz": [
            one.right.as_json() for one in bank(made) if one.clause == story.clause and one.origin is Origin.VALUE
        ],
        "form": [one for one in sheet["clauses"] + sheet["judged_by_the_system"] if one["id"] == story.clause],
        "book": [one | {"examples": []} for each in chapters for one in each["clauses"] if one["id"] == story.clause],
    }
    for name, output in outputs.items():
        for language in ("zh", "en"):
            text = json.dumps(output, ensure_ascii=False)
            assert says(text, now, language), (name, text)
            assert not says(text, then, language), (name, text)
    return made


EACH = [pytest.param(story, ("en", 1280), id=story.kind) for story in STORIES]
NARROW = pytest.param(STORIES[1], ("zh", 360), id="cadence-zh-360")


@pytest.mark.parametrize(("story", "desk"), [*EACH, NARROW], indirect=["desk"])
def test_a_clause_goes_from_draft_to_superseded_and_its_findings_and_outputs_with_it(story: Story, desk: Desk) -> None:
    """Two break it; one is put right, the other meets the milder value, not a day before that holds."""
    (old, new), page = story.says, desk.visit.page
    story.goes_wrong(WRITTEN_AT)
    first = handed_over(desk, f"/standards/write/?document={DOCUMENT}", story.text(story.old))
    put_in_force(desk, first, WRITTEN_AT.date())
    desk.judge(WRITTEN_AT)  # a signal clause has its alarms from now on
    story.is_sensed(WRITTEN_AT + MINUTE)
    desk.judge(WRITTEN_AT + HOUR)
    stand(desk, story, broken=2, closed=0)

    story.put_right(WRITTEN_AT + HOUR + MINUTE)
    desk.judge(WRITTEN_AT + HOUR + 2 * MINUTE)
    stand(desk, story, broken=1, closed=1)

    desk.open(f"/standards/clauses/{story.clause}/")
    if desk.width == 360:
        desk.visit.looks_right()
    revise = page.locator("[data-revise]").get_attribute("href")
    assert revise
    put_in_force(desk, handed_over(desk, revise, story.text(story.new)), ON_THE_DAY.date())

    story.goes_on(THE_DAY_BEFORE)
    desk.judge(THE_DAY_BEFORE)
    page_says(desk, story, now=old, then=new)
    stand(desk, story, broken=1, closed=1)
    for at in (ON_THE_DAY, ON_THE_DAY + HOUR):
        story.goes_on(at)
        desk.judge(at + MINUTE)
    page_says(desk, story, now=new, then=old)
    stand(desk, story, broken=0, closed=2)
    desk.open(first)
    expect(page.locator("[data-state=superseded]")).to_be_visible()

    outputs_say(story, THE_DAY_BEFORE.date(), now=old, then=new)
    made = outputs_say(story, ON_THE_DAY.date(), now=new, then=old)
    if desk.width == 360:
        assert says(text_of(book(made, Print(FONTS))), new, "zh")
