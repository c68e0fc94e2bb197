# SPDX-License-Identifier: Apache-2.0
"""Samples of other people's suites, one by one: what they hold is read back, and what they lack is told.

Those of ets-sta10 were written before entities had to have a name (18-088, tables 2 to 14): it is put in, and without it they
are refused by that word.
"""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from belltower.edges.sensorthings.errors import BadEntity
from tests.conformance.test_sensorthings import ask, get, place, post, stream, thing

pytestmark = pytest.mark.django_db
FOLDERS = {
    "thing": "Things", "locations": "Locations", "sensors": "Sensors", "observedproperties": "ObservedProperties",
    "foi": "FeaturesOfInterest", "datastreams": "Things({thing})/Datastreams", "observations": "Datastreams({stream})/Observations",
}  # fmt: skip
# What is wrong with a sample once everything has a name, as the refusal says it.
LACKS = {
    "datastreams/1": "Sensor", "datastreams/2": "Sensor", "datastreams/4": "Sensor", "datastreams/linkedThing": "Sensor",
    "datastreams/linkedObservedProperty": "Sensor", "datastreams/linkedSensor": "ObservedProperty", "thing/2": "Locations",
    "thing/3": "Locations", "foi/missingEncodingType": "encodingType",
}  # fmt: skip
NAMELESS = {"Observations", "HistoricalLocations"}


def sample(file: Path, ids: dict[str, int]) -> Any:
    """What the file holds; where it says $THING-ID and the like stands the id of one that is there."""
    text = re.sub(r"\$([A-Z]+)[-_]ID", lambda found: str(ids[found[1]]), file.read_text(encoding="utf-8"))
    return json.loads(text)


def named(body: Any, entity: str) -> Any:
    """The body with a name where an entity lacks one, also inside."""
    if not isinstance(body, dict):
        return body
    inside = {
        key: [named(one, key) for one in value] if isinstance(value, list) else named(value, key)
        for key, value in body.items()
        if key[0].isupper()
    }
    if entity == "Datastreams":
        body = {key: value for key, value in body.items() if key != "resultTime"}  # it is that of its Observations
    is_linked = "id" in body
    return {**({} if entity in NAMELESS or is_linked else {"name": "a name"}), **body, **inside}


def expansion(body: dict[str, Any]) -> str:
    """The $expand that shows all that the body holds."""
    parts = []
    for key, value in body.items():
        if key[0].isupper():
            deeper = expansion(value if isinstance(value, dict) else {k: v for one in value for k, v in one.items()})
            parts.append(f"{key}($expand={deeper})" if deeper else key)
    return ",".join(parts)


def differs(sent: Any, found: Any, where: str = "") -> str:
    """Where what was sent is not found again, or nothing. What is linked has the id; lists hold it in some place."""
    if isinstance(sent, dict):
        if isinstance(found, dict) and "id" in sent:
            return "" if found.get("@iot.id") == sent["id"] else f"{where}/id"
        if not isinstance(found, dict):
            return where
        return next(filter(None, (differs(value, found.get(key), f"{where}/{key}") for key, value in sent.items())), "")
    if isinstance(sent, list) and isinstance(found, list):
        return next((f"{where}[{n}]" for n, one in enumerate(sent) if all(differs(one, has) for has in found)), "")
    if sent == "" and found is None:
        return ""  # an empty text of a unit is none
    same = re.sub(r"\.0+Z", "Z", sent) if isinstance(sent, str) else sent
    return "" if same == found else where


def test_each_sample_of_the_suite_is_read_back_or_refused_by_what_it_lacks(data: Path) -> None:
    pump = post("Things", thing(Locations=[place()], Datastreams=[stream()]))
    (own,) = get(f"Things({pump})/Datastreams?$expand=Sensor,ObservedProperty")["value"]
    observation = post(f"Datastreams({own['@iot.id']})/Observations", {"result": 1})
    ids = {
        "THING": pump, "DATASTREAM": own["@iot.id"], "SENSOR": own["Sensor"]["@iot.id"],
        "OBSERVEDPROPERTY": own["ObservedProperty"]["@iot.id"], "OBSPROP": own["ObservedProperty"]["@iot.id"],
        "FOI": get(f"Observations({observation})/FeatureOfInterest")["@iot.id"],
    }  # fmt: skip
    folder, wrong, read = data / "payloads" / "sensorthings_samples" / "ets-sta10" / "JSON entities", [], 0
    for kind, path in FOLDERS.items():
        for file in sorted((folder / kind).glob("*.json")):
            what, body = f"{kind}/{file.stem}", sample(file, ids)
            if what == "observations/dataArray":
                continue
            address, complete = (
                path.format(thing=pump, stream=own["@iot.id"]),
                named(body, path.partition("/")[2] or path),
            )
            if complete != body:
                with pytest.raises(BadEntity, match=r"name is missing|缺少 name|缺少"):
                    ask("POST", address, body)
            try:
                made = ask("POST", address, complete)
            except BadEntity as refused:
                if LACKS.get(what, "nothing") not in str(refused):
                    wrong.append(f"{what}: {refused}")
                continue
            complete.pop(
                "Thing", None
            ) if kind == "locations" else None  # a Location has Things; what is none of its is left
            shown = expansion(complete)
            where = made.headers["Location"].partition("v1.1/")[2] + (f"?$expand={shown}" if shown else "")
            fault, read = differs(complete, get(where)), read + 1
            if fault or what in LACKS:
                wrong.append(f"{what}: {fault or 'was not refused'}")
    assert not wrong, "\n".join(wrong)
    assert read == 61  # of 70 with 9 that lack something


def test_a_year_of_an_other_servers_observations_comes_back_whole(data: Path) -> None:
    """Every tenth of 7,007 rows of rain as a data array, as that server exported them (all of them take half a minute)."""
    with (data / "payloads" / "sensorthings_samples" / "istsos4" / "sta_P_BED.csv").open(encoding="utf-8") as file:
        rows = [[one["phenomenonTime"], float(one["result"]), one["resultQuality"]] for one in csv.DictReader(file)][
            ::10
        ]
    pump = post("Things", thing(Locations=[place()], Datastreams=[stream()]))
    (own,) = get(f"Things({pump})/Datastreams")["value"]
    block = {
        "Datastream": {"@iot.id": own["@iot.id"]},
        "components": ["phenomenonTime", "result", "resultQuality"],
        "dataArray": rows,
    }
    made = ask("POST", "CreateObservations", [block]).body
    assert [one for one in made if one.startswith("error")] == []
    found, link = (
        [],
        f"Datastreams({own['@iot.id']})/Observations?$resultFormat=dataArray&$top=300&$orderby=phenomenonTime",
    )
    while link:
        page = get(f"{link}&$count=true" if "$count" not in link else link)
        assert page["@iot.count"] == len(rows) == 701
        (told,) = page["value"]
        at, value = told["components"].index("phenomenonTime"), told["components"].index("result")
        found += [(row[at], row[value]) for row in told["dataArray"]]
        link = page.get("@iot.nextLink", "").partition("v1.1/")[2]
    assert found == sorted((at, value) for at, value, _ in rows)
