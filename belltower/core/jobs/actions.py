# SPDX-License-Identifier: Apache-2.0
"""The verbs of long work: ask for it, cancel it, try it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from procrastinate.contrib.django import app

from belltower.core.jobs.errors import NotThisMove
from belltower.core.jobs.models import Job, JobEvent, JobState
from belltower.core.jobs.rules import may_move
from belltower.core.jobs.work import find_work
from belltower.core.ledger.entries import action
from belltower.kernel import request_id
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

CARRIER = "jobs.carry"
QUEUE = "jobs"


@action("jobs.ask")
def ask(
    work: str,
    *,
    by: Actor,
    why: str,
    title: Text | None = None,
    arguments: Mapping[str, Any] | None = None,
    attempts_allowed: int = 5,
) -> Job:
    """Ask for the work called ``work``; it starts once the caller's transaction commits, and not if it does not.

    ``arguments`` must be JSON. Raises UnknownWork, and ValueError when ``why`` is blank.
    """
    if not why.strip():
        raise ValueError("a job says why it is done")
    known = find_work(work)
    job = Job.objects.create(
        work=known.name,
        title=(title or known.title).as_json(),
        asked_by_uid=by.uid,
        asked_by_kind=by.kind,
        asked_by_name=by.name,
        why=why[:300],
        arguments=dict(arguments or {}),
        attempts_allowed=attempts_allowed,
    )
    note(job, JobEvent.What.ASKED, by=by, at=job.asked_at, because=Text(zh=why, en=why))
    hand_over(job.uid)
    return job


@action("jobs.cancel")
def cancel(job: Job, *, by: Actor, now: datetime | None = None) -> Job:
    """Stop the job: at once while it waits, at its next step while it runs. Raises NotThisMove when it has ended."""
    at = now or timezone.now()
    held = Job.objects.select_for_update().get(pk=job.pk)
    if held.state == JobState.RUNNING:
        held.is_cancel_asked = True
        held.save(update_fields=["is_cancel_asked"])
        note(held, JobEvent.What.CANCEL_ASKED, by=by, at=at)
        return held
    enter(held, JobState.CANCELLED, verb=Text(zh="取消", en="cancelled"))
    held.ended_at, held.retry_at = at, None
    held.save(update_fields=["state", "ended_at", "retry_at"])
    note(held, JobEvent.What.CANCELLED, by=by, at=at)
    return held


@action("jobs.retry")
def retry(job: Job, *, by: Actor, now: datetime | None = None) -> Job:
    """Start over with all its attempts: a dead or cancelled job, or one that waits for its next attempt.

    Raises NotThisMove while it waits or runs, and when it is done.
    """
    held = Job.objects.select_for_update().get(pk=job.pk)
    if held.state == JobState.RUNNING:
        raise NotThisMove(job=held.uid, state=held.state, verb=Text(zh="重试", en="tried again"))
    enter(held, JobState.WAITING, verb=Text(zh="重试", en="tried again"))
    held.attempts, held.done, held.is_cancel_asked = 0, 0, False
    held.ended_at = held.retry_at = held.total = held.doing = held.because = held.result = None
    held.error = ""
    held.save()
    note(held, JobEvent.What.RETRIED, by=by, at=now or timezone.now())
    hand_over(held.uid)
    return held


def enter(job: Job, state: JobState, *, verb: Text) -> None:
    """Move ``job`` to ``state`` (not saved). Raises NotThisMove for a move that rules.MOVES does not list."""
    if not may_move(job.state, state):
        raise NotThisMove(job=job.uid, state=job.state, verb=verb)
    job.state = state


def note(
    job: Job, what: JobEvent.What, *, by: Actor, at: datetime, because: Text | Mapping[str, str] | None = None
) -> None:
    """Add one line to the job's story."""
    JobEvent.objects.create(
        job=job, what=what, at=at, by_name=by.name, by_uid=by.uid, attempt=job.attempts,
        because=because.as_json() if isinstance(because, Text) else because,
    )  # fmt: skip


def hand_over(uid: UUID, *, at: datetime | None = None) -> None:
    """Give the job to procrastinate, on Django's connection: it is there when the open transaction commits.

    Without ``at`` it starts at once. It carries the id of the request that asked, for the logs.
    """
    app.configure_task(CARRIER, queue=QUEUE, schedule_at=at, allow_unknown=True).defer(
        job=str(uid), request=request_id.current()
    )
