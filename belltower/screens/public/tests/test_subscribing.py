# SPDX-License-Identifier: Apache-2.0
"""Subscribing to an area without JavaScript: asked for, confirmed and ended by a button; opening a link changes nothing."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client

from belltower.core.ledger.anchor_rules import MailServer
from belltower.core.ledger.personal import ERASED, unseal
from belltower.core.notices import links
from belltower.core.notices.models import AreaSubscription, Delivery
from belltower.core.notices.wishes import Notifying
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.screens.public.tests.conftest import Door

pytestmark = pytest.mark.django_db
FORM = {"area": "430408", "email": "li@example.org"}


@pytest.fixture(autouse=True)
def _letters(settings: LazySettings) -> None:
    settings.BELLTOWER_NOTICES = Notifying(
        address="https://city.example", server=MailServer("127.0.0.1", 1), mail_from="city@city.example"
    )


def test_a_resident_subscribes_confirms_and_ends_it(door: Door) -> None:
    assert "蒸湘区" in door.client.get("/public/subscribe/").content.decode()
    said = door.client.post("/public/subscribe/", FORM, follow=True).content.decode()
    assert "请查收邮件" in said
    assert "li@example.org" not in said
    with seen_as(EVERYTHING):
        one = AreaSubscription.objects.get()
        assert Delivery.objects.count() == 1
    confirm = f"/public/subscribe/confirm/{links.token(one.uid, links.CONFIRM)}/"
    stop = f"/public/subscribe/stop/{links.token(one.uid, links.STOP)}/"
    strict = Client(enforce_csrf_checks=True, HTTP_ACCEPT_LANGUAGE="en")
    for link in (confirm, stop):
        assert strict.get(link).status_code == 200
    with seen_as(EVERYTHING):
        one.refresh_from_db()
    assert (one.confirmed_at, one.ended_at) == (None, None)
    assert "已订阅" in door.client.post(confirm).content.decode()
    # A mail program ends it by a POST of its own, without a page before it (RFC 8058).
    assert "You are unsubscribed" in strict.post(stop, {"List-Unsubscribe": "One-Click"}).content.decode()
    with seen_as(EVERYTHING):
        one.refresh_from_db()
        assert unseal(one.reference, "email", one.email_sealed) is ERASED
    assert one.ended_at is not None
    assert door.client.post(confirm).status_code == 422


def test_who_is_subscribed_is_told_the_same_and_links_cannot_be_made_up(door: Door) -> None:
    answers = [door.client.post("/public/subscribe/", FORM) for _ in range(9)]
    assert {(one.status_code, one["Location"]) for one in answers} == {(302, "/public/subscribe/?asked=1")}
    with seen_as(EVERYTHING):
        one = AreaSubscription.objects.earliest("pk")
    token = links.token(one.uid, links.CONFIRM)
    for wrong in (token[:-1], f"x{token}", str(one.uid), links.token(one.uid, links.STOP)):
        assert door.client.post(f"/public/subscribe/confirm/{wrong}/").status_code == 422
    for form in ({"area": "999999", "email": "li@example.org"}, {"area": "430408", "email": "<script>"}, {}):
        answer = door.client.post("/public/subscribe/", form)
        assert answer.status_code == 422
        assert "<script>" not in answer.content.decode().replace("<script type", "").replace("<script src", "")


def test_where_no_letters_go_out_it_says_so(door: Door, settings: LazySettings) -> None:
    settings.BELLTOWER_NOTICES = Notifying()
    assert "尚未开通来信" in door.client.get("/public/subscribe/").content.decode()
    assert door.client.post("/public/subscribe/", FORM).status_code == 422
