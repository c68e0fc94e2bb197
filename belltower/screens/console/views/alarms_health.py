# SPDX-License-Identifier: Apache-2.0
"""The health of the alarm system: its figures by EEMUA 191 and ISA-18.2, each with the limit that the guides ask for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.http import HttpResponse
from django.shortcuts import render

from belltower.analytics.alarms.kpi import Flood
from belltower.core.access.rules import VIEW
from belltower.core.alarms.models import Alarm, Priority
from belltower.screens.console import alarm_health, alarm_listing
from belltower.screens.console.doors import ConsoleRequest, door

SPANS_H = (8, 24, 168, 720)
MOST_OPERATORS = 50


@door(VIEW)
def show(request: ConsoleRequest) -> HttpResponse:
    """The figures of the span that the address states, by as many operators as it says."""
    hours = _chosen(request.GET.get("hours", ""), SPANS_H, 24)
    operators = _chosen(request.GET.get("operators", ""), tuple(range(1, MOST_OPERATORS + 1)), 1)
    found, limits, is_whole = alarm_health.figures(
        request.now - timedelta(hours=hours), request.now, operators=operators
    )
    named = _named({*found.chattering, *found.stale, *(actor.alarm for actor in found.worst)})
    page = {
        "found": found,
        "limits": limits,
        "is_whole": is_whole,
        "hours": hours,
        "spans": SPANS_H,
        "operators": operators,
        "floods": [_flood(flood) for flood in found.floods],
        "worst": [(named[actor.alarm], actor) for actor in found.worst if actor.alarm in named],
        "chattering": [named[number] for number in found.chattering if number in named],
        "stale": [named[number] for number in found.stale if number in named],
        "priorities": [
            (value, title, found.priorities.get(value, 0), found.priorities.get(value, 0) / found.calls)
            for value, title in Priority.choices
        ]
        if found.calls
        else [],
    }
    return render(request, "console/alarm_health.html", page)


def _named(numbers: Iterable[int]) -> dict[int, Alarm]:
    """The alarms of these numbers, with definition and place."""
    return {one.pk: one for one in alarm_listing.with_all(Alarm.objects.filter(pk__in=list(numbers)))}


def _flood(flood: Flood) -> dict[str, object]:
    began, ended = (datetime.fromtimestamp(at / 1_000_000, tz=UTC) for at in (flood.began_at, flood.ended_at))
    return {"began": began, "ended": ended, "alarms": flood.alarms}


def _chosen(word: str, known: tuple[int, ...], otherwise: int) -> int:
    return int(word) if word in map(str, known) else otherwise
