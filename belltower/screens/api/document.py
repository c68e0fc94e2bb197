# SPDX-License-Identifier: Apache-2.0
"""The OpenAPI document: what Ninja writes, completed with problem answers, and the page that shows it."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI
from ninja.openapi.docs import Swagger

from belltower.screens.api import problems, shapes

ABOUT = """\
The city of this installation, for machines.

* **Sign in** with `Authorization: Bearer bt_…` (a service account's token), or with the console's session cookie and,
  for writes, its CSRF token in `X-CSRFToken`. Each operation needs one verb, given as `x-verb`.
* **Lists** answer `{items, next}`. Send `next` back as `cursor` for the page after; the last page has `next: null`.
* **Coordinates** are longitude, latitude in degrees, WGS 84; geometry is GeoJSON. **Times** are RFC 3339 in UTC.
* **Refusals** are `application/problem+json` (RFC 9457) with a stable `code`, a `title` in the language of
  `Accept-Language`, and the `facts`.
* **Changes are additive**: fields, operations and optional parameters are added; none is removed or retyped in v1.
"""


class OpenApi(Swagger):
    """The page at /api/docs; all its files come from our own server."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        settings = {**self.settings, "url": self.get_openapi_url(api, kwargs), "validatorUrl": None}
        return render(
            request, "ninja/swagger.html", {"api": api, "swagger_settings": json.dumps(settings), "add_csrf": True}
        )


def finish(document: Any) -> Any:
    """``document`` as plain JSON, with the problem answer of every operation."""
    document = json.loads(json.dumps(document))
    document["components"]["schemas"]["Problem"] = shapes.Problem.model_json_schema()
    for operation in operations(document):
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = _sendable(parameter["schema"])
        operation["responses"]["default"] = {
            "description": "Why it was not done",
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    return document


def operations(document: Any) -> list[dict[str, Any]]:
    """Every operation of the document."""
    return [operation for path in document["paths"].values() for operation in path.values()]


def _sendable(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter's schema without null, which cannot be sent in an address: it is left out instead."""
    variants = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(variants) != 1:
        return schema
    kept: dict[str, Any] = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**variants[0], **kept}
