# SPDX-License-Identifier: Apache-2.0
"""How the alarm system does over a span, of the alarms that the viewer sees: transitions as arrays, figures with limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from belltower.analytics.alarms.kpi import Health, Limits, health, limits_on
from belltower.analytics.alarms.states import AlarmState, Cause
from belltower.analytics.alarms.transitions import TRANSITION

MOST_ROWS = 100_000
_STATES = {state.name.lower(): state.value for state in AlarmState}
_CAUSES = {cause.name.lower(): cause.value for cause in Cause}
_ROWS = """
    SELECT t.position, (extract(epoch FROM t.at) * 1000000)::int8, coalesce(t.value, 'NaN'), t.alarm_id, t.before, t.after,
           t.cause, a.priority
    FROM alarms_transition t JOIN alarms_alarm a ON a.definition_id = t.alarm_id
    WHERE t.at >= %s AND t.at < %s ORDER BY t.id DESC LIMIT %s
"""


def figures(since: datetime, until: datetime, *, operators: int) -> tuple[Health, Limits, bool]:
    """The figures, the limits that hold on the last day, and whether all transitions were counted.

    Alarms are named by their numbers. A standing alarm is stale only where it was raised since ``stale_hours`` before
    the span; beyond MOST_ROWS the newest transitions are counted, and the page says so.
    """
    limits = limits_on(until.astimezone(UTC).date())
    rows = _transitions(since - timedelta(hours=limits.stale_hours + 1), until)
    found = health(rows, since=_micros(since), until=_micros(until), operators=operators, limits=limits)
    return found, limits, len(rows) < MOST_ROWS


def _transitions(since: datetime, until: datetime) -> NDArray[Any]:
    """Rows of TRANSITION, oldest first, whose ``alarm`` is the alarm's number."""
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [since, until, MOST_ROWS])
        found = cursor.fetchall()
    rows = np.zeros(len(found), dtype=TRANSITION)
    for name, values in zip(("position", "at", "value", "alarm"), list(zip(*found, strict=True))[:4], strict=False):
        rows[name] = values
    rows["before"] = [_STATES[row[4]] for row in found]
    rows["after"] = [_STATES[row[5]] for row in found]
    rows["cause"] = [_CAUSES.get(row[6], 0) for row in found]
    rows["priority"] = [row[7] for row in found]
    return rows[::-1]


def _micros(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000)
