# SPDX-License-Identifier: Apache-2.0
"""The long work of this room: making a backup, when a person asks or when the schedule says."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from belltower.core.jobs.actions import ask
from belltower.core.jobs.models import ENDED, Job
from belltower.core.jobs.regular import regularly
from belltower.core.jobs.work import RunningJob, work
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text
from belltower.project import installation
from belltower.project.safekeeping import wishes

WORK = "safekeeping.backup"
BY = Actor.system("backup schedule")
# A backup that was refused (the disk is full, not plugged in) is not asked for again every five seconds.
_NOT_AGAIN_WITHIN = timedelta(hours=1)


@work(WORK, Text(zh="备份", en="Back up"))
def back_up(job: RunningJob) -> dict[str, Any]:
    """Make a backup as the settings say. Run twice, it makes two, which share their chunks."""
    made, swept = wishes.make(wishes.of(installation.read()), progress=job.progress)
    return {
        "id": made.id,
        "files": made.files,
        "size": made.size,
        "new_on_disk": made.new_on_disk,
        "gone": len(swept.gone),
    }


@regularly
def ask_when_due(now: datetime) -> None:
    """Ask for a backup when the schedule wants one and none is under way or was just refused."""
    if not wishes.is_due(installation.read(), now=now):
        return
    lately = Job.objects.filter(work=WORK)
    if lately.exclude(state__in=ENDED).exists() or lately.filter(ended_at__gt=now - _NOT_AGAIN_WITHIN).exists():
        return
    ask(WORK, by=BY, why="按计划备份 scheduled backup", attempts_allowed=3)
