# SPDX-License-Identifier: Apache-2.0
"""A resident with a telephone: a photo, the place where they stand, a sentence; the receipt with its proof; how it goes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import override_settings
from playwright.sync_api import expect

from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.models import Attachment
from belltower.core.attachments.tests import files
from belltower.core.cases.models import Case
from belltower.core.ledger import heads
from belltower.screens.console.tests import scene
from tests.journeys.test_console import Visit, chromium, visit

__all__ = ["chromium", "visit"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("visit", [("zh", 360, "light")], indirect=True, ids=["zh-360-light"])
def test_a_photo_becomes_a_case_with_a_receipt_that_is_tracked(visit: Visit, tmp_path: Path) -> None:
    page, photo = visit.page, tmp_path / "IMG_1.jpg"
    photo.write_bytes(files.picture(told=files.exif()))
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": scene.WEST + 0.01, "latitude": scene.SOUTH + 0.01})
    with override_settings(BELLTOWER_ATTACHMENTS=Keeping(tmp_path)):
        visit.open("/public/")
        visit.looks_right()
        page.locator("main .bt-public-button-main").click()
        page.set_input_files("[data-photo] >> nth=0", photo)
        page.locator("[data-locate]").click()
        expect(page.locator("[name=lon]")).to_have_value(f"{scene.WEST + 0.01:.6f}")
        page.fill("#text", "路灯不亮，晚上看不清路")
        with page.expect_response("**/report/near/**"):
            page.locator("#text").blur()
        visit.looks_right()
        page.locator("form .bt-public-button-main").click()
        page.wait_for_url("**/receipt/")
    visit.looks_right()
    code = page.locator("[data-code]").inner_text()
    heads.sign_head(datetime.now(UTC))
    page.reload()
    expect(page.locator("a[download='receipt.json']")).to_be_visible()
    visit.open("/public/track/")
    page.fill("#code", code.lower())
    page.locator("form .bt-public-button-main").click()
    expect(page.locator(".bt-public-standing")).to_contain_text("已收到")
    visit.looks_right()
    assert Case.objects.get().kind == "light_out"
    assert Attachment.objects.get().lon is not None, "kept for the bureau, and taken out of what is shown"
