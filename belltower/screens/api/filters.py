# SPDX-License-Identifier: Apache-2.0
"""The filters of asset lists and exports, and the rows they leave of what a caller may see."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import numpy as np
from django.conf import settings
from django.db.models import Q, QuerySet
from ninja import Field, Schema
from pydantic import AfterValidator, StringConstraints

from belltower.core.places import city, search
from belltower.core.places.columns import Box
from belltower.core.places.models import Area, Asset, Life
from belltower.core.places.scope import Scope
from belltower.kernel.errors import NotFound
from belltower.kernel.packs import Geometry
from belltower.kernel.texts import Text
from belltower.screens.api.words import AreaCode, Instant, Line, Name, Words

_DEGREES = r"-?[0-9]{1,3}(\.[0-9]{1,15})?"
NOTHING_AT_ALL = Q(pk__in=())
STEPS = 9  # points along each side of a bounding box when it is put into the metric plane


def _a_box(text: str) -> str:
    west, south, east, north = map(float, text.split(","))
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError("west,south,east,north in degrees, west no larger than east, south no larger than north")
    return text


BoundingBox = Annotated[str, StringConstraints(pattern=rf"^{_DEGREES}(,{_DEGREES}){{3}}$"), AfterValidator(_a_box)]


class AssetFilter(Schema):
    """Which assets; several filters narrow together."""

    kind: list[Name] = Field([], description="one or more kinds")
    area: AreaCode | None = Field(None, description="the code of an area; everything below it counts too")
    owner: UUID | None = Field(None, description="the uid of the party that owns them")
    life: list[Life] = []
    key: Line | None = Field(None, description="the natural key, whole")
    bbox: BoundingBox | None = Field(None, description="west,south,east,north in degrees, WGS 84")
    text: Words | None = Field(None, description="words of a code or name, in Chinese, English or pinyin")
    updated_since: Instant | None = Field(None, description="recorded at this instant or later")


def wanted(where: AssetFilter, *, scope: Scope) -> QuerySet[Asset]:
    """The assets that ``scope`` shows and ``where`` asks for. Raises UnknownKind, NotFound for an area."""
    return Asset.objects.filter(scope.assets(), *_conditions(where))


def _conditions(where: AssetFilter) -> list[Q]:
    """Each filter that was given, as a condition."""
    found = []
    if where.kind:
        found.append(Q(kind__in=[settings.BELLTOWER_REGISTER.kind(name).name for name in where.kind]))
    if where.area:
        found.append(_in_area(where.area))
    if where.owner:
        found.append(Q(owner__uid=where.owner))
    if where.life:
        found.append(Q(life__in=where.life))
    if where.key:
        found.append(Q(key=where.key))
    if where.bbox:
        found.append(_in_box(*map(float, where.bbox.split(","))))
    if where.text:
        query = search.query_of(where.text)
        found.append(Q(words__matches=query) if query else NOTHING_AT_ALL)
    if where.updated_since:
        found.append(Q(recorded_at__gte=where.updated_since))
    return found


def _in_area(code: str) -> Q:
    """In the current area of that code or below it. Raises NotFound."""
    area = Area.objects.current().filter(code=code).only("path").first()
    if area is None:
        raise NotFound(noun=Text(zh="区域", en="area"), name=code)
    return Q(area__in=Area.objects.under(area).values("pk"))


def _in_box(west: float, south: float, east: float, north: float) -> Q:
    """Assets whose box meets the rectangle of degrees; of kinds that are points, exactly those inside.

    The rectangle's sides bend in the metric plane, so its box there is taken around points along all four.
    """
    along = np.linspace(0, 1, STEPS)
    lon = np.concatenate([west + (east - west) * along] * 2 + [np.full(STEPS, west), np.full(STEPS, east)])
    lat = np.concatenate([np.full(STEPS, south), np.full(STEPS, north)] + [south + (north - south) * along] * 2)
    x, y = city.plane().to_plane(lon, lat)
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        return Q(lon__range=(west, east), lat__range=(south, north))
    points = [kind.name for kind in settings.BELLTOWER_REGISTER.kinds.values() if kind.geometry is Geometry.POINT]
    inside = Q(lon__range=(west, east), lat__range=(south, north))
    return Q(box__meets=Box(*map(float, (x.min(), y.min(), x.max(), y.max())))) & (inside | ~Q(kind__in=points))
