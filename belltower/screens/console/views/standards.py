# SPDX-License-Identifier: Apache-2.0
"""The library of standards, a document, and a clause: what is laid down, how it is checked, and how far it was verified."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language

from belltower.core.access.people import today
from belltower.core.access.rules import Verb
from belltower.core.places.kinds import register
from belltower.core.standards.clauses import Clause
from belltower.core.standards.models import Exemption, KeptDocument
from belltower.screens.console import (
    standard_clause,
    standard_shelf,
    standard_standing,
    standard_trend,
    standard_writing,
)
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.standard_listing import Library, Titles, entries_of
from belltower.screens.console.standard_subjects import TITLES, SubjectListing

TREND_DAYS, MOST_DAYS, MOST_EXEMPTIONS = 365, 60, 200


@door(Verb.VIEW)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """Every clause, found by words and narrowed by pack, check, grade, verification and kind."""
    documents = standard_shelf.documents(today(request.now))
    library, entries = Library.read(request.GET.dict()), entries_of(documents)
    titles = Titles(register(), get_language() or "zh")
    page = {
        "library": library,
        "rows": library.found(entries),
        "tallies": standard_standing.tallies(),
        "facets": library.facets(entries, titles),
        "documents": documents,
        "is_empty": not entries,
        "unfinished": standard_writing.unfinished() if request.standing.may(Verb.WRITE_STANDARDS) else [],
    }
    return render(request, "console/standards/library.html", page)


@door(Verb.VIEW)
def show_document(request: ConsoleRequest, key: str) -> HttpResponse:
    """One document with its clauses. Raises NotFound."""
    document = standard_shelf.document(key, today(request.now))
    tallies = standard_standing.tallies([one.id for one in document.clauses])
    page = {
        "document": document,
        "source": KeptDocument.objects.get(key=key).source,
        "rows": entries_of([document]),
        "tallies": tallies,
        "unfinished": standard_writing.unfinished(key) if request.standing.may(Verb.WRITE_STANDARDS) else [],
        "today": today(request.now),
    }
    return render(request, "console/standards/document.html", page)


@door(Verb.VIEW)
def show_clause(request: ConsoleRequest, key: str) -> HttpResponse:
    """One clause. Raises NotFound."""
    entry, revision = standard_shelf.clause(key, today(request.now))
    page = standard_clause.page_of(entry, today(request.now), register(), get_language() or "zh")
    page |= _standing(entry.clause, today(request.now)) | standard_writing.history(revision)
    return render(request, "console/standards/clause.html", page)


def _standing(clause: Clause, day: date) -> dict[str, object]:
    """How the city stands to a clause, as far as the viewer sees it."""
    counted = standard_standing.days(clause.id, day - timedelta(days=TREND_DAYS))
    broken, unknown = standard_standing.open_findings([clause.id]).get(clause.id, (0, 0))
    exemptions = Exemption.objects.filter(clause__key=clause.id, since__lte=day, until__gt=day)
    return {
        "tally": standard_standing.tallies([clause.id]).get(clause.id),
        "open_findings": broken + unknown,
        "days": counted[::-1][:MOST_DAYS],
        "trend": standard_trend.drawn(counted),
        "exemptions": exemptions.select_related("asset", "area").defer("asset__geometry", "area__geometry")[
            :MOST_EXEMPTIONS
        ],
    }


@door(Verb.VIEW)
def show_subjects(request: ConsoleRequest, key: str) -> HttpResponse:
    """The assets behind one of a clause's numbers. Raises NotFound."""
    clause = standard_shelf.clause(key, today(request.now))[0].clause
    listing = SubjectListing.read(request.GET.dict())
    found = listing.page(clause)
    page = {
        "clause": clause,
        "listing": listing,
        "title": TITLES[listing.outcome],
        "outcomes": TITLES.items(),
        "rows": found[0] if found else [],
        "next": found[1] if found else None,
        "is_kept": found is not None,
    }
    return render(request, "console/standards/subjects.html", page)
