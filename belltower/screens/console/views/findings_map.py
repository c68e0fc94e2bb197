# SPDX-License-Identifier: Apache-2.0
"""Findings on the map: the page with the filters of the list, and the marks that it asks for as it is moved."""

from __future__ import annotations

import re

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render

from belltower.core.access.rules import Verb
from belltower.core.places import city
from belltower.screens.console import finding_marks
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.finding_listing import FindingListing
from belltower.screens.console.views.findings import choices

AT_FIRST = 11.0


@door(Verb.VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """The findings that the address asks for, on the map; ``at`` is its view (zoom/lat/lon)."""
    listing = FindingListing.read(request.GET.dict())
    page = {
        "listing": listing,
        "filters": choices(listing),
        "legend": finding_marks.legend(listing, request.GET.dict()),
    }
    return render(request, "console/findings/map.html", page)


@door(Verb.VIEW)
def marks(request: ConsoleRequest) -> HttpResponse:
    """At most MOST marks of the findings that the address asks for, at a ``zoom``; ``box`` is the part that is shown.

    Without a box the totals of all are told too, and where they lie.
    """
    listing = FindingListing.read(request.GET.dict())
    found = listing.found(request.now)
    drawn = finding_marks.marks(found, request.now, zoom=_zoom(request), lat=city.current().centre[1])
    told: dict[str, object] = {"rows": drawn.rows, "is_cut": drawn.is_cut}
    if not listing.box:
        told |= finding_marks.totals(found, request.now)
    answer = JsonResponse(told, json_dumps_params={"separators": (",", ":")})
    answer["Cache-Control"] = "no-store"
    return answer


def _zoom(request: ConsoleRequest) -> float:
    """The zoom that is asked for; AT_FIRST where it is left out or no number."""
    said = request.GET.get("zoom", "")
    return float(said) if re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,6})?", said) else AT_FIRST
