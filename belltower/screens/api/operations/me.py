# SPDX-License-Identifier: Apache-2.0
"""The city, and who is calling."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from ninja import Router

from belltower.core.access.rules import Verb
from belltower.core.places import city
from belltower.core.places.models import Party
from belltower.core.places.scope import NOTHING
from belltower.screens.api import columns, shapes
from belltower.screens.api.doors import Caller, Request, asking

router = Router(tags=["city"])


@router.get("/city", response=shapes.City, **asking(Verb.VIEW))
def get_city(request: Request) -> dict[str, Any]:
    """The profile of this installation's city: zone, metric plane, calendar, levels of areas."""
    return city.current().as_json()


@router.get("/whoami", response=shapes.Whoami, **asking(None))
def whoami(request: Request) -> dict[str, Any]:
    """Who you are here, what you may do and what you see."""
    caller = request.auth
    return {
        "kind": caller.actor.kind,
        "name": caller.actor.name,
        "uid": caller.actor.uid,
        "roles": sorted(caller.roles),
        "verbs": sorted(caller.verbs),
        "party": _party(caller),
        "sees": "everything" if caller.sees_all else "nothing" if caller.scope == NOTHING else "own",
        "language": get_language(),
    }


def _party(caller: Caller) -> dict[str, Any] | None:
    if caller.party_id is None:
        return None
    return columns.party_ref(Party.objects.values(*columns.PARTY_REF).get(pk=caller.party_id))
