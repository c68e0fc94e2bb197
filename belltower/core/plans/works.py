# SPDX-License-Identifier: Apache-2.0
"""What workers do for plans: compute one, and look every day whether what was adopted is still true."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils import timezone

from belltower.core.access.people import today
from belltower.core.jobs.regular import regularly
from belltower.core.jobs.work import RunningJob, work
from belltower.core.places import city
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.plans.computing import compute, keep
from belltower.core.plans.models import Adoption, Run
from belltower.core.plans.verifying import verify
from belltower.kernel.actors import Actor
from belltower.kernel.instants import day_bounds
from belltower.kernel.texts import Text

COMPUTE = "plans.compute"
_DOING = Text(zh="已覆盖 {value:,} 人，至多 {bound:,} 人", en="{value:,} people are reached, {bound:,} at most")
_BEGUN = Text(zh="已覆盖 {value:,} 人，上限未知", en="{value:,} people are reached, the most is not known yet")
CLOCK = Actor.system("plans")


@work(COMPUTE, Text(zh="计算选址方案", en="Compute where to build"))
def compute_plan(job: RunningJob, *, run: str) -> dict[str, Any]:
    """Compute the run of that uid and keep its plans; a second time nothing is computed."""
    with seen_as(EVERYTHING):
        row = Run.objects.select_related("question__area").get(uid=run)
        if row.plans.exists():
            return {"plans": row.plans.count()}

    def listen(seconds: float, value: int, bound: int | None) -> None:
        said = _BEGUN.format(value=value) if bound is None else _DOING.format(value=value, bound=bound)
        job.progress(min(int(seconds), row.seconds), row.seconds, said)

    job.progress(0, row.seconds, Text(zh="读取人口、道路和候选点位", en="Reading people, streets and candidates"))
    files, curved, told = compute(row, listen)
    kept = keep(row, files, curved, told, by=job.by, now=timezone.now())
    return {"plans": len(kept), "reached": kept[-1].says["reached"]}


@regularly
def look_at_adopted(now: datetime) -> None:
    """Verify the adopted plans that were not looked at today, or of which a site has changed since; one query where there are none."""
    with seen_as(EVERYTHING):
        midnight = day_bounds(today(now), city.current().tz)[0]
        due = Adoption.objects.filter(void_at=None).filter(
            Q(checked_at__lt=midnight) | Q(sites__asset__recorded_at__gt=F("checked_at"))
        )
        for one in due.distinct()[:5]:
            verify(one, by=CLOCK, now=now, day=today(now))
