# SPDX-License-Identifier: Apache-2.0
"""Somebody adds photos to an asset in a real browser: by choosing, by dropping, from a phone; and takes one down."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.models import Attachment
from belltower.core.attachments.tests import files
from belltower.core.places.models import Asset
from tests.journeys.test_console import carry_jobs, chromium, visit

__all__ = ["chromium", "visit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DROP_ON = """([where, name, type, text]) => {
    const place = document.querySelector(where);
    const dropped = new DataTransfer();
    dropped.items.add(new File([text], name, {type}));
    for (const kind of ["dragenter", "dragover", "drop"])
        place.dispatchEvent(new DragEvent(kind, {dataTransfer: dropped, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, settings) -> None:
    settings.BELLTOWER_ATTACHMENTS = Keeping(folder=tmp_path / "attachments")


@pytest.mark.parametrize(
    "visit", [("zh", 360, "dark"), ("en", 1920, "light")], indirect=True, ids=["zh-360-dark", "en-1920-light"]
)
def test_photos_come_beside_an_asset_and_one_is_taken_down(visit, tmp_path):
    page = visit.page
    photo = tmp_path / "灯杆.jpg"
    photo.write_bytes(files.picture(told=files.exif(), image=files.halves(1200, 900)))
    (tmp_path / "evil.jpg").write_bytes(b"<svg xmlns='x'><script>alert(1)</script></svg>")
    lamp = Asset.objects.get(key="LD-0001")
    visit.open("/sign-in/")
    visit.sign_in()
    visit.open(f"/assets/{lamp.uid}/")

    page.locator("[data-files-input]").first.set_input_files([photo, tmp_path / "evil.jpg"])
    expect(page.locator(".bt-file")).to_have_count(1)
    refused = page.locator(".bt-files-under-way [role=alert]").first
    expect(refused).to_contain_text("content_not_taken")
    expect(refused).to_contain_text("evil.jpg")
    visit.faults = [fault for fault in visit.faults if "422" not in fault]  # the browser notes the refusal itself

    page.evaluate(DROP_ON, ["#files", "readme.txt", "text/html", "just words"])
    expect(page.locator(".bt-file")).to_have_count(2)
    carry_jobs()
    expect(page.locator(".bt-file img")).to_have_count(1)  # the strip asks for itself until all is prepared
    expect(page.locator(".bt-file img")).to_have_js_property("naturalWidth", 400)
    visit.looks_right()

    row = Attachment.objects.get(name="灯杆.jpg")
    assert row.digest == hashlib.sha256(photo.read_bytes()).hexdigest()
    last = page.locator(".bt-file").last
    last.locator("summary").press("Enter")
    expect(last).to_contain_text(files.CAMERA)
    visit.looks_right()
    last.locator("[name=reason]").fill("别的灯杆")
    last.locator("[name=reason]").press("Enter")
    expect(page.locator(".bt-file")).to_have_count(1)
    row.refresh_from_db()
    assert (row.state, row.reason) == ("retired", "别的灯杆")


def test_without_a_script_the_form_sends_as_well(visit, chromium, live_server, tmp_path):
    photo = tmp_path / "lamp.jpg"
    photo.write_bytes(files.picture())
    lamp = Asset.objects.get(key="LD-0001")
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{live_server.url}/sign-in/")
    page.fill("#username", "admin")
    page.fill("#password", "bell and drum")
    page.press("#password", "Enter")
    page.goto(f"{live_server.url}/assets/{lamp.uid}/")
    page.locator("[data-files-input]").first.set_input_files(photo)
    page.locator("[data-files-send]").click()
    page.wait_for_url("**/#files")
    expect(page.locator(".bt-file")).to_have_count(1)
    context.close()
    assert Attachment.objects.get().name == "lamp.jpg"
