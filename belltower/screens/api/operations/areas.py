# SPDX-License-Identifier: Apache-2.0
"""Areas: the tree from the city down to unit grids, today or on any earlier day."""

from __future__ import annotations

from datetime import date
from typing import Any

from ninja import Field, Query, Router

from belltower.core.access import people
from belltower.core.access.rules import Verb
from belltower.core.places.models import Area, AreaLevel
from belltower.core.places.models.area import AreaQuerySet
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.api import columns, shapes
from belltower.screens.api.doors import Request, asking
from belltower.screens.api.pages import PageQuery, page_of
from belltower.screens.api.words import AreaCode, Day

router = Router(tags=["areas"])
NOUN = Text(zh="区域", en="area")


class DayQuery(PageQuery):
    on: Day | None = Field(None, description="the civil day to look at (today, when left out)")


class AreaQuery(DayQuery):
    level: AreaLevel | None = None
    parent: AreaCode | None = Field(None, description="the code of the area directly above")


@router.get("/areas", response=shapes.AreaPage, **asking(Verb.VIEW))
def list_areas(request: Request, where: Query[AreaQuery]) -> dict[str, Any]:
    """Areas in force on a day, by level or by the area above them."""
    rows = _on(where.on)
    if where.level:
        rows = rows.filter(level=where.level)
    if where.parent:
        rows = rows.filter(parent__code=where.parent)
    return page_of(rows, columns.AREA, columns.area, at=where)


@router.get("/areas/{code}", response=shapes.Area, **asking(Verb.VIEW))
def get_area(request: Request, code: AreaCode, on: Day | None = None) -> dict[str, Any]:
    """One area by its official code, with its outline."""
    row = _on(on).values(*columns.AREA, "geometry", "source").filter(code=code).first()
    if row is None:
        raise NotFound(noun=NOUN, name=code)
    return {**columns.area(row), "geometry": columns.geometry(row["geometry"]), "source": row["source"]}


@router.get("/areas/{code}/children", response=shapes.AreaPage, **asking(Verb.VIEW))
def list_areas_below(request: Request, code: AreaCode, where: Query[DayQuery]) -> dict[str, Any]:
    """The areas directly below one."""
    if not _on(where.on).filter(code=code).exists():
        raise NotFound(noun=NOUN, name=code)
    return page_of(_on(where.on).filter(parent__code=code), columns.AREA, columns.area, at=where)


def _on(day: date | None) -> AreaQuerySet:
    return Area.objects.on(day or people.today())
