# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI 3.0 document of this door, by which programs learn its parameters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from belltower import __version__
from belltower.edges.features.asking import LARGEST, USUAL
from belltower.edges.features.declaring import Collection
from belltower.edges.features.documents import TITLE, property_schema

_PROBLEM = {
    "description": "A problem (RFC 9457)",
    "content": {"application/problem+json": {"schema": {"type": "object"}}},
}
_FORMAT = {"name": "f", "in": "query", "schema": {"type": "string", "enum": ["json", "html"]}}
_BOX = {"type": "array", "minItems": 4, "maxItems": 6, "items": {"type": "number"}}
_LINKS = {"type": "array", "items": {"$ref": "#/components/schemas/link"}}


def document(base: str, collections: Sequence[Collection], language: str) -> dict[str, Any]:
    """The whole document; each collection has its own paths, with its queryables as parameters."""
    paths: dict[str, Any] = {
        "/": _get("getLandingPage", "Landing page", "landingPage"),
        "/conformance": _get("getConformance", "Requirements that are met", "confClasses"),
        "/collections": _get("getCollections", "The collections", "collections"),
        "/api": _get("getApi", "This document", "any", "application/vnd.oai.openapi+json;version=3.0"),
    }
    for one in collections:
        paths |= _of_collection(one, language)
    return {
        "openapi": "3.0.3",
        "info": {"title": TITLE.say(language), "version": __version__, "license": {"name": "Apache-2.0"}},
        "servers": [{"url": base}],
        "security": [{"bearer": []}, {"basic": []}],
        "paths": paths,
        "components": {"schemas": _SCHEMAS, "securitySchemes": _SECURITY},
    }


def _of_collection(one: Collection, language: str) -> dict[str, Any]:
    here, title = f"/collections/{one.name}", one.title.say(language)
    queryables = [
        {"name": each.name, "in": "query", "description": each.title.say(language), "schema": property_schema(each, language), "style": "form", "explode": False}
        for each in one.queryables
    ]  # fmt: skip
    feature = {"name": "featureId", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}
    return {
        here: _get(f"describe.{one.name}", title, "collection"),
        f"{here}/queryables": _get(f"getQueryables.{one.name}", title, "any", "application/schema+json"),
        f"{here}/schema": _get(f"getSchema.{one.name}", title, "any", "application/schema+json"),
        f"{here}/items": _get(f"getItems.{one.name}", title, "featureCollection", "application/geo+json", [*_items(), *queryables]),
        f"{here}/items/{{featureId}}": _get(f"getItem.{one.name}", title, "feature", "application/geo+json", [feature, _crs("crs")]),
    }  # fmt: skip


def _items() -> list[dict[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": LARGEST, "default": USUAL}
    words = {"type": "string", "enum": ["cql2-text", "cql2-json"], "default": "cql2-text"}
    plain = {"style": "form", "explode": False}
    return [
        {"name": "limit", "in": "query", "schema": limit, **plain},
        {"name": "bbox", "in": "query", "schema": _BOX, **plain},
        _crs("bbox-crs"),
        {"name": "datetime", "in": "query", "schema": {"type": "string"}, **plain},
        _crs("crs"),
        {"name": "filter", "in": "query", "schema": {"type": "string"}},
        {"name": "filter-lang", "in": "query", "schema": words},
        _crs("filter-crs"),
        {"name": "cursor", "in": "query", "description": "part of next links", "schema": {"type": "string"}},
    ]


def _crs(name: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": {"type": "string", "format": "uri"}}


def _get(
    operation: str,
    summary: str,
    schema: str,
    media_type: str = "application/json",
    parameters: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """One address that is read."""
    page = {"text/html": {"schema": {"type": "string"}}}
    told = {media_type: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    answers = {"200": {"description": summary, "content": {**told, **page}}}
    answers |= dict.fromkeys(("400", "401", "404"), _PROBLEM)
    return {
        "get": {
            "operationId": operation,
            "summary": summary,
            "parameters": [*parameters, _FORMAT],
            "responses": answers,
        }
    }


def _object(*required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


_TEXT = {"type": "string"}
_SCHEMAS: dict[str, Any] = {
    "any": {"type": "object"},
    "link": _object("href", "rel", href=_TEXT, rel=_TEXT, type=_TEXT, title=_TEXT),
    "landingPage": _object("links", title=_TEXT, links=_LINKS),
    "confClasses": _object("conformsTo", conformsTo={"type": "array", "items": _TEXT}),
    "collection": _object("id", "links", id=_TEXT, title=_TEXT, description=_TEXT, links=_LINKS, crs={"type": "array", "items": _TEXT}),
    "collections": _object("links", "collections", links=_LINKS, collections={"type": "array", "items": {"$ref": "#/components/schemas/collection"}}),
    "feature": _object(
        "type", "geometry", "properties", type={"type": "string", "enum": ["Feature"]}, id=_TEXT,
        geometry={"type": "object", "nullable": True}, properties={"type": "object", "nullable": True}, links=_LINKS,
    ),
    "featureCollection": _object(
        "type", "features", type={"type": "string", "enum": ["FeatureCollection"]},
        features={"type": "array", "items": {"$ref": "#/components/schemas/feature"}}, links=_LINKS,
        numberReturned={"type": "integer", "minimum": 0}, timeStamp={"type": "string", "format": "date-time"},
    ),
}  # fmt: skip
_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "a token (belltower token)"},
    "basic": {"type": "http", "scheme": "basic", "description": "any name, and a token as the password"},
}
