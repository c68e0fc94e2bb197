# SPDX-License-Identifier: Apache-2.0
"""The public client of another server (frost-sta-client) works unchanged against the gateway as it is really served."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import frost_sta_client as sta
import geojson
import jsonpatch
import pytest
import requests
from django.conf import settings

from belltower.core.observations.models import Count, KeptAside

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@pytest.fixture(scope="module")
def served(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The root of SensorThings at a gateway process in open mode, on this run's database."""
    place, port, home = settings.DATABASES["default"], _free_port(), tmp_path_factory.mktemp("gateway")
    environment = {
        **os.environ,
        "DATABASE_URL": f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST'].replace('/', '%2F')}",
        "BELLTOWER_HOME": str(home),
    }
    arguments = ["gateway", "--host", "127.0.0.1", "--port", str(port), "--open"]
    with (home / "log").open("w") as log:
        running = subprocess.Popen(
            [sys.executable, "-m", "belltower.project.serve", *arguments], env=environment, stdout=log, stderr=log
        )
        root = f"http://127.0.0.1:{port}/sta/v1.1"
        try:
            _wait_for(root, running, home / "log")
            yield root
        finally:
            running.terminate()
            running.wait(20)


@pytest.fixture
def address(served: str, transactional_db: None) -> str:
    """The same, emptied after each test."""
    return served


