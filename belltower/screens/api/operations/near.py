# SPDX-License-Identifier: Apache-2.0
"""What stands near a point."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from ninja import Field, Query, Router, Schema

from belltower.core.access.rules import Verb
from belltower.core.places import near
from belltower.screens.api import shapes
from belltower.screens.api.doors import Request, asking
from belltower.screens.api.words import Latitude, Longitude, Name

router = Router(tags=["assets"])
FARTHEST_M = 50_000


class PointQuery(Schema):
    lon: Longitude
    lat: Latitude
    kind: list[Name] = Field([], description="one or more kinds (every kind, when left out)")

    def kinds(self) -> list[str] | None:
        """The kinds asked for; None for all. Raises UnknownKind."""
        return [settings.BELLTOWER_REGISTER.kind(name).name for name in self.kind] or None


class NearestQuery(PointQuery):
    count: int = Field(10, ge=1, le=1000)


class WithinQuery(PointQuery):
    metres: float = Field(gt=0, le=FARTHEST_M, allow_inf_nan=False)
    limit: int = Field(1000, ge=1, le=1000, description="the nearest so many")


@router.get("/assets/nearest", response=shapes.NearAssets, **asking(Verb.VIEW))
def list_nearest_assets(request: Request, where: Query[NearestQuery]) -> dict[str, Any]:
    """The nearest assets that are not retired, nearest first. There is no page after: ask for more."""
    found = near.nearest(where.lon, where.lat, count=where.count, kinds=where.kinds(), scope=request.auth.scope)
    return _shown(found)


@router.get("/assets/within", response=shapes.NearAssets, **asking(Verb.VIEW))
def list_assets_within(request: Request, where: Query[WithinQuery]) -> dict[str, Any]:
    """The assets that are not retired and have a part within a distance, nearest first."""
    scope, kinds = request.auth.scope, where.kinds()
    return _shown(near.within(where.lon, where.lat, where.metres, kinds=kinds, scope=scope, most=where.limit))


def _shown(found: list[near.Near]) -> dict[str, Any]:
    return {"items": [_near(one) for one in found]}


def _near(one: near.Near) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in ("uid", "kind", "key", "life", "distance_m")}
    return {**told, "name": one.title and one.title.as_json(), "position": [one.lon, one.lat]}
