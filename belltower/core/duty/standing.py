# SPDX-License-Identifier: Apache-2.0
"""What stands at a desk at an instant: its alarms that somebody must know of. Looked up here, judged in ``rules.py``."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from belltower.core.alarms.models import STANDING, Alarm
from belltower.core.duty.models import Desk

MOST_NAMED = 5


def alarms_of(desk: Desk) -> QuerySet[Alarm]:
    """Every alarm of the desk's kinds, however it stands."""
    of_kinds = Q(stream__asset__kind__in=desk.kinds) if desk.kinds else Q()
    return Alarm.objects.filter(of_kinds)


def standing_of(desk: Desk) -> list[Alarm]:
    """The alarms that stand, the most urgent first, each with its definition and its asset."""
    found = alarms_of(desk).filter(state__in=STANDING).select_related("definition", "stream__asset")
    return list(found.defer("stream__asset__geometry", "stream__asset__words").order_by("priority", "raised_at", "pk"))


def frozen(alarms: list[Alarm]) -> dict[str, Any]:
    """What stands, as a hand-over keeps it."""
    return {"alarms": [_row(one) for one in alarms]}


def _row(one: Alarm) -> dict[str, Any]:
    asset = one.stream.asset
    return {
        "uid": str(one.uid), "title": one.definition.title, "state": one.state, "priority": one.priority,
        "raised_at": one.raised_at.isoformat() if one.raised_at else None, "asset": asset.code if asset else None,
    }  # fmt: skip
