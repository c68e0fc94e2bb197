# SPDX-License-Identifier: Apache-2.0
"""What workers do for this room: they make days ahead, commit to stored batches, close days that are over, and keep what is declared."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from django.db import connection
from django.utils import timezone

from belltower.core.jobs.actions import ask
from belltower.core.jobs.models import ENDED, Job
from belltower.core.jobs.regular import regularly
from belltower.core.jobs.work import RunningJob, work
from belltower.core.observations import proving
from belltower.core.observations.lake import keeping
from belltower.core.observations.models import LakeDay
from belltower.core.observations.reading import city_zone
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

CLOSE = "observations.close_days"
KEEP = "observations.keep"
BY = Actor.system("lake")
CLOSING = Text(zh="归档（天）", en="Closing (days)")
KEEPING = Text(zh="生成汇总、清理过期数据（项）", en="Rolling up, removing what is past its time (steps)")
NIGHT = 2  # the hour of the city's clock at which a night's work begins
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


@work(KEEP, Text(zh="汇总与保存期限", en="Roll-ups and retention"))
def keep(job: RunningJob) -> dict[str, Any]:
    """Make the roll-ups that are wanting, then remove what is past its time. Run twice, it does what is left."""
    from belltower.core.observations.lake import retaining

    done = retaining.keep(by=BY, told=lambda number, total: job.progress(number, total, KEEPING))
    return {"rolled_up": done.rolled_up, "files": done.thinned, "rows": done.removed, "waiting": done.waiting}


@regularly
def ask_to_keep(now: datetime) -> None:
    """Ask once a night, from NIGHT o'clock in the city on, where the lake holds anything."""
    since = night_before(now, city_zone())
    if LakeDay.objects.exists() and not Job.objects.filter(work=KEEP, asked_at__gte=since).exists():
        ask(KEEP, by=BY, why="夜间汇总与清理 a night's roll-ups and retention", attempts_allowed=3)


def night_before(now: datetime, zone: tzinfo) -> datetime:
    """When the last night's work was to begin."""
    local = now.astimezone(zone)
    begins = local.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return begins if begins <= local else begins - timedelta(days=1)


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
