# SPDX-License-Identifier: Apache-2.0
"""Somebody who oversees the city checks an entry in the browser, and a resident checks its proof without us."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Route, expect

from belltower.core.ledger.heads import sign_head
from belltower.core.ledger.models import Entry
from belltower.core.places.actions.assets import edit_asset
from belltower.core.places.models import Asset
from belltower.screens.console.tests import scene
from tests.journeys.test_console import Visit, chromium, visit

__all__ = ["chromium", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def entry(visit: Visit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Entry:
    """An edit of a lamp, under a signed head."""
    monkeypatch.setattr(settings, "BELLTOWER_LEDGER_KEY", tmp_path / "key")
    now = datetime.now(UTC)
    lamp, officer = Asset.objects.get(key="LD-0001"), scene.user("officer")
    edit_asset(lamp.uid, {"fields": {"height": 10.5}, "reason": "wind"}, by=officer.as_actor(), valid_from=now, now=now)
    sign_head(now)
    return Entry.objects.get(form__table="places_asset", row=lamp.pk)


@pytest.mark.parametrize(
    "visit",
    [("zh", 360, "dark"), ("zh", 1920, "light"), ("en", 768, "dark")],
    indirect=True,
    ids=["zh-360-dark", "zh-1920-light", "en-768-dark"],
)
def test_an_entry_is_found_verified_and_taken_home(visit: Visit, entry: Entry, tmp_path: Path) -> None:
    page = visit.page
    visit.open("/heads/")
    visit.looks_right()
    page.goto(visit.home + "/sign-in/")
    visit.sign_in()
    visit.open("/ledger/?what=places.edit_asset")
    visit.looks_right()
    page.locator(f"a[href='/ledger/{entry.pk}/']").click()
    page.locator("[data-verify]").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-step][data-state=good]")).to_have_count(5)
    expect(page.locator("[data-outcome]")).to_have_text("The proof holds." if _is_english(visit) else "证明成立。")
    visit.looks_right()
    with page.expect_download() as proof:
        page.locator(f"a[href='/ledger/{entry.pk}/proof.json']").click()
    with page.expect_download() as checker:
        page.locator("a[href='/heads/check_proof.py']").click()
    home = tmp_path / "a resident's folder"
    proof.value.save_as(home / "proof.json")
    checker.value.save_as(home / "check_proof.py")
    assert check_alone(home, "proof.json").returncode == 0
    _tamper(home)
    assert check_alone(home, "tampered.json").returncode != 0


def test_a_tampered_proof_is_refused_by_the_browser(visit: Visit, entry: Entry) -> None:
    """Whatever of the answer somebody changes on its way, the step that it breaks says so."""
    page = visit.page
    page.goto(visit.home + "/sign-in/")
    visit.sign_in()
    visit.open(f"/ledger/{entry.pk}/")
    for broken, step in (
        ("text", "text"),
        ("inclusion", "root"),
        ("root", "root"),
        ("signature", "signature"),
        ("at", "signature"),
    ):
        page.unroute_all()
        page.route("**/proof.json", _tampering(broken))
        page.locator("[data-verify]").click()
        expect(page.locator(f"[data-step={step}]")).to_have_attribute("data-state", "bad")
        expect(page.locator("[data-outcome]")).to_contain_text("does not hold")
    page.unroute_all()
    page.fill("[data-known-key]", "00" * 32)
    page.locator("[data-verify]").click()
    expect(page.locator("[data-step=signature]")).to_have_attribute("data-state", "bad")


def test_an_asset_leads_to_its_entries_and_its_row_is_proved(visit: Visit, entry: Entry) -> None:
    page = visit.page
    page.goto(visit.home + "/sign-in/")
    visit.sign_in("viewer")
    lamp = Asset.objects.get(key="LD-0001")
    visit.open(f"/assets/{lamp.uid}/")
    page.locator(f"a[href='/assets/{lamp.uid}/entries/']").click()
    page.wait_for_url("**/entries/")
    page.wait_for_load_state("networkidle")
    visit.looks_right()
    page.locator(f"a[href='/assets/{lamp.uid}/entries/{entry.pk}/']").click()
    page.locator("[data-verify]").click()
    expect(page.locator("[data-step][data-state=good]")).to_have_count(6)
    expect(page.locator("[data-step=row]")).to_have_attribute("data-state", "good")
    visit.looks_right()


def check_alone(home: Path, name: str) -> subprocess.CompletedProcess[bytes]:
    """Check a proof where nothing of the project is on the path."""
    return subprocess.run([sys.executable, "-I", "check_proof.py", name], cwd=home, capture_output=True, timeout=60)


def _is_english(visit: Visit) -> bool:
    return bool(visit.page.evaluate("document.documentElement.lang") == "en")


def _tamper(home: Path) -> None:
    proof = json.loads((home / "proof.json").read_text(encoding="utf-8"))
    proof["entry"]["text"] = proof["entry"]["text"].replace("rows 1", "rows 2")
    (home / "tampered.json").write_text(json.dumps(proof), encoding="utf-8")


def _tampering(broken: str) -> Callable[[Route], None]:
    """Answers for the server, with that part of the proof changed."""
    return lambda route: _answer_tampered(route, broken)


def _answer_tampered(route: Route, broken: str) -> None:
    proof = route.fetch().json()
    if broken == "text":
        proof["entry"]["text"] = proof["entry"]["text"].replace("rows 1", "rows 2")
    elif broken == "inclusion":
        proof["inclusion"][0] = "00" * 32
    elif broken == "signature":
        proof["head"]["signature"] = "00" * 64
    elif broken == "at":
        proof["head"]["at"] = "2020-01-01T00:00:00.000000Z"
    else:
        proof["head"]["root"] = "00" * 32
    route.fulfill(json=proof)
