# SPDX-License-Identifier: Apache-2.0
"""The official rates of cases over a period, each with what it was counted of."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone
from ninja import Field, Query, Router, Schema

from belltower.core.access.rules import VIEW
from belltower.core.rates.asking import Asked, figures, this_month
from belltower.core.rates.telling import told
from belltower.screens.api import rate_shapes
from belltower.screens.api.doors import Request, asking
from belltower.screens.api.words import AreaCode, Day, Line, Name

router = Router(tags=["cases"])


class RateQuery(Schema):
    since: Day | None = Field(None, description="the first civil day; left out, the first of this month")
    until: Day | None = Field(None, description="the last civil day, which counts too; left out, today")
    area: AreaCode | None = Field(None, description="the code of an area; everything below it counts too")
    sector: Name | None = Field(None, description="the name of a pack")
    party: Line | None = Field(None, description="the key of the party that must put it right")
    kind: Name | None = None


@router.get("/cases/rates", response=rate_shapes.Rates, **asking(VIEW))
def get_case_rates(request: Request, where: Query[RateQuery]) -> dict[str, Any]:
    """The official rates, of the cases that the caller sees, as things stood at the end of the period or stand now."""
    now = timezone.now()
    first, last = this_month(now)
    since: date = where.since or first
    asked = Asked(since, where.until or last, where.area or "", where.sector or "", where.party or "", where.kind or "")
    return {"since": asked.since, "until": asked.until, "rates": [told(one) for one in figures(asked, now)]}
