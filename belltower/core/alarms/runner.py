# SPDX-License-Identifier: Apache-2.0
"""The runner: takes what landed, what operators command and the clock, lets the engine step, and writes what it found.

One transaction a turn: what was taken is deleted or marked, transitions, alarms and the engine's state are written, all
or none. So a process that is killed loses nothing and does nothing twice. An advisory lock keeps it to one at a time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from belltower.analytics.alarms import log as logs
from belltower.analytics.alarms import states
from belltower.analytics.alarms.engine import step
from belltower.analytics.alarms.log import Log
from belltower.analytics.alarms.state import State
from belltower.core.alarms import keeping, writing
from belltower.core.alarms.models import SAID_ONLY, Alarm, Command, What
from belltower.core.ledger.entries import entry
from belltower.core.observations.models import Landing
from belltower.kernel.actors import Actor

MOST_ROWS = 200
"""Landed batches of one turn: with batches of 5,000 a million readings, some 60 MB of columns."""
LIVE = "belltower_live"
BY = Actor.system("alarms")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn took and found."""

    batches: int = 0
    readings: int = 0
    commands: int = 0
    transitions: int = 0

    @property
    def is_full(self) -> bool:
        """Whether more is likely waiting."""
        return self.batches >= MOST_ROWS


class Runner:
    """The engine between turns. Whoever calls ``turn`` holds actions.LOCK and sees every row."""

    def __init__(self) -> None:
        self._kept: keeping.Kept | None = None

    def turn(self, now: datetime) -> Turn:
        """Take what waits, step up to ``now``, write. After an error the next turn begins from what is written."""
        kept, self._kept = self._kept, None
        with entry("alarms.turn", by=BY):
            if kept is None or kept.stamp != keeping.stamp():
                kept = keeping.load()
                writing.end_disabled(now)
            landed = list(Landing.objects.order_by("id")[:MOST_ROWS])
            commands = list(Command.objects.filter(taken_at=None).exclude(what__in=SAID_ONLY).order_by("id"))
            commands += Command.objects.bulk_create(_suppressions(kept, now))
            log, placed = _log(kept, landed, commands, now)
            state, found = step(kept.state, log, int(now.timestamp() * 1_000_000), kept.definitions)
            done = Turn(len(landed), int((log.kind == states.EventKind.READING).sum()), len(commands), len(found))
            if landed or commands or len(found):
                self._write(kept, state, found.rows, landed, placed, now)
            else:
                state = kept.state  # a tick that nothing was due at leaves no trace
        kept.state = state
        self._kept = kept
        return done

    def _write(
        self, kept: keeping.Kept, state: State, rows: NDArray[np.void], landed: Sequence[Landing],
        placed: Sequence[tuple[Command, int]], now: datetime,
    ) -> None:  # fmt: skip
        if landed:
            Landing.objects.filter(pk__in=[one.pk for one in landed]).delete()
        for command, position in placed:
            command.taken_at, command.position = now, position
        Command.objects.bulk_update([command for command, _ in placed], ["taken_at", "position"], batch_size=500)
        if len(rows):
            by_position = {position: command.pk for command, position in placed}
            writing.write(kept.definitions, state, rows, by_position, recorded_at=now)
            _tell(kept, state, rows)
        kept.written = keeping.save(kept, state)


def _log(
    kept: keeping.Kept, landed: Sequence[Landing], commands: Sequence[Command], now: datetime
) -> tuple[Log, list[tuple[Command, int]]]:
    """The log of this turn: batches in their order, commands between them as they came, then the clock."""
    parts, placed, at = [], [], kept.state.position
    for one in _as_they_came(landed, commands):
        part = _landed(kept, one) if isinstance(one, Landing) else _commanded(kept, one)
        if isinstance(one, Command):
            placed.append((one, at))
        parts.append(part)
        at += len(part)
    parts.append(logs.log_of([logs.tick(int(now.timestamp() * 1_000_000))]))
    return logs.joined(parts, first=kept.state.position), placed


def _as_they_came(landed: Sequence[Landing], commands: Sequence[Command]) -> Iterator[Landing | Command]:
    """Batches in the order of their ids; a command before the first batch that was received after it."""
    waiting = sorted(commands, key=lambda one: (one.at, one.pk))
    for batch in landed:
        while waiting and waiting[0].at <= batch.received_at:
            yield waiting.pop(0)
        yield batch
    yield from waiting


def _landed(kept: keeping.Kept, row: Landing) -> Log:
    streams = np.frombuffer(row.streams, dtype="<i8")
    return logs.readings(
        kept.definitions.streams_at(streams),
        np.frombuffer(row.ats, dtype="<i8"),
        np.frombuffer(row.values, dtype="<f8"),
        np.frombuffer(row.qualities, dtype="<i2"),
    )


def _commanded(kept: keeping.Kept, one: Command) -> Log:
    """The command for the engine; nothing where its alarm is not enabled any more."""
    [index] = kept.definitions.alarms_at(np.array([one.alarm_id], dtype=np.int64)).tolist()
    if index < 0:
        return logs.log_of([])
    until = int(one.until.timestamp() * 1_000_000) if one.until else 0
    code = states.Command[What(one.what).name]
    return logs.log_of([logs.command(index, code, int(one.at.timestamp() * 1_000_000), until=until)])


def _suppressions(kept: keeping.Kept, now: datetime) -> Iterator[Command]:
    """Commands of those expressions whose answer is another than before, judged by how things stood before this turn."""
    if not kept.rules:
        return
    lives = dict(Alarm.objects.filter(pk__in=list(kept.rules)).values_list("pk", "stream__asset__life"))
    at = {int(one): place for place, one in enumerate(kept.definitions.alarm_ids)}
    alarms = kept.state.alarms
    for number, expression in kept.rules.items():
        holds = expression.holds(
            lambda uid: bool(alarms["active"][at[kept.alarm_ids[uid]]]) if uid in kept.alarm_ids else False,
            lives.get(number) or "",
        )
        if holds != bool(alarms["suppressed"][at[number]]):
            yield Command(alarm_id=number, what=What.SUPPRESS if holds else What.UNSUPPRESS, by=BY.reference, at=now)


def _tell(kept: keeping.Kept, state: State, rows: NDArray[np.void]) -> None:
    """Say to whoever looks on that alarms moved; they fetch what they may see. A notice holds 8,000 bytes."""
    ids = np.unique(kept.definitions.alarm_ids[rows["alarm"]])
    notice = {"what": "alarms", "position": state.position, "count": len(ids), "alarms": ids[:200].tolist()}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [LIVE, json.dumps(notice)])
