# SPDX-License-Identifier: Apache-2.0
"""The map: layers by pack on the left, the city in the middle, what is selected on the right; all of it in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import shapely
from django.db import connection
from django.db.models import Count
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from belltower.core.access.rules import Verb
from belltower.core.places import city, pyramid
from belltower.core.places.area_tiles import FROM_ZOOM
from belltower.core.places.kinds import kind_title, register
from belltower.core.places.models import Area, Asset, Life
from belltower.core.places.search import Hit, find
from belltower.core.places.tiles import DEEPEST, EXACT_FROM
from belltower.kernel.packs import AssetKind, MapLayer
from belltower.kernel.texts import Text
from belltower.screens.console import built, map_live
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.shown import fields_of
from belltower.screens.console.views import asset as asset_pages
from belltower.screens.console.views.search import ICONS, NOUN_TITLES

FOUND_AT_MOST = 12


@dataclass(frozen=True)
class Layer:
    """One line of the layer panel: a kind, how it is drawn, and how many of it the viewer may see."""

    kind: AssetKind
    drawn: MapLayer
    count: int
    is_shown: bool


@door(Verb.VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """The page. The address may state ``kinds``, ``area``, ``at`` (zoom/lat/lon) and ``asset``."""
    area = _area(request)
    packs = _packs(request, area)
    layers = [layer for _, layers in packs for layer in layers]
    return render(
        request,
        "console/map.html",
        {
            "packs": packs,
            "area": area,
            "above": _above(area),
            "missing_area": request.GET.get("area") if request.GET.get("area") and area is None else None,
            "choices": _choices(area),
            "alive": map_live.legend(area.code if area else ""),
            "settings": _settings(request, layers, area),
            "is_empty": not any(layer.count for layer in layers),
            "query_string": _list_query(request),
        },
    )


@door(Verb.VIEW)
def selected(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """The panel of one asset."""
    asset = asset_pages.find(request, uid)
    kind = register().kinds.get(asset.kind)
    context = {
        "asset": asset,
        "kind_title": kind_title(asset.kind),
        "life": Life(asset.life).label,
        "fields": [one for one in fields_of(kind, asset.fields) if one.value],
        "icon": _icon(asset.kind),
    }
    return render(request, "console/map/selected.html", context)


@door(Verb.VIEW)
def found(request: ConsoleRequest) -> HttpResponse:
    """What the words find that has a place, to fly to."""
    words = request.GET.get("q", "").strip()
    hits = [hit for hit in find(words, scope=request.scope, limit=FOUND_AT_MOST) if hit.lon is not None]
    rows = [(hit, NOUN_TITLES[hit.noun], ICONS[hit.noun], _way_to(hit)) for hit in hits]
    return render(request, "console/map/found.html", {"found": rows, "words": words})


@door(Verb.VIEW)
def small(request: ConsoleRequest) -> HttpResponse:
    """What a small map on another page needs: the same layers, all that are shown at first; ``area`` as on the page."""
    layers = [layer for _, layers in _packs(request, counted=False) for layer in layers]
    return JsonResponse(_settings(request, layers, _area(request)), json_dumps_params={"ensure_ascii": False})


def _packs(
    request: ConsoleRequest, area: Area | None = None, *, counted: bool = True
) -> list[tuple[Text, list[Layer]]]:
    """The layers of each pack that has any, with the number of assets the viewer may see (in ``area``, where given)."""
    counts = _counts(request, area) if counted else {}
    asked = request.GET.get("kinds")
    chosen = set(asked.split(",")) if asked is not None else None
    known = register()
    return [
        (
            pack.title,
            [
                Layer(known.kind(drawn.kind), drawn, counts.get(drawn.kind, 0),
                      drawn.shown_at_first if chosen is None else drawn.kind in chosen)
                for drawn in pack.layers
            ],
        )
        for pack in known.packs
        if pack.layers
    ]  # fmt: skip


def _counts(request: ConsoleRequest, area: Area | None) -> dict[str, int]:
    """How many assets of each kind are on the map, or on that part of it."""
    if area is None:
        return pyramid.totals(request.scope)
    inside = Asset.objects.filter(request.scope.assets(), area__path__startswith=area.path, cell__isnull=False)
    return dict(inside.exclude(life=Life.RETIRED).order_by().values_list("kind").annotate(n=Count("pk")))


def _settings(request: ConsoleRequest, layers: list[Layer], area: Area | None) -> dict[str, Any]:
    """All that the browser's side of the map is told."""
    profile = city.current()
    language = "zh" if (get_language() or "zh").startswith("zh") else "en"
    return {
        "language": language,
        "layers": [_told(layer, language) for layer in layers],
        "tiles": reverse("console:tile", args=[0, 0, 0]).replace("0/0/0", "{z}/{x}/{y}"),
        "areas": reverse("console:area_tile", args=[0, 0, 0]).replace("0/0/0", "{z}/{x}/{y}"),
        "panel": reverse("console:map_selected", args=[UUID(int=0)]).replace(str(UUID(int=0)), "{uid}"),
        "list": reverse("console:assets"),
        "live": reverse("console:map_live"),
        "exact_from": EXACT_FROM,
        "deepest": DEEPEST,
        "levels": {level.value: zoom for level, zoom in FROM_ZOOM.items()},
        "centre": profile.centre,
        "bounds": _bounds(area or Area.objects.current().filter(parent=None).first()),
        "area": _shape_of(area),
        "asset": _asset_told(request),
        "characters": _characters() if language == "zh" else "",
    }


