# SPDX-License-Identifier: Apache-2.0
"""Tiles of the map: what the viewer may see of a square, and the borders of areas."""

from __future__ import annotations

from django.http import HttpResponse
from django.http.response import HttpResponseNotModified

from belltower.core.access.rules import Verb
from belltower.core.places import area_tiles, tiles
from belltower.core.places.kinds import register
from belltower.screens.console.doors import ConsoleRequest, door

MVT = "application/vnd.mapbox-vector-tile"


@door(Verb.VIEW)
def assets(request: ConsoleRequest, zoom: int, x: int, y: int) -> HttpResponse:
    """The assets of the ``kinds`` in the address; asked again with the etag it only says that nothing changed."""
    kinds = [kind for kind in request.GET.get("kinds", "").split(",") if kind in register().kinds]
    if _knows(request, tiles.etag(zoom, x, y, kinds, request.scope)):
        return HttpResponseNotModified()
    tile = tiles.tile(zoom, x, y, kinds, request.scope)
    answer = HttpResponse(tile.packed, content_type=MVT, headers={"Content-Encoding": "gzip"})
    return _tagged(answer, tile.etag)


@door(Verb.VIEW)
def areas(request: ConsoleRequest, zoom: int, x: int, y: int) -> HttpResponse:
    """Borders and names of the areas in force."""
    etag = f"areas-{area_tiles.version()}-{zoom}-{x}-{y}"
    if _knows(request, etag):
        return HttpResponseNotModified()
    tiles.check(zoom, x, y)
    return _tagged(HttpResponse(area_tiles.tile(zoom, x, y), content_type=MVT), etag)


def _knows(request: ConsoleRequest, etag: str) -> bool:
    return request.headers.get("If-None-Match", "").removeprefix("W/") == f'"{etag}"'


def _tagged(answer: HttpResponse, etag: str) -> HttpResponse:
    """Kept by this viewer's browser only, and asked for anew each time: what one may see is not another's."""
    answer["ETag"] = f'"{etag}"'
    answer["Cache-Control"] = "private, no-cache"
    answer["Vary"] = "Cookie"
    return answer
