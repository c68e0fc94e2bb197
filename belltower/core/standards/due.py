# SPDX-License-Identifier: Apache-2.0
"""By when a breach must be put right: a length of natural time, or of the city's working time by its calendar."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from belltower.core.standards.clauses import TimeAllowed
from belltower.kernel.calendar import WorkingCalendar
from belltower.kernel.city import Hours
from belltower.kernel.instants import civil_day, day_bounds
from belltower.kernel.working_time import WorkingTime

_LENGTH = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


def due_at(
    opened_at: datetime, allowed: TimeAllowed, calendar: WorkingCalendar, hours: Sequence[Hours], zone: ZoneInfo
) -> datetime:
    """The instant by which it must be put right, counted from ``opened_at``.

    Natural time runs always. Of working time, days come first: the last one counted is the n-th working day after the
    day it opened on, and ends with that civil day; then hours and minutes run in ``hours`` of working days (where the
    city has none, through the whole of a working day).
    """
    found = _LENGTH.fullmatch(allowed.length)
    assert found, allowed.length  # reading.py takes no other
    days, time = int(found[1] or 0), timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
    if not allowed.is_working:
        return opened_at + timedelta(days=days) + time
    at = opened_at
    if days:
        last = calendar.add_working_days(civil_day(opened_at, zone), days).day
        at = day_bounds(last, zone)[1]
    return WorkingTime(calendar, tuple(hours), zone).after(at, time)
