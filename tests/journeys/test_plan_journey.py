# SPDX-License-Identifier: Apache-2.0
"""An officer plans stations, compares, adopts; one is built late and the plan is void. A resident finds a toilet at ten at night."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from belltower.core.access.people import today
from belltower.core.jobs.carrying import carry
from belltower.core.jobs.models import Job
from belltower.core.plans.models import Plan, Site
from belltower.core.plans.tests import scene as town
from belltower.kernel.instants import now
from tests.journeys.test_console import Visit, chromium, visit

__all__ = ["chromium", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("visit", [("zh", 1920, "light")], indirect=True, ids=["zh-1920-light"])
def test_stations_are_planned_compared_adopted_and_one_is_late(visit: Visit) -> None:
    page = visit.page
    town.things()
    visit.open("/plans/new/")
    visit.sign_in("officer")
    visit.open("/plans/new/")
    visit.looks_right()
    page.fill("[name=title]", "下一批驿站")
    page.fill("[name=new]", "1, 2")
    page.fill("[name=reach]", "700")
    page.fill("[name=seconds]", "10")
    page.locator("main form .btn-primary").click()
    page.wait_for_url("**/questions/**")
    carry(Job.objects.latest("pk").uid)
    expect(page.locator("#runs .bt-plan-list li")).to_have_count(2)
    visit.looks_right()
    page.locator("form[action$='/compare/'] button").click()
    expect(page.locator("main")).to_contain_text("已证明最优")
    visit.looks_right()
    last = Plan.objects.get(stage=2)
    visit.open(f"/plans/{last.uid}/")
    expect(page.locator("#certificate-panel, section:has(#certificate)").first).to_contain_text("已证明最优")
    visit.looks_right()
    page.locator("form[action$='/adopt/'] button").click()
    expect(page.locator("h2#days")).to_be_visible()
    Site.objects.exclude(due_on=None).update(
        promised_on=today(now()) + timedelta(days=9), due_on=today(now()) + timedelta(days=9)
    )
    late = Site.objects.exclude(due_on=None).first()
    assert late
    Site.objects.filter(pk=late.pk).update(promised_on=today(now()) - timedelta(days=3))
    page.reload()
    page.locator("details.bt-alter summary").first.click()
    page.locator(f"form[action$='{late.uid}/reach/'] button").click()
    expect(page.locator("#void")).to_contain_text("晚 3 天")
    visit.looks_right()


@pytest.mark.parametrize("visit", [("zh", 360, "light")], indirect=True, ids=["zh-360-light"])
def test_a_resident_finds_a_toilet_at_ten_at_night(visit: Visit) -> None:
    page = visit.page
    town.things()
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": town.LON, "latitude": town.LAT})
    visit.open("/public/")
    page.locator("a[href='/public/stations/']").first.click()
    page.locator("[data-locate]").click()
    expect(page.locator("[name=lon]")).to_have_value(f"{town.LON:.6f}")
    page.fill("[name=at]", "2026-11-24T22:00")
    page.check("[value=toilet]")
    page.locator("form .bt-public-button-main").click()
    expect(page.locator("#found li").first).to_contain_text("T4")
    expect(page.locator("#found li").first).to_contain_text("届时开放")
    visit.looks_right()
    visit.open("/public/stations/list/")
    visit.looks_right()
    visit.open("/public/stations/poster/")
    visit.looks_right()
