# SPDX-License-Identifier: Apache-2.0
"""OGC API - Features by its own documents: every link leads somewhere, every answer is as the OpenAPI document says it.

OGC's sample documents are read from BELLTOWER_DATA; tests that need them are skipped where they are not there.
"""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any
from urllib.parse import quote

import cql2
import jsonschema_rs
import numpy as np
import pyproj
import pytest

from belltower.core.places import city
from belltower.core.places.columns import Box
from belltower.core.places.models import City
from belltower.core.places.scope import NOTHING
from belltower.edges.features import conditions, cql2_text, documents, systems
from belltower.edges.features.collections import collection, collections
from belltower.edges.features.declaring import Collection, Holds, Property
from belltower.edges.features.errors import BadFeaturesQuery, BadFilter, NoSuchFormat
from belltower.edges.features.tests.conftest import built_town, town
from belltower.edges.features.tests.town import BASE, LAMPS, NORTH, WEST, Town, ask, changed, get, keys
from belltower.kernel.texts import Text
from conftest import DATA

__all__ = ["built_town", "town"]

pytestmark = pytest.mark.django_db
SAMPLES = DATA / "payloads" / "ogcapi_features_examples"
LIGHTS = "/collections/street_light/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
needs_samples = pytest.mark.skipif(not SAMPLES.is_dir(), reason="OGC's samples are not there (BELLTOWER_DATA)")


def test_every_link_leads_to_what_it_says(town: Town) -> None:
    """From the landing page on, each address once; of the kinds one, as all are told alike."""
    seen: dict[str, str] = {}
    open_ = [(f"{BASE}/", "application/json")]
    while open_:
        address, media_type = open_.pop()
        below = re.search("/collections/([a-z_]+)", address)
        if address in seen or (below and below[1] not in ("assets", "areas", "findings", "street")):
            continue
        found = ask(address.removeprefix(BASE), accept=media_type)
        seen[address] = found.media_type
        assert found.status == 200
        assert found.media_type.partition(";")[0] == media_type.partition(";")[0], address
        if "json" in found.media_type:
            open_ += [(each["href"], each["type"]) for each in _links(json.loads(found.body))]
    assert {
        f"{BASE}/conformance",
        f"{BASE}/collections/findings/items",
        f"{BASE}/collections/street/items?f=html",
    } <= seen.keys()
    assert len(seen) > 30


def _links(document: Any) -> list[dict[str, str]]:
    """Those of the document and of what is listed in it."""
    inside = [one for name in ("collections", "features") for one in document.get(name, ())]
    return [*document.get("links", ()), *(link for one in inside for link in one.get("links", ()))]


def test_every_answer_is_as_the_document_says(town: Town) -> None:
    document = get("/api")
    assert document["openapi"].startswith("3.0")
    for path, operation in document["paths"].items():
        if "{" in path:
            continue
        told = ask(path)
        media_type = told.media_type.replace("; ", ";")
        shape = operation["get"]["responses"]["200"]["content"][media_type]["schema"]
        jsonschema_rs.validate(_plain(shape, document), json.loads(told.body))


def _plain(shape: Any, document: Any) -> Any:
    """JSON Schema of OpenAPI 3.0's dialect: references put in, ``nullable`` as a type."""
    if isinstance(shape, list):
        return [_plain(one, document) for one in shape]
    if not isinstance(shape, dict):
        return shape
    if "$ref" in shape:
        return _plain(document["components"]["schemas"][shape["$ref"].rpartition("/")[2]], document)
    plain = {name: _plain(one, document) for name, one in shape.items() if name != "nullable"}
    return {"anyOf": [plain, {"type": "null"}]} if shape.get("nullable") else plain


def test_the_document_names_every_parameter_that_is_read(town: Town) -> None:
    told = get("/api")["paths"]["/collections/street_light/items"]["get"]["parameters"]
    names = {each["name"] for each in told}
    queryables = get("/collections/street_light/queryables")["properties"].keys() - {"geometry"}
    assert (
        names
        == {"limit", "bbox", "bbox-crs", "datetime", "crs", "filter", "filter-lang", "filter-crs", "cursor", "f"}
        | queryables
    )
    assert next(each for each in told if each["name"] == "limit")["schema"]["maximum"] == 1000


def test_features_fit_the_schema_of_their_collection(town: Town) -> None:
    schema = get("/collections/street/schema")
    for feature in get("/collections/street/items")["features"]:
        told = {name: value for name, value in feature["properties"].items() if value is not None}
        jsonschema_rs.validate(schema, {**told, "geometry": feature["geometry"]})


