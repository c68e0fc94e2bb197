# SPDX-License-Identifier: Apache-2.0
"""Findings as marks of a map: one finding, or how many lie close together; a bounded number of them, however many there are.

The database groups them by squares as wide as a mark (docs/decisions/0115): what leaves it is never all of a million.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Avg, Case, CharField, Count, F, IntegerField, Max, Min, Q, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Floor
from django.urls import reverse
from django.utils.translation import gettext

from belltower.core.standards.models import Finding, FindingState
from belltower.screens.console.finding_listing import FindingListing

MOST = 2_000
SQUARE_PX, WORLD_PX = 44, 512  # of a mark's square, and of the world at zoom 0 as MapLibre draws it
DEEPEST = 22
LOOKS = ("closed", "unknown", "general", "major")
"""How a mark looks, the gravest last; a square that holds several looks as the gravest."""
_BROKEN = Q(state=FindingState.OPEN, outcome="broken")


@dataclass(frozen=True, slots=True)
class Marks:
    """``rows`` are [uid, how many, look, how many overdue, lon, lat, west, south, east, north]; no uid where there are several.

    ``is_cut``: there were more squares than MOST; the gravest are told.
    """

    rows: list[list[Any]]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the legend: the look that it counts, whether only those overdue, its words, and the list behind it."""

    name: str
    look: str
    is_late: bool
    title: str
    link: str


def marks(found: QuerySet[Finding], now: datetime, *, zoom: float, lat: float) -> Marks:
    """What a map at ``zoom`` draws of these findings; squares are square at the latitude ``lat``."""
    wide = 360 * SQUARE_PX / (WORLD_PX * 2 ** min(max(zoom, 0), DEEPEST))
    placed = _placed(found).filter(x__isnull=False)
    squares = placed.annotate(column=Floor(F("x") / wide), row=Floor(F("y") / (wide * math.cos(math.radians(lat)))))
    grouped = squares.values("column", "row").annotate(
        number=Count("pk"), gravest=Max(_look()), late=Count("pk", filter=_late(now)), one=Min(Cast("uid", CharField())),
        lon=Avg("x"), lat=Avg("y"), west=Min("x"), south=Min("y"), east=Max("x"), north=Max("y"),
    )  # fmt: skip
    some = list(grouped.order_by("-gravest", "-late", "-number", "column", "row")[: MOST + 1])
    return Marks([_told(one) for one in some[:MOST]], len(some) > MOST)


def totals(found: QuerySet[Finding], now: datetime) -> dict[str, Any]:
    """``counts`` of all these findings by the lines of the legend, their ``bounds``, and how many have no place."""
    late = _late(now)
    row = _placed(found).aggregate(
        **{look: Count("pk", filter=_of(look)) for look in LOOKS},
        **{f"{look}-late": Count("pk", filter=_of(look) & late) for look in LOOKS},
        nowhere=Count("pk", filter=Q(x__isnull=True)),
        west=Min("x"), south=Min("y"), east=Max("x"), north=Max("y"),
    )  # fmt: skip
    bounds = [row.pop(edge) for edge in ("west", "south", "east", "north")]
    return {"nowhere": row.pop("nowhere"), "bounds": None if bounds[0] is None else bounds, "counts": row}


def legend(listing: FindingListing, asked: Mapping[str, str]) -> list[Line]:
    """The lines that the listing leaves something of; each leads to the list of what it counts, the other filters kept."""
    kept = {name: value for name, value in asked.items() if name not in ("at", "page", "order", "box") and value}

    def line(look: str, title: str, narrower: Mapping[str, str], *, is_late: bool = False) -> Line:
        link = f"{reverse('console:findings')}?{urlencode({**kept, **narrower})}"
        return Line(f"{look}-late" if is_late else look, look, is_late, title, link)

    grades = {"major": gettext("Major hazard"), "general": gettext("General hazard")}
    lines = []
    for grade, title in grades.items():
        if listing.state != "closed" and listing.grade in ("", grade) and listing.outcome != "unknown":
            broken = {"grade": grade, "outcome": "broken", "state": "open"}
            if not listing.overdue:
                lines.append(line(grade, title, broken))
            late = gettext("%(grade)s, overdue") % {"grade": title}
            lines.append(line(grade, late, {**broken, "overdue": "yes"}, is_late=True))
    if listing.state != "closed" and listing.outcome != "broken":
        lines.append(line("unknown", gettext("Not known any more"), {"state": "open", "outcome": "unknown"}))
    if listing.state != "open" and not listing.overdue:
        lines.append(line("closed", gettext("Put right"), {"state": "closed"}))
    return lines


def _placed(found: QuerySet[Finding]) -> Any:
    """The query set with where each lies: its asset, or the area that is itself the subject."""
    return found.annotate(x=Coalesce("asset__lon", "area__lon"), y=Coalesce("asset__lat", "area__lat"))


def _of(look: str) -> Q:
    return {
        "closed": Q(state=FindingState.CLOSED),
        "unknown": Q(state=FindingState.OPEN, outcome="unknown"),
        "general": _BROKEN & Q(grade="general"),
        "major": _BROKEN & Q(grade="major"),
    }[look]


def _look() -> Case:
    ranks = [When(_of(look), then=Value(rank)) for rank, look in enumerate(LOOKS)]
    return Case(*ranks, default=Value(0), output_field=IntegerField())


def _late(now: datetime) -> Q:
    return Q(due_at__lt=now, state=FindingState.OPEN)


def _told(one: Mapping[str, Any]) -> list[Any]:
    is_alone = one["number"] == 1
    place = [round(one[name], 6) for name in ("lon", "lat")]
    extent = [] if is_alone else [one[name] for name in ("west", "south", "east", "north")]
    return [one["one"] if is_alone else "", one["number"], LOOKS[one["gravest"]], one["late"], *place, *extent]
