# SPDX-License-Identifier: Apache-2.0
"""My tasks, by distance or deadline, and one of them with its big buttons; both work with JavaScript off."""

from __future__ import annotations

import math
from collections.abc import Mapping

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from belltower.core.access.rules import Verb
from belltower.core.cases import actions
from belltower.core.cases.models import Case
from belltower.core.evidence.showing import evidence_of
from belltower.core.fieldwork.models import Act, Outcome
from belltower.core.fieldwork.rules import Order, Place, Task
from belltower.core.fieldwork.tasks import Turn, my_tasks, turns
from belltower.kernel.errors import Refusal
from belltower.screens.console.case_story import Row
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.refusals import status_of
from belltower.screens.console.views.cases import acting_of
from belltower.screens.field.forms import forms_of

MOST_CONFLICTS = 20


@door(Verb.REPORT_CASES)
@require_safe
def show_all(request: ConsoleRequest) -> HttpResponse:
    """My tasks. Where the address says ``lon`` and ``lat`` the nearest come first, else those that are due first."""
    here = place_of(request.GET)
    asked = request.GET.get("order", "")
    order = Order(asked) if asked in set(Order) else Order.NEAR if here else Order.DUE
    tasks = my_tasks(acting_of(request), here=here, order=order, now=request.now)
    page = {
        "tasks": [(Row(one.thing.case, request.now), one, said_metres(one)) for one in tasks],
        "order": order, "orders": Order, "here": here, "conflicts": conflicts(request), "who": request.actor.uid,
    }  # fmt: skip
    return render(request, "field/tasks.html", page)


@door(Verb.REPORT_CASES)
@require_safe
def show(request: ConsoleRequest, case: str) -> HttpResponse:
    """One task. Raises NoSuchCase."""
    return page_of(request, actions.find(case))


def page_of(request: ConsoleRequest, case: Case, refusal: Refusal | None = None) -> HttpResponse:
    """The page of a task; after a refusal with its reason, and what was written."""
    [turn] = turns([case], acting_of(request))
    page = {
        "case": case, "row": Row(case, request.now), "turn": turn, "forms": forms_of(turn.can), "who": request.actor.uid,
        "evidence": evidence_of(case), "conflicts": conflicts(request, case),
        "said": request.POST.dict() if refusal else {},
        "wrong": refusal.say(get_language() or "zh") if refusal else "",
    }  # fmt: skip
    return render(request, "field/task.html", page, status=status_of(refusal) if refusal else 200)


def conflicts(request: ConsoleRequest, case: Case | None = None) -> list[Act]:
    """The viewer's own acts that were not done, and that they have not laid aside."""
    mine = Act.objects.filter(person=request.user.uid, outcome=Outcome.CONFLICT, seen_at=None)
    return list((mine.filter(case=case) if case else mine).select_related("case")[:MOST_CONFLICTS])


def place_of(said: Mapping[str, str]) -> Place | None:
    """The place that an address says; None where it says none that is on earth."""
    try:
        lon, lat = float(said.get("lon", "")), float(said.get("lat", ""))
    except ValueError:
        return None
    return Place(lon, lat) if math.isfinite(lon + lat) and abs(lon) <= 180 and abs(lat) <= 90 else None


def said_metres(task: Task[Turn]) -> str:
    """A distance as people say it: 350 m, 1.2 km."""
    if task.metres is None:
        return ""
    return f"{task.metres:.0f} m" if task.metres < 1000 else f"{task.metres / 1000:.1f} km"
