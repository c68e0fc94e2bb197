# SPDX-License-Identifier: Apache-2.0
"""One alarm: how it stands, its trend with limits, why it is there, and its whole life."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from django.http import HttpResponse
from django.shortcuts import render
from numpy.typing import NDArray

from belltower.core.access.models import User
from belltower.core.access.people import user_may
from belltower.core.access.rules import ANSWER_ALARMS, VIEW
from belltower.core.alarms.models import Alarm, Condition, Transition
from belltower.core.observations.reading import history
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console import alarm_listing, alarm_story, alarm_trend, dates
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.live import live_address
from belltower.screens.console.views.alarms import SHELVES_MIN

SPANS_H = (1, 6, 24, 168)
_NOUN = Text(zh="报警", en="alarm")


@door(VIEW)
def show(request: ConsoleRequest, uid: UUID) -> HttpResponse:
    """The page; its living part alone, for the page that asks for it again."""
    alarm = find(uid)
    [row] = alarm_listing.rows_of([alarm])
    hours = _hours(request.GET.get("hours", ""))
    page = {
        "row": row,
        "one": alarm,
        "definition": alarm.definition,
        "lines": alarm_story.life_of(alarm),
        "trend": _trend(alarm, request.now - timedelta(hours=hours), request.now),
        "hours": hours,
        "spans": SPANS_H,
        "shelves": SHELVES_MIN,
        "people": _who_may_answer(request.now) if request.standing.may(ANSWER_ALARMS) else [],
        "now": request.now,
        "live": live_address(request),
    }
    template = "console/alarms/living.html" if request.headers.get("HX-Request") else "console/alarm.html"
    return render(request, template, page)


def find(uid: UUID) -> Alarm:
    """The alarm, where the viewer sees its stream. Raises NotFound."""
    found = alarm_listing.with_all(Alarm.objects.filter(uid=uid)).first()
    if found is None:
        raise NotFound(noun=_NOUN, name=uid)
    return found


def _trend(alarm: Alarm, since: datetime, until: datetime) -> alarm_trend.Trend:
    at, value = _readings(alarm.stream_id, since, until)
    definition = alarm.definition
    limits = [] if definition.limit is None or definition.condition in (Condition.RATE, Condition.STALE) else [
        (definition.limit, f"{definition.limit:.5g}")
    ]  # fmt: skip
    happened = Transition.objects.filter(alarm=alarm, at__gte=since).order_by("-at").values_list("at", "after")[:100]
    return alarm_trend.draw(
        at, value, since=since, until=until, limits=limits, events=list(happened),
        silent_after=alarm.stream.stale_after or definition.stale_after, zone=dates.city_zone(),
        clock="%H:%M" if until - since <= timedelta(days=1) else "%m-%d %H:%M",
    )  # fmt: skip


def _readings(stream: int, since: datetime, until: datetime) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The stream's numbers of that span, oldest first, wherever they lie; of more than a day, each minute's extremes."""
    if until - since <= timedelta(days=1):
        found = history([stream], since, until)
        return found.at, found.value
    by_minute = history([stream], since, until, every="minute")
    return np.repeat(by_minute.at, 2), np.column_stack([by_minute.min, by_minute.max]).ravel()


def _who_may_answer(now: datetime) -> list[User]:
    """People whom the viewer knows and who may answer alarms."""
    active = User.objects.filter(is_active=True).order_by("username")[:200]
    return [user for user in active if user_may(user, ANSWER_ALARMS, now.date())]


def _hours(word: str) -> int:
    return int(word) if word in map(str, SPANS_H) else SPANS_H[0]
