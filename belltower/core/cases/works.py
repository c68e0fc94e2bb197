# SPDX-License-Identifier: Apache-2.0
"""What workers do for cases: a round each minute that resumes and escalates, and looks for what an event missed."""

from __future__ import annotations

import threading
import time

from django.db import connection
from django.utils import timezone

from belltower.core.cases.escalating import escalate_overdue, open_missed, resume_suspended
from belltower.core.jobs.loops import steadily
from belltower.core.places.models import City

ROUND_EVERY_S = 60.0
MISSED_EVERY_S = 600.0
"""How often findings without a case are looked for: that reads all open findings."""
TAKE_OVER_EVERY_S = 5.0
_LOCK = 0x636C696D62  # "climb": whoever holds it does the rounds


@steadily("cases.rounds")
def keep_rounds(stopping: threading.Event) -> None:
    """Hold the lock and do a round each minute; without the lock, or before there is a city, ask again."""
    if not _has_lock() or not City.objects.exists():
        stopping.wait(TAKE_OVER_EVERY_S)
        return
    missed_at = time.monotonic() + MISSED_EVERY_S
    while not stopping.is_set():
        now = timezone.now()
        resume_suspended(now)
        escalate_overdue(now)
        if time.monotonic() >= missed_at:
            open_missed(now)
            missed_at = time.monotonic() + MISSED_EVERY_S
        stopping.wait(ROUND_EVERY_S)


def _has_lock() -> bool:
    """Whether this session holds the lock now; it is given back when the loop's connection closes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])
