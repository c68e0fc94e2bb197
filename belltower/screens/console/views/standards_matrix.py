# SPDX-License-Identifier: Apache-2.0
"""Compliance of every clause in every area of a level: counts and shares, each a link to its findings."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from belltower.core.access.people import today
from belltower.core.access.rules import Verb
from belltower.core.places.models import Area
from belltower.screens.console import standard_shelf, standard_standing
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.standard_listing import Entry, Library, entries_of
from belltower.screens.console.standard_standing import Tally

MOST_AREAS = 60


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One clause: its total, and its tally in each area, None where nothing was judged."""

    entry: Entry
    total: Tally | None
    cells: list[tuple[Area, Tally | None]]


@door(Verb.VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """Clauses down, the areas one level below the chosen one across; narrowed as the library is."""
    asked = request.GET.dict()
    library = Library.read({name: value for name, value in asked.items() if name != "area"})
    chosen, areas = _areas(asked.get("area", ""))
    entries = library.found(entries_of(standard_shelf.documents(today(request.now))))
    totals, cells = standard_standing.tallies(), standard_standing.by_area(None, areas)
    judged = [one for one in entries if one.clause.id in totals]
    page = {
        "areas": areas,
        "chosen": chosen,
        "rows": [
            MatrixRow(one, totals[one.clause.id], [(area, cells.get((one.clause.id, area.code))) for area in areas])
            for one in judged
        ],
        "left_out": len(entries) - len(judged),
        "library": library,
    }
    return render(request, "console/standards/matrix.html", page)


def _areas(code: str) -> tuple[Area | None, list[Area]]:
    """The chosen area with those directly below it; without one, or where it is not known, those below the whole."""
    current = Area.objects.current().defer("geometry", "words")
    chosen = current.filter(code=code).first() if code else None
    top = chosen or current.filter(parent=None).order_by("code").first()
    return chosen, list(current.filter(parent__code=top.code).order_by("code")[:MOST_AREAS]) if top else []
