# SPDX-License-Identifier: Apache-2.0
"""What workers do for standards: judge what changed every few seconds, and all of the city once a night."""

from __future__ import annotations

import threading
import time
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils import timezone

from belltower.core.jobs.actions import ask
from belltower.core.jobs.loops import steadily
from belltower.core.jobs.models import Job
from belltower.core.jobs.regular import regularly
from belltower.core.jobs.work import RunningJob, work
from belltower.core.observations.reading import city_zone
from belltower.core.observations.works import night_before
from belltower.core.places.models import City
from belltower.core.standards import passes
from belltower.core.standards.models import Basis, KeptClause
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

JUDGE = "standards.judge_all"
BY = Actor.system("standards")
JUDGE_EVERY_S = 5.0
OTHERS_EVERY_S = 60.0
"""How often clauses that must be judged whole are, and what leaves no note is looked at: so long after the last time, or ten
times as long as that took."""
TAKE_OVER_EVERY_S = 5.0
_LOCK = 0x7374616E64  # "stand": whoever holds it judges what changed


@steadily("standards.judging")
def keep_judging(stopping: threading.Event) -> None:
    """Hold the lock and judge what changed; without the lock, or before there is a city, ask again."""
    if not _has_lock() or not City.objects.exists():
        stopping.wait(TAKE_OVER_EVERY_S)
        return
    others_at = 0.0
    while not stopping.is_set():
        began = time.monotonic()
        passes.incremental(now=timezone.now(), others=began >= others_at)
        if began >= others_at:
            ended = time.monotonic()
            others_at = ended + max(OTHERS_EVERY_S, 10 * (ended - began))
        stopping.wait(JUDGE_EVERY_S)


@work(JUDGE, Text(zh="全面核查标准", en="Judge the whole city by its standards"))
def judge_all(job: RunningJob) -> dict[str, Any]:
    """A full pass. Run twice, it changes nothing the second time."""
    done = passes.full(now=timezone.now(), by=job.by)
    return {"clauses": done.clauses, "subjects": done.subjects, "opened": done.opened, "closed": done.closed,
            "seconds": round(done.seconds, 1)}  # fmt: skip


@regularly
def ask_to_judge(now: datetime) -> None:
    """Ask for a full pass once a night, where there are standards and something was judged already."""
    since = night_before(now, city_zone())
    if not KeptClause.objects.exists() or not Basis.objects.filter(at__lt=since).exists():
        return
    if not Job.objects.filter(work=JUDGE, asked_at__gte=since).exists():
        ask(JUDGE, by=BY, why="夜间全面核查 a night's full pass", attempts_allowed=3)


def _has_lock() -> bool:
    """Whether this session holds the lock now; it is given back when the loop's connection closes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])
