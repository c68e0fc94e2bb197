# SPDX-License-Identifier: Apache-2.0
"""Alarms over the API: listed as they stand, answered as at the desk, and told why; each enterprise its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client

from belltower.core.access.actions import grant
from belltower.core.access.models import RoleName, User
from belltower.core.access.rules import ANSWER_ALARMS, EXPORT, VIEW
from belltower.core.alarms.models import Alarm, Condition
from belltower.core.alarms.tests.plant import detector, enabled, report, turn
from belltower.screens.api.tests.scene import BY, Street

pytestmark = pytest.mark.django_db
Caller = Callable[..., Client]


@pytest.fixture
def raised(street: Street) -> Alarm:
    """The lamp's gas detector is too high since a minute ago; the station's is not."""
    high = enabled(detector(street.lamp))
    enabled(detector(street.valve, name="elsewhere"), Condition.LO, priority=3)
    now = datetime.now(UTC)
    report(high.stream, 50.0, at=now - timedelta(minutes=1))
    turn(now)
    return high


@pytest.fixture
def desk(li: User) -> User:
    """Li answers alarms."""
    grant(li, RoleName.DESK, valid_from=date(2024, 1, 1), why="test", by=BY)
    return li


def told(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def do(client: Client, alarm: Alarm, what: str, **more: Any) -> Any:
    body = {"what": what, **more}
    return client.post(f"/api/v1/alarms/{alarm.uid}/commands", body, content_type="application/json")


def test_the_list_is_narrowed_by_state_priority_kind_and_area(bureau: Client, raised: Alarm) -> None:
    def keys(query: str) -> list[str]:
        return [one["asset"]["key"] for one in told(bureau.get(f"/api/v1/alarms?{query}"))["items"]]

    assert keys("") == ["L-1", "S-1"]
    for query in (
        "state=unacknowledged",
        "priority=1",
        "condition=hi",
        "kind=street_light",
        "raised_since=2026-01-01T00:00:00Z",
    ):
        assert keys(query) == ["L-1"], query
    assert keys("state=normal&state=shelved&priority=3") == ["S-1"]
    assert keys("area=430405") == ["L-1", "S-1"]
    assert told(bureau.get("/api/v1/alarms?area=999999"), 404)["code"] == "not_found"
    first = told(bureau.get("/api/v1/alarms?limit=1"))
    rest = told(bureau.get(f"/api/v1/alarms?limit=1&cursor={first['next']}"))
    assert (first["items"][0]["asset"]["key"], rest["items"][0]["asset"]["key"], rest["next"]) == ("L-1", "S-1", None)


def test_an_alarm_is_answered_shelved_and_taken_back_and_its_life_tells(bureau: Client, raised: Alarm) -> None:
    one = told(bureau.get(f"/api/v1/alarms/{raised.uid}"))
    assert (one["state"], one["value"], one["stream"]["unit"]) == ("unacknowledged", 50.0, "%LEL")
    assert one["may"] == ["acknowledge", "shelve", "out_of_service", "comment", "assign"]
    assert told(do(bureau, raised, "acknowledge", note="seen"), 201)["state"] == "acknowledged"
    until = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    assert told(do(bureau, raised, "shelve", until=until, note="a calibration"), 201)["state"] == "shelved"
    assert told(do(bureau, raised, "unshelve"), 201)["state"] == "unacknowledged"
    told(do(bureau, raised, "comment", note="the inspector is there"), 201)
    life = told(bureau.get(f"/api/v1/alarms/{raised.uid}/transitions"))["items"]
    assert [each["after"] for each in life] == ["unacknowledged", "shelved", "acknowledged", "unacknowledged"]
    done = told(bureau.get(f"/api/v1/alarms/{raised.uid}/commands"))["items"]
    assert [(each["what"], each["note"]) for each in done] == [
        ("comment", "the inspector is there"), ("unshelve", ""), ("shelve", "a calibration"), ("acknowledge", "seen"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "more", "status", "code"),
    [
        ("shelve", {}, 422, "alarm_shelved_without_reason"),
        ("unshelve", {}, 409, "alarm_command_not_allowed"),
        ("comment", {"note": " "}, 422, "alarm_comment_empty"),
        ("assign", {"to": "nobody-there"}, 422, "alarm_assignee_unknown"),
        ("suppress", {}, 422, "invalid_request"),
    ],
)
def test_what_is_not_fair_is_refused(
    bureau: Client, raised: Alarm, what: str, more: dict[str, str], status: int, code: str
) -> None:
    assert told(do(bureau, raised, what, **more), status)["code"] == code


def test_an_alarm_is_given_to_somebody_who_may_answer_it(bureau: Client, raised: Alarm, desk: User) -> None:
    assert told(do(bureau, raised, "assign", to="li"), 201)["assigned_to"] == str(desk.uid)
    assert len(told(bureau.get(f"/api/v1/alarms?assigned_to={desk.uid}"))["items"]) == 1
    assert told(do(bureau, raised, "assign"), 201)["assigned_to"] is None


def test_why_it_is_there_is_read_with_its_spans_in_seconds(bureau: Client, raised: Alarm) -> None:
    address = f"/api/v1/alarm-definitions/{raised.definition.uid}"
    one = told(bureau.get(address))
    assert (one["limit"], one["deadband"], one["time_to_respond_s"], one["alarm"]) == (
        20.0,
        2.0,
        600.0,
        str(raised.uid),
    )
    assert one["cause"] == "燃气泄漏 A leak of gas"
    assert told(bureau.get(f"/api/v1/alarm-definitions?stream={raised.stream.uid}"))["items"] == [one]
    assert told(bureau.get("/api/v1/alarm-definitions?is_enabled=false"))["items"] == []


def test_the_message_for_other_systems_is_linked_once_it_was_raised(bureau: Client, raised: Alarm) -> None:
    linked = [one["cap"] for one in told(bureau.get("/api/v1/alarms"))["items"]]
    assert linked[1] is None
    answer = bureau.get(linked[0])
    assert answer["Content-Type"] == "application/cap+xml"
    assert ElementTree.fromstring(answer.content).findtext("{*}msgType") == "Alert"
    other = Alarm.objects.exclude(pk=raised.pk).get()
    assert bureau.get(f"/api/v1/alarms/{other.uid}/cap").status_code == 422


def test_an_enterprise_answers_its_own_alarms_and_knows_of_no_others(
    as_token: Caller, street: Street, raised: Alarm
) -> None:
    light, gas = (as_token(VIEW, EXPORT, ANSWER_ALARMS, party=one) for one in (street.light, street.gas))
    assert [one["asset"]["key"] for one in told(gas.get("/api/v1/alarms"))["items"]] == ["S-1"]
    for address in ("", "/transitions", "/commands", "/cap"):
        assert told(gas.get(f"/api/v1/alarms/{raised.uid}{address}"), 404)["code"] == "not_found"
    assert do(gas, raised, "acknowledge").status_code == 404
    assert told(do(light, raised, "acknowledge"), 201)["state"] == "acknowledged"
    assert do(as_token(VIEW), raised, "comment", note="x").status_code == 403
