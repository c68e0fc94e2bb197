# SPDX-License-Identifier: Apache-2.0
"""What is measured of long work: how much waits, how long the oldest has waited, and who is there to carry it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db import connection

from belltower.core.jobs.carrying import STALE_AFTER_S
from belltower.core.jobs.models import JobState
from belltower.kernel.measures import Measure, measures

# Those that ended well are not counted: they are many, and nobody is woken for them.
_WATCHED = (JobState.WAITING, JobState.RUNNING, JobState.FAILED, JobState.DEAD)
_JOBS = "SELECT state, count(*) FROM jobs_job WHERE state = ANY(%s) GROUP BY state"
_OLDEST = "SELECT GREATEST(0, extract(epoch FROM now() - min(asked_at))) FROM jobs_job WHERE state = 'waiting'"
_WORKERS = "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - make_interval(secs => %s)"


@measures
def jobs() -> Iterator[Measure]:
    """Jobs by state, the wait of the oldest, and the workers that are alive."""
    with connection.cursor() as cursor:
        cursor.execute(_JOBS, [list(_WATCHED)])
        found = dict(cursor.fetchall())
        for state in _WATCHED:
            yield Measure("belltower_jobs", "Jobs by state", {"state": str(state)}, found.get(state, 0))
        cursor.execute(_OLDEST)
        yield Measure(
            "belltower_jobs_oldest_waiting_seconds", "How long the oldest waiting job has waited", {}, _one(cursor)
        )
        cursor.execute(_WORKERS, [STALE_AFTER_S])
        yield Measure("belltower_workers", "Workers that are alive", {}, _one(cursor))


def _one(cursor: object) -> float:
    return float(cursor.fetchone()[0])  # type: ignore[attr-defined]