@needs_samples
@pytest.mark.parametrize(
    ("sample", "path"),
    [
        ("LandingPage", "/"),
        ("Collections", "/collections"),
        ("Collection", "/collections/assets"),
        ("ConformsTo", "/conformance"),
    ],
)
def test_our_documents_have_what_ogcs_samples_have(town: Town, sample: str, path: str) -> None:
    """The samples are of an early draft: its ``service`` is called service-desc since. One lacks a comma, another has one more."""
    text = (SAMPLES / "core/examples/json" / f"{sample}.json").read_text().replace('geojson"\n', 'geojson",\n')
    theirs, ours = json.loads(text.rstrip().removesuffix(",")), get(path)
    assert _shape(theirs) - _shape(ours) <= {
        "description",
        "links[].title",
        "collections[].keywords",
        "collections[].links[].title",
    }
    for name in {"self", "alternate", "data", "conformance", "items"} & {
        each["rel"] for each in theirs.get("links", ())
    }:
        assert name in {each["rel"] for each in ours["links"]}


def _shape(document: Any, path: str = "") -> set[str]:
    """The names in a document, by where they stand."""
    if isinstance(document, list):
        return {name for one in document for name in _shape(one, f"{path}[]")}
    if not isinstance(document, dict):
        return set()
    here = {f"{path}.{name}".lstrip(".") for name in document}
    return here | {below for name, one in document.items() for below in _shape(one, f"{path}.{name}".lstrip("."))}


@needs_samples
def test_ogcs_filters_are_read_alike_from_json_and_text_and_are_answered_or_refused() -> None:
    """Those that keep to what is offered become conditions; of the others each is refused, and nothing breaks."""
    done, files = 0, sorted((SAMPLES / "cql2/standard/schema/examples/json").glob("*.json"))
    assert len(files) > 100
    for file in files:
        tree = cql2_text.json_tree(file.read_text())
        try:
            conditions.condition(_everything(tree), tree, systems.system(None, "crs"))
        except (BadFilter, BadFeaturesQuery):
            continue
        done += 1
        written = cql2_text.tree(cql2.parse_json(file.read_text()).to_text())
        assert conditions.condition(_everything(tree), written, systems.system(None, "crs")).where
    assert done >= 30


def _everything(tree: Any) -> Collection:
    """A collection with each property that the filter names, of the type it is compared as."""
    found: dict[str, Holds] = {}

    def look(node: Any) -> None:
        if isinstance(node, dict) and "args" in node:
            named = [one["property"] for one in node["args"] if isinstance(one, dict) and "property" in one]
            others = [one for one in node["args"] if not (isinstance(one, dict) and "property" in one)]
            for name in named:
                found.setdefault(name, _type(others[0] if others else "", str(node["op"])))
            for one in node["args"]:
                look(one)
        elif isinstance(node, dict) and "property" in node:
            found.setdefault(node["property"], Holds.TRUTH)

    look(tree)
    properties = tuple(
        Property(name, holds, Text(en=name), "t.x") for name, holds in found.items() if name != "geometry"
    )
    return Collection("all", Text(en="all"), Text(en="all"), "x t", ("id",), properties)


def _type(literal: Any, op: str) -> Holds:
    if isinstance(literal, list) and literal:
        return _type(literal[0], op)
    if op in ("and", "or", "not"):
        return Holds.TRUTH
    if isinstance(literal, dict):
        return Holds.INSTANT if "timestamp" in literal else Holds.DATE if "date" in literal else Holds.TEXT
    if isinstance(literal, bool):
        return Holds.TRUTH
    return Holds.NUMBER if isinstance(literal, int | float) else Holds.TEXT


@pytest.mark.parametrize("number", [4326, 4490, 3857])
def test_each_system_has_the_axes_of_its_authority(town: Town, number: int) -> None:
    """Latitude stands first in EPSG:4326 and 4490, in coordinates and in boxes alike (Part 2)."""
    uri = f"{EPSG}{number}"
    found = ask(LIGHTS, crs=uri)
    assert found.headers["Content-Crs"] == f"<{uri}>"
    told = np.array([one["geometry"]["coordinates"] for one in json.loads(found.body)["features"]])
    way = pyproj.Transformer.from_crs("OGC:CRS84", f"EPSG:{number}")
    assert np.allclose(
        told.T,
        way.transform([WEST + n / 1000 for n in range(LAMPS)], [NORTH] * LAMPS),
        rtol=0,
        atol=1e-3 if number == 3857 else 1e-9,
    )
    first, second = way.transform([WEST + 0.0015, WEST + 0.0035], [NORTH - 0.0003, NORTH + 0.0003])
    box = f"{first[0]},{second[0]},{first[1]},{second[1]}"
    assert keys(get(LIGHTS, **{"bbox": box, "bbox-crs": uri})) == ["street_light-2", "street_light-3"]
    [street] = get("/collections/street/items", crs=uri)["features"]
    assert np.allclose(street["geometry"]["coordinates"][0], way.transform(112.505, 26.8095), rtol=0, atol=1e-3)


