# SPDX-License-Identifier: Apache-2.0
"""The pages of the duty desk: come on, write, hand over with what stands, take over, and print the day."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from belltower.core.alarms.models import Alarm
from belltower.core.alarms.tests import plant
from belltower.core.duty.models import Call, Desk, LogLine, Shift
from belltower.core.places.models import Asset
from belltower.screens.console.tests import scene

pytestmark = pytest.mark.django_db
PAGE = {"code": "gas"}


def signed_in(username: str, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(scene.user(username))
    return client


@pytest.fixture
def desk(city: None) -> Desk:
    sent = {"title_zh": "燃气值班台", "title_en": "Gas desk", "code": "gas", "unbroken": "on", "kind": "street_light"}
    assert signed_in("admin").post(reverse("console:duty_new"), sent).status_code == 302
    return Desk.objects.get()


@pytest.fixture
def alarm(desk: Desk) -> Alarm:
    alarm = plant.enabled(plant.detector(Asset.objects.get(key="LD-0001")))
    raised = timezone.now() - timedelta(minutes=1)
    plant.report(alarm.stream, 5.0, 25.0, at=raised)
    plant.turn(raised + timedelta(seconds=2))
    return alarm


def do(client: Client, what: str, /, **sent: str) -> int:
    return client.post(reverse("console:duty_do", kwargs=PAGE | {"what": what}), sent).status_code


def test_a_desk_goes_from_one_to_the_next_with_its_alarms(alarm: Alarm) -> None:
    officer, admin = signed_in("officer"), signed_in("admin")
    page = reverse("console:duty_desk", kwargs=PAGE)
    assert "Nobody is on duty" in officer.get(page).content.decode()
    assert do(officer, "come-on") == 302
    assert do(admin, "come-on") == 409, "it is held"
    assert do(officer, "write", what="decision", text="<b>送修</b>") == 302
    assert do(officer, "call", wait="12", about="<script>alert(1)</script>") == 302
    assert do(admin, "write", text="from outside") == 409
    assert do(officer, "offer", to="admin", note="<i>valve 3</i>") == 302
    seen = admin.get(page).content.decode()
    for word in (
        "It is handed over to you",
        "Methane high",
        "&lt;b&gt;送修",
        "&lt;script&gt;",
        "&lt;i&gt;valve 3",
        "1 of 1 in time",
    ):
        assert word in seen, word
    for tag in ("<b>送修", "<script>alert", "<i>valve"):
        assert tag not in seen
    offered = Shift.objects.get(ended_at=None).hand_overs.get()
    take = reverse("console:duty_answer", kwargs=PAGE | {"uid": offered.uid})
    refused = admin.post(take, {"note": "in order"})
    assert refused.status_code == 409
    assert "alarms stand that were not looked at (Methane high)" in refused.content.decode()
    assert "in order" in refused.content.decode(), "what was written is not lost"
    assert admin.post(take, {"seen": str(alarm.uid)}).status_code == 302
    assert Shift.objects.get(ended_at=None).holder == scene.user("admin").uid
    assert "Li Wei" in admin.get(page).content.decode()


def test_the_page_is_chinese_for_a_chinese_reader_and_says_who_was_not_there(desk: Desk) -> None:
    page = signed_in("officer", "zh-hans").get(reverse("console:duty_desk", kwargs=PAGE)).content.decode()
    for word in ("燃气值班台", "无人值班", "无可计算的应答"):
        assert word in page, word
    assert "燃气值班台" in signed_in("officer", "zh-hans").get(reverse("console:duty")).content.decode()


def test_a_day_is_printed(desk: Desk) -> None:
    made = signed_in("officer").get(
        reverse("console:duty_report", kwargs=PAGE), {"language": "en", "day": "2026-11-23"}
    )
    assert (made.status_code, made["Content-Type"], made.content[:4]) == (200, "application/pdf", b"%PDF")


def test_who_may_not_answer_alarms_sees_no_desk(desk: Desk) -> None:
    viewer = signed_in("viewer")
    assert viewer.get(reverse("console:duty")).status_code == 403
    assert do(viewer, "come-on") == 403
    assert signed_in("officer").get(reverse("console:duty_new")).status_code == 403
    assert not Shift.objects.exists()


def test_what_cannot_be_is_refused_on_the_page(desk: Desk) -> None:
    officer = signed_in("officer")
    do(officer, "come-on")
    for what, sent in (
        ("call", {"wait": "soon"}),
        ("call", {"case": "999"}),
        ("write", {"text": " "}),
        ("offer", {"to": "x"}),
    ):
        assert do(officer, what, **sent) == 422, what
    assert do(officer, "leave") == 409, "it is never left"
    assert do(officer, "dance") == 404
    assert (Call.objects.count(), LogLine.objects.count()) == (0, 0)
    assert signed_in("admin").post(reverse("console:duty_new"), {"code": "Gas!", "title_en": "x"}).status_code == 422
