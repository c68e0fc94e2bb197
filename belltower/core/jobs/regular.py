# SPDX-License-Identifier: Apache-2.0
"""What workers look at regularly, such as whether the nightly backup is due; a room registers it in its ``works``.

A look costs little and asks for a job where there is something to do. Every worker looks every few seconds, one at a
time: a look holds the one lock until its job is asked for, so that two workers do not ask for the same.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from belltower.core.jobs.work import known_works

Look = Callable[[datetime], None]
_LOCK = 0x6C6F6F6B  # "look"
_looks: list[Look] = []
logger = logging.getLogger(__name__)


def regularly(look: Look) -> Look:
    """Register a function that workers call every few seconds with the present instant; it must be quick."""
    if look not in _looks:
        _looks.append(look)
    return look


def look_round(now: datetime | None = None) -> None:
    """Call every registered look, unless another worker is at it. One that fails does not keep the others back."""
    known_works()  # so that the rooms' modules are loaded
    for look in list(_looks):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
                if cursor.fetchone()[0]:
                    look(now or timezone.now())
        except Exception:
            logger.exception("%s failed; it is tried again at the next round", look.__qualname__)
