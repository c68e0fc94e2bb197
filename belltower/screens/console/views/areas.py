# SPDX-License-Identifier: Apache-2.0
"""Areas: the tree from the city down, and one area with what stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Count, Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language

from belltower.core.access.people import today
from belltower.core.access.rules import Verb
from belltower.core.places import city
from belltower.core.places.kinds import kind_title, register
from belltower.core.places.models import Area, AreaLevel, Asset
from belltower.core.places.scope import Scope
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console.doors import ConsoleRequest, door

LIGHT = ("geometry", "box", "words")
OPEN_DEPTH = 3  # city, district and street are shown at once; what is below them is asked for


@dataclass(frozen=True)
class KindCount:
    """How many assets of a kind stand in an area and below it."""

    kind: str
    title: Text
    pack: Text | None
    count: int
    link: str


@door(Verb.VIEW)
def tree(request: ConsoleRequest) -> HttpResponse:
    """The tree of areas in force; the lower levels open one by one."""
    roots = Area.objects.current().filter(parent=None).defer(*LIGHT)
    branches = [_branch(root, OPEN_DEPTH - 1) for root in roots]
    return render(
        request, "console/areas.html", {"branches": branches, "totals": _totals(), "level_names": level_names()}
    )


@door(Verb.VIEW)
def below(request: ConsoleRequest, code: str) -> HttpResponse:
    """The areas one level below, as a part of the tree."""
    return render(request, "console/areas/branches.html", {"branches": [(one, []) for one in _children(find(code))]})


@door(Verb.VIEW)
def show(request: ConsoleRequest, code: str) -> HttpResponse:
    """One area: where it belongs, what is below it, what stands in it, and how it changed."""
    area = find(code, on=_day(request.GET.get("on")))
    counts = counts_by_kind(area, request.scope)
    return render(
        request,
        "console/area.html",
        {
            "area": area,
            "level_names": level_names(),
            "above": _above(area),
            "children": _children(area),
            "counts": counts,
            "bars": [_bar(one) for one in counts],
            "total": sum(one.count for one in counts),
            "rows_of_area": Area.objects.filter(code=code).defer(*LIGHT).order_by("-valid_from"),
            "today": today(request.now),
        },
    )


def find(code: str, *, on: date | None = None) -> Area:
    """The area of that code, as it was on a day or as it is. Raises NotFound."""
    rows = Area.objects.filter(code=code).defer("words")
    area = (rows.on(on) if on else rows.order_by("valid_until", "-valid_from").filter(valid_until=None)).first()
    area = area or (None if on else rows.order_by("-valid_from").first())
    if area is None:
        raise NotFound(noun=Text(zh="区域", en="area"), name=code)
    return area


def counts_by_kind(area: Area, scope: Scope) -> list[KindCount]:
    """Assets of each kind in the area and below it, those that are retired left out; most first."""
    inside = Area.objects.under(area).order_by().values("pk")
    rows = Asset.objects.filter(scope.assets(), area__in=inside).exclude(life="retired").order_by()
    found = rows.values_list("kind").annotate(Count("pk"))
    return sorted((_kind_count(kind, count, area) for kind, count in found), key=lambda one: (-one.count, one.kind))


def level_names() -> dict[str, Text]:
    """What this city calls its levels."""
    profile = city.current()
    return {level: profile.level(level).name for level in AreaLevel.values}


def _kind_count(kind: str, count: int, area: Area) -> KindCount:
    pack = register().pack_of.get(kind)
    link = f"{reverse('console:assets')}?{urlencode({'kind': kind, 'area': area.code})}"
    return KindCount(kind, kind_title(kind), pack.title if pack else None, count, link)


def _bar(one: KindCount) -> dict[str, object]:
    return {"name": one.title.say(get_language() or "zh"), "value": one.count, "link": one.link}


def _branch(area: Area, depth: int) -> tuple[Area, list[object]]:
    return area, [_branch(child, depth - 1) for child in _children(area)] if depth else []


def _children(area: Area) -> list[Area]:
    """The areas one level below that are in force, each knowing whether it has any itself."""
    deeper = Area.objects.current().filter(parent__code=OuterRef("code"))
    return list(Area.objects.current().filter(parent__code=area.code).defer(*LIGHT).annotate(has_below=Exists(deeper)))


def _above(area: Area) -> list[Area]:
    codes = area.path.strip("/").split("/")[:-1]
    return list(Area.objects.current().filter(code__in=codes).defer(*LIGHT).order_by("path"))


def _totals() -> list[tuple[str, int]]:
    """How many areas of each level are in force, from the city down."""
    found = dict(Area.objects.current().order_by().values_list("level").annotate(Count("pk")))
    return [(level, found[level]) for level in AreaLevel.values if level in found]


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None
