# SPDX-License-Identifier: Apache-2.0
"""What a turn found, written: transitions and alarms by a statement each, and events about what was raised.

Not by COPY: it is not allowed where rows are seen by policy.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from belltower.analytics.alarms.definitions import Definitions
from belltower.analytics.alarms.state import State
from belltower.analytics.alarms.states import AlarmState, Cause
from belltower.core.alarms.models import Alarm, Transition
from belltower.core.ledger.outbox import emit_many

STATES = {state.value: state.name.lower() for state in AlarmState}
CAUSES = {cause.value: cause.name.lower() for cause in Cause}
DISABLED = "disabled"
RAISED_AT_ONCE = 100
"""Raised alarms in one event: a body of the outbox is small."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_INSERT = """
    INSERT INTO alarms_transition (alarm_id, at, before, after, cause, value, position, command, recorded_at)
    SELECT n.*, %s FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::float8[],
                               %s::bigint[], %s::bigint[]) AS n
"""
_STAND = """
    UPDATE alarms_alarm a SET state = n.state, since = n.since, raised_at = n.raised, value = n.value,
        occurrences = n.occurrences, chatters = n.chatters, shelved_until = n.shelved, changed = n.changed
    FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::timestamptz[], %s::float8[], %s::int[], %s::int[],
                %s::timestamptz[], %s::bigint[])
        AS n (id, state, since, raised, value, occurrences, chatters, shelved, changed)
    WHERE a.definition_id = n.id
"""


def write(
    definitions: Definitions, state: State, rows: NDArray[np.void], commands: dict[int, int], *, recorded_at: datetime
) -> None:
    """Keep these transitions, how their alarms stand now, and tell who listens. ``commands`` are ids by position."""
    ids = definitions.alarm_ids[rows["alarm"]]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [recorded_at, *_lines(ids, rows, commands)])
        cursor.execute(_STAND, _standing(definitions, state, rows))
    _announce(definitions, rows)


def end_disabled(now: datetime) -> None:
    """What is judged no longer stands no longer: its alarm goes to normal, and its life says why."""
    stopped = list(Alarm.objects.filter(definition__is_enabled=False).exclude(state=AlarmState.NORMAL.name.lower()))
    Transition.objects.bulk_create(
        Transition(
            alarm=one, at=now, recorded_at=now, before=one.state, after="normal", cause=DISABLED, value=one.value,
            position=one.changed,
        )
        for one in stopped
    )  # fmt: skip
    Alarm.objects.filter(pk__in=[one.pk for one in stopped]).update(state="normal", since=now, shelved_until=None)


def instant(at: int) -> datetime | None:
    """Microseconds since 1970 as an instant; 0 is never."""
    return _EPOCH + timedelta(microseconds=at) if at else None


def _lines(ids: NDArray[np.int64], rows: NDArray[np.void], commands: dict[int, int]) -> list[list[Any]]:
    """Columns of the transitions."""
    positions = rows["position"].tolist()
    return [
        ids.tolist(),
        [instant(one) for one in rows["at"].tolist()],
        [STATES[one] for one in rows["before"].tolist()],
        [STATES[one] for one in rows["after"].tolist()],
        [CAUSES[one] for one in rows["cause"].tolist()],
        [None if one != one else one for one in rows["value"].tolist()],
        positions,
        [commands.get(one) for one in positions],
    ]


def _standing(definitions: Definitions, state: State, rows: NDArray[np.void]) -> list[list[Any]]:
    """Columns of the alarms that moved, as the engine has them now."""
    moved, last = np.unique(rows["alarm"][::-1], return_index=True)
    now = state.alarms[moved]
    return [
        definitions.alarm_ids[moved].tolist(),
        [STATES[one] for one in now["state"].tolist()],
        [instant(one) for one in now["since"].tolist()],
        [instant(one) for one in now["last_raised"].tolist()],
        [None if one != one else one for one in now["value"].tolist()],
        now["occurrences"].tolist(),
        now["chatters"].tolist(),
        [instant(one) for one in now["shelved_until"].tolist()],
        rows["position"][::-1][last].tolist(),
    ]


def _announce(definitions: Definitions, rows: NDArray[np.void]) -> None:
    """Events of the outbox about the alarms that were raised, so that other rooms may open a case; some in each.

    All have one subject, so that whoever hears them hears them in the order in which they were raised.
    """
    raised = rows[rows["cause"] == Cause.ALARM]
    numbers = definitions.alarm_ids[raised["alarm"]].tolist()
    uids = dict(Alarm.objects.filter(pk__in=set(numbers)).values_list("pk", "uid")) if numbers else {}
    ats, priorities = raised["at"].tolist(), raised["priority"].tolist()
    told = [
        {"alarm": str(uids[number]), "at": instant(at), "priority": priority}
        for number, at, priority in zip(numbers, ats, priorities, strict=True)
    ]
    parts = [told[begin : begin + RAISED_AT_ONCE] for begin in range(0, len(told), RAISED_AT_ONCE)]
    emit_many("alarms.raised", [("alarms.engine", {"raised": part}) for part in parts])
