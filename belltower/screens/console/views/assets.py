# SPDX-License-Identifier: Apache-2.0
"""The asset list: filters in the address, columns by kind, saved views, and the way to one asset."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy

from belltower.core.access.rules import Verb
from belltower.core.places.kinds import kind_title, register
from belltower.core.places.models import Area, Asset, Life, Party
from belltower.kernel.packs import AssetKind, Field
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.listing import COUNTED_UP_TO, SIZES, Listing
from belltower.screens.console.saved_views import kept, saved
from belltower.screens.console.shown import ShownField, printed, shown

PAGE = "assets"
MOST_OWNERS = 300
COLUMNS_AT_FIRST = 4
ORDER_TITLES = {
    "newest": gettext_lazy("Newest first"),
    "oldest": gettext_lazy("Oldest first"),
    "key": gettext_lazy("By key"),
    "changed": gettext_lazy("Last changed first"),
}
FILTER_TITLES = {"kind": gettext_lazy("kind"), "area": gettext_lazy("area"), "owner": gettext_lazy("owner")}


@dataclass(frozen=True)
class Row:
    """One asset of the list, with the declared fields that are columns."""

    asset: Asset
    kind_title: object
    cells: list[ShownField]


@door(Verb.VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """The list, or only its rows when the page asks for more of them."""
    listing = Listing.read(request.GET)
    page = listing.page(request.scope)
    columns = _columns(listing)
    count = listing.count(request.scope)
    return render(
        request,
        "console/assets.html",
        {
            "listing": listing,
            "page": page,
            "columns": [(one.title, printed(one.unit)) for one in columns],
            "rows": [
                Row(one, kind_title(one.kind), [shown(f, one.fields.get(f.name)) for f in columns]) for one in page.rows
            ],
            "count": min(count, COUNTED_UP_TO),
            "is_more_than": count > COUNTED_UP_TO,
            "filters": _filters(listing, request),
            "saved": saved(request, PAGE),
            "query_string": kept(request),
            "search_words": listing.text,
            "misunderstood": [(FILTER_TITLES[name], request.GET[name]) for name in listing.misunderstood],
        },
    )


def _columns(listing: Listing) -> list[Field]:
    """The declared fields shown as columns: those chosen, else the kind's first few; none without a kind."""
    if not listing.kind:
        return []
    if listing.columns is None:
        return list(listing.kind.fields[:COLUMNS_AT_FIRST])
    return [one for one in listing.kind.fields if one.name in listing.columns]


def _filters(listing: Listing, request: ConsoleRequest) -> dict[str, object]:
    """What the filter form offers."""
    return {
        "packs": [pack for pack in register().packs if pack.assets],
        "lives": Life.choices,
        "above": _above(listing.area),
        "below": _below(listing.area),
        "owners": _owners(listing, request),
        "orders": ORDER_TITLES.items(),
        "sizes": SIZES,
        "fields": _field_choices(listing.kind, {one.name for one in _columns(listing)}),
    }


def _field_choices(kind: AssetKind | None, chosen: set[str]) -> list[tuple[Field, bool]]:
    return [(one, one.name in chosen) for one in (kind.fields if kind else ())]


def _above(area: Area | None) -> list[Area]:
    """The areas from the city down to this one."""
    if area is None:
        return []
    codes = area.path.strip("/").split("/")
    return list(Area.objects.current().filter(code__in=codes).defer("geometry").order_by("path"))


def _below(area: Area | None) -> list[Area]:
    """The areas one level down; without an area, the top of the tree."""
    current = Area.objects.current().defer("geometry")
    return list(current.filter(parent__code=area.code) if area else current.filter(parent=None))


def _owners(listing: Listing, request: ConsoleRequest) -> list[Party]:
    """Parties that own something the viewer may see, at most MOST_OWNERS; the one chosen is always there."""
    owners = Party.objects.filter(
        pk__in=Asset.objects.filter(request.scope.assets()).order_by().values("owner").distinct()
    )
    found = list(owners.order_by("key")[:MOST_OWNERS])
    if listing.owner and listing.owner not in found:
        found.insert(0, listing.owner)
    return found
