# SPDX-License-Identifier: Apache-2.0
"""A file sent through the API, from proposal to the rows kept aside; and what stands near a point."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from belltower.core.access.rules import Verb
from belltower.core.places.actions import loads
from belltower.core.places.models import Asset, Load
from belltower.screens.api.tests.scene import BY, LAT, LON, Street

pytestmark = pytest.mark.django_db
LAMPS = f"""编号,经度,纬度,权属单位,瓦数
L-7,{LON},{LAT},城市照明,70
L-8,{LON},{LAT},城市照明,100
L-9,{LON},{LAT},城市照明,bright
"""


def send(client: Client, text: str = LAMPS) -> Any:
    return client.post("/api/v1/loads", {"file": SimpleUploadedFile("路灯.csv", text.encode())})


def order(client: Client, uid: str, **order: Any) -> Any:
    return client.post(f"/api/v1/loads/{uid}/run", order, content_type="application/json")


def test_a_file_is_sent_proposed_loaded_and_its_rest_fetched(bureau: Client, street: Street) -> None:
    sent = send(bureau)
    assert sent.status_code == 201
    uid = sent.json()["uid"]
    proposal = bureau.post(f"/api/v1/loads/{uid}/propose?target=street_light").json()
    assert proposal["mapping"]["columns"]["编号"] == {"to": "key"}
    proposal["mapping"]["columns"]["瓦数"] = {"to": "field.wattage", "unit": "W"}
    job = order(bureau, uid, mapping=proposal["mapping"])
    assert (job.status_code, job.json()["state"]) == (202, "waiting")
    assert bureau.get(f"/api/v1/jobs/{job.json()['uid']}").json()["work"] == "places.load"

    loads.run(Load.objects.get(uid=uid), by=BY)
    report = bureau.get(f"/api/v1/loads/{uid}").json()["report"]
    assert (report["created"], report["kept_aside"]) == (2, 1)
    assert Asset.objects.filter(key="L-7").exists()
    [kept] = bureau.get(f"/api/v1/loads/{uid}/kept-aside").json()["items"]
    assert kept["row"]["编号"] == "L-9"
    rest = bureau.get(f"/api/v1/loads/{uid}/kept-aside.csv")
    assert rest["Content-Type"].startswith("text/csv")
    assert "L-9" in b"".join(rest.streaming_content).decode()


def test_without_a_mapping_the_proposed_one_is_taken(bureau: Client, street: Street) -> None:
    uid = send(bureau).json()["uid"]
    assert order(bureau, uid, is_dry_run=True).status_code == 202
    assert bureau.get(f"/api/v1/loads/{uid}").json()["target"] == "street_light"


def test_a_file_that_cannot_be_read_is_refused_and_not_swallowed(bureau: Client, street: Street) -> None:
    uid = send(bureau, "\0\1\2").json()["uid"]
    answer = bureau.post(f"/api/v1/loads/{uid}/propose")
    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"] == "application/problem+json"


def test_a_mapping_that_does_not_fit_the_file_is_refused(bureau: Client, street: Street) -> None:
    uid = send(bureau).json()["uid"]
    mapping = {"target": "street_light", "columns": {"number": {"to": "key"}}}
    assert order(bureau, uid, mapping=mapping).json()["code"] == "missing_columns"


def test_files_are_for_who_may_load(as_token: Callable[..., Client], street: Street) -> None:
    assert send(as_token(Verb.VIEW)).status_code == 403
    assert send(as_token(Verb.LOAD, party=street.gas)).status_code == 403
    assert send(as_token(Verb.LOAD)).status_code == 201


def test_the_nearest_come_first_and_only_what_is_within_reach(bureau: Client, street: Street) -> None:
    here = {"lon": LON, "lat": LAT}
    found = bureau.get("/api/v1/assets/nearest", here).json()["items"]
    assert [one["key"] for one in found] == ["L-1", "S-1"]
    assert found[0]["distance_m"] == pytest.approx(0, abs=0.01)
    assert 95 < found[1]["distance_m"] < 103  # a thousandth of a degree of longitude at 26.9° N is 99.4 m
    within = bureau.get("/api/v1/assets/within", {**here, "metres": 50}).json()["items"]
    assert [one["key"] for one in within] == ["L-1"]
    assert bureau.get("/api/v1/assets/nearest", {**here, "kind": "city_station"}).json()["items"][0]["key"] == "S-1"


def test_nothing_of_another_owner_is_near(as_token: Callable[..., Client], street: Street) -> None:
    near = as_token(Verb.VIEW, party=street.gas).get("/api/v1/assets/nearest", {"lon": LON, "lat": LAT}).json()
    assert [one["key"] for one in near["items"]] == ["S-1"]
