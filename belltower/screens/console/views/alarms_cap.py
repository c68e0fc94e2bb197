# SPDX-License-Identifier: Apache-2.0
"""Alarms as CAP 1.2 messages to take away: one of them, or those that the list shows."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse

from belltower.core.access.rules import EXPORT
from belltower.core.alarms.models import Alarm
from belltower.edges.cap.alarms import alert_of
from belltower.edges.cap.message import as_xml
from belltower.screens.console.alarm_listing import AlarmListing
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.views.alarms_one import find


@door(EXPORT)
def one(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """One alarm's message. Raises NotFound, or NothingToTell for one that was never raised."""
    return _sent(request, [find(uid)], f"alarm-{uid}.xml")


@door(EXPORT)
def group(request: ConsoleRequest) -> HttpResponse:
    """One message about all that the list shows by its filters. Raises NothingToTell."""
    alarms = [row.alarm for row in AlarmListing.read(request.GET).rows()]
    return _sent(request, alarms, f"alarms-{request.now:%Y%m%dT%H%M%SZ}.xml")


def _sent(request: ConsoleRequest, alarms: list[Alarm], name: str) -> HttpResponse:
    body = as_xml(alert_of(alarms, sent=request.now))
    return HttpResponse(
        body, content_type="application/cap+xml", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
