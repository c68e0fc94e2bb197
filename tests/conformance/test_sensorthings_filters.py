# SPDX-License-Identifier: Apache-2.0
"""A table of $filter, $orderby and $expand: each with the entities it must find, and no others."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from belltower.edges.sensorthings.errors import BadQuery
from tests.conformance.test_sensorthings import ask, get, place, post, stream, thing

pytestmark = pytest.mark.django_db
T7, T8, T9 = "2016-01-01T07:00:00Z", "2016-01-01T08:00:00Z", "2016-01-01T09:00:00Z"
I78 = f"{T7}/{T8}"

# Things by number: name, properties.
THINGS: list[dict[str, Any]] = [
    {"name": "Pump 0"},
    {"name": "Pump 1", "properties": {"floor": 2, "owner": "it's ours", "tags": ["a", "b"], "is_new": True}},
    {"name": "Fan 2", "properties": {"floor": 3, "owner": "two", "is_new": False, "inner": {"deep": [1, {"x": 5}]}}},
    {"name": "Fan 3", "properties": {"floor": "2", "温度": 1}},
]
# Shapes of Locations by number.
SHAPES: list[dict[str, Any]] = [
    {"type": "Point", "coordinates": [8, 51]},
    {"type": "Point", "coordinates": [8, 52]},
    {"type": "Polygon", "coordinates": [[[8, 53], [7, 52], [7, 53], [8, 53]]]},
    {"type": "LineString", "coordinates": [[4, 52], [8, 52]]},
]
# Observations by number: phenomenonTime, result, and more.
TIMES: list[tuple[str, Any, dict[str, Any]]] = [
    ("2016-01-01T06:00:00Z", 0, {}),
    (T7, 1, {"resultTime": T7}),
    ("2016-01-01T07:59:00Z", 2, {"resultQuality": "good"}),
    (T8, 3, {"parameters": {"a": 5}}),
    (f"2016-01-01T06:00:00Z/{T7}", 4, {}),
    (I78, "five", {"validTime": I78}),
    (f"2016-01-01T06:59:00Z/{T9}", True, {}),
    (f"{T8}/{T9}", 12.5, {"resultQuality": {"code": 7}}),
]


@pytest.fixture
def world() -> dict[str, list[int]]:
    """Things 0 to 3; Locations 0 to 3, each of its Thing; a Datastream of Thing 1 with Observations 0 to 7."""
    things = [post("Things", {"description": "d", **each}) for each in THINGS]
    places = [
        post(f"Things({key})/Locations", {**place(name=f"Location {at}"), "location": SHAPES[at]})
        for at, key in enumerate(things)
    ]
    stream_1 = post(f"Things({things[1]})/Datastreams", stream())
    seen = [
        post(f"Datastreams({stream_1})/Observations", {"phenomenonTime": time, "result": result, **more})
        for time, result, more in TIMES
    ]
    return {"Things": things, "Locations": places, "Datastreams": [stream_1], "Observations": seen}


def found(world: dict[str, list[int]], entity: str, query: str) -> list[int]:
    """The numbers of what is found, in its order."""
    return [world[entity].index(each["@iot.id"]) for each in get(f"{entity}?{query}")["value"]]


FILTERS: list[tuple[str, str, list[int]]] = [
    # logic and comparison
    ("Things", "name eq 'Pump 1'", [1]),
    ("Things", "name ne 'Pump 1'", [0, 2, 3]),
    ("Things", "name gt 'Fan 3'", [0, 1]),
    ("Things", "not name eq 'Pump 1' and not name eq 'Fan 2'", [0, 3]),
    ("Things", "name eq 'Pump 0' or name eq 'Fan 2' and name eq 'Fan 3'", [0]),
    ("Things", "(name eq 'Pump 0' or name eq 'Fan 2') and name eq 'Fan 3'", []),
    ("Things", "name in ('Pump 0','Fan 3')", [0, 3]),
    ("Things", "true", [0, 1, 2, 3]),
    # properties
    ("Things", "properties/floor eq 2", [1]),
    ("Things", "properties/floor eq '2'", [1, 3]),
    ("Things", "properties/floor ge 2", [1, 2]),
    ("Things", "properties/floor eq null", [0]),
    ("Things", "properties/floor ne null", [1, 2, 3]),
    ("Things", "properties/owner eq 'it''s ours'", [1]),
    ("Things", "properties/is_new", [1]),
    ("Things", "not properties/is_new", [2]),
    ("Things", "properties/is_new eq false", [2]),
    ("Things", "properties/tags[1] eq 'b'", [1]),
    ("Things", "properties/inner/deep[1]/x add 1 eq 6", [2]),
    ("Things", "properties/温度 eq 1", [3]),
    # texts
    ("Things", "startswith(name,'Pump')", [0, 1]),
    ("Things", "endswith(name,'3')", [3]),
    ("Things", "substringof('an', name)", [2, 3]),
    ("Things", "contains(name, '%')", []),
    ("Things", "indexof(name,'u') eq 1", [0, 1]),
    ("Things", "length(name) eq 5", [2, 3]),
    ("Things", "substring(name, 4) eq '2'", [2]),
    ("Things", "substring(name, 1, 2) eq 'um'", [0, 1]),
    ("Things", "toupper(name) eq 'FAN 2' or tolower(name) eq 'pump 0'", [0, 2]),
    ("Things", "concat(concat(name,'-'),properties/owner) eq 'Fan 2-two'", [2]),
    ("Things", "trim(concat(' ', name)) eq name", [0, 1, 2, 3]),
    # ways to others
    ("Things", "Locations/name eq 'Location 2'", [2]),
    ("Things", "Datastreams/name eq 'Temperature'", [1]),
    ("Things", "Datastreams/id eq null", [0, 2, 3]),
    ("Things", "startswith(HistoricalLocations/Locations/name, 'Location 1')", [1]),
    ("Things", "Datastreams/Observations/result gt 12", [1]),
    ("Observations", "Datastream/Thing/name eq 'Pump 1' and result lt 2", [0, 1]),
    ("Observations", "FeatureOfInterest/name eq 'Location 1'", [0, 1, 2, 3, 4, 5, 6, 7]),
    ("Datastreams", "unitOfMeasurement/symbol eq '°C' and Sensor/name eq 'PT100'", [0]),
    # numbers
    ("Observations", "result eq 3", [3]),
    ("Observations", "result gt '3'", [4, 5, 6, 7]),
    ("Observations", "result eq 'five'", [5]),
    ("Observations", "result eq true", [6]),
    ("Observations", "1 add result mul 2 sub -1 eq 4", [1]),
    ("Observations", "result mod 2 eq 1", [1, 3]),
    ("Observations", "6 div result eq 2", [3]),
    ("Observations", "round(result) eq 13", [7]),
    ("Observations", "floor(result) eq 12 and ceiling(result) eq 13", [7]),
    ("Observations", "resultQuality eq 'good'", [2]),
    ("Observations", "resultQuality/code eq 7", [7]),
    ("Observations", "parameters/a eq 5", [3]),
    # times
    ("Observations", f"phenomenonTime lt {T7}", [0, 4]),
    ("Observations", f"phenomenonTime le {T7}", [0, 1, 4]),
    ("Observations", f"phenomenonTime eq {T7}", [1]),
    ("Observations", f"phenomenonTime eq {I78}", [5]),
    ("Observations", f"phenomenonTime ge {T8}", [3, 7]),
    ("Observations", f"{T7} lt phenomenonTime", [2, 3, 7]),
    ("Observations", "phenomenonTime gt 2016-01-01T15:59:30+08:00", [3, 7]),
    ("Observations", f"before(phenomenonTime,{T7})", [0, 4]),
    ("Observations", f"after(phenomenonTime,{I78})", [3, 7]),
    ("Observations", f"during(phenomenonTime,{I78})", [1, 2, 5]),
    ("Observations", f"during({T7},phenomenonTime)", [5, 6]),
    ("Observations", f"overlaps(phenomenonTime,{I78})", [1, 2, 5, 6]),
    ("Observations", f"meets(phenomenonTime,{I78})", [1, 3, 4, 7]),
    ("Observations", f"starts(phenomenonTime,{I78})", [1, 5]),
    ("Observations", f"finishes(phenomenonTime,{I78})", [3, 5]),
    ("Observations", f"resultTime eq {T7}", [1]),
    ("Observations", "resultTime eq null", [0, 2, 3, 4, 5, 6, 7]),
    ("Observations", f"overlaps(validTime,{T7})", [5]),
    ("Observations", f"phenomenonTime add duration'PT1H' gt {T8}", [2, 3, 7]),
    ("Observations", f"phenomenonTime sub {T7} eq duration'PT59M'", [2]),
    ("Observations", "hour(phenomenonTime) eq 6 and minute(phenomenonTime) eq 59", [6]),
    ("Observations", "year(phenomenonTime) eq 2016 and day(phenomenonTime) eq 2", []),
    ("Observations", "date(phenomenonTime) eq 2016-01-01 and result eq 0", [0]),
    ("Observations", "time(phenomenonTime) lt 07:00:00 and result eq 0", [0]),
    ("Observations", "fractionalseconds(phenomenonTime) eq 0 and second(resultTime) eq 0", [1]),
    ("Observations", "phenomenonTime gt mindatetime() and phenomenonTime lt maxdatetime() and totaloffsetminutes(resultTime) eq 0",
     [1]),
    ("Observations", "month(resultTime) eq 1", [1]),
    ("Locations", "st_overlaps(location, geography'POLYGON((7.2 52, 9 52, 9 54, 7.2 54, 7.2 52))')", [2]),
    ("Locations", "st_intersects(location, geography'POINT(6 52)')", [3]),
    ("Observations", "phenomenonTime lt now()", [0, 1, 2, 3, 4, 5, 6, 7]),
    ("Datastreams", "overlaps(phenomenonTime,2016-01-01T06:30:00Z)", [0]),
    # geometry
    ("Locations", "geo.distance(location, geography'POINT(8 51.1)') lt 1", [0, 1, 3]),
    ("Locations", "geo.length(location) eq 4", [3]),
    ("Locations", "geo.intersects(location, geography'LINESTRING(7.5 51, 7.5 54)')", [2, 3]),
    ("Locations", "st_within(location, geography'POLYGON((7.5 50, 8.5 50, 8.5 52.5, 7.5 52.5, 7.5 50))')", [0, 1]),
    ("Locations", "st_contains(geography'POLYGON((7.5 50, 8.5 50, 8.5 52.5, 7.5 52.5, 7.5 50))', location)", [0, 1]),
    ("Locations", "st_equals(location, geography'POINT(8 52)')", [1]),
    ("Locations", "st_disjoint(location, geography'POLYGON((3 50, 9 50, 9 51.5, 3 51.5, 3 50))')", [1, 2, 3]),
    ("Locations", "st_crosses(location, geography'LINESTRING(7.5 51, 7.5 54)')", [2, 3]),
    ("Locations", "st_touches(location, geography'LINESTRING(8 52, 9 52)')", [1, 3]),
    ("Locations", "st_relate(location, geography'POINT(8 51)', '0FFFFFFF2')", [0]),
    ("Things", "geo.distance(Locations/location, geography'POINT(8 51)') lt 0.5", [0]),
    ("Observations", "st_equals(FeatureOfInterest/feature, geography'POINT(8 52)') and result eq 0", [0]),
]  # fmt: skip


def test_each_filter_finds_what_it_says_and_nothing_else(world: dict[str, list[int]]) -> None:
    wrong = {}
    for entity, text, expected in FILTERS:
        got = sorted(found(world, entity, f"$filter={quote(text)}"))
        if got != expected:
            wrong[text] = (got, expected)
    assert wrong == {}


@pytest.mark.parametrize(
    "text",
    ["name eq", "name eq 'x", "nothing eq 1", "name lt 3", "foo(name)", "length(name, name)", "name and name", "(name eq 'a'",
     "Datastreams/nothing eq 1", "year(name) eq 1", "geo.distance(name, geography'POINT(1 1)') lt 1",
     "st_equals(name, geography'POINT(x)')", "during(name, 2016-01-01T07:00:00Z)", "name eq 'a' extra", "name in ()",
     "(" * 300 + "true" + ")" * 300, "name add duration'PT1H' eq 1", "1; DROP TABLE x"],
)  # fmt: skip
def test_a_filter_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(BadQuery):
        get(f"Things?$filter={text}")


@pytest.mark.parametrize(
    ("entity", "query", "expected"),
    [
        ("Things", "$orderby=name", [2, 3, 0, 1]),
        ("Things", "$orderby=name desc&$top=2", [1, 0]),
        ("Things", "$orderby=properties/floor desc,name", [2, 1, 3, 0]),
        ("Observations", "$orderby=result asc&$top=3", [0, 1, 2]),
        ("Observations", "$orderby=phenomenonTime desc,id desc&$top=2", [7, 3]),
        ("Observations", "$orderby=Datastream/name,result desc&$filter=result le 4&$skip=1&$top=2", [3, 2]),
        ("Things", "$skip=3", [3]),
        ("Things", "$top=0", []),
    ],
)
def test_order_and_page(world: dict[str, list[int]], entity: str, query: str, expected: list[int]) -> None:
    assert found(world, entity, query) == expected


def test_pages_are_followed_to_the_end_by_their_links(world: dict[str, list[int]]) -> None:
    path, seen = "Observations?$top=3&$count=true&$filter=result ge 0&$orderby=result", []
    while path:
        page = get(path)
        assert page["@iot.count"] == 6
        seen += [each["result"] for each in page["value"]]
        path = page.get("@iot.nextLink", "").partition("v1.1/")[2]
    assert seen == [0, 1, 2, 3, 4, 12.5]


def test_select_shows_what_was_asked_for(world: dict[str, list[int]]) -> None:
    assert get("Things?$select=name&$filter=name eq 'Fan 2'")["value"] == [{"name": "Fan 2"}]
    assert get(f"Things({world['Things'][2]})?$select=id,description").keys() == {"@iot.id", "description"}
    assert get("Things?$select=Datastreams&$top=1")["value"][0].keys() == {"Datastreams@iot.navigationLink"}


def test_expansions_nest_with_their_own_options(world: dict[str, list[int]]) -> None:
    query = (
        "$expand=Datastreams($select=name;$expand=Observations($filter=result gt 0;$orderby=result desc;$top=1;$count=true),"
        "Sensor($select=name)),Locations($select=name)&$orderby=id"
    )
    things = get(f"Things?{query}")["value"]
    assert [len(each["Datastreams"]) for each in things] == [0, 1, 0, 0]
    (made,) = things[1]["Datastreams"]
    assert made["Sensor"] == {"name": "PT100"}
    assert made["Observations@iot.count"] == 5
    assert [each["result"] for each in made["Observations"]] == [12.5]
    assert "$skip=1" in made["Observations@iot.nextLink"]
    following = get(made["Observations@iot.nextLink"].partition("v1.1/")[2])
    assert [each["result"] for each in following["value"]] == [4]
    assert [each["Locations"][0]["name"] for each in things] == [f"Location {at}" for at in range(4)]


def test_expansions_by_a_path_are_the_same_as_nested_ones(world: dict[str, list[int]]) -> None:
    short = get("Observations?$expand=Datastream/Thing,Datastream/Sensor,FeatureOfInterest&$top=2")
    long = get("Observations?$expand=Datastream($expand=Thing,Sensor),FeatureOfInterest&$top=2")
    assert short["value"] == long["value"]
    assert short["value"][0]["Datastream"]["Thing"]["name"] == "Pump 1"


def test_an_expansion_costs_one_statement_a_level(
    world: dict[str, list[int]], django_assert_max_num_queries: Any
) -> None:
    for name in range(20):
        post("Things", thing(f"More {name}", Locations=[place()], Datastreams=[stream()]))
    # the page, four expansions, and how far the lake reaches; the other four are the transaction's and the caller's rows
    with django_assert_max_num_queries(10):
        ask("GET", "Things?$expand=Datastreams($expand=Sensor,Observations),Locations")
