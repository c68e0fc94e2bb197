# SPDX-License-Identifier: Apache-2.0
"""The promise that /api/v1 changes additively: what breaks it is named, what does not passes."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from belltower.screens.api import contract
from belltower.screens.api.api import api

ROOT = Path(__file__).parents[4]
Document = dict[str, Any]

LAMP = {
    "type": "object",
    "required": ["uid", "life"],
    "properties": {
        "uid": {"type": "string", "format": "uuid"},
        "life": {"type": "string", "enum": ["planned", "in_service"]},
        "height": {"anyOf": [{"type": "number"}, {"type": "null"}]},
        "colour": {"type": "string"},
    },
}
EDIT = {"type": "object", "required": ["life"], "properties": {"life": {"type": "string"}, "note": {"type": "string"}}}
REF = {"$ref": "#/components/schemas/Lamp"}
OLD: Document = {
    "paths": {
        "/lamps": {
            "get": {
                "parameters": [{"in": "query", "name": "kind", "required": False, "schema": {"type": "string"}}],
                "responses": {
                    "200": {"content": {"application/json": {"schema": {"type": "array", "items": REF}}}},
                },
            },
            "patch": {
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Edit"}}},
                },
                "responses": {"200": {"content": {"application/json": {"schema": REF}}}},
            },
        }
    },
    "components": {"schemas": {"Lamp": LAMP, "Edit": EDIT}},
}


def lamp(document: Document) -> Document:
    return document["components"]["schemas"]["Lamp"]


def edit(document: Document) -> Document:
    return document["components"]["schemas"]["Edit"]


def get(document: Document) -> Document:
    return document["paths"]["/lamps"]["get"]


def parameter(**more: object) -> Document:
    return {"in": "query", "name": "since", "schema": {"type": "string"}, **more}


BREAKING: dict[str, Callable[[Document], object]] = {
    "GET /lamps was removed.": lambda d: d["paths"]["/lamps"].pop("get"),
    "The field Lamp.colour was removed.": lambda d: lamp(d)["properties"].pop("colour"),
    "The field Lamp.life may be missing now.": lambda d: lamp(d)["required"].remove("life"),
    "Lamp.life may no longer be 'planned'.": lambda d: lamp(d)["properties"]["life"]["enum"].remove("planned"),
    "Lamp.colour was string and is integer now.": lambda d: lamp(d)["properties"]["colour"].update(type="integer"),
    "Lamp.uid was string (uuid) and is string now.": lambda d: lamp(d)["properties"]["uid"].pop("format"),
    "Lamp.height may no longer be null.": lambda d: lamp(d)["properties"]["height"]["anyOf"].pop(),
    "Lamp.height may be string now.": lambda d: lamp(d)["properties"]["height"]["anyOf"].append({"type": "string"}),
    "The parameter 'kind' of GET /lamps was removed.": lambda d: get(d)["parameters"].pop(),
    "The parameter 'since' of GET /lamps is required now.": lambda d: get(d)["parameters"].append(
        parameter(required=True)
    ),
    "The parameter 'kind' of GET /lamps is required now.": lambda d: get(d)["parameters"][0].update(required=True),
    "The field Edit.note is required now.": lambda d: edit(d)["required"].append("note"),
    "Edit.life is limited to ['planned'] now.": lambda d: edit(d)["properties"]["life"].update(enum=["planned"]),
    "GET /lamps no longer answers 200.": lambda d: get(d)["responses"].pop("200"),
}
ADDITIVE: dict[str, Callable[[Document], object]] = {
    "nothing": lambda d: None,
    "an operation": lambda d: d["paths"].update({"/poles": d["paths"]["/lamps"]}),
    "a field of an answer": lambda d: lamp(d)["properties"].update(watts={"type": "number"}),
    "an enum value": lambda d: lamp(d)["properties"]["life"]["enum"].append("retired"),
    "an optional parameter": lambda d: get(d)["parameters"].append(parameter(required=False)),
    "an optional field of a body": lambda d: edit(d)["properties"].update(why={"type": "string"}),
    "a body field that may be left unknown": lambda d: edit(d)["properties"].update(
        note={"anyOf": [{"type": "string"}, {"type": "null"}]}
    ),
}


@pytest.mark.parametrize(("sentence", "change"), BREAKING.items(), ids=list(BREAKING))
def test_a_change_that_breaks_a_client_is_named(sentence: str, change: Callable[[Document], object]) -> None:
    new = copy.deepcopy(OLD)
    change(new)
    assert contract.breaks(OLD, new) == [sentence]


@pytest.mark.parametrize("change", ADDITIVE.values(), ids=list(ADDITIVE))
def test_an_addition_passes(change: Callable[[Document], object]) -> None:
    new = copy.deepcopy(OLD)
    change(new)
    assert contract.breaks(OLD, new) == []


@pytest.fixture(scope="module")
def committed() -> Document:
    held: Document = json.loads((ROOT / contract.COMMITTED).read_text())
    return held


@pytest.fixture(scope="module")
def made() -> Document:
    document: Document = json.loads(json.dumps(api.get_openapi_schema(path_prefix="api/")))
    return document


def test_this_version_breaks_no_client_of_the_committed_document(committed: Document, made: Document) -> None:
    assert contract.breaks(committed, made) == []


def test_the_committed_document_is_what_the_code_gives(committed: Document, made: Document) -> None:
    assert made == committed, "The API changed: run `belltower openapi` and commit docs/reference/openapi.json."
