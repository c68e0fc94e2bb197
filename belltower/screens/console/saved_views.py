# SPDX-License-Identifier: Apache-2.0
"""The menu of saved views above a list: which there are, and the filters that would be kept."""

from __future__ import annotations

from collections.abc import Mapping

from django.http import HttpRequest

from belltower.core.places.actions.views import views_of
from belltower.screens.console.doors import ConsoleRequest

NAMES = {
    "assets": ("console:assets", "console:save_view", "console:forget_view"),
    "cases": ("console:cases", "console:save_case_view", "console:forget_case_view"),
}
"""Of each list whose filters are kept: its address, and where a view is saved and forgotten."""


def saved(request: ConsoleRequest, page: str) -> Mapping[str, object]:
    """What the menu draws (console/parts/views.html)."""
    listed, save, forget = NAMES[page]
    views = views_of(request.user.uid, page, request.user.party_id)
    return {"views": views, "query": kept(request), "list": listed, "save": save, "forget": forget}


def kept(request: HttpRequest) -> str:
    """The query string without the place in the list: what a saved view or an export keeps."""
    found = request.GET.copy()
    for name in ("after", "view", "page"):
        found.pop(name, None)
    for name in [name for name, values in found.lists() if not any(values)]:
        found.pop(name)
    return found.urlencode()
