# SPDX-License-Identifier: Apache-2.0
"""How what is sensed stands, as the map asks for it when it moved, when an alarm moved, and now and then."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse

from belltower.core.access.rules import Verb
from belltower.core.places.models import Area
from belltower.screens.console.boxes import read_box
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.live import live_address
from belltower.screens.console.map_live import standing


@door(Verb.VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """What is not at rest, with counts and a fresh address of live events; with ``box`` also what is at rest in it."""
    code = request.GET.get("area")
    area = Area.objects.current().filter(code=code).first() if code else None
    found = standing(request.now, area_path=area.path if area else "", box=read_box(request.GET.get("box", "")))
    told = {"rows": found.rows, "counts": found.counts, "left_out": found.left_out, "live": live_address(request)}
    answer = JsonResponse(told, json_dumps_params={"separators": (",", ":")})
    answer["Cache-Control"] = "no-store"
    return answer
