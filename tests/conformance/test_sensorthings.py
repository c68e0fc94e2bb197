# SPDX-License-Identifier: Apache-2.0
"""SensorThings 1.1 by its requirements: what is created is read back, linked, changed and deleted as the standard says."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from belltower.core.places.scope import EVERYTHING, NOTHING
from belltower.edges.sensorthings.errors import BadEntity, BadQuery, NoSuchEntity, NotHere
from belltower.edges.sensorthings.server import alone
from belltower.edges.sensorthings.service import Answer, Asked, Caller
from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotAllowed

pytestmark = pytest.mark.django_db
CALLER = Caller(Actor.system("open"), EVERYTHING, "open")
BASE = "http://here/sta/v1.1"


def ask(method: str, path: str, body: Any = None, **headers: str) -> Answer:
    """One request at the service, without a server."""
    path, _, query = path.partition("?")
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return alone(Asked(method, path, query, body, given, BASE), CALLER)


def get(path: str) -> Any:
    return ask("GET", path).body


def post(path: str, body: Any, **headers: str) -> int:
    """The id of what was created."""
    made = ask("POST", path, body, **headers)
    assert made.status == 201
    assert made.headers["Location"] == made.body["@iot.selfLink"]
    assert made.body == get(made.body["@iot.selfLink"].removeprefix(f"{BASE}/"))
    return int(made.body["@iot.id"])


def thing(name: str = "Pump", **more: Any) -> dict[str, Any]:
    return {"name": name, "description": f"{name}, described", **more}


def place(lon: float = 8.0, lat: float = 51.0, name: str = "Roof") -> dict[str, Any]:
    shape = {"type": "Point", "coordinates": [lon, lat]}
    return {"name": name, "description": name, "encodingType": "application/geo+json", "location": shape}


def stream(**more: Any) -> dict[str, Any]:
    return {
        "name": "Temperature", "description": "of the pump",
        "observationType": "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement",
        "unitOfMeasurement": {"name": "degree Celsius", "symbol": "°C", "definition": "ucum:Cel"},
        "ObservedProperty": {"name": "T", "definition": "http://example.org/t", "description": "t"},
        "Sensor": {"name": "PT100", "description": "r", "encodingType": "text/plain", "metadata": "none"},
        **more,
    }  # fmt: skip


@pytest.fixture
def pump() -> dict[str, int]:
    """A Thing at a place with a Datastream and three Observations."""
    key = post("Things", thing(Locations=[place()], Datastreams=[stream()]))
    (made,) = get(f"Things({key})/Datastreams")["value"]
    at = made["@iot.id"]
    for hour in range(3):
        post(f"Datastreams({at})/Observations", {"phenomenonTime": f"2026-03-01T0{hour}:00:00Z", "result": hour})
    return {"thing": key, "stream": at}


def test_the_root_names_eight_sets_and_what_it_conforms_to() -> None:
    root = get("")
    assert {each["name"] for each in root["value"]} == {
        "Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors", "ObservedProperties", "Observations",
        "FeaturesOfInterest",
    }  # fmt: skip
    assert any(each.endswith("/deep-insert") for each in root["serverSettings"]["conformance"])


def test_what_is_inserted_deeply_can_be_walked_from_both_ends(pump: dict[str, int]) -> None:
    (observation, *_) = get(f"Things({pump['thing']})/Datastreams({pump['stream']})/Observations")["value"]
    key = observation["@iot.id"]
    assert get(f"Observations({key})/Datastream/Thing")["@iot.id"] == pump["thing"]
    assert get(f"Observations({key})/FeatureOfInterest")["feature"] == place()["location"]
    assert get(f"Datastreams({pump['stream']})/Sensor/name") == {"name": "PT100"}
    assert get(f"Datastreams({pump['stream']})/Sensor/name/$value") == "PT100"
    assert get(f"Things({pump['thing']})/Locations/$ref")["value"][0].keys() == {"@iot.selfLink"}
    assert len(get(f"Things({pump['thing']})/HistoricalLocations")["value"]) == 1


def test_a_datastream_tells_when_and_where_it_observed(pump: dict[str, int]) -> None:
    made = get(f"Datastreams({pump['stream']})")
    assert made["phenomenonTime"] == "2026-03-01T00:00:00Z/2026-03-01T02:00:00Z"
    assert made["observedArea"] == place()["location"]
    assert "resultTime" not in made


def test_a_result_time_that_was_not_given_is_null(pump: dict[str, int]) -> None:
    (first, *_) = get(f"Datastreams({pump['stream']})/Observations")["value"]
    assert first["resultTime"] is None
    key = post(f"Datastreams({pump['stream']})/Observations", {"result": 1, "resultTime": "2026-03-01T05:00:00+08:00"})
    assert get(f"Observations({key})")["resultTime"] == "2026-02-28T21:00:00Z"
    assert get(f"Observations({key})")["phenomenonTime"]


@pytest.mark.parametrize("result", [True, "forty two", {"a": [1, None]}, [1.5, "x"], None, 1.23, 8, -0.5, 10**20])
def test_any_result_comes_back_as_it_was(pump: dict[str, int], result: Any) -> None:
    key = post(f"Datastreams({pump['stream']})/Observations", {"result": result})
    assert get(f"Observations({key})")["result"] == result
    assert type(get(f"Observations({key})")["result"]) is type(result)


def test_intervals_quality_and_parameters_come_back(pump: dict[str, int]) -> None:
    body = {
        "phenomenonTime": "2026-03-02T00:00:00Z/2026-03-02T01:00:00Z", "result": 5, "resultQuality": {"code": "a"},
        "validTime": "2026-03-02T00:00:00Z/2026-03-03T00:00:00.5Z", "parameters": {"low": True},
    }  # fmt: skip
    key = post(f"Datastreams({pump['stream']})/Observations", body)
    found = get(f"Observations({key})")
    assert {name: found[name] for name in body} == {
        **body,
        "validTime": "2026-03-02T00:00:00Z/2026-03-03T00:00:00.500Z",
    }


def test_equal_instants_are_two_observations(pump: dict[str, int]) -> None:
    body = {"phenomenonTime": "2026-03-01T00:00:00Z", "result": 7}
    first, second = (post(f"Datastreams({pump['stream']})/Observations", body) for _ in range(2))
    assert first != second
    assert ask("GET", "Observations?$count=true&$top=0").body["@iot.count"] == 5


def test_a_thing_that_moves_has_a_history_and_new_features(pump: dict[str, int]) -> None:
    old = {each["@iot.id"] for each in get("FeaturesOfInterest")["value"]}
    elsewhere = post("Locations", place(9.0, 52.0, "Yard"))
    ask("PATCH", f"Things({pump['thing']})", {"Locations": [{"@iot.id": elsewhere}]})
    assert [each["name"] for each in get(f"Things({pump['thing']})/Locations")["value"]] == ["Yard"]
    assert len(get(f"Things({pump['thing']})/HistoricalLocations")["value"]) == 2
    key = post(f"Datastreams({pump['stream']})/Observations", {"result": 3})
    assert get(f"Observations({key})/FeatureOfInterest")["@iot.id"] not in old
    first = get(f"Datastreams({pump['stream']})/Observations?$orderby=phenomenonTime&$top=1")["value"][0]
    assert get(f"Observations({first['@iot.id']})/FeatureOfInterest")["@iot.id"] in old
    assert get(f"Datastreams({pump['stream']})")["observedArea"]["type"] == "LineString"


def test_a_second_thing_at_the_same_place_shares_its_feature(pump: dict[str, int]) -> None:
    (at,) = get(f"Things({pump['thing']})/Locations")["value"]
    other = post("Things", thing("Fan", Locations=[{"@iot.id": at["@iot.id"]}], Datastreams=[stream()]))
    (made,) = get(f"Things({other})/Datastreams")["value"]
    post(f"Datastreams({made['@iot.id']})/Observations", {"result": 1})
    assert len(get("FeaturesOfInterest")["value"]) == 1


def test_a_later_historical_location_moves_the_thing_and_an_earlier_one_does_not(pump: dict[str, int]) -> None:
    yard, gate = post("Locations", place(9, 52, "Yard")), post("Locations", place(10, 53, "Gate"))
    link = {"Thing": {"@iot.id": pump["thing"]}}
    post("HistoricalLocations", {"time": "2100-01-01T00:00:00Z", "Locations": [{"@iot.id": yard}], **link})
    post("HistoricalLocations", {"time": "2001-01-01T00:00:00Z", "Locations": [{"@iot.id": gate}], **link})
    assert [each["name"] for each in get(f"Things({pump['thing']})/Locations")["value"]] == ["Yard"]


def test_an_observation_without_a_feature_of_a_thing_that_is_nowhere_is_refused() -> None:
    key = post("Things", thing(Datastreams=[stream()]))
    (made,) = get(f"Things({key})/Datastreams")["value"]
    with pytest.raises(BadEntity, match="Location"):
        post(f"Datastreams({made['@iot.id']})/Observations", {"result": 1})


def test_a_change_merges_and_a_put_replaces(pump: dict[str, int]) -> None:
    key = pump["thing"]
    ask("PATCH", f"Things({key})", {"properties": {"floor": 3}})
    found = get(f"Things({key})")
    assert (found["name"], found["properties"]) == ("Pump", {"floor": 3})
    ask("PUT", f"Things({key})", thing("Fan"))
    found = get(f"Things({key})")
    assert found["name"] == "Fan"
    assert "properties" not in found
    assert ask("GET", f"Things({key})/properties").status == 204


def test_an_observation_is_changed_and_its_datastream_follows(pump: dict[str, int]) -> None:
    (first, *_) = get(f"Datastreams({pump['stream']})/Observations?$orderby=result desc")["value"]
    path = f"Datastreams({pump['stream']})/Observations({first['@iot.id']})"
    assert ask("PATCH", path, {"phenomenonTime": "2026-03-05T00:00:00Z"}).body["result"] == 2
    assert get(f"Datastreams({pump['stream']})")["phenomenonTime"].endswith("2026-03-05T00:00:00Z")
    assert ask("PATCH", path, {"result": None}).body["result"] is None
    assert ask("PUT", path, {"result": "wet"}).body["result"] == "wet"


def test_a_json_patch_does_as_it_says(pump: dict[str, int]) -> None:
    patch = [{"op": "add", "path": "/properties/floor", "value": 4}, {"op": "replace", "path": "/name", "value": "Fan"}]
    ask("PATCH", f"Things({pump['thing']})", patch, content_type="application/json-patch+json")
    found = get(f"Things({pump['thing']})")
    assert (found["name"], found["properties"]) == ("Fan", {"floor": 4})


def test_a_change_may_not_bring_new_entities_inside(pump: dict[str, int]) -> None:
    with pytest.raises(BadEntity):
        ask("PATCH", f"Things({pump['thing']})", {"Datastreams": [stream()]})


def test_deleting_takes_along_what_the_standard_says(pump: dict[str, int]) -> None:
    (sensor,) = get("Sensors")["value"]
    assert ask("DELETE", f"Sensors({sensor['@iot.id']})").status == 200
    assert get("Datastreams")["value"] == get("Observations")["value"] == []
    assert len(get("Things")["value"]) == 1
    ask("DELETE", f"Things({pump['thing']})")
    assert get("HistoricalLocations")["value"] == get("Things")["value"] == []
    assert len(get("Locations")["value"]) == 1


def test_deleting_observations_leaves_a_datastream_that_observed_nothing(pump: dict[str, int]) -> None:
    for each in get("Observations")["value"]:
        ask("DELETE", f"Observations({each['@iot.id']})")
    assert "phenomenonTime" not in get(f"Datastreams({pump['stream']})")


def test_deleting_a_feature_takes_its_observations(pump: dict[str, int]) -> None:
    (feature,) = get("FeaturesOfInterest")["value"]
    ask("DELETE", f"FeaturesOfInterest({feature['@iot.id']})")
    assert get("Observations")["value"] == []
    post(f"Datastreams({pump['stream']})/Observations", {"result": 1})


@pytest.mark.parametrize(
    "path",
    [
        "Nothing",
        "Things(9223372036854775807)",
        "Things(0)",
        "Things('a')",
        "Things/name",
        "Things(99999999999999999999)",
    ],
)
def test_what_is_not_there_is_not_found(pump: dict[str, int], path: str) -> None:
    with pytest.raises(NoSuchEntity):
        get(path)


def test_a_path_by_a_thing_that_it_does_not_belong_to_is_not_found(pump: dict[str, int]) -> None:
    other = post("Things", thing("Fan"))
    for method in ("GET", "POST"):
        with pytest.raises(NoSuchEntity):
            ask(method, f"Things({other})/Datastreams({pump['stream']})/Observations", {"result": 1})


@pytest.mark.parametrize(
    ("method", "path"), [("DELETE", "Things"), ("PATCH", "Things"), ("POST", ""), ("GET", "CreateObservations")]
)
def test_a_method_that_an_address_does_not_take_is_refused(method: str, path: str) -> None:
    with pytest.raises(NotHere):
        ask(method, path, {})


@pytest.mark.parametrize(
    "missing", ["name", "description", "observationType", "unitOfMeasurement", "Sensor", "ObservedProperty"]
)
def test_a_datastream_without_what_is_mandatory_is_refused(pump: dict[str, int], missing: str) -> None:
    body = {name: value for name, value in stream().items() if name != missing}
    with pytest.raises(BadEntity, match=missing):
        post(f"Things({pump['thing']})/Datastreams", body)


def test_a_refused_deep_insert_leaves_nothing_behind() -> None:
    with pytest.raises(BadEntity):
        post("Things", thing(Locations=[place()], Datastreams=[stream(Sensor={"name": "half"})]))
    assert get("Things")["value"] == get("Locations")["value"] == get("ObservedProperties")["value"] == []


def test_posting_again_with_a_key_makes_no_second(pump: dict[str, int]) -> None:
    body = thing("Valve", properties={"key": "valve-7"}, Locations=[place(name="Cellar")])
    first = post("Things", body)
    again = ask("POST", "Things", {**body, "description": "new"})
    assert (again.status, again.body["@iot.id"]) == (200, first)
    assert get(f"Things({first})")["description"] == "new"


def test_a_client_that_runs_again_with_x_upsert_makes_no_duplicates() -> None:
    times = [{"phenomenonTime": f"2026-03-01T0{hour}:00:00Z", "result": hour} for hour in range(4)]
    body = thing(Locations=[place()], Datastreams=[stream(Observations=times)])
    for _ in range(2):
        assert ask("POST", "Things", body, x_upsert="name").status in (200, 201)
    counts = {
        name: get(f"{name}?$count=true")["@iot.count"]
        for name in ("Things", "Locations", "Datastreams", "Sensors", "Observations", "HistoricalLocations")
    }
    assert counts == {
        "Things": 1,
        "Locations": 1,
        "Datastreams": 1,
        "Sensors": 1,
        "Observations": 4,
        "HistoricalLocations": 1,
    }


def test_an_x_upsert_that_names_no_property_is_refused() -> None:
    with pytest.raises(BadQuery, match="nothing"):
        ask("POST", "Things", thing(), x_upsert="nothing")


def test_a_data_array_answers_for_each_row(pump: dict[str, int]) -> None:
    (feature,) = get("FeaturesOfInterest")["value"]
    body = [{
        "Datastream": {"@iot.id": pump["stream"]},
        "components": ["phenomenonTime", "result", "FeatureOfInterest/id"], "dataArray@iot.count": 2,
        "dataArray": [["2026-03-04T10:20:00-07:00", 20, feature["@iot.id"]], ["2026-03-04T10:21:00-07:00", 30, "none"], ["2026-03-04T10:22:00-07:00", 31, 10**12]],
    }]  # fmt: skip
    made = ask("POST", "CreateObservations", body)
    assert made.status == 201
    assert [each.startswith("error") for each in made.body] == [False, True, True]
    assert get(made.body[0].removeprefix(BASE + "/"))["result"] == 20


def test_observations_are_read_as_a_data_array(pump: dict[str, int]) -> None:
    found = get(
        "Observations?$resultFormat=dataArray&$count=true&$top=2&$select=result,phenomenonTime&$orderby=result desc"
    )
    assert found["@iot.count"] == 3
    assert "$skip=2" in found["@iot.nextLink"]
    (block,) = found["value"]
    assert block["components"] == ["phenomenonTime", "result"]
    assert block["dataArray"] == [["2026-03-01T02:00:00Z", 2], ["2026-03-01T01:00:00Z", 1]]


def test_who_sees_no_asset_sees_no_thing_and_may_describe_none(pump: dict[str, int]) -> None:
    stranger = replace(CALLER, scope=NOTHING, source="stranger")
    for path in ("Things", "Datastreams", "Observations", "FeaturesOfInterest", "Locations", "Sensors"):
        assert alone(Asked("GET", path, base=BASE), stranger).body["value"] == []
    with pytest.raises(NoSuchEntity):
        alone(Asked("GET", f"Datastreams({pump['stream']})/Observations", base=BASE), stranger)
    with pytest.raises(NoSuchEntity):
        alone(Asked("POST", f"Datastreams({pump['stream']})/Observations", body={"result": 1}, base=BASE), stranger)
    with pytest.raises(NotAllowed):
        alone(Asked("POST", "Things", body=thing(), base=BASE), stranger)
    with pytest.raises(NotAllowed):
        alone(Asked("POST", "Observations", body={"result": 1}, base=BASE), replace(CALLER, may_write=False))


SAMPLES = Path("payloads") / "sensorthings_samples"


def test_the_samples_of_an_other_server_post_and_read_back(data: Path) -> None:
    body = json.loads((data / SAMPLES / "istsos4" / "entitiesDefault.json").read_text())
    key = post("Things", body)
    found = get(
        f"Things({key})?$expand=Locations,Datastreams($expand=Sensor,ObservedProperty,Observations;$orderby=name)"
    )
    assert found["properties"] == body["properties"]
    assert found["Locations"][0]["location"] == body["Locations"][0]["location"]
    for made, sent in zip(found["Datastreams"], body["Datastreams"], strict=True):
        assert made["unitOfMeasurement"] == sent["unitOfMeasurement"]
        assert made["Sensor"]["metadata"] == sent["Sensor"]["metadata"]
        assert [each["result"] for each in made["Observations"]] == [each["result"] for each in sent["Observations"]]
