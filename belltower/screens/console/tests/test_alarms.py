# SPDX-License-Identifier: Apache-2.0
"""The alarm pages: seen by who sees the stream, answered by who may, and defined with reasons only."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from belltower.core.alarms.models import Alarm, Command, Definition
from belltower.core.alarms.tests import plant
from belltower.core.places.models import Asset
from belltower.edges.cap.tests.checking import faults_of
from belltower.kernel.texts import Text
from belltower.screens.console.tests import scene

pytestmark = pytest.mark.django_db


def signed_in(username: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(scene.user(username))
    return client


@pytest.fixture
def alarm(city: None) -> Alarm:
    """A methane alarm on a lamp, raised a minute ago."""
    alarm = plant.enabled(plant.detector(Asset.objects.get(key="LD-0001")))
    raised = timezone.now() - timedelta(minutes=1)
    plant.report(alarm.stream, 5.0, 25.0, at=raised)
    plant.turn(raised + timedelta(seconds=2))
    return alarm


def test_a_standing_alarm_is_listed_with_priority_state_and_value(alarm: Alarm) -> None:
    page = signed_in("viewer").get(reverse("console:alarms")).content.decode()
    for word in ("Methane high", "Critical", "Unacknowledged", "25 %LEL", "limit 20", "Hubei Road lamp 1"):
        assert word in page


def test_who_may_not_answer_sees_no_button_and_is_refused(alarm: Alarm) -> None:
    viewer = signed_in("viewer")
    assert "data-acknowledge" not in viewer.get(reverse("console:alarms")).content.decode()
    assert viewer.post(reverse("console:alarms_acknowledge"), {"alarm": alarm.uid}).status_code == 403
    assert viewer.post(reverse("console:alarm_do", args=[alarm.uid, "shelve"])).status_code == 403
    assert not Command.objects.exists()


def test_the_list_shows_an_acknowledgement_at_once(alarm: Alarm) -> None:
    officer = signed_in("officer")
    answer = officer.post(
        reverse("console:alarms_acknowledge"), {"alarm": alarm.uid}, headers={"HX-Request": "true"}
    ).content.decode()
    assert 'data-state="acknowledged"' in answer
    assert 'data-calling="0"' in answer


def test_shelving_needs_a_reason_and_is_refused_in_place(alarm: Alarm) -> None:
    officer, address = signed_in("officer"), reverse("console:alarm_do", args=[alarm.uid, "shelve"])
    refused = officer.post(address, {"minutes": "60", "note": " "}, headers={"HX-Request": "true"})
    assert (refused.status_code, refused["HX-Retarget"]) == (422, "#wrong-place")
    officer.post(address, {"minutes": "60", "note": "检修"})
    shelved = officer.get(reverse("console:alarms"), {"state": "shelved"}).content.decode()
    assert "Methane high" in shelved
    assert "Methane high" not in officer.get(reverse("console:alarms")).content.decode()


def test_its_page_tells_its_whole_life_and_what_to_do(alarm: Alarm) -> None:
    officer = signed_in("officer")
    for what, form in (
        ("acknowledge", {}),
        ("comment", {"note": "<b>called Wang</b>"}),
        ("assign", {"to": "officer"}),
        ("shelve", {"minutes": "15", "note": "valve is being changed"}),
        ("unshelve", {}),
    ):
        answer = officer.post(reverse("console:alarm_do", args=[alarm.uid, what]), {**form, "back": "alarm"})
        assert answer.status_code == 302, answer.content.decode()[:3000]
    page = officer.get(reverse("console:alarm", args=[alarm.uid])).content.decode()
    for word in ("The condition came true", "&lt;b&gt;called Wang&lt;/b&gt;", "valve is being changed", "Li Wei",
                 "Close the valve", "<polyline", "Acknowledged → Shelved"):  # fmt: skip
        assert word in page, word


@pytest.mark.parametrize(
    ("query", "is_there"),
    [
        ("priority=1", True), ("priority=2", False), ("condition=hi", True), ("condition=lo", False),
        ("kind=street_light", True), ("kind=waste_bin", False), ("area=430405", True), ("area=430405002", False),
        ("state=calling", True), ("state=shelved", False), ("state=all&order=oldest", True), ("priority=x&area=y", True),
    ],
)  # fmt: skip
def test_the_list_is_narrowed_by_its_address(alarm: Alarm, query: str, is_there: bool) -> None:
    page = signed_in("viewer").get(f"{reverse('console:alarms')}?{query}").content.decode()
    assert ("Methane high" in page) is is_there


def test_an_alarm_is_defined_and_enabled_only_with_its_reasons(alarm: Alarm) -> None:
    officer, stream = signed_in("officer"), alarm.stream
    form = {"title_en": "Methane very high", "condition": "hihi", "limit": "40", "priority": "1", "cause": "leak"}
    made = officer.post(reverse("console:alarm_define", args=[stream.uid]), form)
    definition = Definition.objects.get(condition="hihi")
    assert made.url == reverse("console:alarm_definition", args=[definition.alarm.uid])
    switch = reverse("console:alarm_switch", args=[definition.alarm.uid])
    refused = officer.post(switch, {"to": "on"})
    assert refused.status_code == 422
    assert "consequence, response, time to respond" in refused.content.decode()
    more = form | {"consequence": "fire", "response": "close the valve", "time_to_respond": "600"}
    officer.post(made.url, more)
    assert officer.post(switch, {"to": "on"}).status_code == 302
    definition.refresh_from_db()
    assert (definition.is_enabled, definition.time_to_respond) == (True, timedelta(minutes=10))


def test_what_is_no_number_is_refused_in_the_form_and_nothing_typed_is_lost(alarm: Alarm) -> None:
    form = {"title_en": "Methane low", "condition": "lo", "limit": "twenty"}
    answer = signed_in("officer").post(reverse("console:alarm_define", args=[alarm.stream.uid]), form)
    assert answer.status_code == 422
    assert "&#x27;twenty&#x27; is no number" in answer.content.decode()
    assert 'value="Methane low"' in answer.content.decode()


def test_one_alarm_and_a_group_leave_as_valid_cap(alarm: Alarm) -> None:
    officer = signed_in("officer")
    one = officer.get(reverse("console:alarm_cap", args=[alarm.uid]))
    group = officer.get(reverse("console:alarms_cap"), {"priority": "1"})
    for answer in (one, group):
        assert answer["Content-Type"] == "application/cap+xml"
        assert faults_of(answer.content) == []
        assert b"<severity>Extreme</severity>" in answer.content
        assert b"<status>Exercise</status>" in answer.content  # the stream is marked as simulated
    assert officer.get(reverse("console:alarms_cap"), {"priority": "4"}).status_code == 422


def test_a_cap_message_follows_the_alarm_from_alert_to_cancel(alarm: Alarm) -> None:
    officer, address = signed_in("officer"), reverse("console:alarm_cap", args=[alarm.uid])
    assert b"<msgType>Alert</msgType>" in officer.get(address).content
    officer.post(reverse("console:alarms_acknowledge"), {"alarm": alarm.uid})
    update = officer.get(address).content
    assert b"<msgType>Update</msgType>" in update
    now = timezone.now()
    plant.report(alarm.stream, 1.0, at=now)
    plant.turn(now)
    cancel = officer.get(address).content
    assert b"<msgType>Cancel</msgType>" in cancel
    assert b"<urgency>Past</urgency>" in cancel
    assert faults_of(update) + faults_of(cancel) == []


def test_an_unknown_alarm_is_not_found(alarm: Alarm) -> None:
    officer = signed_in("officer")
    nowhere = "00000000-0000-7000-8000-000000000000"
    assert officer.get(reverse("console:alarm", args=[nowhere])).status_code == 404
    assert officer.post(reverse("console:alarms_acknowledge"), {"alarm": nowhere}).status_code == 404
    assert officer.post(reverse("console:alarm_do", args=[alarm.uid, "explode"])).status_code == 404


def test_the_health_page_names_floods_chatter_and_who_calls_most(alarm: Alarm) -> None:
    """Twelve calls within a minute are a flood and chatter; one alarm made all of them."""
    begun = timezone.now() - timedelta(minutes=20)
    again = plant.enabled(plant.detector(name="flow"), title=Text("流量", "Flow high"))
    plant.report(again.stream, *[value for _ in range(12) for value in (30.0, 1.0)], at=begun)
    plant.turn(begun + timedelta(minutes=1))
    page = signed_in("officer").get(reverse("console:alarm_health"), {"hours": "8", "operators": "2"})
    assert page.context["found"].calls == 13
    assert page.context["found"].per_operator_hour == pytest.approx(13 / 8 / 2)
    assert [flood["alarms"] for flood in page.context["floods"]] == [12]
    assert [one.pk for one in page.context["chattering"]] == [again.pk]
    assert page.context["worst"][0][0].pk == again.pk
    assert "Flow high" in page.content.decode()


def test_the_health_page_of_a_quiet_day_says_so(city: None) -> None:
    page = signed_in("viewer").get(reverse("console:alarm_health"), {"hours": "x", "operators": "0"}).content.decode()
    assert "No alarm called in this span" in page
