# SPDX-License-Identifier: Apache-2.0
"""CQL2: what a filter finds, in text and in JSON, and what becomes of filters that are meant to do harm."""

from __future__ import annotations

import json

import pytest

from belltower.core.places.models import Asset
from belltower.edges.features.cql2_text import DEEPEST, LONGEST
from belltower.edges.features.errors import BadFilter
from belltower.edges.features.tests.town import LAMPS, Town, ask, get, keys, walk

LIGHTS, ASSETS = "/collections/street_light/items", "/collections/assets/items"
EVEN = [f"street_light-{n}" for n in range(0, LAMPS, 2)]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("owner = 'mine'", EVEN),
        ("owner <> 'mine' AND key > 'street_light-4'", ["street_light-5", "street_light-7"]),
        ("key IN ('street_light-1', 'street_light-3', 'x')", ["street_light-1", "street_light-3"]),
        ("key NOT IN ('street_light-1') AND key < 'street_light-3'", ["street_light-0", "street_light-2"]),
        ("key BETWEEN 'street_light-2' AND 'street_light-3'", ["street_light-2", "street_light-3"]),
        ("key LIKE '%-_' AND key LIKE '%7'", ["street_light-7"]),
        ("name_en LIKE 'no.%'", []),
        ("CASEI(name_en) LIKE CASEI('NO. 4%')", ["street_light-4"]),
        ("name_zh = '5号“灯”\n'", ["street_light-5"]),
        ("NOT (owner = 'mine') AND NOT key = 'street_light-1' OR key = 'street_light-8'", ["street_light-3", "street_light-5", "street_light-7", "street_light-8"]),
        ("code IS NULL AND key = 'street_light-0'", ["street_light-0"]),
        ("code IS NOT NULL", []),
        ("code = 'x' OR NOT code = 'x'", []),
        ("valid_from >= TIMESTAMP('2024-05-01T08:00:00+08:00') AND owner = 'mine'", EVEN),
        ("valid_from < DATE('2024-05-02') AND owner = 'mine'", EVEN),
        ("valid_from > '2024-05-01T00:00:00Z'", []),
        ("S_INTERSECTS(geometry, BBOX(112.5105, 26.80, 112.5125, 26.82))", ["street_light-1", "street_light-2"]),
        ("S_INTERSECTS(geometry, POINT(112.513 26.81))", ["street_light-3"]),
        ("NOT S_INTERSECTS(geometry, BBOX(112.5005, 26.80, 112.5165, 26.82))", ["street_light-7", "street_light-8"]),
        ("key = name_en OR key = key AND owner = 'mine'", EVEN),
        ("'it''s' = key", []),
        ("area = '430408001002' AND NOT owner = 'mine'", ["street_light-1", "street_light-3", "street_light-5", "street_light-7"]),
        ("NOT area = 'nowhere' AND owner IN ('mine', 'nobody')", EVEN),
        ("'mine' = owner AND NOT owner = 'theirs'", EVEN),
    ],
)  # fmt: skip
def test_a_filter_finds_what_it_says(town: Town, asked: str, expected: list[str]) -> None:
    assert keys(get(LIGHTS, filter=asked)) == expected
    assert [one["properties"]["key"] for one in walk(LIGHTS, filter=asked, limit=1)] == expected


def test_a_filter_in_space_goes_by_shapes_wherever_it_stands(town: Town) -> None:
    """The box meets the building and the street at their ends only; an OR and a NOT around it change nothing of that."""
    box = "S_INTERSECTS(geometry, BBOX(112.5123, 26.8090, 112.5128, 26.8111))"
    assert keys(get(ASSETS, filter=box)) == ["building-0", "street-0"]
    assert keys(get(ASSETS, filter=f"{box} OR key = 'street_light-0'")) == ["street_light-0", "building-0", "street-0"]
    assert keys(get(ASSETS, filter=f"NOT {box} AND kind <> 'street_light'")) == []


def test_json_says_the_same_as_text(town: Town) -> None:
    tree = {
        "op": "and",
        "args": [
            {"op": "=", "args": [{"property": "owner"}, "mine"]},
            {"op": "in", "args": [{"property": "key"}, ["street_light-2", "x"]]},
        ],
    }
    assert keys(get(LIGHTS, **{"filter": json.dumps(tree), "filter-lang": "cql2-json"})) == ["street_light-2"]


def test_a_filter_in_another_system_has_its_axes(town: Town) -> None:
    asked = {
        "filter": "S_INTERSECTS(geometry, POINT(26.81 112.513))",
        "filter-crs": "http://www.opengis.net/def/crs/EPSG/0/4326",
    }
    assert keys(get(LIGHTS, **asked)) == ["street_light-3"]


