# SPDX-License-Identifier: Apache-2.0
"""Packs: what the installed packs declare, as people read it."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render

from belltower.core.access.rules import Verb
from belltower.core.places.kinds import register
from belltower.core.places.models import Asset
from belltower.kernel.packs import AssetKind, Pack
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.shown import printed, type_title

TILES = {"point": "point", "line": "line", "polygon": "polygon"}


@door(Verb.VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """Every installed pack with its kinds, fields, streams, case kinds and layers."""
    counts = dict(Asset.objects.filter(request.scope.assets()).order_by().values_list("kind").annotate(Count("pk")))
    return render(request, "console/packs.html", {"packs": [_pack(one, counts) for one in register().packs]})


def _pack(pack: Pack, counts: dict[str, int]) -> dict[str, object]:
    layers = {layer.kind: layer for layer in pack.layers}
    titles = {kind.name: kind.title for kind in pack.assets}
    return {
        "pack": pack,
        "kinds": [_kind(kind, layers.get(kind.name), counts.get(kind.name, 0)) for kind in pack.assets],
        "streams": [(one, titles[one.on], printed(one.unit)) for one in pack.streams],
        "cases": [(one, titles.get(one.on or "")) for one in pack.cases],
        "count": sum(counts.get(kind.name, 0) for kind in pack.assets),
    }


def _kind(kind: AssetKind, layer: object, count: int) -> dict[str, object]:
    fields = [(one, type_title(one), printed(one.unit)) for one in kind.fields]
    return {"kind": kind, "layer": layer, "count": count, "fields": fields}
