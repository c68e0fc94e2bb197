# SPDX-License-Identifier: Apache-2.0
"""A resident with a telephone finds the nearest toilet that is open at ten at night."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from belltower.core.plans.tests import scene as town
from tests.journeys.test_console import Visit, chromium, visit

__all__ = ["chromium", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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
