# SPDX-License-Identifier: Apache-2.0
"""From the message board to a case by a button; and what residents write is never markup on a page."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from belltower.core.access.actions import add_user, grant
from belltower.core.access.models import RoleName
from belltower.core.cases.models import Case
from belltower.core.messages.joining import join_alike
from belltower.core.messages.models import Message
from belltower.core.messages.tests.board import BY, NOW, ROWS, imported, put_areas_of_two, put_model
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>"
NASTY = tuple(
    (f"x{n}", f"{EVIL}{n}", EVIL, f"{EVIL}蒸湘区幸福路路灯坏了", "2026-11-09 08:00", f"{EVIL}幸福路路灯不亮，第{n}次反映{EVIL}", "1", EVIL, "2026-11-10 08:00")
    for n in range(4)
)  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Client:
    put_areas_of_two()
    put_model()
    imported(tmp_path, (*ROWS, *NASTY))
    join_alike(by=BY, now=NOW)
    user = add_user("desk", Text(zh="值班", en="Desk"), password=None, by=BY)
    grant(user, RoleName.DESK, valid_from=date(2020, 1, 1), by=BY)
    client = Client(headers={"accept-language": "en"})
    client.force_login(user)
    return client


def test_a_message_is_made_a_case_from_the_queue_and_replied_to(desk: Client) -> None:
    message = Message.objects.get(number="4")
    assert "Make it a case" in desk.get("/messages/queue/").content.decode()
    answer = desk.post(f"/messages/{message.uid}/refer/", {"to": "queue", "kind": "other"})
    assert answer.headers["Location"] == "/messages/queue/"
    case = Case.objects.get()
    assert case.number in desk.get(f"/messages/{message.uid}/").content.decode()
    assert desk.get(f"/cases/{case.number}/").status_code == 200
    unanswered = Message.objects.get(number="2")
    assert desk.post(f"/messages/{unanswered.uid}/reply/", {"reply": ""}).status_code == 422
    assert desk.post(f"/messages/{unanswered.uid}/reply/", {"reply": "已清运"}).status_code == 302
    assert "已清运" in desk.get(f"/messages/{unanswered.uid}/").content.decode()


def test_what_residents_write_is_text_on_every_page(desk: Client) -> None:
    message = Message.objects.filter(number="x0").get()
    desk.post(f"/messages/{message.uid}/refer/", {"kind": "other"})
    Message.objects.filter(pk=message.pk).update(is_unsure=True, confidence=0.0)
    case = Case.objects.get()
    pages = ("/messages/", f"/messages/?q={EVIL}", f"/messages/{message.uid}/", "/messages/queue/",
             "/messages/month/?month=2026-11", "/cases/", f"/cases/{case.number}/")  # fmt: skip
    for address in pages:
        page = desk.get(address).content.decode()
        assert "alert(1)" in page or address == "/cases/" or "month" in address, address
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address
    written = desk.post(f"/messages/{message.uid}/writer/").content.decode()
    assert "&lt;script&gt;alert(1)" in written
    assert "<script>alert" not in written
