# SPDX-License-Identifier: Apache-2.0
"""A simulated gas detector rises; the desk hears it, acknowledges, shelves, sees it wake and return, and reads its life."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import override_settings
from playwright.sync_api import Locator, Route, expect

from belltower.core.access.tickets import opened
from belltower.core.alarms import actions
from belltower.core.alarms.models import Alarm
from belltower.core.alarms.tests import plant
from belltower.core.places.models import Asset
from tests.journeys.test_console import PATIENCE_MS, Visit, chromium, visit

__all__ = ["chromium", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SECOND, QUARTER = timedelta(seconds=1), timedelta(minutes=15)


@pytest.fixture
def alarm(visit: Visit) -> Alarm:
    """A methane detector on a lamp that has reported calmly for ten minutes, and its alarm."""
    alarm = plant.enabled(plant.detector(Asset.objects.get(key="LD-0001")))
    begun = datetime.now(UTC) - timedelta(minutes=10)
    plant.report(alarm.stream, *[5.0 + number % 7 * 0.3 for number in range(500)], at=begun)
    plant.turn(begun + timedelta(minutes=9))
    return alarm


def shown_state(visit: Visit, alarm: Alarm) -> Locator:
    return visit.page.locator(f"[data-alarm='{alarm.uid}'] .bt-alarm-state")


def rises(visit: Visit, alarm: Alarm) -> None:
    """It is there, and is heard until somebody mutes it."""
    page, state = visit.page, shown_state(visit, alarm)
    now = datetime.now(UTC)
    plant.report(alarm.stream, 21.0, 26.5, at=now - SECOND)
    plant.turn(now + SECOND)
    expect(state).to_have_attribute("data-state", "unacknowledged")  # without a reload
    expect(page.locator("html")).to_have_attribute("data-alarm-sound", "sounding")
    visit.looks_right()
    page.locator("[data-sound-switch]").click()
    expect(page.locator("html")).to_have_attribute("data-alarm-sound", "muted")
    page.locator("[data-sound-switch]").click()
    expect(page.locator("html")).to_have_attribute("data-alarm-sound", "sounding")


def is_answered_and_shelved(visit: Visit, alarm: Alarm) -> None:
    """By keyboard alone, with a reason."""
    page, state = visit.page, shown_state(visit, alarm)
    page.keyboard.press("j")
    page.keyboard.press("a")
    expect(state).to_have_attribute("data-state", "acknowledged")
    expect(page.locator("html")).to_have_attribute("data-alarm-sound", "quiet")

    page.keyboard.press("s")
    visit.looks_right()
    if not page.locator(".bt-shelve[open]").count():
        page.keyboard.press("s")  # what was acknowledged was drawn anew meanwhile
    page.locator(".bt-shelve[open] select").select_option("15")
    page.locator(".bt-shelve[open] [name=note]").fill("检修 valve being changed")
    page.keyboard.press("Enter")
    expect(page.locator(".bt-empty")).to_be_visible()
    alarm.refresh_from_db()
    assert alarm.state == "shelved"


def wakes_and_returns(visit: Visit, alarm: Alarm) -> None:
    """It calls again when its time is over, and is at rest once the value is and somebody saw it."""
    page, state = visit.page, shown_state(visit, alarm)
    woken = alarm.shelved_until + SECOND
    plant.turn(woken)
    expect(state).to_have_attribute("data-state", "unacknowledged")
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_url(f"**/alarms/{alarm.uid}/")
    expect(page.locator("html")).to_have_attribute("data-alarm-sound", "sounding")
    plant.report(alarm.stream, 3.0, at=woken + QUARTER)
    plant.turn(woken + QUARTER)
    expect(page.locator("#alarm h1 ~ .bt-alarm-state")).to_have_attribute("data-state", "returned_unacknowledged")
    actions.acknowledge([alarm.uid], by=plant.BY, now=woken + QUARTER + SECOND)
    expect(page.locator("#alarm h1 ~ .bt-alarm-state")).to_have_attribute("data-state", "normal")
    expect(page.locator("html")).to_have_attribute("data-alarm-sound", "quiet")


def tells_its_life(visit: Visit) -> None:
    """Everything that happened is on its page, the newest first."""
    page = visit.page
    page.fill("#comment", "阀门已更换 The valve is new")
    page.locator("form:has(#comment) button").click()
    expect(page.locator(".bt-alarm-life")).to_contain_text("The valve is new")
    life = [one.get_attribute("data-after") for one in page.locator(".bt-alarm-life [data-after]").all()]
    assert life == [
        "normal", "returned_unacknowledged", "unacknowledged", "shelved", "acknowledged", "unacknowledged",
    ]  # fmt: skip
    expect(page.locator(".bt-alarm-life")).to_contain_text("valve being changed")
    expect(page.locator(".bt-trend .bt-trend-line")).to_be_visible()
    visit.looks_right()


@pytest.mark.parametrize(
    "visit",
    [("zh", 360, "dark"), ("en", 1920, "light")],
    indirect=True,
    ids=["zh-360-dark", "en-1920-light"],
)
def test_a_detector_rises_and_its_whole_life_is_on_its_page(visit: Visit, alarm: Alarm) -> None:
    visit.open("/sign-in/?next=/alarms/")
    visit.sign_in("officer")
    expect(visit.page.locator(".bt-empty")).to_be_visible()
    visit.looks_right()
    visit.page.locator("h1").click()  # a browser plays nothing before somebody did something

    rises(visit, alarm)
    is_answered_and_shelved(visit, alarm)
    wakes_and_returns(visit, alarm)
    tells_its_life(visit)


def test_the_list_asks_anew_when_the_gateway_says_that_an_alarm_moved(visit: Visit, alarm: Alarm) -> None:
    """The page brings a ticket for what its viewer sees; the event itself tells nothing, so the part is asked for."""
    page, tickets = visit.page, []

    def live(route: Route) -> None:
        tickets.append(parse_qs(urlsplit(route.request.url).query)["ticket"][0])
        route.fulfill(content_type="text/event-stream", body="retry: 60000\nevent: alarm\ndata: {}\n\n")

    with override_settings(BELLTOWER_LIVE=visit.home):
        page.route("**/live?*", live)
        page.goto(f"{visit.home}/sign-in/?next=/alarms/")
        with page.expect_request(lambda asked: asked.headers.get("hx-request") == "true"):
            visit.sign_in("officer")
        assert opened(tickets[0], now=datetime.now(UTC)).scope.sees_all


def test_the_map_shows_an_alarm_as_it_rises_and_is_acknowledged(visit: Visit, alarm: Alarm) -> None:
    """Its mark and the legend's count come without a reload; acknowledged it is hollow, and silence is drawn like nothing else."""
    page = visit.page
    visit.open("/sign-in/?next=/map/")
    visit.sign_in("officer")
    count = page.locator("[data-alive-count=c1]")
    expect(count).to_have_text("0", timeout=PATIENCE_MS)
    page.evaluate("window.stillTheSame = true")

    now = datetime.now(UTC)
    plant.report(alarm.stream, 21.0, 26.5, at=now - SECOND)
    plant.turn(now + SECOND)
    expect(count).to_have_text("1", timeout=PATIENCE_MS)
    _is_drawn(visit, "c1")
    actions.acknowledge([alarm.uid], by=plant.BY, now=now + SECOND)
    plant.turn(now + 2 * SECOND)
    expect(page.locator("[data-alive-count=a]")).to_have_text("1", timeout=PATIENCE_MS)
    expect(count).to_have_text("0")
    _is_drawn(visit, "a1")
    assert page.evaluate("window.stillTheSame")

    full, hollow, silent, rest = (page.evaluate(_MIDDLE, state) for state in ("c2", "a", "s", "n"))
    assert full["middle"] != hollow["middle"] == silent["paper"]
    assert len({one["picture"] for one in (full, hollow, silent, rest)}) == 4
    page.locator("[data-alive-state=a]").uncheck()
    _is_drawn(visit)
    visit.looks_right()


_DRAWN = """(wanted) => {
  const map = window.belltowerMap;
  const drawn = map.queryRenderedFeatures({layers: ["alive"]}).map((one) => one.properties.state);
  map.triggerRepaint();
  return [...new Set(drawn)].sort().join() === wanted;
}"""
_MIDDLE = """(state) => {
  const mark = document.querySelector(`[data-alive-state=${state}] ~ canvas`), pen = mark.getContext("2d");
  const at = (x, y) => [...pen.getImageData(x, y, 1, 1).data].join();
  return {middle: at(mark.width / 2, mark.height * 0.6), paper: at(mark.width * 0.36, mark.height * 0.4), picture: mark.toDataURL()};
}"""


def _is_drawn(visit: Visit, *states: str) -> None:
    """The map comes to show marks of these states and of no others: it draws a moment after it is told."""
    visit.page.wait_for_function(_DRAWN, arg=",".join(sorted(states)), timeout=PATIENCE_MS)