def test_numbers_and_truths_are_compared_as_such(town: Town) -> None:
    Asset.objects.filter(kind="street_light").update(fields={"height": 8.5}, recorded_at="2026-11-02T00:00:00Z")
    Asset.objects.filter(key="street_light-1").update(fields={"height": 12}, recorded_at="2026-11-03T00:00:00Z")
    assert keys(get(LIGHTS, filter="height > 8.5")) == ["street_light-1"]
    assert keys(get(LIGHTS, filter="height >= 12.0 AND height < 1e2")) == ["street_light-1"]
    assert keys(get(LIGHTS, height="12")) == ["street_light-1"]
    Asset.objects.filter(key="street_light-1").update(fields={"height": "tall"}, recorded_at="2026-11-04T00:00:00Z")
    assert len(keys(get(LIGHTS, filter="height < 100"))) == LAMPS - 1


@pytest.mark.parametrize(
    "asked",
    [
        "", "owner", "owner =", "owner = mine", "owner = 'mine'; DROP TABLE places_asset", "owner = 'mine' --", "1", "'x'", "key = 1", "height = 'x'",
        "words = 'x'", "recorded_by = 'x'", "id = 1", "t.key = 'x'", '"key\' OR 1=1 --" = 1', "pg_sleep(10) = 1", "version() = 'x'", "key = NULL",
        "key LIKE 'x\\'", "key LIKE 5", "owner = 'mine' AND", "S_INTERSECTS(key, POINT(1 2))", "S_INTERSECTS(geometry, geometry)", "S_WITHIN(geometry, POINT(1 2))",
        "valid_from > DATE('yesterday')", "valid_from > TIMESTAMP('2024-13-01T00:00:00Z')", "height > 1e999", "key + 1 = 2", "T_AFTER(valid_from, DATE('2024-01-01'))",
        "S_INTERSECTS(geometry, POLYGON((0 0,1 0,1 1,0 0)))", "CASEI(height) = 'x'", "key IN ()", "key = 'a\0b'",
        "(" * 20_000 + "key = 'x'" + ")" * 20_000, "(" * (DEEPEST + 1) + "key = 'x'" + ")" * (DEEPEST + 1), "NOT " * 1_900 + "key = 'x'", "-" * 3_000 + "1 = height",
        "key = 'x'" + " AND key = 'x'" * 560, "CASEI(" * 500 + "key" + ")" * 500 + " = 'x'", "key = '" + "x" * LONGEST + "'", "\U0001f514 = 1", "key = 'x' OR \x01",
    ],
)  # fmt: skip
def test_what_is_no_filter_here_is_refused(town: Town, asked: str) -> None:
    from belltower.edges.features.errors import BadFeaturesQuery

    with pytest.raises((BadFilter, BadFeaturesQuery)):
        ask(LIGHTS, filter=asked)


@pytest.mark.parametrize(
    "tree",
    [
        "", "{", "[]", "null", "5", '"x"', "{}", '{"op":"="}', '{"op":"=","args":5}', '{"op":5,"args":[]}', '{"op":"=","args":[{"property":"key"}]}', '{"op":"and","args":[]}',
        '{"op":"and","args":[true]}', '{"op":"not","args":[]}', '{"op":"=","args":[{"property":5},1]}', '{"op":"=","args":[{"property":"key"},null]}',
        '{"op":"=","args":[{"property":"key"},["a"]]}', '{"op":"=","args":[{"property":"key"},{"date":5}]}', '{"op":"in","args":[{"property":"key"},"x"]}',
        '{"op":"between","args":[1,2]}', '{"op":"like","args":[{"property":"key"},{"property":"key"}]}', '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":[1,2]}]}',
        '{"op":"s_intersects","args":[{"property":"geometry"},{"bbox":["a",2,3,4]}]}', '{"op":"s_intersects","args":[{"property":"geometry"},{"type":"Point","coordinates":[1]}]}',
        '{"op":"isNull","args":[1]}', '{"op":"=","args":[{"property":"key"},"a\\u0000"]}', '{"op":"=","args":[{"property":"height"},1e999]}',
        '{"op":"=","args":[{"property":"height"},' + "9" * 400 + "]}", '{"op":"not","args":[' * 100 + "true" + "]}" * 100, "[" * 7_000,
        '{"op":"DROP TABLE","args":[]}', '{"property":"key"}',
    ],
)  # fmt: skip
def test_a_tree_that_is_no_filter_is_refused(town: Town, tree: str) -> None:
    with pytest.raises(BadFilter):
        ask(LIGHTS, **{"filter": tree, "filter-lang": "cql2-json"})


def test_no_word_of_a_filter_is_ever_part_of_the_statement(town: Town) -> None:
    """What was given stands among the values; the SQL has the names of the map alone."""
    from belltower.core.places.scope import EVERYTHING
    from belltower.edges.features.asking import page_of
    from belltower.edges.features.collections import collection

    given = {
        "filter": "key = 'Robert''); DROP TABLE' AND valid_from > DATE('2024-01-01') AND height > 4711.5",
        "owner": "x' OR 'y",
    }
    wanted = page_of(collection("street_light", EVERYTHING), given)
    for word in ("Robert", "4711", "2024", "OR 'y"):
        assert word not in wanted.where
    assert "Robert'); DROP TABLE" in wanted.values.values()
