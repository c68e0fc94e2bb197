# SPDX-License-Identifier: Apache-2.0
"""People come in with a second factor or by a provider, are locked out and let in again, and see what they are granted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from playwright.sync_api import expect

from belltower.core.access import actions, identities, people, second_factor
from belltower.core.access.models import RoleName
from belltower.core.access.policy import Provider, SignIn
from belltower.core.places.models import Asset, Party
from belltower.screens.console import provider as client
from belltower.screens.console.tests import scene
from tests.journeys.test_console import Visit, chromium, visit  # noqa: F401 - fixtures
from tests.provider.running import running

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CLIENT, SECRET = "belltower", "a secret between us"
LOOKS = [("zh", 360, "light"), ("en", 1920, "dark")]


def test_a_person_sets_a_second_factor_and_comes_in_with_it(visit: Visit) -> None:  # noqa: F811
    page = visit.page
    visit.open("/sign-in/")
    visit.sign_in("officer")
    visit.open("/account/")
    page.get_by_role("link", name="Set up a second factor").click()
    expect(page.locator("svg.bt-qr")).to_be_visible()
    page.locator("summary", has_text="No camera").click()
    seed = "".join((page.locator(".bt-seed").text_content() or "").split())
    page.fill("#code", pyotp.TOTP(seed).at(datetime.now(UTC) - timedelta(seconds=30)))
    page.get_by_role("button", name="Set it").click()
    expect(page.locator(".bt-recovery li")).to_have_count(10)
    recovery = page.locator(".bt-recovery li").first.text_content() or ""
    visit.looks_right()
    page.context.clear_cookies()
    visit.open("/sign-in/")
    page.fill("#username", "officer")
    page.fill("#password", scene.PASSWORD)
    page.press("#password", "Enter")
    page.wait_for_url("**/sign-in/code/")
    visit.looks_right()
    page.fill("#code", recovery)
    page.press("#code", "Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    visit.open("/account/")
    expect(page.get_by_text("9 recovery codes are left.")).to_be_visible()


def test_who_is_locked_out_is_let_in_again_by_an_administrator(visit: Visit, settings) -> None:  # noqa: F811
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    page = visit.page
    visit.open("/sign-in/")
    for _ in range(10):
        page.fill("#username", "viewer")
        page.fill("#password", "not that one")
        page.press("#password", "Enter")
        expect(page.locator("#wrong")).to_be_visible()
    expect(page.locator("#wrong")).to_contain_text("Too many attempts")
    visit.faults.clear()  # the browser notes each answer of 422
    visit.sign_in("admin")
    visit.open(f"/access/users/{scene.user('viewer').uid}/")
    page.get_by_role("button", name="Lift it").click()
    expect(page.get_by_text("They can try again.")).to_be_visible()
    visit.open("/access/log/?group=failed")
    expect(page.get_by_role("cell", name="Locked out").first).to_be_visible()
    page.context.clear_cookies()
    visit.open("/sign-in/")
    visit.sign_in("viewer")


def test_an_enterprise_user_sees_more_when_an_area_is_granted(visit: Visit) -> None:  # noqa: F811
    """First nothing; then their company's lights in one street; never another street's, nor the bins."""
    page, party = visit.page, Party.objects.get(key="lighting")
    name = scene.user("viewer").title
    user = actions.add_user("lighting", name, password=scene.PASSWORD, party=party, by=scene.BY)
    visit.open("/sign-in/")
    visit.sign_in("admin")
    visit.open(f"/access/users/{user.uid}/")
    expect(page.get_by_text("No grant yet")).to_be_visible()
    page.select_option("#role", RoleName.ENTERPRISE)
    page.fill("#area", "430405001")
    page.get_by_role("button", name="Grant", exact=True).click()
    expect(page.get_by_text("Granted.")).to_be_visible()
    visit.looks_right()
    inside = Asset.objects.filter(area__path__contains="/430405001/", owner=party).first()
    assert inside is not None
    visit.open(f"/access/assets/{inside.uid}/")
    expect(page.get_by_role("link", name="lighting", exact=True)).to_be_visible()
    page.context.clear_cookies()
    visit.open("/sign-in/?next=/assets/")
    visit.sign_in("lighting")
    visit.open(f"/assets/{inside.uid}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    outside = Asset.objects.filter(area__path__contains="/430405002/", owner=party).first()
    assert outside is not None
    assert page.request.get(f"{visit.home}/assets/{outside.uid}/").status == 404
    actions.end_grant(user, RoleName.ENTERPRISE, on=people.today(), by=scene.BY)
    assert page.request.get(f"{visit.home}/assets/{inside.uid}/").status in (403, 404)


def test_a_person_comes_in_by_the_provider(visit: Visit, settings) -> None:  # noqa: F811
    with running() as provider:
        settings.BELLTOWER_SIGN_IN = SignIn(frozenset(), 8, Provider(provider.issuer, CLIENT, SECRET, "City ID"))
        client.forget()
        identities.link(scene.user("viewer"), issuer=provider.issuer, subject="0001", by=scene.BY)
        visit.open("/sign-in/?next=/packs/")
        visit.looks_right()
        visit.page.get_by_role("link", name="Sign in with City ID").click()
        visit.page.fill("#sub", "0001")
        visit.page.get_by_role("button", name="Sign in").click()
        visit.page.wait_for_url("**/packs/")
        visit.faults = [fault for fault in visit.faults if provider.issuer not in fault]
    client.forget()


@pytest.mark.parametrize("visit", LOOKS, indirect=True, ids=str)
def test_the_pages_of_access_are_whole(visit: Visit) -> None:  # noqa: F811
    visit.open("/sign-in/")
    visit.sign_in("admin")
    viewer, asset = scene.user("viewer"), Asset.objects.first()
    assert asset is not None
    second_factor.begin(viewer, issuer="Belltower", by=scene.BY)
    for address in (
        "/account/", "/account/second-factor/", "/access/", f"/access/users/{viewer.uid}/",
        f"/access/assets/{asset.uid}/", "/access/log/",
    ):  # fmt: skip
        visit.open(address)
        visit.looks_right()
