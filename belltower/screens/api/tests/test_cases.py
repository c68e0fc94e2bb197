# SPDX-License-Identifier: Apache-2.0
"""Cases over the API: rows that the database writes keep the promised shape; an enterprise lists what it reported itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from belltower.core.access.rules import REPORT_CASES, VIEW, Verb
from belltower.core.cases.acting import everywhere
from belltower.core.cases.actions import Draft, advance, remark, report
from belltower.core.cases.models import Case
from belltower.core.cases.steps import Told
from belltower.core.cases.table import ENDED, OPEN, State, Step, holder_of
from belltower.kernel.texts import Text
from belltower.screens.api.case_shapes import CasePage
from belltower.screens.api.tests.scene import BY, Street

pytestmark = pytest.mark.django_db
BUREAU = everywhere(BY, Verb)
NOW = datetime(2026, 11, 24, 2, 0, 0, 120, tzinfo=UTC)
ODD = 'a "b" \\ \n\t\x01 灯 <script> \u2028'


def made(street: Street, state: State, before: str = "", *, is_given: bool = True) -> Case:
    """A case that stands so, as a row: which ways lead there is another test's."""
    case = report(
        Draft(ODD, asset=street.lamp, party=street.light if is_given else None, title=Text("灯")),
        acting=BUREAU,
        now=NOW,
    )
    at = NOW.replace(microsecond=0) if state in ENDED else None
    Case.objects.filter(pk=case.pk).update(state=state, before=before, ended_at=at, due_at=NOW + timedelta(hours=1))
    return case


def listed(client: Client, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"/api/v1/cases?limit=1000&{query}")
    assert answer.status_code == 200, answer.content
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_every_state_is_told_in_the_promised_shape(street: Street, bureau: Client) -> None:
    pairs = [(state, before) for state in State for before in ("", State.IN_PROGRESS, State.FILED)]
    for state, before in pairs:
        made(street, state, before)
    plain = Case.objects.get(pk=made(street, State.REPORTED, is_given=False).pk)
    Case.objects.filter(pk=plain.pk).update(asset=None, area=None, parent=Case.objects.earliest("pk"), due_at=None)
    answer = bureau.get("/api/v1/cases?limit=1000")
    page = CasePage.model_validate_json(answer.content, strict=True)
    assert page.model_dump(mode="json") == answer.json()
    *rest, alone = reversed(page.items)
    for (state, before), told in zip(pairs, rest, strict=True):
        holder = holder_of(state, State(before) if before else None, 1)
        assert told.is_with_desk == (state not in ENDED and holder is None), (state, before)
        assert (told.text, told.state, told.ended_at is None) == (ODD.strip(), state, state not in ENDED)
        assert (told.asset.key, told.party.key, told.area) == ("L-1", "light", "430405")  # type: ignore[union-attr]
        assert told.reported_at == NOW
    assert (alone.asset, alone.party, alone.area, alone.due_at) == (None, None, None, None)
    assert (alone.parent, alone.is_with_desk) == (Case.objects.earliest("pk").number, True)
    assert bureau.get(f"/api/v1/cases/{plain.number}").json() == answer.json()["items"][0]


def test_lists_are_the_newest_first_by_every_filter(street: Street, bureau: Client) -> None:
    cases = [made(street, state) for state in State]
    numbers = [one.number for one in reversed(cases)]
    assert [one["number"] for one in listed(bureau)] == numbers
    first = bureau.get("/api/v1/cases?limit=5").json()
    second = bureau.get(f"/api/v1/cases?limit=5&cursor={first['next']}").json()
    assert [one["number"] for one in first["items"] + second["items"]] == numbers[:10]
    assert {one["state"] for one in listed(bureau, "open=true")} == set(OPEN)
    assert {one["state"] for one in listed(bureau, "open=false")} == set(ENDED)
    assert {one["state"] for one in listed(bureau, "state=closed&state=filed")} == {"closed", "filed"}
    assert {one["state"] for one in listed(bureau, "state=closed&open=true")} == set()
    Case.objects.filter(state=State.FILED).update(due_at=datetime(2020, 1, 1, tzinfo=UTC), kind="light_out")
    Case.objects.exclude(state=State.FILED).update(due_at=None)
    assert {one["state"] for one in listed(bureau, "overdue=true")} == {"filed"}
    assert len(listed(bureau, "overdue=false")) == len(cases) - 1
    assert {one["state"] for one in listed(bureau, "kind=light_out&stage=filing")} == {"filed"}
    assert len(listed(bureau, f"area=430400&party={street.light.uid}&source=desk&grade=none")) == len(cases)
    assert listed(bureau, f"party={street.gas.uid}") == listed(bureau, "area=430405&kind=full_bin") == []
    assert bureau.get("/api/v1/cases?cursor=").status_code == 422


def test_an_enterprise_lists_what_it_reported_and_nobody_else_does(
    street: Street, bureau: Client, as_token: Callable[..., Client]
) -> None:
    """Who must put it right is another enterprise: neither reads of the other what is not theirs."""
    gas, light = (as_token(VIEW, REPORT_CASES, party=one) for one in (street.gas, street.light))
    told = gas.post("/api/v1/cases", {"text": "路灯压住阀井", "kind": "light_out"}, "application/json")
    assert told.status_code == 201
    number = told.json()["number"]
    assert [one["number"] for one in listed(gas)] == [number]
    assert listed(light) == []
    case = advance(Case.objects.get(number=number), Step.FILE, acting=BUREAU, now=datetime.now(UTC))
    case = advance(case, Step.DISPATCH, Told(party_id=street.light.pk), acting=BUREAU, now=datetime.now(UTC))
    remark(case, "for who puts it right", acting=BUREAU, now=datetime.now(UTC))
    assert [one["state"] for one in listed(gas, "open=true")] == ["dispatched"]
    assert [one["number"] for one in listed(light)] == [number]
    for client, steps, remarks in ((gas, 0, 0), (light, 3, 1)):
        assert len(client.get(f"/api/v1/cases/{number}/steps").json()["items"]) == steps
        assert len(client.get(f"/api/v1/cases/{number}/remarks").json()["items"]) == remarks
    assert "gas" not in light.get(f"/api/v1/cases/{number}").content.decode()
    taken = gas.post(f"/api/v1/cases/{number}/steps", {"step": "take"}, "application/json")
    assert taken.status_code in (403, 409)
