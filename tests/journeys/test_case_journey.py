# SPDX-License-Identifier: Apache-2.0
"""A case from a resident's telephone to put right: filed, dispatched, worked on without a network, checked by somebody else,
confirmed; contested, and back at its unit; and escalated when nobody came in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from playwright.sync_api import Browser, Page, expect

from belltower.core.access import actions as access
from belltower.core.access.models import RoleName, User
from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.models import Attachment
from belltower.core.attachments.tests import files
from belltower.core.cases.escalating import escalate_overdue
from belltower.core.cases.models import Case
from belltower.core.cases.table import State, Step
from belltower.core.evidence.models import Evidence, Role
from belltower.core.fieldwork.models import Act, Outcome
from belltower.core.places.models import Party
from belltower.kernel.texts import Text
from belltower.screens.console.tests import scene
from tests.journeys.test_console import PATIENCE_MS, Visit, chromium, visit

__all__ = ["chromium", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LON, LAT = scene.WEST + 0.01, scene.SOUTH + 0.01
WHERE = {"longitude": LON, "latitude": LAT, "accuracy": 12}
ANSWER = "已更换灯具，现场亮灯正常"
PHONE = pytest.mark.parametrize("visit", [("zh", 360, "light")], indirect=True, ids=["zh-360-light"])
MINUTE = timedelta(minutes=1)
# Whether the list, the page of that case and the program's files are on the telephone.
KEPT = """async number => {
    const kept = async name => (await (await caches.open(name)).keys()).map(one => new URL(one.url).pathname);
    const pages = await kept('belltower-field-pages'), files = await kept('belltower-field-files');
    const needed = [...document.querySelectorAll('script[src], link[rel=stylesheet]')].map(one => new URL(one.src || one.href).pathname);
    return Boolean(navigator.serviceWorker.controller) && pages.includes('/field/') && pages.some(one => one.includes(number)) && needed.every(one => files.includes(one));
}"""
# What a browser's console says of a request that it could not send while its network is off, and of a conflict.
EXPECTED = re.compile(r"console: .*(ERR_INTERNET_DISCONNECTED|ERR_FAILED|status of 409)")


@dataclass
class City:
    """A resident's telephone, and the bureau's people."""

    visit: Visit
    desk: Client
    photo: Path

    @property
    def page(self) -> Page:
        return self.visit.page

    @property
    def case(self) -> Case:
        return Case.objects.get()

    def step(self, step: Step, **more: str) -> None:
        """One of the desk's steps, by its page."""
        sent = self.desk.post(f"/cases/{self.case.number}/step/", {"step": step.value, **more})
        assert sent.status_code == 302, sent.content.decode()

    def press(self, verb: str) -> None:
        """The button of a step on a field page."""
        self.page.locator(f"form[data-act={verb}] button").click()


@pytest.fixture
def city(visit: Visit, tmp_path: Path) -> Iterator[City]:
    lighting = Party.objects.get(key="lighting")
    desk = somebody("desk", RoleName.DESK)
    somebody("team", RoleName.ENTERPRISE, party=lighting)
    somebody("inspector", RoleName.INSPECTOR)
    client = Client()
    client.force_login(desk)
    photo = tmp_path / "IMG_1.jpg"
    photo.write_bytes(files.picture())
    visit.page.context.grant_permissions(["geolocation"])
    visit.page.context.set_geolocation(WHERE)
    with override_settings(BELLTOWER_ATTACHMENTS=Keeping(tmp_path)):
        yield City(visit, client, photo)
    visit.page.close()  # nothing more is said then
    visit.faults[:] = [one for one in visit.faults if not EXPECTED.search(one)]


def somebody(username: str, role: RoleName, party: Party | None = None) -> User:
    user = access.add_user(username, Text(username), password=scene.PASSWORD, party=party, by=scene.BY)
    access.grant(user, role, valid_from=scene.SINCE, by=scene.BY)
    return user


