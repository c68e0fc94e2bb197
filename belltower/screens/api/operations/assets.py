# SPDX-License-Identifier: Apache-2.0
"""Assets: lists, one, its history, who answers for it, and edits."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from belltower.core.access.rules import Verb
from belltower.core.places.models import Asset
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.api import columns, shapes
from belltower.screens.api.doors import Request, asking
from belltower.screens.api.filters import AssetFilter, wanted
from belltower.screens.api.pages import PageQuery, page_of

router = Router(tags=["assets"])
NOUN = Text(zh="部件", en="asset")


class AssetQuery(PageQuery, AssetFilter):
    pass


@router.get("/assets", response=shapes.AssetPage, **asking(Verb.VIEW))
def list_assets(request: Request, where: Query[AssetQuery]) -> dict[str, Any]:
    """Assets as they are now, in the order in which they were first recorded."""
    return page_of(wanted(where, scope=request.auth.scope), columns.ASSET, columns.asset, at=where)


@router.get("/assets/{uuid:uid}", response=shapes.Asset, **asking(Verb.VIEW))
def get_asset(request: Request, response: HttpResponse, uid: UUID) -> dict[str, Any]:
    """One asset with its geometry. Its ETag is what a change must send as If-Match."""
    return one(request, response, uid)


def one(request: Request, response: HttpResponse, uid: UUID) -> dict[str, Any]:
    """The asset's shape, its ETag set on ``response``. Raises NotFound where the caller does not see it."""
    more = ("geometry", "source", "recorded_by")
    row = Asset.objects.filter(request.auth.scope.assets(), uid=uid).values(*columns.ASSET, *more).first()
    if row is None:
        raise NotFound(noun=NOUN, name=uid)
    response["ETag"] = etag(row["recorded_at"])
    shown = {name: row[name] for name in more} | {"geometry": columns.geometry(row["geometry"])}
    return {**columns.asset(row), **shown}


def etag(recorded_at: datetime) -> str:
    """The state of an asset that was recorded then, as an HTTP entity tag."""
    return f'"{recorded_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"'
