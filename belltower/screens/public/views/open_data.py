# SPDX-License-Identifier: Apache-2.0
"""Open data of cases: CSV, GeoJSON, JSON and an Atom feed by area; the same columns everywhere, and nothing of persons."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from belltower.core.cases.models import Case
from belltower.core.places.models import Area
from belltower.core.receiving import showing
from belltower.core.receiving.showing import PublicCase
from belltower.kernel.errors import Refusal
from belltower.screens.console.context import city_name
from belltower.screens.console.dates import city_zone
from belltower.screens.console.refusals import status_of
from belltower.screens.public.doors import PublicRequest, public_door

PAGE, MOST, IN_FEED = 100, 1000, 50
COLUMNS = (
    "number", "kind", "kind_zh", "kind_en", "standing", "standing_zh", "standing_en", "lon", "lat", "area", "area_zh",
    "area_en", "unit_zh", "unit_en", "reported_on", "changed_on", "ended_on", "is_simulated",
)  # fmt: skip

Page = tuple[list[dict[str, Any]], str | None]


def row_of(case: PublicCase) -> dict[str, Any]:
    """One case as open data: days in the city's zone, no instant, no text of anybody."""
    area, unit, zone = case.area_title, case.unit, city_zone()
    reported, changed = case.reported_at.astimezone(zone).date(), case.changed_at.astimezone(zone).date()
    values = (
        case.number, case.kind, case.title.zh, case.title.en, case.standing.value, case.standing.text.zh,
        case.standing.text.en, case.lon, case.lat, case.area, area.zh if area else "", area.en if area else "",
        unit.zh if unit else "", unit.en if unit else "", reported.isoformat(), changed.isoformat(),
        case.ended_at.astimezone(zone).date().isoformat() if case.ended_at else None, case.is_simulated,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def machine(view: Callable[[PublicRequest], HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Open to every program; refusals are JSON."""

    @wraps(view)
    def answering(request: HttpRequest) -> HttpResponseBase:
        try:
            answer: HttpResponseBase = public_door(view)(request)
        except Refusal as refusal:
            said = {"code": refusal.code, "detail": refusal.say(get_language() or "zh")}
            answer = JsonResponse(said, status=status_of(refusal))
        return answer

    answering.door = None  # type: ignore[attr-defined]
    return require_safe(answering)


@public_door
@require_safe
def show(request: PublicRequest) -> HttpResponse:
    """What there is to fetch, and what its columns mean."""
    areas = Area.objects.current().filter(level="district").defer("geometry").order_by("code")
    return render(request, "public/data.html", {"columns": COLUMNS, "areas": areas, "page": PAGE, "most": MOST})


@machine
def as_json(request: PublicRequest) -> HttpResponse:
    """A page as JSON; ``next`` is the address of the following one."""
    rows, following = _page(request)
    facts = {"items": rows, "next": _address(request, following)}
    return _linked(request, JsonResponse(facts, json_dumps_params={"ensure_ascii": False}), following)


@machine
def as_geojson(request: PublicRequest) -> HttpResponse:
    """A page as GeoJSON (RFC 7946); a case without a place has no geometry."""
    rows, following = _page(request)
    features = [
        {
            "type": "Feature", "id": row["number"],
            "geometry": None if row["lon"] is None else {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
            "properties": {name: value for name, value in row.items() if name not in ("lon", "lat")},
        }
        for row in rows
    ]  # fmt: skip
    facts = {"type": "FeatureCollection", "features": features}
    answer = JsonResponse(facts, json_dumps_params={"ensure_ascii": False}, content_type="application/geo+json")
    return _linked(request, answer, following)


@machine
def as_csv(request: PublicRequest) -> HttpResponse:
    """A page as CSV (RFC 4180) in UTF-8 with its mark, as spreadsheets want it; the next one is in the Link header."""
    rows, following = _page(request)
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    answer = HttpResponse("﻿" + out.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="cases.csv"'
    return _linked(request, answer, following)


@machine
def feed(request: PublicRequest) -> HttpResponse:
    """What changed last, as Atom (RFC 4287); ``area`` is the code of an area."""
    language = get_language() or "zh"
    area, home = _area(request), request.build_absolute_uri(reverse("public:home"))
    made = Atom1Feed(
        title=city_name() or "Belltower", link=home, description="", language=language,
        feed_url=request.build_absolute_uri(), feed_guid=f"{home}#{area}",
    )  # fmt: skip
    for case in map(showing.shown, showing.cases_shown(area).order_by("-changed_at", "-pk")[:IN_FEED]):
        address = request.build_absolute_uri(reverse("public:case", args=[case.number]))
        said, where = case.standing.text.say(language), case.area_title.say(language) if case.area_title else ""
        made.add_item(
            title=f"{case.title.say(language)} · {said}", link=address, description=f"{case.number} {where} {said}",
            unique_id=f"{address}#{case.changed_at:%Y%m%d%H%M%S}", pubdate=case.reported_at, updateddate=case.changed_at,
        )  # fmt: skip
    return HttpResponse(made.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _page(request: PublicRequest) -> Page:
    """The rows asked for, the newest first, and the number that the next page begins after."""
    rows = showing.cases_shown(_area(request))
    if kind := request.GET.get("kind", "")[:40]:
        rows = rows.filter(kind=kind)
    if after := request.GET.get("after", "")[:20]:
        rows = rows.filter(pk__lt=showing.one_shown(after).pk)
    limit = _limit(request.GET.get("limit", ""))
    found: list[Case] = list(rows[: limit + 1])
    told = [row_of(showing.shown(case)) for case in found[:limit]]
    return told, found[limit - 1].number if len(found) > limit else None


def _limit(typed: str) -> int:
    return min(max(int(typed), 1), MOST) if typed.isascii() and typed.isdigit() and len(typed) < 6 else PAGE


def _area(request: PublicRequest) -> str:
    code = request.GET.get("area", "")
    return code if code.isascii() and code.isalnum() and len(code) <= 20 else ""


def _address(request: PublicRequest, following: str | None) -> str | None:
    if following is None:
        return None
    kept = {name: value for name, value in request.GET.items() if name in ("area", "kind", "limit")}
    return request.build_absolute_uri(f"{request.path}?{urlencode({**kept, 'after': following})}")


def _linked(request: PublicRequest, answer: HttpResponse, following: str | None) -> HttpResponse:
    if following:
        answer["Link"] = f'<{_address(request, following)}>; rel="next"'
    return answer
