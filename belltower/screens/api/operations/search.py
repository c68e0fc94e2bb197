# SPDX-License-Identifier: Apache-2.0
"""Search over areas, parties and assets."""

from __future__ import annotations

from typing import Any

from ninja import Field, Query, Router, Schema

from belltower.core.access.rules import Verb
from belltower.core.places import search
from belltower.screens.api import shapes
from belltower.screens.api.doors import Request, asking
from belltower.screens.api.words import Words

router = Router(tags=["search"])


class SearchQuery(Schema):
    q: Words = Field(description="a code or name, in Chinese, English or pinyin")
    limit: int = Field(20, ge=1, le=100)


@router.get("/search", response=shapes.Hits, **asking(Verb.VIEW))
def find(request: Request, where: Query[SearchQuery]) -> dict[str, Any]:
    """The areas, parties and assets that a query names, best first. It is no list: there is no page after."""
    return {"items": [_hit(one) for one in search.find(where.q, scope=request.auth.scope, limit=where.limit)]}


def _hit(hit: search.Hit) -> dict[str, Any]:
    where = hit.where.as_json() if hit.where else None
    position = None if hit.lon is None else [hit.lon, hit.lat]
    told = {"what": hit.noun, "uid": hit.uid, "code": hit.code, "title": hit.title.as_json()}
    return {**told, "where": where, "position": position}