def reports(city: City) -> str:
    """At the public door; the tracking code."""
    page = city.page
    city.visit.open("/public/report/")
    page.set_input_files("[data-photo] >> nth=0", city.photo)
    page.locator("[data-locate]").click()
    expect(page.locator("[name=lon]")).to_have_value(f"{LON:.6f}")
    page.fill("#text", "路灯不亮，晚上看不清路")
    page.select_option("#kind", "light_out")
    page.locator("form .bt-public-button-main").click()
    page.wait_for_url("**/receipt/")
    return page.locator("[data-code]").inner_text()


def is_dispatched(city: City) -> None:
    assert city.case.kind == "light_out"
    city.step(Step.FILE)
    city.step(Step.DISPATCH, party="lighting")


def is_kept(city: City) -> None:
    """The first visit with a network keeps list and task on the telephone."""
    number = city.case.number
    city.visit.open("/sign-in/?next=/field/")
    city.visit.sign_in("team")
    page = city.page
    expect(page.locator(f"[data-task='{number}']")).to_contain_text("已派遣")
    page.wait_for_function(KEPT, arg=number)
    page.wait_for_load_state("networkidle")
    city.visit.looks_right()


def works_without_a_network(city: City) -> None:
    """Takes it on, photographs and answers; everything waits on the telephone."""
    page, visit = city.page, city.visit
    page.context.set_offline(True)
    page.reload()
    page.locator(f"[data-task='{city.case.number}']").click()
    expect(page.locator("form[data-act=take]")).to_be_visible()
    page.set_input_files("form[data-act=take] [data-photo]", city.photo)
    city.press("take")
    expect(page.locator("[data-queue-list] li")).to_have_count(1)
    page.fill("form[data-act=answer] textarea", ANSWER)
    page.set_input_files("form[data-act=answer] [data-photo]", city.photo)
    city.press("answer")
    expect(page.locator("[data-queue-list] li")).to_have_count(2)
    expect(page.locator("[data-line]")).to_contain_text("离线")
    visit.looks_right()
    assert city.case.state == State.DISPATCHED


def is_sent(city: City) -> None:
    city.page.context.set_offline(False)
    city.page.wait_for_url("**/field/")
    expect(city.page.locator("[data-queue]")).to_be_hidden()
    assert city.case.state == State.ANSWERED
    steps = list(city.case.steps.order_by("number"))
    assert [one.step for one in steps] == ["report", "file", "dispatch", "take", "answer"]
    assert all(one.about["happened_at"] < one.at.isoformat() for one in steps[-2:])
    shown = list(Evidence.objects.values_list("role", flat=True))
    assert shown == [Role.BEFORE, Role.AFTER]
    assert {(row.lon, row.uncertainty_m) for row in Evidence.objects.all()} == {(LON, 12.0)}


def is_checked_by_another(city: City, browser: Browser) -> None:
    """On the inspector's own telephone; the worker is not offered it."""
    city.visit.open(f"/field/cases/{city.case.number}/")
    expect(city.page.locator("form[data-act]")).to_have_count(0)
    own = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    own.set_default_timeout(PATIENCE_MS)
    other = Visit(own.new_page(), city.visit.home, city.visit.faults)
    other.watch()
    other.open(f"/sign-in/?next=/field/cases/{city.case.number}/")
    other.sign_in("inspector")
    expect(other.page.locator("[data-evidence=plausible]")).to_have_count(2)
    other.looks_right()
    other.page.locator("form[data-act=verify] button").click()
    other.page.wait_for_url("**/field/")
    own.close()
    assert city.case.state == State.VERIFIED


def confirms(city: City, code: str) -> None:
    city.visit.open(f"/public/r/{code}/")
    expect(city.page.locator(".bt-public-standing")).to_contain_text("整改到位")
    city.page.locator("form[action$='/confirm/'] button").click()
    city.page.wait_for_url("**done=confirm")
    assert city.case.reports.get().confirmed_at


