# SPDX-License-Identifier: Apache-2.0
"""Parties: who regulates, governs, owns, runs or checks something."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from ninja import Field, Query, Router

from belltower.core.access.rules import Verb
from belltower.core.places.models import Party, PartyKind
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.api import columns, shapes
from belltower.screens.api.doors import Caller, Request, asking
from belltower.screens.api.pages import PageQuery, page_of
from belltower.screens.api.words import Line

router = Router(tags=["parties"])
NOUN = Text(zh="责任主体", en="party")
# Whose names everybody may know: they act for the public.
PUBLIC = (PartyKind.REGULATOR, PartyKind.GOVERNMENT)


class PartyQuery(PageQuery):
    kind: PartyKind | None = None
    key: Line | None = Field(None, description="the natural key, whole")


@router.get("/parties", response=shapes.PartyPage, **asking(Verb.VIEW))
def list_parties(request: Request, where: Query[PartyQuery]) -> dict[str, Any]:
    """Parties. An enterprise sees public bodies, itself and what is below it."""
    rows = seen_by(request.auth)
    if where.kind:
        rows = rows.filter(kind=where.kind)
    if where.key:
        rows = rows.filter(key=where.key)
    return page_of(rows, columns.PARTY, columns.party, at=where)


@router.get("/parties/{uuid:uid}", response=shapes.Party, **asking(Verb.VIEW))
def get_party(request: Request, uid: UUID) -> dict[str, Any]:
    """One party."""
    row = seen_by(request.auth).values(*columns.PARTY).filter(uid=uid).first()
    if row is None:
        raise NotFound(noun=NOUN, name=uid)
    return columns.party(row)


def seen_by(caller: Caller, *, prefix: str = "") -> QuerySet[Party]:
    """The parties that ``caller`` may know of."""
    return Party.objects.filter(visible(caller))


def visible(caller: Caller, prefix: str = "") -> Q:
    """The filter for parties that ``caller`` may know of, on the columns that begin with ``prefix``."""
    if caller.scope.owner_ids is None:
        return Q()
    return Q(**{f"{prefix}id__in": caller.scope.owner_ids}) | Q(**{f"{prefix}kind__in": PUBLIC})
