# SPDX-License-Identifier: Apache-2.0
"""The page of notices: one's own alone, read by a click that leads to the case, and what others wrote stays text."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import LazySettings
from django.test import Client

from belltower.core.access.actions import grant
from belltower.core.access.models import RoleName, User
from belltower.core.cases.table import Step
from belltower.core.notices.models import Notice
from belltower.core.notices.tests.scene import BY, Town, hand_on, town
from belltower.core.notices.wishes import Notifying
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db
EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


def signed_in(user: User) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(user)
    return client


@pytest.fixture
def here(db: None) -> Town:
    made = town()
    made.through(made.report(title=Text(zh=EVIL, en=EVIL)), Step.DISPATCH)
    hand_on()
    return made


def test_a_notice_is_counted_listed_and_leads_to_its_case(here: Town) -> None:
    gas = signed_in(here.gas)
    page = gas.get("/notices/").content.decode()
    assert "Dispatched to your party" in page
    assert "data-unread-count>1<" in page
    with seen_as(EVERYTHING):
        mine = Notice.objects.get(person=here.gas)
    answer = gas.post(f"/notices/{mine.uid}/read/", {"open": "1"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/cases/{mine.number}/"
    assert "data-unread-count" not in gas.get("/notices/").content.decode()
    assert "Everything is read" in gas.get("/notices/?unread=1").content.decode()


def test_what_somebody_wrote_into_a_title_is_text(here: Town) -> None:
    page = signed_in(here.gas).get("/notices/").content.decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_another_person_s_notice_is_not_found(here: Town) -> None:
    with seen_as(EVERYTHING):
        theirs = Notice.objects.get(person=here.gas)
    for other in (here.lights, here.desk):
        client = signed_in(other)
        assert client.post(f"/notices/{theirs.uid}/read/").status_code == 404
        assert theirs.number not in client.get("/notices/").content.decode()
    with seen_as(EVERYTHING):
        assert Notice.objects.get(pk=theirs.pk).read_at is None


def test_an_administrator_gives_a_party_a_webhook_whose_secret_is_shown_once(
    here: Town, settings: LazySettings
) -> None:
    settings.BELLTOWER_NOTICES = Notifying()
    grant(here.desk, RoleName.ADMINISTRATOR, valid_from=date(2024, 1, 1), by=BY)
    desk, form = signed_in(here.desk), {"party": "gas", "channel": "webhook", "on": "1"}
    inside = desk.post("/notices/parties/", {**form, "address": "http://127.0.0.1/hook"})
    assert inside.status_code == 422
    made = desk.post("/notices/parties/", {**form, "address": "https://hooks.example/x"}).content.decode()
    assert "data-secret>whsec_" in made
    again = desk.get("/notices/parties/").content.decode()
    assert "whsec_" not in again
    assert "hooks.example" not in again
    assert signed_in(here.gas).get("/notices/parties/").status_code == 403
    assert "Not set up here" in signed_in(here.gas).get("/notices/channels/").content.decode()
    assert signed_in(here.gas).post("/notices/channels/", {"channel": "mail", "on": "1"}).status_code == 422
