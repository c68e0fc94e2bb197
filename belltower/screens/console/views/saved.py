# SPDX-License-Identifier: Apache-2.0
"""Saving and forgetting a view of a list."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from belltower.core.access.rules import Verb
from belltower.core.places.actions.views import forget_view, save_view
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.saved_views import NAMES


@door(Verb.VIEW)
@require_POST
def save(request: ConsoleRequest, page: str) -> HttpResponse:
    """Keep the present filters under a name, and stay where one was. Who belongs to a party shares with it, others with everyone."""
    query, is_shared = request.POST.get("query", ""), "is_shared" in request.POST
    party_id = request.user.party_id if is_shared else None
    save_view(
        page,
        request.POST.get("name", ""),
        query,
        by=request.actor,
        is_shared=is_shared and party_id is None,
        party_id=party_id,
    )
    return HttpResponseRedirect(f"{reverse(NAMES[page][0])}?{query}")


@door(Verb.VIEW)
@require_POST
def forget(request: ConsoleRequest, uid: UUID, page: str) -> HttpResponse:
    """Forget one of one's own views."""
    forget_view(uid, by=request.actor)
    return HttpResponseRedirect(f"{reverse(NAMES[page][0])}?{request.POST.get('query', '')}")
