# SPDX-License-Identifier: Apache-2.0
"""What workers do for notices: one of them sends what is due, all the time. Each delivery keeps its own attempts."""

from __future__ import annotations

import threading

from django.db import connection
from django.utils import timezone

from belltower.core.jobs.loops import steadily
from belltower.core.notices.sending import MOST, send_due

LOOK_EVERY_S = 3.0
_LOCK = 0x6E6F746963  # "notic": whoever holds it sends


@steadily("notices.send")
def keep_sending(stopping: threading.Event) -> None:
    """Hold the lock and send; without the lock, ask again. It is given back when the loop's connection closes."""
    if not _has_lock():
        stopping.wait(LOOK_EVERY_S)
        return
    while not stopping.is_set():
        if send_due(timezone.now()) < MOST:
            stopping.wait(LOOK_EVERY_S)


def _has_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])