def _wait_for(root: str, running: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert running.poll() is None, log.read_text()
        try:
            if requests.get(root, timeout=5).status_code == 200:
                return
        except requests.ConnectionError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.fixture
def service(address: str) -> Any:
    return sta.SensorThingsService(address)


def _pump() -> Any:
    thing = sta.Thing(name="Pump", description="a pump", properties={"floor": 3})
    roof = sta.Location(
        name="Roof", description="the roof", encoding_type="application/geo+json", location=geojson.Point((8, 51))
    )
    thing.locations = sta.model.ext.entity_list.EntityList("frost_sta_client.model.location.Location", [roof])
    return thing


def _stream(thing: Any) -> Any:
    return sta.Datastream(
        name="Temperature",
        description="of the pump",
        observation_type="http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        unit_of_measurement=sta.UnitOfMeasurement(name="degree Celsius", symbol="°C", definition="ucum:Cel"),
        observed_property=sta.ObservedProperty(name="T", definition="http://example.org/t", description="t"),
        sensor=sta.Sensor(name="PT100", description="r", encoding_type="text/plain", metadata="none"),
        thing=thing,
    )


def test_what_is_created_is_answered_as_it_is_read(address: str, service: Any) -> None:
    """By the short way of plain numbers too, which reads nothing back."""
    thing = _pump()
    service.create(thing)
    stream = _stream(thing)
    service.create(stream)
    here = {"Datastream": {"@iot.id": stream.id}}
    for given in (
        {"result": 21.5, "phenomenonTime": "2026-03-01T00:00:00.250Z", **here},
        {"result": 7, "phenomenonTime": "2026-03-01T08:00:00+08:00", "resultTime": "2026-03-01T00:00:01Z", **here},
        {"result": "wet", "phenomenonTime": "2026-03-01T00:00:00Z/2026-03-01T01:00:00Z", **here},
    ):
        made = requests.post(f"{address}/Observations", json=given, timeout=20)
        assert made.status_code == 201
        assert made.json() == requests.get(made.headers["Location"], timeout=20).json()


def test_the_client_creates_reads_filters_changes_and_deletes(service: Any) -> None:
    thing = _pump()
    service.create(thing)
    stream = _stream(thing)
    service.create(stream)
    fetched = service.datastreams().find(stream.id)
    for hour in range(5):
        service.create(sta.Observation(phenomenon_time=f"2026-03-01T0{hour}:00:00Z", result=hour, datastream=fetched))
    again = service.datastreams().find(stream.id)  # with times and an area of its own by now
    service.create(sta.Observation(phenomenon_time="2026-03-01T05:00:00Z", result=5, datastream=again))
    assert again.phenomenon_time == "2026-03-01T00:00:00Z/2026-03-01T04:00:00Z"

    found = service.observations().query().filter("result ge 2").orderby("phenomenonTime", "desc").top(2).count().list()
    assert found.count == 4
    assert [each.result for each in found] == [5, 4, 3, 2]  # through its next page

    things = service.things().query().expand("Datastreams($select=name,id),Locations").list()
    (one,) = things.entities
    assert one.properties == {"floor": 3}
    assert [each.name for each in one.datastreams] == ["Temperature"]
    assert [each.name for each in one.get_datastreams().query().list()] == ["Temperature"]

    one.name = "Fan"
    service.update(one)
    service.patch(one, jsonpatch.JsonPatch([{"op": "add", "path": "/properties/room", "value": "b"}]))
    one = service.things().find(one.id)
    assert (one.name, one.properties) == ("Fan", {"floor": 3, "room": "b"})

    service.delete(one)
    assert service.observations().query().list().entities == []
    with pytest.raises(requests.HTTPError, match="404"):
        service.things().find(one.id)


def test_the_client_sends_a_data_array(service: Any) -> None:
    thing = _pump()
    service.create(thing)
    stream = _stream(thing)
    service.create(stream)
    value = sta.model.ext.data_array_value.DataArrayValue()
    value.components = [value.Property.PHENOMENON_TIME, value.Property.RESULT]
    value.datastream = stream
    for hour in range(3):
        value.add_observation(
            sta.Observation(phenomenon_time=f"2026-03-01T0{hour}:00:00Z", result=hour, datastream=stream)
        )
    document = sta.model.ext.data_array_document.DataArrayDocument()
    document.add_data_array_value(value)
    made = service.observations().create(document)
    assert len({each.self_link for each in made}) == 3
    assert len(service.observations().query().list().entities) == 3


def test_what_is_wrong_is_said_with_a_status_and_a_message(address: str) -> None:
    assert requests.get(f"{address}/Things(1)", timeout=10).status_code == 404
    wrong = requests.get(f"{address}/Things?$filter=name eq", timeout=10)
    assert (wrong.status_code, wrong.headers["content-type"]) == (400, "application/problem+json")
    assert wrong.json()["message"]
    assert requests.post(f"{address}/Things", data=b"{", timeout=10).status_code == 400
    assert requests.delete(f"{address}/Things", timeout=10).status_code == 405
    for query in ("$top=-1", "$orderby=nothing", "$expand=Nothing", "$select=nothing", "$count=maybe", "nonsense=1"):
        assert requests.get(f"{address}/Things?{query}", timeout=10).status_code == 400, query


def test_what_is_received_is_stored_or_kept_aside_and_the_count_closes(address: str) -> None:
    body = {"name": "Pump", "description": "p", "Locations": [{
        "name": "Roof", "description": "r", "encodingType": "application/geo+json",
        "location": {"type": "Point", "coordinates": [8, 51]}}]}  # fmt: skip
    thing = requests.post(f"{address}/Things", json=body, timeout=30).json()["@iot.id"]
    described = {
        "name": "T", "description": "t", "observationType": "x", "unitOfMeasurement": {"name": "a", "symbol": "b", "definition": "c"},
        "Sensor": {"name": "s", "description": "s", "encodingType": "text/plain", "metadata": "m"},
        "ObservedProperty": {"name": "o", "description": "o", "definition": "http://example.org"},
    }  # fmt: skip
    stream = requests.post(f"{address}/Things({thing})/Datastreams", json=described, timeout=30).json()["@iot.id"]
    observations = f"{address}/Datastreams({stream})/Observations"
    good = [
        {"result": 1.5},
        {"result": 1.5},
        {"result": "wet"},
        {"result": 7, "phenomenonTime": "2026-03-01T00:00:00Z"},
    ]
    bad = [b'{"result": NaN}', b'{"result": 1', b"\xff\xfe", b"{}", b'{"result": 1, "phenomenonTime": "1970-01-01T00:00:00Z"}',
           b'{"result": 1, "phenomenonTime": "2100-01-01T00:00:00Z"}', b'{"result": 1e999}']  # fmt: skip
    links = {requests.post(observations, json=each, timeout=30).headers["location"] for each in good}
    assert len(links) == len(good)
    assert [requests.post(observations, data=each, timeout=30).status_code for each in bad] == [400] * len(bad)
    block = {"Datastream": {"@iot.id": stream}, "components": ["phenomenonTime", "result"],
             "dataArray": [["2026-03-01T00:00:00Z", 1], ["yesterday", 2]]}  # fmt: skip
    told = requests.post(f"{address}/CreateObservations", json=[block], timeout=30).json()
    assert [each.startswith("error") for each in told] == [False, True]
    counted = [
        sum(getattr(each, name) for each in Count.objects.filter(source="open"))
        for name in ("received", "stored", "duplicates", "refused")
    ]
    assert counted == [len(good) + len(bad) + 2, len(good) + 1, 0, len(bad) + 1]
    assert KeptAside.objects.filter(source="open").count() == len(bad) + 1


def test_a_batch_refers_to_what_it_made_itself(address: str) -> None:
    body = {
        "requests": [
            {"id": "pump", "atomicityGroup": "a", "method": "post", "url": "Things",
             "body": {"name": "Pump", "description": "p"}},
            {"id": "roof", "atomicityGroup": "a", "method": "post", "url": "$pump/Locations",
             "body": {"name": "Roof", "description": "r", "encodingType": "application/geo+json",
                      "location": {"type": "Point", "coordinates": [8, 51]}}},
            {"id": "2", "method": "get", "url": "Things?$filter=name%20eq%20'Pump'&$expand=Locations"},
            {"id": "3", "atomicityGroup": "b", "method": "post", "url": "Things", "body": {"name": "Fan", "description": "f"}},
            {"id": "4", "atomicityGroup": "b", "method": "post", "url": "Things", "body": {"name": "half"}},
        ]
    }  # fmt: skip
    answers = requests.post(f"{address}/$batch", json=body, timeout=30).json()["responses"]
    assert [each["status"] for each in answers] == [201, 201, 200, 400, 400]
    assert answers[2]["body"]["value"][0]["Locations"][0]["name"] == "Roof"
    assert [each["name"] for each in requests.get(f"{address}/Things", timeout=10).json()["value"]] == ["Pump"]


def test_a_batch_of_parts_is_answered_in_parts(address: str) -> None:
    thing = '{"name":"New","description":"Thing"}'
    body = "\r\n".join([
        "--b", "Content-Type: multipart/mixed;boundary=c", "",
        "--c", "Content-Type: application/http", "Content-ID: 1", "",
        "POST /sta/v1.1/Things HTTP/1.1", "Content-Type: application/json", "", thing,
        "--c--",
        "--b", "Content-Type: application/http", "", "GET Things?$select=name HTTP/1.1", "", "",
        "--b", "Content-Type: application/http", "", "GET Things(9999999) HTTP/1.1", "", "",
        "--b--",
    ])  # fmt: skip
    answer = requests.post(
        f"{address}/$batch", data=body, headers={"Content-Type": "multipart/mixed;boundary=b"}, timeout=30
    )
    assert answer.headers["content-type"].startswith("multipart/mixed; boundary=")
    for said in ("HTTP/1.1 201 Created", "Content-ID: 1", 'value":[{"name":"New"}]', "HTTP/1.1 404 Not Found"):
        assert said in answer.text
