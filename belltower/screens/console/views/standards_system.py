# SPDX-License-Identifier: Apache-2.0
"""The system of standards, to walk through: one thing in the middle, what belongs to it around, and the same as a list."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from belltower.core.access.people import today
from belltower.core.access.rules import Verb
from belltower.core.standards.models import Finding, FindingState
from belltower.kernel.texts import Text
from belltower.screens.console import standard_shelf, standard_standing, standard_system
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.standard_listing import entries_of

KINDS = {
    "document": _("Documents"), "clause": _("Clauses"), "kind": _("Applies to"), "role": _("Responsible"),
    "party": _("Answering for open findings"), "all": _("All standards"),
}  # fmt: skip


@door(Verb.VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """The thing that the address names with ``at``, and its neighbours; all standards where it names none there is."""
    entries = entries_of(standard_shelf.documents(today(request.now)))
    graph = standard_system.graph_of(entries, _answering())
    at = request.GET.get("at", "")
    at = at if at in graph.titles else standard_system.ROOT
    tallies = standard_standing.tallies()
    around = [graph.node(key, tallies) for key in graph.beside.get(at, ())]
    groups = [(title, [one for one in around if one.kind == kind]) for kind, title in KINDS.items()]
    page = {
        "middle": graph.node(at, tallies),
        "name": at.partition(":")[2],
        "drawings": standard_system.drawings(around, get_language() or "zh"),
        "groups": [(title, some) for title, some in groups if some],
        "left_out": max(0, len(around) - standard_system.MOST_DRAWN),
        "is_empty": not entries,
    }
    return render(request, "console/standards/system.html", page)


def _answering() -> list[tuple[str, str, Text]]:
    """Clause, key and title of every party that answers for an open finding that the viewer sees."""
    rows = Finding.objects.filter(state=FindingState.OPEN, party__isnull=False).order_by()
    told = rows.values_list("clause__key", "party__key", "party__name").distinct()
    return [(clause, party, Text.read(name or party)) for clause, party, name in told]
