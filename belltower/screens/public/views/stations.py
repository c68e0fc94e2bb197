# SPDX-License-Identifier: Apache-2.0
"""Stations and toilets for residents: the nearest that is open, a list to print, a poster with a code."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from belltower.core.places.models import Area
from belltower.kernel.amenities import Amenity
from belltower.screens.console.dates import city_zone
from belltower.screens.public import finding
from belltower.screens.public.doors import PublicRequest, public_door
from belltower.screens.public.views.reporting import Typed
from belltower.screens.public.views.tracking import qr


@public_door
@require_safe
def show(request: PublicRequest) -> HttpResponse:
    """The form, and what it finds: ``at`` (the city's clock), ``wish``, and ``lon``/``lat``, ``place`` (typed) or ``area``."""
    asked, at = request.GET, _at(request)
    wishes = [one for one in Amenity if one.value in asked.getlist("wish")]
    where, area = _where(request), _area(asked.get("area", ""))
    page = {
        "at": at, "wishes": [(one, one in wishes) for one in Amenity], "areas": _areas(), "area": area,
        "found": finding.near(*where, at, wishes) if where else None, "place": asked.get("place", "")[:80],
        "is_asked": bool(asked), "lon": asked.get("lon", "")[:12], "lat": asked.get("lat", "")[:12],
    }  # fmt: skip
    return render(request, "public/stations/find.html", page)


@public_door
@require_safe
def listed(request: PublicRequest) -> HttpResponse:
    """All of an area (or of the city) on one page, to print or keep."""
    area = _area(request.GET.get("area", ""))
    top = area or Area.objects.current().filter(parent=None).first()
    places = finding.everywhere(_at(request), top.path) if top else []
    return render(request, "public/stations/list.html", {"places": places, "area": top, "areas": _areas()})


@public_door
@require_safe
def poster(request: PublicRequest) -> HttpResponse:
    """A sheet with the address of the finder as a QR code, for an area where one is named."""
    area = _area(request.GET.get("area", ""))
    address = request.build_absolute_uri(reverse("public:stations")) + (f"?area={area.code}" if area else "")
    return render(request, "public/stations/poster.html", {"picture": qr(address), "area": area, "address": address})


def _at(request: PublicRequest) -> datetime:
    """The moment that is asked for on the city's own clock, without a zone; now where none is."""
    try:
        return datetime.fromisoformat(request.GET.get("at", "")).replace(tzinfo=None)
    except ValueError:
        return request.now.astimezone(city_zone()).replace(tzinfo=None, second=0, microsecond=0)


def _where(request: HttpRequest) -> tuple[float, float] | None:
    """The browser's place, the one that was typed ("112.60, 26.90"), or the middle of the area."""
    typed = Typed.of(request.GET)
    if typed.lon is not None and typed.lat is not None:
        return typed.lon, typed.lat
    lon, _, lat = request.GET.get("place", "").replace("，", ",").partition(",")
    asked = request.GET.copy()
    asked["lon"], asked["lat"] = lon.strip(), lat.strip()
    typed = Typed.of(asked)
    if typed.lon is not None and typed.lat is not None:
        return typed.lon, typed.lat
    area = _area(request.GET.get("area", "")) or _called(request.GET.get("place", ""))
    return (area.lon, area.lat) if area and area.lon is not None and area.lat is not None else None


def _area(code: str) -> Area | None:
    return Area.objects.current().filter(code=code).defer("geometry", "words").first() if code else None


def _called(name: str) -> Area | None:
    """The deepest area that is called so, in either language."""
    said = name.strip()
    if not said:
        return None
    rows = Area.objects.current().defer("geometry", "words").order_by("-code")
    return rows.filter(name__zh__icontains=said).first() or rows.filter(name__en__icontains=said).first()


def _areas() -> list[Area]:
    rows = Area.objects.current().filter(level__in=["district", "street", "community"], lon__isnull=False)
    return list(rows.defer("geometry", "words").order_by("path")[:800])
