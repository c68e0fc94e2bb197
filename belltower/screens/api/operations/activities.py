# SPDX-License-Identifier: Apache-2.0
"""Activities: what was done to assets and in areas, read and recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import ConfigDict, StringConstraints

from belltower.core.access.rules import RECORD, VIEW
from belltower.core.activities.actions import Done, record
from belltower.core.activities.models import Activity
from belltower.screens.api import standard_shapes
from belltower.screens.api.doors import Request, asking
from belltower.screens.api.pages import PageQuery, page_of
from belltower.screens.api.words import Instant, Line, Name

router = Router(tags=["activities"])
AT_ONCE = 1_000
Word = Annotated[str, StringConstraints(pattern=r"^[^\x00]*$", max_length=2000)]
_PLAIN = ("uid", "activity", "at", "fields", "source", "recorded_at")
_ASSET = ("uid", "kind", "key")


class ActivityQuery(PageQuery):
    activity: Name | None = None
    asset: UUID | None = None
    since: Instant | None = None
    until: Instant | None = None


class GivenActivity(Schema):
    """One thing that was done. `subject` is the key of the asset, or the code of the area, that it was done to or in."""

    model_config = ConfigDict(extra="forbid")
    activity: Name
    subject: Line
    at: Instant
    by: Line = Field("", description="the key of the party that did it")
    fields: dict[Name, Word | float | bool | None] = {}


class GivenActivities(Schema):
    model_config = ConfigDict(extra="forbid")
    activities: list[GivenActivity] = Field(min_length=1, max_length=AT_ONCE)
    source: Line = ""


@router.get("/activities", response=standard_shapes.ActivityPage, **asking(VIEW))
def list_activities(request: Request, where: Query[ActivityQuery]) -> dict[str, Any]:
    """What was done, of what the caller sees, the latest recorded first."""
    asked = {"activity": where.activity, "asset__uid": where.asset, "at__gte": where.since, "at__lt": where.until}
    rows = Activity.objects.filter(**{name: value for name, value in asked.items() if value is not None})
    columns = (*_PLAIN, "area__code", *(f"asset__{name}" for name in _ASSET))
    return page_of(rows, columns, shown, at=where, newest_first=True)


@router.post("/activities", response=standard_shapes.Recorded, **asking(RECORD))
def record_activities(request: Request, given: GivenActivities) -> dict[str, Any]:
    """Record what was done, up to a thousand at once. What cannot be is told with its reason, and all else is recorded.

    Sent again, an activity counts once: the same one on the same subject at the same instant by the same party.
    """
    told = (
        Done(one.activity, one.subject, one.at, one.fields, one.by, row) for row, one in enumerate(given.activities)
    )
    done = record(told, by=request.auth.actor, now=timezone.now(), source=given.source)
    refused = [
        {"at": one.done.row, "code": one.why.code, "title": {"zh": one.why.say("zh"), "en": one.why.say("en")}}
        for one in done.refused
    ]
    return {"recorded": done.recorded, "known": done.known, "refused": refused}


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """An Activity."""
    asset = {name: row[f"asset__{name}"] for name in _ASSET}
    return {**{name: row[name] for name in _PLAIN}, "area": row["area__code"], "asset": asset if asset["uid"] else None}
