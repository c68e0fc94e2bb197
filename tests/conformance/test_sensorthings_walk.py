# SPDX-License-Identifier: Apache-2.0
"""Every entity set by the same walk: made, read by each way, refused without what is mandatory, changed, replaced, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from belltower.edges.sensorthings.errors import BadEntity, NoSuchEntity, NotHere
from tests.conformance.test_sensorthings import BASE, ask, get, place, post, stream, thing

pytestmark = pytest.mark.django_db
# Each set with what it leads to: the name, the set, and whether there are many (18-088, tables 2 to 14).
NAVIGATIONS: dict[str, dict[str, tuple[str, bool]]] = {
    "Things": {"Locations": ("Locations", True), "Datastreams": ("Datastreams", True),
               "HistoricalLocations": ("HistoricalLocations", True)},
    "Locations": {"Things": ("Things", True), "HistoricalLocations": ("HistoricalLocations", True)},
    "HistoricalLocations": {"Locations": ("Locations", True), "Thing": ("Things", False)},
    "Datastreams": {"Thing": ("Things", False), "Sensor": ("Sensors", False),
                    "ObservedProperty": ("ObservedProperties", False), "Observations": ("Observations", True)},
    "Sensors": {"Datastreams": ("Datastreams", True)},
    "ObservedProperties": {"Datastreams": ("Datastreams", True)},
    "Observations": {"Datastream": ("Datastreams", False), "FeatureOfInterest": ("FeaturesOfInterest", False)},
    "FeaturesOfInterest": {"Observations": ("Observations", True)},
}  # fmt: skip


@pytest.fixture
def ids() -> dict[str, int]:
    """An entity of each set, that belong together, with all properties that they can have."""
    properties = {"properties": {"floor": 3}}
    described = stream(**properties)
    described["Sensor"] |= properties
    described["ObservedProperty"] |= properties
    made = {"Things": post("Things", thing(Locations=[place() | properties], Datastreams=[described], **properties))}
    seen = {
        "result": 7, "phenomenonTime": "2026-03-01T00:00:00Z", "resultTime": "2026-03-01T00:00:01Z", "resultQuality": "good",
        "validTime": "2026-03-01T00:00:00Z/2026-03-02T00:00:00Z", "parameters": {"k": 1},
    }  # fmt: skip
    made["Datastreams"] = get(f"Things({made['Things']})/Datastreams")["value"][0]["@iot.id"]
    made["Observations"] = post(f"Datastreams({made['Datastreams']})/Observations", seen)
    for name in NAVIGATIONS:
        made[name] = made.get(name) or get(name)["value"][0]["@iot.id"]
    return made


def bodies(ids: dict[str, int]) -> dict[str, tuple[dict[str, Any], set[str]]]:
    """A body of each set, linked to what there is, and what of it may be left out."""
    links = {name: {"@iot.id": key} for name, key in ids.items()}
    feature = {"feature" if name == "location" else name: value for name, value in place().items()}
    sensor = {"Sensor": links["Sensors"], "ObservedProperty": links["ObservedProperties"], "Thing": links["Things"]}
    seen = {"result": 1, "phenomenonTime": "2026-03-01T01:00:00Z", "Datastream": links["Datastreams"]}
    return {
        "Things": (thing(), set()),
        "Locations": (place(), set()),
        "HistoricalLocations": (
            {"time": "2026-02-01T00:00:00Z", "Thing": links["Things"], "Locations": [links["Locations"]]}, set()),
        "Datastreams": (stream(**sensor), set()),
        "Sensors": (stream()["Sensor"], set()),
        "ObservedProperties": (stream()["ObservedProperty"], set()),
        "Observations": ({**seen, "FeatureOfInterest": links["FeaturesOfInterest"]}, {"phenomenonTime", "FeatureOfInterest"}),
        "FeaturesOfInterest": (feature, set()),
    }  # fmt: skip


def test_each_is_read_by_every_property_and_every_way_to_others(ids: dict[str, int]) -> None:
    for name, key in ids.items():
        here = get(f"{name}({key})")
        assert here in get(name)["value"]
        assert here["@iot.selfLink"] == f"{BASE}/{name}({key})"
        for property_, value in here.items():
            if "@" not in property_:
                assert get(f"{name}({key})/{property_}") == {property_: value}
                raw = get(f"{name}({key})/{property_}/$value")
                assert raw == value or str(value) in str(raw), f"{name}/{property_}"
                assert get(f"{name}?$select={property_}&$orderby={property_} desc&$top=1")["value"][0].keys() == {
                    property_
                }
        for way, (target, many) in NAVIGATIONS[name].items():
            assert f"{way}@iot.navigationLink" in here
            there, link = get(f"{name}({key})/{way}"), get(f"{name}({key})/{way}/$ref")
            first = there["value"][0] if many else there
            assert (link["value"][0] if many else link) == {"@iot.selfLink": first["@iot.selfLink"]}
            assert first["@iot.selfLink"] == f"{BASE}/{target}({ids[target]})"
            assert get(f"{name}({key})?$expand={way}")[way] == (there["value"] if many else there)
            for further in NAVIGATIONS[target]:
                short = get(f"{name}({key})?$expand={way}/{further}")
                assert short == get(f"{name}({key})?$expand={way}($expand={further})")
                assert further in (short[way][0] if many else short[way])
            if many:
                options = "$filter=id gt 0;$orderby=id desc;$top=0;$skip=0;$count=true;$select=id"
                assert get(f"{name}({key})?$expand={way}({options})")[f"{way}@iot.count"] == 1


def test_each_is_made_only_whole_and_changed_replaced_and_deleted(ids: dict[str, int]) -> None:
    for name, (body, may_lack) in bodies(ids).items():
        for part in body.keys() - may_lack:
            with pytest.raises(BadEntity):
                ask("POST", name, {key: value for key, value in body.items() if key != part})
        key, (changed, *_) = post(name, body), body
        path, new = f"{name}({key})", {"time": "2026-02-03T00:00:00Z", "result": 99}.get(changed, "changed")
        for method, given, after in (
            ("PATCH", {changed: new}, new),
            ("PUT", body, body[changed]),
            ("PATCH", [{"op": "replace", "path": f"/{changed}", "value": new}], new),
        ):
            kind = {"content_type": "application/json-patch+json"} if isinstance(given, list) else {}
            assert ask(method, path, given, **kind).status == 200
            assert get(path)[changed] == after, f"{method} {name}"
        for way in NAVIGATIONS[name]:
            with pytest.raises(BadEntity):
                ask("PATCH", path, {way: [{"name": "inside"}] if NAVIGATIONS[name][way][1] else {"name": "inside"}})
        assert ask("DELETE", path).status in (200, 204)
        for method in ("GET", "PATCH", "PUT", "DELETE"):
            with pytest.raises(NoSuchEntity):
                ask(method, path, body)
        for method in ("PATCH", "PUT", "DELETE"):
            with pytest.raises(NotHere):
                ask(method, name, body)
