# SPDX-License-Identifier: Apache-2.0
"""What others reported: as a list, on a map, and one case by its number. Places are rounded to about 100 m."""

from __future__ import annotations

from typing import Any

import shapely
from django.http import HttpResponse, JsonResponse
from django.http.response import HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from belltower.core.cases.duplicates import Told, metres_between
from belltower.core.places import area_tiles, city, tiles
from belltower.core.places.area_tiles import FROM_ZOOM
from belltower.core.places.kinds import register
from belltower.core.places.models import Area
from belltower.core.places.tiles import DEEPEST, EXACT_FROM
from belltower.core.receiving import showing
from belltower.core.receiving.showing import SEEN, PublicCase
from belltower.kernel.packs import MapLayer, Secrecy
from belltower.screens.console import built
from belltower.screens.public.doors import PublicRequest, public_door
from belltower.screens.public.views.reporting import Typed

GROUND = "ground"
AT_ONCE, MARKS = 50, 1000
MVT = "application/vnd.mapbox-vector-tile"


@public_door
@require_safe
def show(request: PublicRequest) -> HttpResponse:
    """The newest cases, or the nearest where the address says ``lon`` and ``lat``."""
    at = Typed.of(request.GET)
    found = list(map(showing.shown, showing.nearby(request.now)[:MARKS]))
    rows = sorted(_with_distance(found, at, request), key=lambda one: (one[1] is not None, one[1] or 0.0))
    return render(
        request, "public/nearby.html", {"rows": rows[:AT_ONCE], "count": len(found), "is_near": at.lon is not None}
    )


@public_door
@require_safe
def one(request: PublicRequest, number: str) -> HttpResponse:
    """One case as everybody may know it, and the form that follows it."""
    return render(request, "public/case.html", {"case": showing.told(showing.one_shown(number))})


@public_door
@require_safe
def marks(request: PublicRequest) -> HttpResponse:
    """The cases of the map as GeoJSON."""
    language = get_language() or "zh"
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [case.lon, case.lat]},
            "properties": {"title": case.title.say(language), "standing": case.standing.value,
                           "address": reverse("public:case", args=[case.number])},
        }
        for case in map(showing.shown, showing.nearby(request.now)[:MARKS])
    ]  # fmt: skip
    return JsonResponse({"type": "FeatureCollection", "features": features})


@public_door
@require_safe
def map_settings(request: PublicRequest) -> HttpResponse:
    """What the browser's side of the map is told: the ground alone, streets, houses and water."""
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    top = Area.objects.current().filter(parent=None).first()
    bounds = [float(edge) for edge in shapely.from_wkb(bytes(top.geometry)).bounds] if top and top.geometry else None
    told = {
        "language": language, "layers": [_told(layer, language) for layer in _layers()],
        "tiles": _tiles("public:tile"), "areas": _tiles("public:area_tile"), "panel": "", "list": reverse("public:nearby"),
        "live": "", "exact_from": EXACT_FROM, "deepest": DEEPEST,
        "levels": {level.value: zoom for level, zoom in FROM_ZOOM.items()}, "centre": city.current().centre,
        "bounds": bounds, "area": None, "asset": None, "characters": "",
    }  # fmt: skip
    return JsonResponse(told, json_dumps_params={"ensure_ascii": False})


@public_door
@require_safe
def tile(request: PublicRequest, zoom: int, x: int, y: int) -> HttpResponse:
    """The ground of a square; asked again with the etag it only says that nothing changed."""
    kinds = [layer.kind for layer in _layers()]
    if _knows(request, etag := tiles.etag(zoom, x, y, kinds, SEEN)):
        return HttpResponseNotModified()
    made = tiles.tile(zoom, x, y, kinds, SEEN)
    return _tagged(HttpResponse(made.packed, content_type=MVT, headers={"Content-Encoding": "gzip"}), etag)


@public_door
@require_safe
def area_tile(request: PublicRequest, zoom: int, x: int, y: int) -> HttpResponse:
    """Borders and names of the areas in force."""
    etag = f"areas-{area_tiles.version()}-{zoom}-{x}-{y}"
    if _knows(request, etag):
        return HttpResponseNotModified()
    tiles.check(zoom, x, y)
    return _tagged(HttpResponse(area_tiles.tile(zoom, x, y), content_type=MVT), etag)


def _layers() -> list[MapLayer]:
    """The layers of the ground that are drawn for everybody."""
    known = register()
    packs = [pack for pack in known.packs if pack.name == GROUND]
    return [one for pack in packs for one in pack.layers if known.kind(one.kind).secrecy == Secrecy.PUBLIC]


def _told(layer: MapLayer, language: str) -> dict[str, Any]:
    kind = register().kind(layer.kind)
    return {
        "kind": kind.name, "title": kind.title.say(language), "geometry": kind.geometry.value,
        "icon": built.icon(layer.icon), "colour": layer.colour, "min_zoom": layer.min_zoom,
        "shown": layer.shown_at_first, "classes": [value for value, _ in layer.detail.from_zoom] if layer.detail else [],
    }  # fmt: skip


def _tiles(name: str) -> str:
    return reverse(name, args=[0, 0, 0]).replace("0/0/0", "{z}/{x}/{y}")


def _knows(request: PublicRequest, etag: str) -> bool:
    return request.headers.get("If-None-Match", "").removeprefix("W/") == f'"{etag}"'


def _tagged(answer: HttpResponse, etag: str) -> HttpResponse:
    answer["ETag"], answer["Cache-Control"] = f'"{etag}"', "public, no-cache"
    return answer


def _with_distance(found: list[PublicCase], at: Typed, request: PublicRequest) -> list[tuple[PublicCase, float | None]]:
    here = Told(at.lon, at.lat, "", request.now)
    return [(case, metres_between(here, Told(case.lon, case.lat, "", request.now))) for case in found]
