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

PAGE = "assets"


@door(Verb.VIEW)
@require_POST
def save(request: ConsoleRequest) -> HttpResponse:
    """Keep the present filters under a name, and stay where one was."""
    query = request.POST.get("query", "")
    save_view(PAGE, request.POST.get("name", ""), query, by=request.actor, is_shared="is_shared" in request.POST)
    return HttpResponseRedirect(f"{reverse('console:assets')}?{query}")


@door(Verb.VIEW)
@require_POST
def forget(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """Forget one of one's own views."""
    forget_view(uid, by=request.actor)
    return HttpResponseRedirect(f"{reverse('console:assets')}?{request.POST.get('query', '')}")
