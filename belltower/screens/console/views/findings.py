# SPDX-License-Identifier: Apache-2.0
"""Findings: where the city breaks its standards, as a list, and one with everything that decided it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from belltower.core.access.rules import Verb
from belltower.core.places.kinds import register
from belltower.core.places.models import Area, Party
from belltower.core.standards.models import Finding, KeptClause
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console import finding_listing, finding_story
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.finding_listing import ORDERS, OUTCOMES, STATES, FindingListing
from belltower.screens.console.finding_story import row_of
from belltower.screens.console.standard_listing import GRADES

FINDING = Text(zh="检查发现", en="finding")


@door(Verb.VIEW)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """The findings that the viewer sees, narrowed and in the order that the address asks for."""
    listing = FindingListing.read(request.GET.dict())
    found, has_more = listing.rows(request.now)
    number, is_more = finding_listing.count(listing.found(request.now))
    page = {
        "listing": listing,
        "rows": [row_of(one, request.now) for one in found],
        "count": number,
        "is_more_than": is_more,
        "next": listing.page + 1 if has_more else None,
        "before": listing.page - 1 if listing.page else None,
        "filters": choices(listing),
    }
    return render(request, "console/findings/list.html", page)


@door(Verb.VIEW)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One finding: why it is broken, by what rule who answers, until when. Raises NotFound."""
    found = finding_listing.with_all(Finding.objects.filter(uid=uid)).select_related("responsibility").first()
    if found is None:
        raise NotFound(noun=FINDING, name=uid)
    page = finding_story.page_of(found, request.now, register(), get_language() or "zh")
    return render(request, "console/findings/one.html", page)


def choices(listing: FindingListing) -> dict[str, object]:
    """What can be chosen: all there is, whether or not there are findings of it."""
    clauses = KeptClause.objects.order_by("key").values_list("key", flat=True)
    chosen = Area.objects.current().filter(code=listing.area).first() if listing.area else None
    areas = Area.objects.current().defer("geometry", "words")
    below = areas.filter(parent__code=chosen.code) if chosen else areas.filter(level__in=("district", "street"))
    parties = Party.objects.filter(findings__isnull=False).distinct().order_by("key")[:200]
    return {
        "states": STATES.items(),
        "outcomes": OUTCOMES.items(),
        "orders": ORDERS.items(),
        "grades": [(one.value, title) for one, title in GRADES.items()],
        "clauses": list(clauses),
        "areas": ([chosen] if chosen else []) + list(below.order_by("path")),
        "parties": list(parties),
        "kinds": sorted(register().kinds.values(), key=lambda one: one.title.say(get_language() or "zh")),
    }
