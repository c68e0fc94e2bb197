# SPDX-License-Identifier: Apache-2.0
"""The same documents as pages for people: plain, in both languages, readable without a script."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string

from belltower.edges.features.words import said

_STYLE = Path(__file__).parent / "features.css"


def page(name: str, document: dict[str, Any], language: str, root: str) -> bytes:
    """The page called ``name`` (templates/features) of a document; ``root`` is the door's own address."""
    shown = {**_more(name, document, language), "document": document, "say": said(language), "root": root}
    return render_to_string(f"features/{name}.html", shown).encode()


@cache
def style() -> bytes:
    """The pages' style sheet."""
    return _STYLE.read_bytes()


def _more(name: str, document: dict[str, Any], language: str) -> dict[str, Any]:
    """What a page needs besides the document."""
    links = {each["rel"]: each["href"] for each in document.get("links", ())}
    more: dict[str, Any] = {"links": links, "language": language}
    if name == "schema":
        more["asked"] = [_asked(key, each) for key, each in document["properties"].items()]
    if name in ("items", "item"):
        collection = document["collection"]
        more["title"] = collection.title.say(language)
        more["headings"] = [each.title.say(language) for each in collection.properties]
    if name == "items":
        more["rows"] = [_row(feature) for feature in document["features"]]
    if name == "item":
        values = document["feature"]["properties"].values()
        more["lines"] = list(zip(more["headings"], values, strict=True))
    return more


def _asked(name: str, schema: dict[str, Any]) -> tuple[str, str, str, list[str]]:
    """Name, title, type and allowed values of a property."""
    return name, schema.get("title", ""), schema.get("format") or schema["type"], schema.get("enum", [])


def _row(feature: dict[str, Any]) -> dict[str, Any]:
    return {"id": feature["id"], "values": list(feature["properties"].values())}
