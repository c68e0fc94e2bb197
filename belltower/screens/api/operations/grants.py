# SPDX-License-Identifier: Apache-2.0
"""Grants: who holds which role, where, for whose assets, since when. For administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models import Q
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict

from belltower.core.access import actions, people
from belltower.core.access.models import Grant, RoleName, User
from belltower.core.access.rules import Verb
from belltower.core.places.models import Area, Party
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.api import columns, grant_shapes
from belltower.screens.api.doors import Request, asking
from belltower.screens.api.pages import PageQuery, page_of
from belltower.screens.api.words import AreaCode, Day, Line

router = Router(tags=["access"])
USER, AREA, PARTY = Text(zh="用户", en="user"), Text(zh="区域", en="area"), Text(zh="责任主体", en="party")
COLUMNS = (
    "uid", "role", "valid_from", "valid_until", "why", "user__uid", "user__username",
    "area__code", "area__level", "area__name", "party__uid", "party__key", "party__name",
)  # fmt: skip


class GrantQuery(PageQuery):
    user: Line | None = Field(None, description="the user name")
    role: RoleName | None = None
    on: Day | None = Field(None, description="those held on that day; all there ever were, when left out")


class GivenGrant(Schema):
    model_config = ConfigDict(extra="forbid")
    user: Line = Field(description="the user name")
    role: RoleName
    area: AreaCode | None = Field(None, description="the code of an area in force; the whole city when left out")
    party: UUID | None = Field(None, description="for this party's assets; every owner's when left out")
    valid_from: Day | None = Field(None, description="today, when left out")
    valid_until: Day | None = Field(None, description="the first day on which it is held no more")
    why: Line = Field("", description="the document or person that asked for it")


class GivenEnd(Schema):
    model_config = ConfigDict(extra="forbid")
    on: Day | None = Field(None, description="the first day on which it is held no more; today, when left out")


@router.get("/grants", response=grant_shapes.GrantPage, **asking(Verb.ADMINISTER))
def list_grants(request: Request, where: Query[GrantQuery]) -> dict[str, Any]:
    """Grants, ended ones too: who held what on the day of an old case can still be answered."""
    rows = Grant.objects.all()
    if where.user:
        rows = rows.filter(user__username=where.user)
    if where.role:
        rows = rows.filter(role=where.role)
    if where.on:
        rows = rows.filter(Q(valid_until=None) | Q(valid_until__gt=where.on), valid_from__lte=where.on)
    return page_of(rows, COLUMNS, shown, at=where)


@router.post("/grants", response={201: grant_shapes.Grant}, **asking(Verb.ADMINISTER))
def add_grant(request: Request, given: GivenGrant) -> dict[str, Any]:
    """Let a user hold a role; granting the same again only moves its end."""
    user = User.objects.filter(username=given.user).first()
    if user is None:
        raise NotFound(noun=USER, name=given.user)
    made = actions.grant(
        user, given.role, valid_from=given.valid_from or people.today(), valid_until=given.valid_until,
        area=_area(given.area), party=_party(given.party), why=given.why[:300], by=request.auth.actor,
    )  # fmt: skip
    return _one(made.uid)


@router.post("/grants/{uuid:uid}/end", response=grant_shapes.Grant, **asking(Verb.ADMINISTER))
def end_grant(request: Request, uid: UUID, given: GivenEnd) -> dict[str, Any]:
    """End a grant on a day. Nothing is deleted: that it was held stays true."""
    actions.end_one_grant(uid, on=given.on or people.today(), by=request.auth.actor)
    return _one(uid)


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A Grant."""
    told = {name: row[name] for name in COLUMNS[:5]}
    user = {"uid": row["user__uid"], "username": row["user__username"]}
    return {**told, "user": user, "area": columns.area_ref(row, "area__"), "party": columns.party_ref(row, "party__")}


def _one(uid: UUID) -> dict[str, Any]:
    return shown(Grant.objects.values(*COLUMNS).get(uid=uid))


def _area(code: str | None) -> Area | None:
    if code is None:
        return None
    found = Area.objects.current().defer("geometry", "words").filter(code=code).first()
    if found is None:
        raise NotFound(noun=AREA, name=code)
    return found


def _party(uid: UUID | None) -> Party | None:
    if uid is None:
        return None
    found = Party.objects.filter(uid=uid).first()
    if found is None:
        raise NotFound(noun=PARTY, name=uid)
    return found
