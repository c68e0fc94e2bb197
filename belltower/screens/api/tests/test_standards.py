# SPDX-License-Identifier: Apache-2.0
"""Findings and activities over the API: listed, explained in one answer, recorded; each enterprise its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from belltower.core.access.rules import RECORD, VIEW
from belltower.core.places.kinds import register
from belltower.core.standards.tests.lit_street import CLEANED, dim
from belltower.kernel.packs import Register
from belltower.screens.api.tests.scene import Street

pytestmark = pytest.mark.django_db


def told(answer: Any, status: int = 200) -> Any:
    assert answer.status_code == status, answer.content
    return answer.json()


def test_a_finding_is_listed_and_explained_in_one_answer(
    bureau: Client, as_token: Callable[..., Client], street: Street
) -> None:
    finding = dim(street.lamp, datetime.now(UTC))
    for query in ("", "state=open", "clause=poles.bright_enough", "kind=street_light", "grade=general", "area=430405"):
        [listed] = told(bureau.get(f"/api/v1/findings?{query}"))["items"]
        assert listed["uid"] == str(finding.uid), query
    for query in ("state=closed", "outcome=unknown", "grade=major", "document=poles.other"):
        assert told(bureau.get(f"/api/v1/findings?{query}"))["items"] == [], query
    why = told(bureau.get(f"/api/v1/findings/{finding.uid}/explain"))
    assert why["finding"] == listed
    assert why["text"] == {"zh": "够亮。", "en": "It is bright enough."}
    assert why["values"]["least"] in (40, 60)
    assert why["check"] == {"kind": "attribute", "where": "height > 3", "holds": "wattage >= least"}
    assert why["source"] == {"document": "Order 7", "clause": "1", "seen": "2026-08-01", "verified": "unverified"}
    assert listed["evidence"]["fields"] == {"height": 8, "wattage": 20}
    assert listed["party"]["key"] == street.light.key
    assert street.light.title.en in why["because"]["en"]
    assert why["rectify_within"] == "working P5D"
    gas = as_token(VIEW, party=street.gas)
    assert told(gas.get("/api/v1/findings"))["items"] == []
    told(gas.get(f"/api/v1/findings/{finding.uid}/explain"), 404)
    [document] = told(gas.get("/api/v1/standards"))["items"]
    assert document["clauses"] == ["poles.bright_enough"]
    [clause] = told(gas.get("/api/v1/clauses?on=2026-01-01&clause=poles.bright_enough"))["items"]
    assert (clause["state"], clause["number"]) == ("in_force", 1)
    assert told(gas.get("/api/v1/clauses?on=2019-12-31"))["items"] == []


def test_activities_are_recorded_once_and_what_cannot_be_is_told(
    as_token: Callable[..., Client], street: Street, settings: Any
) -> None:
    packs = (replace(one, activities=(CLEANED,)) if one.name == "poles" else one for one in register().packs)
    settings.BELLTOWER_REGISTER = Register(tuple(packs))
    light, gas = (as_token(VIEW, RECORD, party=one) for one in (street.light, street.gas))
    now = datetime.now(UTC)
    good = {
        "activity": "light_cleaned",
        "subject": street.lamp.key,
        "at": (now - timedelta(hours=1)).isoformat(),
        "fields": {"thoroughly": True},
    }
    bad = [
        {**good, "subject": "L-99"},
        {**good, "at": (now + timedelta(hours=1)).isoformat()},
        {**good, "activity": "light_painted"},
        {**good, "fields": {"thorough": True}},
        {**good, "by": "nobody"},
    ]
    given = {"activities": [good, *bad], "source": "tests"}
    answer = told(light.post("/api/v1/activities", given, content_type="application/json"))
    assert (answer["recorded"], answer["known"]) == (1, 0)
    codes = {one["at"]: one["code"] for one in answer["refused"]}
    assert codes == {1: "bad_activity", 2: "bad_activity", 3: "unknown_activity", 4: "unknown_field", 5: "bad_activity"}
    again = told(light.post("/api/v1/activities", {"activities": [good]}, content_type="application/json"))
    assert (again["recorded"], again["known"]) == (0, 1)
    [one] = told(light.get("/api/v1/activities"))["items"]
    assert (one["asset"]["key"], one["fields"]) == (street.lamp.key, {"thoroughly": True})
    hidden = told(gas.post("/api/v1/activities", {"activities": [good]}, content_type="application/json"))
    assert (hidden["recorded"], hidden["refused"][0]["code"]) == (0, "bad_activity")
    assert told(gas.get("/api/v1/activities"))["items"] == []
