# SPDX-License-Identifier: Apache-2.0
"""A clause from draft to superseded, in a browser: one person writes it, another puts it in force; nothing is edited."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from belltower.core.standards.models import Finding, Revision, RevisionState
from belltower.screens.console.tests import breaches
from tests.journeys.test_console import Visit, chromium, visit

__all__ = ["chromium", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1920, "height": 1000}


def as_person(visit: Visit, username: str, address: str) -> None:
    visit.page.context.clear_cookies()
    visit.open(f"/sign-in/?next={address}")
    visit.sign_in(username)
    visit.page.wait_for_load_state("networkidle")


def looks_right_at_both_widths(visit: Visit) -> None:
    for size in (NARROW, WIDE):
        visit.page.set_viewport_size(size)
        visit.looks_right()


def is_written(visit: Visit) -> str:
    """Told where it is wrong, understood, kept as a draft and handed to a second person; the address of the revision."""
    page = visit.page
    page.locator("[data-revise]").click()
    typed = page.locator("#text")
    written = typed.input_value()
    typed.fill(written.replace("height <= height_at_most", "heigth <= height_at_most"))
    expect(page.locator("#checked [data-line]")).to_contain_text("height")  # told where, and what was meant
    looks_right_at_both_widths(visit)
    typed.fill(written.replace(": 2.4", ": 2.2"))
    expect(page.locator("[data-understood]")).to_be_visible()
    expect(page.locator("#checked")).to_contain_text("Height ≤ 2.2 m")
    page.locator("form.bt-columns button").click()
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "draft")
    expect(page.locator(".bt-difference ins").first).to_contain_text("2.2")
    page.locator("[data-submit]").click()
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "in_review")
    expect(page.locator("button[value=approve]")).to_have_count(0)  # who wrote it does not approve it
    return page.url.removeprefix(visit.home)


def is_approved(visit: Visit, address: str) -> None:
    """By another person: in force from its day, and the one before until then."""
    page = visit.page
    as_person(visit, "admin", address)
    looks_right_at_both_widths(visit)
    page.locator("button[value=approve]").click()
    expect(page.locator("[data-state]")).to_have_attribute("data-state", "in_force")
    first, second = Revision.objects.filter(clause__key="poles.banner_size").order_by("number")
    assert (first.until, second.state) == (second.since, RevisionState.IN_FORCE)
    assert first.body["values"]["height_at_most"] != second.body["values"]["height_at_most"]
    visit.open("/standards/clauses/poles.banner_size/")
    expect(page.locator(".bt-clause-check")).to_contain_text("Height ≤ 2.2 m")


def is_seen_everywhere(visit: Visit, finding: Finding) -> None:
    """In the matrix, the system, on the map, and in the list of findings."""
    page = visit.page
    visit.open("/standards/matrix/")
    looks_right_at_both_widths(visit)
    visit.open("/standards/system/?at=document:poles.lamp_pole_banners")
    looks_right_at_both_widths(visit)
    page.locator(".bt-system-wide a[href*='clause']").first.click()
    page.wait_for_url("**at=clause*")
    visit.open("/findings/map/?grade=major")
    expect(page.locator("[data-findings][data-ready]")).to_have_count(1, timeout=20_000)
    expect(page.locator("[data-finding-count=major]")).to_have_text("1")
    looks_right_at_both_widths(visit)
    visit.open("/findings/?order=due")
    looks_right_at_both_widths(visit)
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_url(f"**/findings/{finding.uid}/")
    looks_right_at_both_widths(visit)


def test_a_clause_is_written_reviewed_put_in_force_and_superseded(visit: Visit) -> None:
    found = breaches.broken_city()
    page = visit.page
    as_person(visit, "officer", "/standards/?q=banner+big")
    looks_right_at_both_widths(visit)
    page.keyboard.press("j")
    page.keyboard.press("e")
    page.wait_for_url("**/standards/clauses/poles.banner_size/")
    expect(page.locator("#standing + p, .bt-standing").first).to_be_visible()
    looks_right_at_both_widths(visit)

    is_approved(visit, is_written(visit))
    is_seen_everywhere(visit, found[0])