@PHONE
def test_from_a_report_over_work_without_a_network_to_put_right(city: City, chromium: Browser) -> None:
    code = reports(city)
    is_dispatched(city)
    is_kept(city)
    works_without_a_network(city)
    is_sent(city)
    is_checked_by_another(city, chromium)
    city.step(Step.CLOSE)
    confirms(city, code)
    assert city.case.state == State.CLOSED


def was_closed(city: City) -> str:
    """Reported, worked on, checked and closed, by forms alone; the tracking code."""
    sent = {"text": "路灯不亮", "kind": "light_out", "lon": str(LON), "lat": str(LAT)}
    page = Client(HTTP_ACCEPT_LANGUAGE="zh-hans").post("/public/report/", sent, follow=True).content.decode()
    code = re.search(r"data-code>([\w-]+)<", page)
    assert code
    is_dispatched(city)
    for username, step, text in (("team", "take", ""), ("team", "answer", ANSWER), ("inspector", "verify", "")):
        client, key = Client(), str(uuid4())
        client.force_login(User.objects.get(username=username))
        act = {"key": key, "case": city.case.number, "step": step, "text": text}
        assert client.post("/field/acts/", act).status_code == 302
    city.step(Step.CLOSE)
    return code[1]


def contests(city: City, code: str) -> None:
    """The reporter disagrees: it is open again, at the unit that answered for it."""
    page = city.page
    city.visit.open(f"/public/r/{code}/")
    page.locator("details:has(form[action$='/contest/']) summary").click()
    page.locator("[name=complaint]").first.check()
    page.locator("form[action$='/contest/'] button").click()
    page.wait_for_url("**done=contest")
    city.visit.looks_right()
    case = city.case
    assert (case.state, case.holder_id) == (State.REOPENED, Party.objects.get(key="lighting").pk)


def is_escalated(city: City) -> None:
    """The clock is moved to a minute after the limit of the rework: one rung, which the unit reads."""
    due = city.case.due_at
    assert due
    assert escalate_overdue(due - MINUTE) == 0
    assert [escalate_overdue(due + MINUTE), escalate_overdue(due + MINUTE)] == [1, 0]
    city.visit.open(f"/sign-in/?next=/cases/{city.case.number}/")
    city.visit.sign_in("team")
    expect(city.page.locator(".bt-timeline")).to_contain_text("提级")


def is_told_of_a_conflict(city: City) -> None:
    """Taken on without a network while the desk handed it over: not done, shown with the reason, and nothing is lost."""
    page, number = city.page, city.case.number
    city.visit.open("/field/")
    page.wait_for_function(KEPT, arg=number)
    page.locator(f"[data-task='{number}']").click()
    page.wait_for_load_state("networkidle")
    page.context.set_offline(True)
    page.set_input_files("form[data-act=take] [data-photo]", city.photo)
    city.press("take")
    expect(page.locator("[data-queue-list] li")).to_have_attribute("data-status", "waiting")
    city.step(Step.HAND_OVER, reason="改由环卫中心办理", party="sanitation")
    page.context.set_offline(False)
    page.wait_for_url("**/field/")
    expect(page.locator("[data-queue-list] li")).to_have_attribute("data-status", "conflict")
    expect(page.locator(f"[data-task='{number}']")).to_have_count(0)
    city.visit.looks_right()
    late = Act.objects.get(outcome=Outcome.CONFLICT)
    assert Attachment.objects.filter(subject_uid=late.uid).count() == 1
    page.locator("[data-queue-list] button").last.click()
    expect(page.locator("[data-queue]")).to_be_hidden()


@PHONE
def test_a_contested_case_is_back_at_its_unit_and_climbs_when_it_is_late(city: City) -> None:
    contests(city, was_closed(city))
    is_escalated(city)
    is_told_of_a_conflict(city)
