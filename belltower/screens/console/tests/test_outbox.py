# SPDX-License-Identifier: Apache-2.0
"""The page of events that did not arrive: seen, opened, tried again, given up; by whom may manage jobs only."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from belltower.core.ledger.entries import entry
from belltower.core.ledger.event_models import Delivery, EventDecision, EventRecord, HeldEvent
from belltower.core.ledger.outbox import emit
from belltower.core.ledger.outbox_rules import bucket_of
from belltower.kernel.actors import Actor
from belltower.screens.console.tests import scene

pytestmark = pytest.mark.django_db


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(scene.user(username))
    return client


@pytest.fixture
def aside(city: None) -> HeldEvent:
    """An event that a handler failed on ten times, and one behind it."""
    with entry("places.put_areas", by=Actor.system("test")):
        for _ in range(2):
            emit("places.areas_redrawn", "places.areas", {"source": "<b>东街</b>.geojson"})
    first, second = EventRecord.objects.filter(topic="places.areas_redrawn").order_by("id")
    common = {"handler": "places.locate_assets", "subject": "places.areas", "bucket": bucket_of("places.areas")}
    Delivery.objects.all().delete()  # held instead
    HeldEvent.objects.create(event=second, state="behind", **common)
    return HeldEvent.objects.create(
        event=first, state="set_aside", attempts=10, error="TimeoutError: <script>", trace="Traceback ...",
        set_aside_at=first.emitted_at, failed_at=first.emitted_at, **common,
    )  # fmt: skip


@pytest.fixture
def manager(city: None) -> Client:
    return signed_in("admin")


def test_what_did_not_arrive_is_listed_with_its_error(aside: HeldEvent, manager: Client) -> None:
    page = manager.get(reverse("console:outbox"), headers={"accept-language": "en"}).content.decode()
    assert "places.areas_redrawn" in page
    assert "TimeoutError: &lt;script&gt;" in page
    assert "Set aside" in page
    jobs = manager.get(reverse("console:jobs")).content.decode()
    assert reverse("console:outbox") in jobs


def test_an_event_opens_with_what_it_says_and_what_waits_behind_it(aside: HeldEvent, manager: Client) -> None:
    page = manager.get(reverse("console:held", args=[aside.uid]), headers={"accept-language": "en"}).content.decode()
    assert "&lt;b&gt;东街&lt;/b&gt;.geojson" in page
    assert "1 of the same subject waits behind it" in page
    assert "Traceback" in page


def test_it_is_tried_again_by_a_button(aside: HeldEvent, manager: Client) -> None:
    answer = manager.post(reverse("console:held_try", args=[aside.uid]), follow=True)
    assert answer.status_code == 200
    aside.refresh_from_db()
    assert (aside.state, aside.attempts) == ("retrying", 0)


def test_it_is_given_up_with_a_reason_and_not_without(aside: HeldEvent, manager: Client) -> None:
    address = reverse("console:held_give_up", args=[aside.uid])
    assert manager.post(address, {"reason": " "}).status_code == 422
    page = manager.post(address, {"reason": "图层已作废"}, follow=True).content.decode()
    assert "图层已作废" in page
    aside.refresh_from_db()
    assert aside.state == "given_up"
    assert EventDecision.objects.get().reason == "图层已作废"
    assert manager.post(address, {"reason": "-"}).status_code == 409


def test_who_may_not_manage_jobs_sees_none_of_it(aside: HeldEvent, city: None) -> None:
    viewer = signed_in("viewer")
    pages = [reverse("console:outbox"), reverse("console:held", args=[aside.uid])]
    assert [viewer.get(page).status_code for page in pages] == [403, 403]
    deeds = [reverse(f"console:{name}", args=[aside.uid]) for name in ("held_try", "held_give_up")]
    assert [viewer.post(deed, {"reason": "-"}).status_code for deed in deeds] == [403, 403]
    assert reverse("console:outbox") not in viewer.get(reverse("console:jobs")).content.decode()


def test_an_empty_page_says_that_everything_arrives(city: None, manager: Client) -> None:
    page = manager.get(reverse("console:outbox"), headers={"accept-language": "zh-hans"}).content.decode()
    assert "全部送达" in page
