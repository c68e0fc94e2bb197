# SPDX-License-Identifier: Apache-2.0
"""One box for everything: areas, assets and parties by name, code or pinyin."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from belltower.core.access.rules import Verb
from belltower.core.places.search import Hit, find
from belltower.screens.console.doors import ConsoleRequest, door

MOST = 50
NOUN_TITLES = {"area": _("Area"), "party": _("Party"), "asset": _("Asset")}
ICONS = {"area": "map-pin", "party": "building-community", "asset": "circle-dot"}


@door(Verb.VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """What the words find, best first. A whole code that finds one thing only opens it."""
    words = request.GET.get("q", "").strip()
    hits = find(words, scope=request.scope, limit=MOST)
    if len(hits) == 1 and hits[0].code.lower() == words.lower():
        return redirect(address_of(hits[0]))
    found = [(hit, NOUN_TITLES[hit.noun], ICONS[hit.noun], address_of(hit)) for hit in hits]
    return render(request, "console/search.html", {"found": found, "search_words": words, "is_cut": len(hits) == MOST})


def address_of(hit: Hit) -> str:
    """Where a hit is opened: its page, or for a party the assets it owns."""
    if hit.noun == "area":
        return reverse("console:area", args=[hit.code])
    if hit.noun == "asset":
        return reverse("console:asset", args=[hit.uid])
    return f"{reverse('console:assets')}?{urlencode({'owner': hit.code})}"
