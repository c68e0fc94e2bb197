# SPDX-License-Identifier: Apache-2.0
"""Observations of closed days are asked, counted, changed and deleted by SensorThings as if they had never been moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from belltower.core.observations.lake import manifest
from belltower.core.observations.lake.tests.ponds import FIRST, close
from belltower.core.observations.models import Latest, Revision
from belltower.core.places.scope import NOTHING
from belltower.edges.sensorthings import archived
from belltower.edges.sensorthings.errors import BadQuery, NoSuchEntity
from belltower.edges.sensorthings.server import alone
from belltower.edges.sensorthings.service import Asked
from tests.conformance.test_sensorthings import BASE, CALLER, ask, get, place, post, stream, thing

pytestmark = pytest.mark.django_db(transaction=True)
DAYS = [FIRST + timedelta(days=n) for n in range(4)]
CLOSED = DAYS[:2]


@pytest.fixture(autouse=True)
def _lake(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.BELLTOWER_LAKE = tmp_path / "lake"
    yield
    with connection.cursor() as cursor:  # days are no rows: no flush takes them away
        cursor.execute("SELECT test_as_owner(format('DROP TABLE %I', 'observations_reading_' || to_char(d, 'YYYYMMDD')))"
                       " FROM observations_hot_days() d WHERE d < '2026-11-20'")  # fmt: skip


def _instants(day: date) -> Iterator[str]:
    for hour in range(0, 24, 3):
        yield f"{day.isoformat()}T{hour:02}:00:00Z"


@pytest.fixture
def told() -> dict[str, int]:
    """Two Datastreams of a Thing with five days of numbers, texts, intervals and equal instants."""
    key = post("Things", thing(Locations=[place()], Datastreams=[stream(), stream(name="Level")]))
    one, two = sorted(each["@iot.id"] for each in get(f"Things({key})/Datastreams")["value"])
    rows = [[at, n * 10.0 + m] for n, day in enumerate(DAYS) for m, at in enumerate(_instants(day))]
    numbers = {"Datastream": {"@iot.id": one}, "components": ["phenomenonTime", "result"], "dataArray": rows}
    told = [[at, "high" if m % 2 else m, at] for day in DAYS for m, at in enumerate(_instants(day))]
    others = {
        "Datastream": {"@iot.id": two},
        "components": ["phenomenonTime", "result", "resultTime"],
        "dataArray": told,
    }
    made = ask("POST", "CreateObservations", [numbers, others]).body
    for day in DAYS:
        body = {"phenomenonTime": f"{day}T09:00:00Z/{day}T10:30:00Z", "result": 5.5, "parameters": {"run": day.day}}
        feature = {"name": "Well", "description": "-", "encodingType": "application/geo+json",
                   "feature": {"type": "Point", "coordinates": [1.0, 2.0]}}  # fmt: skip
        well = (
            feature
            if day == DAYS[0]
            else {"@iot.id": get("FeaturesOfInterest?$filter=name eq 'Well'")["value"][0]["@iot.id"]}
        )
        post(f"Datastreams({one})/Observations", {**body, "FeatureOfInterest": well})
    first = int(made[0].rpartition("(")[2][:-1])
    return {"thing": key, "one": one, "two": two, "first": first}


def _close() -> None:
    for day in CLOSED:
        assert close(day)
    assert not set(CLOSED) & set(manifest.hot_days())


QUESTIONS = (
    "Observations", "Observations?$count=true&$top=3", "Observations?$orderby=phenomenonTime desc&$top=7&$skip=30",
    "Observations?$orderby=phenomenonTime asc,result desc&$top=9", "Observations?$orderby=result desc&$top=9",
    "Observations?$orderby=result asc&$top=200", "Observations?$orderby=resultTime desc&$top=50",
    "Observations?$orderby=resultTime asc,result desc&$top=50", "Observations?$orderby=id desc&$top=5&$skip=40",
    "Observations?$orderby=Datastream/name,parameters/run desc&$top=60", "Observations?$top=0&$count=true",
    "Observations?$filter=result gt 20 and result le 31&$count=true", "Observations?$filter=result eq 'high'&$count=true",
    "Observations?$filter=phenomenonTime ge 2026-11-11T06:00:00Z and phenomenonTime lt 2026-11-12T09:00:00Z&$count=true",
    "Observations?$filter=2026-11-11T09:00:00Z eq phenomenonTime", "Observations?$filter=id le {first} or id eq 1",
    "Observations?$filter=during(phenomenonTime,2026-11-10T09:00:00Z/2026-11-12T00:00:00Z)&$count=true",
    "Observations?$filter=phenomenonTime gt 2026-11-11T00:00:00Z/2026-11-12T00:00:00Z&$count=true",
    "Observations?$filter=phenomenonTime lt now() sub duration'P1D' and result lt -1&$count=true",
    "Observations?$filter=phenomenonTime gt mindatetime()&$count=true", "Observations?$filter=resultTime le 2026-11-11&$count=true",
    "Observations?$filter=resultTime ge 2026-11-12T15:00:00Z&$count=true", "Observations?$filter=parameters/run eq 11",
    "Observations?$filter=Datastream/name eq 'Level' and not (result eq 'high')&$count=true",
    "Observations?$filter=Datastream/id eq {one} and hour(phenomenonTime) eq 9&$count=true",
    "Observations?$filter=FeatureOfInterest/name eq 'Well'&$count=true", "Observations?$resultFormat=dataArray&$count=true",
    "Observations?$filter=Datastream/Thing/id eq {thing} and result ge 40&$select=result,id&$orderby=phenomenonTime desc",
    "Datastreams({one})/Observations?$count=true&$expand=FeatureOfInterest,Datastream($select=name)",
    "Datastreams({one})/Observations?$orderby=phenomenonTime desc&$top=1", "Datastreams({two})/Observations/$ref?$top=3",
    "Datastreams({one})/Observations?$filter=overlaps(phenomenonTime,2026-11-11T10:00:00Z/2026-11-11T12:00:00Z)&$count=true",
    "Datastreams?$select=name,phenomenonTime&$expand=Observations($top=2)", "Datastreams?$select=name,phenomenonTime&$expand=Observations($top=30;$orderby=phenomenonTime desc)",
    "Datastreams?$select=name,phenomenonTime&$expand=Observations($orderby=result desc;$top=3;$count=true)", "Datastreams({one})/Thing",
    "Datastreams?$select=name,phenomenonTime&$expand=Observations($filter=phenomenonTime gt 2026-11-11T09:00:00Z;$count=true;$top=2;$skip=1)",
    "Datastreams?$select=name,phenomenonTime&$expand=Observations($filter=result gt 12;$count=true;$top=2)", "Observations({first})/Datastream/Thing",
    "Things?$expand=Datastreams($select=name,phenomenonTime;$expand=Observations($count=true;$top=1))", "Observations({first})/FeatureOfInterest",
    "FeaturesOfInterest?$expand=Observations($count=true;$top=4)", "Observations({first})", "Observations({first})/result/$value",
    "Observations({first})/phenomenonTime", "Datastreams({one})/Observations({first})", "Observations({first})?$expand=Datastream($select=name,phenomenonTime)",
)  # fmt: skip


def test_every_question_has_the_answer_that_it_had_before_days_were_closed(
    told: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [each.format(**told) for each in QUESTIONS]
    before = {each: get(each) for each in questions}
    _close()
    for question, answer in before.items():
        assert get(question) == answer, question
    monkeypatch.setattr(archived, "_PASSED_OVER", 0)  # days that are counted rather than read
    for question in (each for each in questions if "$skip" in each):
        assert get(question) == before[question], question
    _is_paged_once()
    _is_hidden_from_strangers(told)
    monkeypatch.setattr(archived, "MOST", 20)
    with pytest.raises(BadQuery, match="narrow it"):
        get("Observations?$filter=parameters/run eq 11")
    assert get("Observations?$top=2")["value"]


def _is_paged_once() -> None:
    ids, link = [], f"{BASE}/Observations?$top=7&$orderby=phenomenonTime desc"
    while link:
        page = get(link.removeprefix(f"{BASE}/").replace("%20", " "))
        ids += [each["@iot.id"] for each in page["value"]]
        link = page.get("@iot.nextLink", "")
    assert len(ids) == len(set(ids)) == 68


def _is_hidden_from_strangers(told: dict[str, int]) -> None:
    stranger = replace(CALLER, scope=NOTHING, source="stranger")
    seen = alone(Asked("GET", "Observations", "$count=true&$orderby=id", base=BASE), stranger).body
    assert seen == {"@iot.count": 0, "value": []}
    with pytest.raises(NoSuchEntity):
        alone(Asked("GET", f"Observations({told['first']})", base=BASE), stranger)


def test_what_lies_in_the_lake_is_changed_by_laying_a_revision_over_it(told: dict[str, int]) -> None:
    _close()
    body = {"phenomenonTime": "2026-11-10T00:00:00Z", "result": 1.0}
    again = ask("POST", f"Datastreams({told['one']})/Observations", body, x_upsert="phenomenonTime")
    assert (again.status, again.body["@iot.id"], again.body["result"]) == (200, told["first"], 1)
    key = told["first"]
    path = f"Observations({key})"
    assert ask("PATCH", path, {"result": 99.5}).body["result"] == 99.5
    assert Revision.objects.filter(reading=key, what="changed").count() == 2  # the upsert was one
    assert [each["@iot.id"] for each in get("Observations?$filter=result gt 99")["value"]] == [key]
    assert ask("PATCH", path, {"result": "broken", "parameters": {"why": "frost"}}).body["parameters"] == {
        "why": "frost"
    }
    assert get(path)["result"] == "broken"
    assert get("Observations?$filter=result eq 'broken'&$count=true")["@iot.count"] == 1
    moved = ask("PATCH", path, {"phenomenonTime": "2026-11-13T23:00:00Z", "Datastream": {"@iot.id": told["two"]}}).body
    assert moved["phenomenonTime"] == "2026-11-13T23:00:00Z"
    newest = get(f"Datastreams({told['two']})/Observations?$orderby=phenomenonTime desc&$top=1")["value"]
    assert [each["@iot.id"] for each in newest] == [key]
    assert get(f"Datastreams({told['one']})/Observations?$count=true")["@iot.count"] == 35
    before = get(path)
    assert close(DAYS[0])  # the revision goes into the file, and the reading to where it is now
    assert get(path) == before


def test_what_lies_in_the_lake_is_deleted_by_laying_a_tombstone_over_it(told: dict[str, int]) -> None:
    _close()
    key = told["first"]
    ask("DELETE", f"Observations({key})")
    with pytest.raises(NoSuchEntity):
        ask("GET", f"Observations({key})")
    assert get("Observations?$count=true")["@iot.count"] == 67
    assert Revision.objects.filter(reading=key, what="deleted").exists()
    assert get(f"Datastreams({told['one']})")["phenomenonTime"] == "2026-11-10T03:00:00Z/2026-11-13T21:00:00Z"
    (well,) = get("FeaturesOfInterest?$filter=name eq 'Well'")["value"]
    ask("DELETE", f"FeaturesOfInterest({well['@iot.id']})")
    assert get(f"Datastreams({told['one']})/Observations?$count=true")["@iot.count"] == 31
    # The newest is found in the lake when all later ones are deleted.
    for each in get(f"Datastreams({told['one']})/Observations?$filter=phenomenonTime ge {DAYS[2]}T00:00:00Z")["value"]:
        ask("DELETE", f"Observations({each['@iot.id']})")
    newest = Latest.objects.get(stream=told["one"])
    assert (newest.at.isoformat(), newest.value) == ("2026-11-11T21:00:00+00:00", 17.0)
