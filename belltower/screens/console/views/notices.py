# SPDX-License-Identifier: Apache-2.0
"""My notices: what I was told of cases, the newest first. About oneself only; somebody else's is not found."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from belltower.core.notices import actions
from belltower.screens.console.doors import ConsoleRequest, own_door

PAGE = 50


@require_safe
@own_door
@never_cache
def show(request: ConsoleRequest) -> HttpResponse:
    """The list; ``?unread=1`` shows what is new alone, ``?before=`` goes on below a notice."""
    rows = actions.mine(request.user)
    if is_new_only := request.GET.get("unread") == "1":
        rows = rows.filter(read_at=None)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and len(before) < 18:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows.prefetch_related("deliveries")[: PAGE + 1])
    page = {
        "rows": found[:PAGE], "next": found[PAGE - 1].pk if len(found) > PAGE else None, "is_first": not before,
        "unread": actions.unread(request.user), "is_new_only": is_new_only,
    }  # fmt: skip
    return render(request, "console/notices/list.html", page)


@require_POST
@own_door
def read(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """I have read it; on to the case where that was asked for. Raises NoSuchNotice."""
    notice = actions.mark_read(request.user, uid, by=request.actor, now=request.now)
    if request.POST.get("open") and notice.number:
        return redirect("console:case", notice.number)
    return redirect("console:notices")


@require_POST
@own_door
def read_all(request: ConsoleRequest) -> HttpResponse:
    """I have read everything."""
    actions.mark_all_read(request.user, by=request.actor, now=request.now)
    return redirect("console:notices")