def _told(layer: Layer, language: str) -> dict[str, Any]:
    detail = layer.drawn.detail
    return {
        "kind": layer.kind.name,
        "title": layer.kind.title.say(language),
        "geometry": layer.kind.geometry.value,
        "icon": built.icon(layer.drawn.icon),
        "colour": layer.drawn.colour,
        "min_zoom": layer.drawn.min_zoom,
        "shown": layer.is_shown,
        "classes": [value for value, _ in detail.from_zoom] if detail else [],
    }


def _asset_told(request: ConsoleRequest) -> dict[str, object] | None:
    """The selected asset with its place, where the address names one that the viewer may see."""
    try:
        uid = UUID(request.GET.get("asset", ""))
    except ValueError:
        return None
    row = Asset.objects.filter(request.scope.assets(), uid=uid).values("uid", "kind", "lon", "lat").first()
    return dict(row) if row else None


def _area(request: ConsoleRequest) -> Area | None:
    code = request.GET.get("area")
    return Area.objects.current().filter(code=code).first() if code else None


def _above(area: Area | None) -> list[Area]:
    codes = area.path.strip("/").split("/") if area else []
    return list(Area.objects.current().filter(code__in=codes).defer("geometry").order_by("path")) if codes else []


def _choices(area: Area | None) -> list[Area]:
    """The areas to narrow to: those below the chosen one, or the districts."""
    current = Area.objects.current().defer("geometry")
    return list(current.filter(parent__code=area.code) if area else current.filter(level="district"))


def _bounds(area: Area | None) -> list[float] | None:
    """West, south, east, north of an area in WGS 84 degrees."""
    if area is None or area.geometry is None:
        return None
    return [float(edge) for edge in shapely.from_wkb(bytes(area.geometry)).bounds]


def _shape_of(area: Area | None) -> dict[str, Any] | None:
    """The outline that the rest of the map is veiled by, to about 10 m."""
    if area is None or area.geometry is None:
        return None
    outline = shapely.simplify(shapely.from_wkb(bytes(area.geometry)), 1e-4)
    return {"code": area.code, "geometry": shapely.geometry.mapping(outline)}


def _characters() -> str:
    """Every character of the names of areas, so that the web font's parts are there before labels are drawn."""
    with connection.cursor() as cursor:
        cursor.execute("""SELECT coalesce(string_agg(DISTINCT letter, ''), '') FROM places_area,
                          regexp_split_to_table(name ->> 'zh', '') AS letter
                          WHERE valid_until IS NULL AND level <> 'grid'""")
        return str(cursor.fetchone()[0])


def _way_to(hit: Hit) -> str:
    query = f"asset={hit.uid}" if hit.noun == "asset" else f"area={hit.code}"
    return f"{reverse('console:map')}?{query}"


def _icon(kind: str) -> str:
    layer = register().layers.get(kind)
    return layer.icon if layer else "point"


def _list_query(request: ConsoleRequest) -> str:
    """The filters that the list understands too."""
    kept = request.GET.copy()
    for name in ("at", "asset", "kinds"):
        kept.pop(name, None)
    return str(kept.urlencode())
