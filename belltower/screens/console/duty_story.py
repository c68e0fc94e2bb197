# SPDX-License-Identifier: Apache-2.0
"""What the pages of the duty desks draw."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from belltower.core.access.models import User
from belltower.core.access.people import today, user_may
from belltower.core.access.rules import ANSWER_ALARMS
from belltower.core.alarms.models import STANDING
from belltower.core.duty.day import day_of
from belltower.core.duty.models import Desk, HandOver, Shift
from belltower.core.duty.standing import alarms_of, standing_of
from belltower.core.duty.wording import ANSWERED, counted
from belltower.core.places.kinds import register
from belltower.kernel.texts import Text
from belltower.screens.console.alarm_listing import rows_of

MOST_PEOPLE = 200


def rows(desks: Iterable[Desk]) -> list[dict[str, Any]]:
    """Each desk with its open shift, who is on it and how many alarms stand; two queries and one a desk."""
    every = list(desks)
    open_shifts = {one.desk_id: one for one in Shift.objects.filter(desk__in=every, ended_at=None)}
    people = _called({one.holder for one in open_shifts.values()})
    return [
        {
            "desk": one, "shift": (shift := open_shifts.get(one.pk)), "who": people.get(shift.holder) if shift else None,
            "standing": alarms_of(one).filter(state__in=STANDING).count(),
        }
        for one in every
    ]  # fmt: skip


def page_of(
    desk: Desk, shift: Shift | None, offered: HandOver | None, *, day: date, now: datetime, viewer: UUID | None
) -> dict[str, Any]:
    """All that a desk's page draws for ``viewer``."""
    told, alarms = day_of(desk, day, now), standing_of(desk)
    wanted = {one.holder for one in told.shifts} | {one.to for one in told.hand_overs}
    people = _called(wanted | ({shift.holder} if shift else set()) | ({offered.to} if offered else set()))
    is_mine = shift is not None and shift.holder == viewer
    return {
        "desk": desk, "shift": shift, "who": people.get(shift.holder) if shift else None, "offered": offered,
        "is_mine": is_mine, "is_offered_to_me": offered is not None and offered.to == viewer,
        "offered_to": people.get(offered.to) if offered else None, "alarms": rows_of(alarms), "day": told,
        "kinds": [register().kinds[one].title for one in desk.kinds if one in register().kinds],
        "shifts": [(one, people.get(one.holder)) for one in told.shifts],
        "hand_overs": [(one, people.get(one.to)) for one in told.hand_overs],
        "calls": [(one, ANSWERED[one.answered]) for one in told.calls], "called": counted(told.call_tally),
        "answers": counted(told.alarm_tally), "successors": _successors(now, viewer) if is_mine else [],
        "day_before": day - timedelta(days=1), "day_after": day + timedelta(days=1) if told.end <= now else None,
    }  # fmt: skip


def _called(uids: set[UUID]) -> dict[UUID, Text]:
    return {one.uid: one.title for one in User.objects.filter(uid__in=uids)}


def _successors(now: datetime, viewer: UUID | None) -> list[User]:
    """Who may answer alarms, and is not the viewer."""
    active = User.objects.filter(is_active=True).order_by("username")[:MOST_PEOPLE]
    return [one for one in active if one.uid != viewer and user_may(one, ANSWER_ALARMS, today(now))]
