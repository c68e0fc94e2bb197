# SPDX-License-Identifier: Apache-2.0
"""Queues: what waits with whom, in which stage; and what the standing committees have, had, and may take."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from belltower.core.access.rules import VIEW
from belltower.core.cases.models import Case
from belltower.core.places.models import Party
from belltower.core.rates import queues
from belltower.kernel.texts import Text
from belltower.screens.console.case_listing import SIZE, with_all
from belltower.screens.console.case_story import Row
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.finding_story import length

LISTS = {
    "has": Text(zh="正在办理", en="Has now"),
    "took": Text(zh="曾提级办理", en="Took over"),
    "consider": Text(zh="已提级、可接办", en="Escalated, may be taken"),
}


@door(VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """Every holder's board, of the cases that the viewer sees."""
    found = queues.boards(request.now)
    page = {
        "boards": [(board, [(one, length(one.age)) for one in board.queues]) for board in found],
        "waiting": sum(one.waiting for one in found), "overdue": sum(one.overdue for one in found),
    }  # fmt: skip
    return render(request, "console/cases/queues.html", page)


@door(VIEW)
def committee(request: ConsoleRequest) -> HttpResponse:
    """What a standing committee has: the viewer's own, the one that the address names, or the first."""
    known = list(queues.committees())
    asked = request.GET.get("committee", "")
    own = next((one for one in known if one.pk == request.user.party_id), None)
    chosen = next((one for one in known if one.key == asked), own or (known[0] if known else None))
    wanted = request.GET.get("list", "")
    wanted = wanted if wanted in LISTS else "has"
    found = _cases(wanted, chosen) if chosen else Case.objects.none()
    rows = [Row(one, request.now) for one in with_all(found).order_by("-pk")[:SIZE]]
    page = {
        "committees": known, "chosen": chosen, "list": wanted, "rows": rows, "most": SIZE,
        "lists": [(name, title, _cases(name, chosen).count()) for name, title in LISTS.items()] if chosen else [],
    }  # fmt: skip
    return render(request, "console/cases/committee.html", page)


def _cases(name: str, committee: Party) -> QuerySet[Case]:
    if name == "took":
        return queues.taken_by(committee)
    return queues.with_committee(committee) if name == "has" else queues.to_consider()
