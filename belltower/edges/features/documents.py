# SPDX-License-Identifier: Apache-2.0
"""The standard's own documents: landing page, conformance, collections, queryables and schemas."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from belltower.core.places import city
from belltower.edges.features import systems
from belltower.edges.features.declaring import Collection, Holds, Property
from belltower.kernel.texts import Text

TITLE = Text(zh="钟鼓楼：城市部件、区域与问题", en="Belltower: assets, areas and findings of the city")
_ABOUT_DEG = 1.0
"""How far about its centre a city is said to reach, where its outline is not known."""
_PART_1 = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/"
_PART_2 = "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/"
_PART_3 = "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"
CONFORMANCE = (
    *(_PART_1 + name for name in ("core", "oas30", "html", "geojson")),
    _PART_2 + "crs",
    *(_PART_3 + name for name in ("queryables", "queryables-query-parameters", "filter", "features-filter")),
    *(
        _CQL2 + name
        for name in (
            "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators", "case-insensitive-comparison",
            "basic-spatial-functions", "property-property",
        )
    ),
)  # fmt: skip


def link(rel: str, href: str, media_type: str, title: str = "") -> dict[str, str]:
    """A link as the standard has it."""
    return {"href": href, "rel": rel, "type": media_type} | ({"title": title} if title else {})


def is_id(given: str) -> bool:
    """Whether it could be a feature's id."""
    try:
        return str(UUID(given)) == given.lower()
    except ValueError:
        return False


def landing(base: str, links: list[dict[str, str]]) -> dict[str, Any]:
    """What is here, and where."""
    return {
        "title": TITLE.zh + " · " + TITLE.en,
        "links": [
            *links,
            link("service-desc", f"{base}/api?f=json", "application/vnd.oai.openapi+json;version=3.0"),
            link("service-doc", f"{base}/api?f=html", "text/html"),
            link("conformance", f"{base}/conformance", "application/json"),
            link("data", f"{base}/collections", "application/json"),
        ],
    }


def conformance(links: list[dict[str, str]]) -> dict[str, Any]:
    """Which requirements are met."""
    return {"conformsTo": list(CONFORMANCE), "links": links}


def collection(one: Collection, base: str, language: str, links: list[dict[str, str]]) -> dict[str, Any]:
    """One collection as it is described."""
    here, lon, lat = f"{base}/collections/{one.name}", *city.current().centre
    return {
        "id": one.name,
        "title": one.title.say(language),
        "description": one.description.say(language),
        "itemType": "feature",
        "extent": {
            "spatial": {"bbox": [[lon - _ABOUT_DEG, lat - _ABOUT_DEG, lon + _ABOUT_DEG, lat + _ABOUT_DEG]], "crs": systems.CRS84},
            "temporal": {"interval": [[None, None]], "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"},
        },
        "crs": [system.uri for system in systems.offered()],
        "storageCrs": systems.CRS84,
        "links": [
            *(links or [link("self", here, "application/json")]),
            link("items", f"{here}/items", "application/geo+json", one.title.say(language)),
            link("items", f"{here}/items?f=html", "text/html", one.title.say(language)),
            link("http://www.opengis.net/def/rel/ogc/1.0/queryables", f"{here}/queryables", "application/schema+json"),
            link("http://www.opengis.net/def/rel/ogc/1.0/schema", f"{here}/schema", "application/schema+json"),
        ],
    }  # fmt: skip


def schema(one: Collection, address: str, language: str, what: str) -> dict[str, Any]:
    """JSON Schema of what can be asked by (``queryables``) or of what is told (``schema``)."""
    told = one.queryables if what == "queryables" else one.properties
    geometry = {"format": "geometry-any", "x-ogc-role": "primary-geometry"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address,
        "type": "object",
        "title": one.title.say(language),
        "properties": {"geometry": geometry, **{each.name: property_schema(each, language) for each in told}},
        "additionalProperties": False,
    }


def property_schema(one: Property, language: str) -> dict[str, Any]:
    """JSON Schema of one property."""
    shape: dict[str, Any] = {"title": one.title.say(language)}
    if one.holds in (Holds.INSTANT, Holds.DATE):
        shape |= {"type": "string", "format": one.holds.value}
    else:
        shape["type"] = one.holds.value
    return shape | ({"enum": list(one.choices)} if one.choices else {})
