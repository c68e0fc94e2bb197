# SPDX-License-Identifier: Apache-2.0
"""What workers do for alarms: one of them runs the runner, all the time."""

from __future__ import annotations

import threading

import psycopg
from django.db import connection, connections
from django.utils import timezone

from belltower.core.alarms.actions import CHANNEL, LOCK
from belltower.core.jobs.loops import steadily

LOOK_EVERY_S = 0.25
"""How long the runner waits for a bell before it looks again, and how exactly it keeps delays and silences."""
TAKE_OVER_EVERY_S = 1.0


@steadily("alarms.runner")
def run(stopping: threading.Event) -> None:
    """Hold the lock and take turns; without the lock, ask for it again every second."""
    from belltower.analytics.alarms.engine import warm_up
    from belltower.core.alarms.runner import Runner  # numba is loaded where it is used

    warm_up()  # before the lock: whoever holds it judges at once
    if not _has_lock(LOCK):
        stopping.wait(TAKE_OVER_EVERY_S)
        return
    runner = Runner()
    with _bell() as bell:
        while not stopping.is_set():
            if not runner.turn(timezone.now()).is_full:
                any(True for _ in bell.notifies(timeout=LOOK_EVERY_S, stop_after=1))


def _has_lock(number: int) -> bool:
    """Whether this session holds the lock now; it is given back when the loop's connection closes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def _bell() -> psycopg.Connection:
    parameters = connections["default"].get_connection_params()
    for ours in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(ours, None)
    line = psycopg.connect(**parameters, autocommit=True, application_name="belltower alarms")
    line.execute(f"LISTEN {CHANNEL}")
    return line
