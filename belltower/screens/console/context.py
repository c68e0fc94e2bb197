# SPDX-License-Identifier: Apache-2.0
"""What every console page needs to know: the city, the viewer's verbs, the theme, and where "here" is."""

from __future__ import annotations

from contextlib import suppress

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.translation import get_language

from belltower.core.access.models import RoleName, User
from belltower.core.access.people import Standing
from belltower.core.access.rules import Verb
from belltower.core.notices.actions import unread
from belltower.core.places import city
from belltower.kernel import request_id
from belltower.screens.console.overseeing import oversees

EXPORT_FORMATS = (
    ("csv", "CSV"), ("xlsx", "XLSX"), ("geojson", "GeoJSON"), ("gpkg", "GeoPackage"), ("shp", "Shapefile"),
)  # fmt: skip
THEMES = ("auto", "light", "dark")


def console(request: HttpRequest) -> dict[str, object]:
    """Values for the frame around every page."""
    theme = request.COOKIES.get("bt_theme", "auto")
    roles: frozenset[RoleName] = getattr(request, "roles", frozenset())
    standing: Standing = getattr(request, "standing", Standing())
    verbs = standing.verbs
    return {
        "city_name": city_name(),
        "viewer_name": _viewer_name(request),
        "viewer_roles": [role.label for role in sorted(roles)],
        "may": {verb.value: verb in verbs for verb in Verb},
        "may_read_ledger": oversees(standing),
        "export_formats": EXPORT_FORMATS,
        "request_id": request_id.current(),
        "unread_notices": lambda: _unread(request),
        "theme": theme if theme in THEMES else "auto",
    }


def city_name() -> str | None:
    """What the city is called in the reader's language; None before one is chosen."""
    try:
        return city.current().name.say(get_language() or "zh")
    except city.NoCityChosen:
        return None


def _viewer_name(request: HttpRequest) -> str | None:
    user = getattr(request, "user", None)
    return user.title.say(get_language() or "zh") if isinstance(user, User) else None


def _unread(request: HttpRequest) -> int:
    """How many notices the viewer has not read; asked by the frame of a page that is shown to somebody, once."""
    user = getattr(request, "user", None)
    with suppress(DatabaseError):  # a page that says what failed is shown all the same
        return unread(user) if isinstance(user, User) else 0
    return 0
