# SPDX-License-Identifier: Apache-2.0
"""An administrator puts a source in force, tries a sample, and replays what was kept aside; on a phone and on a screen."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from belltower.core.observations.storing import Aside, keep_aside
from belltower.edges.sources.tests.running import make_streams, stored_count
from belltower.kernel.texts import Text
from tests.journeys.test_console import chromium, visit  # noqa: F401

pytestmark = [pytest.mark.browser, pytest.mark.server]
MAPPING = """source: gas
kind: mqtt
since: 2026-11-23
title: {zh: 燃气遥测, en: Gas telemetry}
address: mqtt://broker.example
takes:
  - topic: gas/{device}/up
    streams: [{stream: "gas/{device}", unit: "%", value: ch4, at: t}]
"""
FRAME = b'{"ch4": 1.5, "t": "2026-11-22T08:00:00Z"}'


@pytest.mark.parametrize(
    "visit", [("zh", 360, "dark"), ("en", 1366, "light")], indirect=True, ids=["zh-360", "en-1366"]
)
def test_a_source_is_put_in_force_tried_and_replayed(visit) -> None:  # noqa: F811
    make_streams(["gas/d1"])
    about = {"where": "gas/d1/up", "bytes": len(FRAME), "received_at": 5}
    connection.ensure_connection()
    why = Text(zh="映射不对", en="The mapping is not right.")
    keep_aside(connection.connection, "gas", [Aside("bad_frame", why, FRAME, about)], received_at=datetime.now(UTC))
    visit.open("/sign-in/")
    visit.sign_in()
    visit.open("/sources/")
    visit.looks_right()
    visit.page.fill("#mapping", MAPPING)
    visit.page.press("#mapping", "Tab")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#aside")
    visit.looks_right()
    visit.page.fill("#where", "gas/d1/up")
    visit.page.fill("#sample", FRAME.decode())
    visit.page.click("form[action$='/try/'] button")
    visit.page.wait_for_selector("#tried")
    visit.looks_right()
    assert stored_count() == 0
    visit.page.click("form[action$='/replay/'] button")
    visit.page.wait_for_selector("#replayed")
    visit.looks_right()
    assert stored_count() == 1
    visit.open("/sources/")
    visit.looks_right()
