# SPDX-License-Identifier: Apache-2.0
"""What workers do for this room: they make days ahead, commit to stored batches, and close days that are over."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from belltower.core.jobs.actions import ask
from belltower.core.jobs.models import ENDED, Job
from belltower.core.jobs.regular import regularly
from belltower.core.jobs.work import RunningJob, work
from belltower.core.observations import proving
from belltower.core.observations.lake import keeping
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

CLOSE = "observations.close_days"
BY = Actor.system("lake")
CLOSING = Text(zh="归档（天）", en="Closing (days)")
# A closing that was refused (a backup is under way, the disk is full) is not asked for again every five seconds.
_NOT_AGAIN_WITHIN = timedelta(minutes=15)


@work(CLOSE, Text(zh="归档读数", en="Close days of readings"))
def close_days(job: RunningJob) -> dict[str, Any]:
    """Put the days that are due into their files, oldest first. Run twice, it closes what is left."""
    from belltower.core.observations.lake.closing import close_day

    due, rows = keeping.due(timezone.now()), 0
    for done, day in enumerate(due):
        job.progress(done, len(due), CLOSING)
        made = close_day(day, by=BY, now=timezone.now())
        rows += made.rows if made else 0
    return {"days": len(due), "rows": rows, "until": _until(due)}


def _until(days: list[date]) -> str:
    return days[-1].isoformat() if days else ""


@regularly
def ask_to_close(now: datetime) -> None:
    """Ask for days to be closed when some are due and none are being closed, or just were."""
    if not keeping.due(now):
        return
    lately = Job.objects.filter(work=CLOSE)
    if lately.exclude(state__in=ENDED).exists() or lately.filter(ended_at__gt=now - _NOT_AGAIN_WITHIN).exists():
        return
    ask(CLOSE, by=BY, why="到期归档 days that are over", attempts_allowed=3)


@regularly
def make_days_ahead(now: datetime) -> None:
    """The tables of today and tomorrow (UTC), so that no reading waits for its day to be made."""
    with connection.cursor() as cursor:
        for day in (now.astimezone(UTC).date() + timedelta(days=n) for n in (0, 1)):
            cursor.execute("SELECT observations_make_day(%s)", [day])


@regularly
def seal_batches(now: datetime) -> None:
    """An entry of the ledger that commits to what was stored in the last minute."""
    if proving.seal_is_due(now):
        proving.seal()
