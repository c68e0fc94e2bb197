# SPDX-License-Identifier: Apache-2.0
"""Jobs: all long work, seen, cancelled and tried again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from ninja import Query, Router

from belltower.core.access.rules import Verb
from belltower.core.jobs import actions
from belltower.core.jobs.models import Job, JobState
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.api import columns, shapes
from belltower.screens.api.doors import Caller, Request, asking, uid_of
from belltower.screens.api.pages import PageQuery, page_of

router = Router(tags=["jobs"])
NOUN = Text(zh="作业", en="job")


class JobQuery(PageQuery):
    state: list[JobState] = []


@router.get("/jobs", response=shapes.JobPage, **asking(Verb.VIEW))
def list_jobs(request: Request, where: Query[JobQuery]) -> dict[str, Any]:
    """Jobs, the latest first. Who sees only one party's rows sees only the jobs they asked for."""
    rows = _seen_by(request.auth)
    if where.state:
        rows = rows.filter(state__in=where.state)
    return page_of(rows, columns.JOB, columns.job, at=where, newest_first=True)


@router.get("/jobs/{uuid:uid}", response=shapes.Job, **asking(Verb.VIEW))
def get_job(request: Request, uid: UUID) -> dict[str, Any]:
    """One job: how far it is, or how it ended."""
    return shown(request.auth, uid)


@router.post("/jobs/{uuid:uid}/cancel", response=shapes.Job, **asking(Verb.RUN_JOBS))
def cancel_job(request: Request, uid: UUID) -> dict[str, Any]:
    """Stop a job: at once while it waits, at its next step while it runs."""
    actions.cancel(_job(request.auth, uid), by=request.auth.actor)
    return shown(request.auth, uid)


@router.post("/jobs/{uuid:uid}/retry", response=shapes.Job, **asking(Verb.RUN_JOBS))
def retry_job(request: Request, uid: UUID) -> dict[str, Any]:
    """Start a failed, dead or cancelled job over."""
    actions.retry(_job(request.auth, uid), by=request.auth.actor)
    return shown(request.auth, uid)


def shown(caller: Caller, uid: UUID) -> dict[str, Any]:
    """The job's shape. Raises NotFound where the caller does not see it."""
    row = _seen_by(caller).filter(uid=uid).values(*columns.JOB).first()
    if row is None:
        raise NotFound(noun=NOUN, name=uid)
    return columns.job(row)


def _job(caller: Caller, uid: UUID) -> Job:
    job = _seen_by(caller).filter(uid=uid).first()
    if job is None:
        raise NotFound(noun=NOUN, name=uid)
    return job


def _seen_by(caller: Caller) -> QuerySet[Job]:
    return Job.objects.all() if caller.sees_all else Job.objects.filter(asked_by_uid=uid_of(caller))
