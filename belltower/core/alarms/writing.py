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
from belltower.core.observations.packing import Instants, Numbers, Reals, speak

STATES = {state.value: state.name.lower() for state in AlarmState}
CAUSES = {cause.value: cause.name.lower() for cause in Cause}
DISABLED = "disabled"
RAISED_AT_ONCE = 100
"""Raised alarms in one event: a body of the outbox is small."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STATE_WORDS = "ARRAY[" + ", ".join(f"'{STATES[number]}'" for number in range(len(STATES))) + "]"
_CAUSE_WORDS = "ARRAY[" + ", ".join(f"'{CAUSES[number]}'" for number in range(1, len(CAUSES) + 1)) + "]"
# Columns are sent as numbers in the server's own form, which no Python object is made for; 0 and NaN are what is not there.
_INSERT = f"""
    INSERT INTO alarms_transition (alarm_id, at, before, after, cause, value, position, command, recorded_at)
    SELECT n.alarm, n.at, ({_STATE_WORDS})[n.before::int + 1], ({_STATE_WORDS})[n.after::int + 1],
        ({_CAUSE_WORDS})[n.cause::int], NULLIF(n.value, 'NaN'), n.position, NULLIF(n.command, 0), %s
    FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s) AS n (alarm, at, before, after, cause, value, position, command)
"""
_STAND = f"""
    UPDATE alarms_alarm a SET state = ({_STATE_WORDS})[n.state::int + 1], since = NULLIF(n.since, 'epoch'),
        raised_at = NULLIF(n.raised, 'epoch'), value = NULLIF(n.value, 'NaN'), occurrences = n.occurrences,
        chatters = n.chatters, shelved_until = NULLIF(n.shelved, 'epoch'), changed = n.changed
    FROM unnest(%s, %s, %s, %s, %s, %s, %s, %s, %s)
        AS n (id, state, since, raised, value, occurrences, chatters, shelved, changed)
    WHERE a.definition_id = n.id
"""
_UIDS = "SELECT definition_id, uid::text FROM alarms_alarm WHERE definition_id = ANY (%s)"


def write(
    definitions: Definitions, state: State, rows: NDArray[np.void], commands: dict[int, int], *, recorded_at: datetime
) -> None:
    """Keep these transitions, how their alarms stand now, and tell who listens. ``commands`` are ids by position."""
    ids = definitions.alarm_ids[rows["alarm"]]
    connection.ensure_connection()
    speak(connection.connection)  # before the cursor, which takes the connection's words along
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


def _lines(ids: NDArray[np.int64], rows: NDArray[np.void], commands: dict[int, int]) -> list[Any]:
    """Columns of the transitions."""
    positions = rows["position"]
    told = np.zeros(len(rows), dtype=np.int64)
    for position, command in commands.items():
        told[positions == position] = command
    states = (Numbers(rows[name]) for name in ("before", "after", "cause"))
    return [Numbers(ids), Instants(rows["at"]), *states, Reals(rows["value"]), Numbers(positions), Numbers(told)]


def _standing(definitions: Definitions, state: State, rows: NDArray[np.void]) -> list[Any]:
    """Columns of the alarms that moved, as the engine has them now."""
    moved, last = np.unique(rows["alarm"][::-1], return_index=True)
    now = state.alarms[moved]
    return [
        Numbers(definitions.alarm_ids[moved]),
        Numbers(now["state"]),
        Instants(now["since"]),
        Instants(now["last_raised"]),
        Reals(now["value"]),
        Numbers(now["occurrences"]),
        Numbers(now["chatters"]),
        Instants(now["shelved_until"]),
        Numbers(rows["position"][::-1][last]),
    ]


def _announce(definitions: Definitions, rows: NDArray[np.void]) -> None:
    """Events of the outbox about the alarms that were raised, so that other rooms may open a case; some in each.

    All have one subject, so that whoever hears them hears them in the order in which they were raised.
    """
    raised = rows[rows["cause"] == Cause.ALARM]
    ids = definitions.alarm_ids[raised["alarm"]]
    numbers = ids.tolist()
    with connection.cursor() as cursor:
        cursor.execute(_UIDS, list[Any]([Numbers(np.unique(ids))]))
        uids = dict(cursor.fetchall())
    ats, priorities = raised["at"].tolist(), raised["priority"].tolist()
    told = [
        {"alarm": uids[number], "at": instant(at), "priority": priority}
        for number, at, priority in zip(numbers, ats, priorities, strict=True)
    ]
    parts = [told[begin : begin + RAISED_AT_ONCE] for begin in range(0, len(told), RAISED_AT_ONCE)]
    emit_many("alarms.raised", [("alarms.engine", {"raised": part}) for part in parts])