def test_without_a_system_longitude_stands_first(town: Town) -> None:
    found = ask(LIGHTS)
    assert found.headers["Content-Crs"] == f"<{systems.CRS84}>"
    assert json.loads(found.body)["features"][0]["geometry"]["coordinates"] == [WEST, NORTH]
    assert get(f"{LIGHTS}?crs={quote(systems.CRS84)}")["features"] == json.loads(found.body)["features"]


def test_the_citys_plane_is_offered_where_it_has_a_number(town: Town) -> None:
    """A plane of three degrees about 111 E is EPSG:4546, whose northing stands first; Hengyang's own has no number."""
    assert len(systems.offered()) == 4
    profile = dataclasses.replace(city.current(), plane="EPSG:4546")
    City.objects.update(profile=profile.as_json())
    city.forget()
    assert systems.offered()[-1].uri == f"{EPSG}4546"
    told = get(LIGHTS, crs=f"{EPSG}4546")["features"][0]["geometry"]["coordinates"]
    assert np.allclose(
        told, pyproj.Transformer.from_crs("EPSG:4490", "EPSG:4546").transform(NORTH, WEST), rtol=0, atol=1e-3
    )
    assert told[0] > 2_900_000
    for n in range(3):  # as a city whose plane it is would have recorded them
        x, y = (float(one) for one in city.plane().to_plane(WEST + n / 1000, NORTH))
        changed(f"street_light-{n}", box=Box(x, y, x, y))
    box = f"{told[0] - 5},{told[1] - 5},{told[0] + 5},{told[1] + 150}"
    assert keys(get(LIGHTS, **{"bbox": box, "bbox-crs": f"{EPSG}4546"})) == ["street_light-0", "street_light-1"]
    with pytest.raises(BadFeaturesQuery):
        ask(LIGHTS, **{"filter": "key = 'x'", "filter-crs": f"{EPSG}4546"})
    city.forget()


def test_the_format_is_chosen_by_f_and_by_what_is_accepted(town: Town) -> None:
    browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert ask("/collections", accept=browser).media_type.startswith("text/html")
    assert ask("/collections", accept=browser, f="json").media_type == "application/json"
    assert ask(LIGHTS, accept="application/geo+json, text/html;q=0.5").media_type == "application/geo+json"
    assert ask(LIGHTS, f="html").media_type.startswith("text/html")
    with pytest.raises(NoSuchFormat):
        ask(LIGHTS, f="gml")


def test_what_did_not_change_is_not_sent_again(town: Town) -> None:
    uid = get(LIGHTS)["features"][0]["id"]
    for path in ("/", "/conformance", "/collections", "/api", f"{LIGHTS}/{uid}"):
        first = ask(path)
        again = ask(path, tag=first.headers["ETag"])
        assert (again.status, again.body) == (304, b"")
        assert ask(path, tag='"other"').status == 200


def test_a_page_for_people_says_the_same_in_both_languages(town: Town) -> None:
    """Names are escaped; nothing is inline and nothing comes from elsewhere."""
    lamp = f"{LIGHTS}/{get(LIGHTS)['features'][0]['id']}"
    for path in (
        "/",
        "/conformance",
        "/collections",
        "/api",
        "/collections/assets",
        "/collections/assets/queryables",
        LIGHTS,
        lamp,
    ):
        for language, lang in (("zh", "zh-Hans"), ("en", "en")):
            page = ask(path, f="html", language=language).body.decode()
            assert f'<html lang="{lang}">' in page
            assert "<script" not in page
            assert "style=" not in page
            assert not [each for each in page.split('href="')[1:] if not each.startswith((BASE, "#"))]
    assert "路灯" in ask("/collections", f="html", language="zh").body.decode()


def test_a_hidden_kind_is_no_collection(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from belltower.core.places.scope import Scope
    from belltower.kernel.errors import NotFound

    monkeypatch.setattr(Scope, "hidden_kinds", property(lambda _: ("building",)))
    assert "building" not in {one.name for one in collections(NOTHING)}
    with pytest.raises(NotFound):
        collection("building", NOTHING)


def test_what_is_declared_is_what_the_standard_calls_it() -> None:
    assert {name.rpartition("/conf/")[2] for name in documents.CONFORMANCE} >= {
        "core",
        "geojson",
        "html",
        "oas30",
        "crs",
        "filter",
        "basic-cql2",
        "cql2-text",
        "cql2-json",
    }
