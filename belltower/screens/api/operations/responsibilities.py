# SPDX-License-Identifier: Apache-2.0
"""Responsibilities: the rules there are, and who answers at a point."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from ninja import Query, Router, Schema

from belltower.core.access import people
from belltower.core.access.rules import Verb
from belltower.core.places import responsibilities, rules
from belltower.core.places.models import Area, Party, Responsibility, Role
from belltower.screens.api import columns, shapes
from belltower.screens.api.doors import Caller, Request, asking
from belltower.screens.api.operations.parties import visible
from belltower.screens.api.pages import PageQuery, page_of
from belltower.screens.api.words import AreaCode, Day, Latitude, Longitude, Name

router = Router(tags=["responsibilities"])


class ResponsibilityQuery(PageQuery):
    party: UUID | None = None
    role: Role | None = None
    kind: Name | None = None
    area: AreaCode | None = None
    on: Day | None = None


class PointQuery(Schema):
    lon: Longitude
    lat: Latitude
    kind: Name
    on: Day | None = None


@router.get("/responsibilities", response=shapes.ResponsibilityPage, **asking(Verb.VIEW))
def list_responsibilities(request: Request, where: Query[ResponsibilityQuery]) -> dict[str, Any]:
    """The rules in force on a day (today, when left out), as they were laid down."""
    on = where.on or people.today()
    in_force = Q(valid_until=None) | Q(valid_until__gt=on)
    rows = Responsibility.objects.filter(in_force, visible(request.auth, "party__"), valid_from__lte=on)
    if where.party:
        rows = rows.filter(party__uid=where.party)
    if where.role:
        rows = rows.filter(role=where.role)
    if where.kind:
        rows = rows.filter(kind=where.kind)
    if where.area:
        rows = rows.filter(area__code=where.area)
    return page_of(rows, columns.RESPONSIBILITY, columns.responsibility, at=where)


@router.get("/responsibilities/resolve", response=shapes.Answerable, **asking(Verb.VIEW))
def resolve_responsibilities(request: Request, where: Query[PointQuery]) -> dict[str, Any]:
    """Who answers for a thing of that kind at a point, in which role, and the rule that decided."""
    kind = settings.BELLTOWER_REGISTER.kind(where.kind).name
    on = where.on or people.today()
    area = responsibilities.area_at(where.lon, where.lat, on)
    return answerable(request.auth, area, responsibilities.resolve(kind, area, None, on))


def answerable(caller: Caller, area: Area | None, decided: Mapping[Role, rules.Decision]) -> dict[str, Any]:
    """Decisions as clients read them, without parties that the caller may not know of."""
    known = Party.objects.filter(visible(caller), pk__in=[one.party.pk for one in decided.values()])
    seen = set(known.values_list("pk", flat=True))
    ref = {"code": area.code, "level": area.level, "name": area.name} if area else None
    return {"area": ref, "decisions": [_decision(one) for one in decided.values() if one.party.pk in seen]}


def _decision(one: rules.Decision) -> dict[str, Any]:
    party = {"uid": one.party.uid, "key": one.party.key, "name": one.party.title.as_json()}
    return {"role": one.role, "party": party, "rule": _rule(one.rule), "because": one.because.as_json()}


def _rule(rule: rules.Rule | None) -> dict[str, Any] | None:
    if rule is None:
        return None
    told = {name: getattr(rule, name) for name in ("valid_from", "valid_until", "basis")}
    return {"kind": rule.kind or None, "area": rule.area_code, **told}
