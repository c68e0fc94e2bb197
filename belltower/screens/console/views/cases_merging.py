# SPDX-License-Identifier: Apache-2.0
"""Cases that may be the same, pair by pair, for who may merge them."""

from __future__ import annotations

from django.db.models import Max
from django.http import HttpResponse
from django.shortcuts import render

from belltower.core.access.rules import Verb
from belltower.core.cases import merging
from belltower.core.cases.acting import Acting, Standing, parts_of
from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.table import State, Step, rule_for
from belltower.screens.console.case_related import alike
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.views.cases import acting_of


@door(Verb.DISPATCH_CASES)
def show_all(request: ConsoleRequest) -> HttpResponse:
    """The likest pairs among the newest open cases that the viewer reaches, each with the form that merges it."""
    found, acting = merging.proposals(), acting_of(request)
    last = dict(
        CaseStep.objects.filter(case__in=[one.later.pk for one in found])
        .values_list("case").annotate(last=Max("number")).order_by()
    )  # fmt: skip
    pairs = [(one, alike(one), _may_merge(one.later, acting), last.get(one.later.pk)) for one in found]
    page = {"pairs": pairs, "scanned": merging.SCANNED, "most": merging.MOST_PAIRS}
    return render(request, "console/cases/duplicates.html", page)


def _may_merge(case: Case, acting: Acting) -> bool:
    parts = parts_of(acting, Standing(case.party_id, case.area_id, case.asset_kind))
    return rule_for(Step.MERGE, State(case.state), parts) is not None
