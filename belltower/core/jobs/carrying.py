# SPDX-License-Identifier: Apache-2.0
"""Running a job once and writing down how it went; taking up jobs whose worker died. For workers only.

A worker holds an advisory lock on a job while it runs it, on a connection of its own. The lock dies with the worker,
so "running, and nobody holds the lock" is the exact mark of a lost job, with no clock and no guess.
"""

from __future__ import annotations

import random
import traceback
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any
from uuid import UUID

import psycopg
from asgiref.sync import async_to_sync
from django.db import connections, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.jobs import Status
from psycopg.types.json import Jsonb

from belltower.core.jobs.actions import CARRIER, hand_over, note
from belltower.core.jobs.models import Job, JobEvent, JobState
from belltower.core.jobs.rules import is_worth_another, wait_before
from belltower.core.jobs.work import Cancelled, PutBack, RunningJob, find_work
from belltower.core.ledger.entries import entry
from belltower.kernel.actors import Actor
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

WORKER = Actor.system("worker")
STALE_AFTER_S = 30
_LOCK_SPACE = 0x6A6F6273  # "jobs": keeps these locks apart from other advisory locks
_LOST = Text(zh="执行进程中断，作业将重新执行。", en="The worker stopped while this ran; it will be run again.")
_UNEXPECTED = Text(zh="执行出错：{reason}", en="It failed: {reason}")


class SideLine:
    """A connection beside the work's own: it holds the job's lock and writes progress that others see at once."""

    def __init__(self, pk: int, uid: UUID) -> None:
        self._pk, self._uid = pk, uid

    def __enter__(self) -> SideLine:
        parameters = connections["default"].get_connection_params()
        for ours in ("cursor_factory", "context", "prepare_threshold"):
            parameters.pop(ours, None)
        self._connection = psycopg.connect(**parameters, autocommit=True, application_name="belltower job")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._connection.close()

    def take(self) -> bool:
        """Take the job's lock; False when a living worker holds it."""
        row = self._connection.execute(
            "SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_SPACE, self._pk % 2**31]
        ).fetchone()
        return bool(row and row[0])

    def report(self, done: int, total: int | None, doing: Text | None) -> bool:
        """Write progress down; True when a person asked the job to stop. A total once given is kept."""
        row = self._connection.execute(
            "UPDATE jobs_job SET done = %s, total = COALESCE(%s, total), doing = COALESCE(%s, doing) WHERE uid = %s"
            " RETURNING is_cancel_asked",
            [done, total, Jsonb(doing.as_json()) if doing else None, self._uid],
        ).fetchone()
        return bool(row and row[0])


def carry(uid: UUID | str, *, is_stopping: Callable[[], bool] = lambda: False) -> None:
    """Run this job once, unless it has ended, is not due, or a living worker has it."""
    found = Job.objects.filter(uid=uid).values_list("pk", "uid").first()
    if not found:
        return
    with SideLine(*found) as line:
        job = _start(found[0]) if line.take() else None
        if job:
            _run(
                job, RunningJob(uid=job.uid, by=job.asked_by, attempt=job.attempts, line=line, is_stopping=is_stopping)
            )


def _run(job: Job, running: RunningJob) -> None:
    try:
        result = find_work(job.work).run(running, **job.arguments)
        running.tell()
    except Cancelled:
        _end(job, JobState.CANCELLED, JobEvent.What.CANCELLED)
    except PutBack:
        _end(job, JobState.WAITING, JobEvent.What.PUT_BACK)
    except Refusal as refusal:
        because = Text(zh=refusal.say("zh"), en=refusal.say("en"))
        _end(job, JobState.DEAD, JobEvent.What.DEAD, because=because, error=refusal.code)
    except Exception as error:
        because = _UNEXPECTED.format(reason=f"{type(error).__name__}: {error}"[:500])
        _fail(job, because, error="".join(traceback.format_exception(error))[-20_000:])
    else:
        _end(job, JobState.DONE, JobEvent.What.DONE, result=result)


@entry("jobs.start", by=WORKER)
def _start(pk: int) -> Job | None:
    """Begin an attempt; None when the job is not to be run now. The caller holds its lock."""
    job = Job.objects.select_for_update().get(pk=pk)
    if job.state == JobState.RUNNING:
        _lose(job)
        return None
    due = Q(state=JobState.WAITING) | Q(state=JobState.FAILED, retry_at__lte=Now())
    if not Job.objects.filter(due, pk=pk).exists():
        return None
    now = timezone.now()
    job.state, job.attempts, job.started_at, job.done = JobState.RUNNING, job.attempts + 1, now, 0
    job.total = job.doing = job.retry_at = job.because = None
    job.error = ""
    job.save()
    note(job, JobEvent.What.STARTED, by=WORKER, at=now)
    return job


@entry("jobs.end", by=WORKER)
def _end(
    job: Job,
    state: JobState,
    what: JobEvent.What,
    *,
    because: Text | None = None,
    error: str = "",
    result: Mapping[str, Any] | None = None,
) -> None:
    """Write the end of this attempt, unless another worker took the job up since (it holds the newer attempt)."""
    now = timezone.now()
    said = because.as_json() if because else None
    changed = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, attempts=job.attempts).update(
        state=state,
        because=said,
        error=error,
        result=dict(result) if result is not None else None,
        ended_at=None if state == JobState.WAITING else now,
        attempts=job.attempts - 1 if state == JobState.WAITING else job.attempts,
    )
    if changed:
        note(job, what, by=WORKER, at=now, because=said)
        if state == JobState.WAITING:
            hand_over(job.uid)


@entry("jobs.fail", by=WORKER)
def _fail(job: Job, because: Text, *, error: str, what: JobEvent.What = JobEvent.What.FAILED) -> None:
    """Write a failed attempt down and plan the next one.

    The last attempt allowed leaves the job dead, and one that a person asked to stop is cancelled.
    """
    now = timezone.now()
    held = Job.objects.select_for_update().get(pk=job.pk)
    if held.is_cancel_asked:
        _end(job, JobState.CANCELLED, JobEvent.What.CANCELLED)
    elif not is_worth_another(job.attempts, job.attempts_allowed):
        _end(job, JobState.DEAD, JobEvent.What.DEAD, because=because, error=error)
    elif held.state == JobState.RUNNING and held.attempts == job.attempts:
        held.state, held.because, held.error = JobState.FAILED, because.as_json(), error
        held.retry_at = now + wait_before(job.attempts + 1, chance=random.random())
        held.save(update_fields=["state", "because", "error", "retry_at"])
        note(held, what, by=WORKER, at=now, because=because)
        hand_over(held.uid, at=held.retry_at)


def _lose(job: Job) -> None:
    """A worker died with this job in hand: that attempt counts, and the job is planned again."""
    _fail(job, _LOST, error="worker lost", what=JobEvent.What.LOST)


def take_up_again() -> int:
    """Find jobs that nobody carries any more and plan them again; how many there were.

    Workers call it at their start and every few seconds. It is safe to call anywhere, at any time.
    """
    lost = [pk for pk, uid in Job.objects.filter(state=JobState.RUNNING).values_list("pk", "uid") if _take_up(pk, uid)]
    _drop_stalled_carriers()
    forgotten = list(Job.objects.raw(_FORGOTTEN, [CARRIER, STALE_AFTER_S]))
    for job in forgotten:
        hand_over(job.uid, at=job.retry_at)
    return len(lost) + len(forgotten)


def _take_up(pk: int, uid: UUID) -> bool:
    with SideLine(pk, uid) as line:
        if not line.take():
            return False
        with transaction.atomic():
            job = Job.objects.select_for_update().get(pk=pk)
            if job.state != JobState.RUNNING:
                return False
            _lose(job)
        return True


# Jobs that wait, for which procrastinate has nothing to do and no living worker has it in hand.
_FORGOTTEN = """
SELECT j.* FROM jobs_job j
WHERE j.state IN ('waiting', 'failed') AND NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs p LEFT JOIN procrastinate_workers w ON w.id = p.worker_id
    WHERE p.task_name = %s AND p.args->>'job' = j.uid::text
      AND (p.status = 'todo' OR (p.status = 'doing' AND w.last_heartbeat > now() - make_interval(secs => %s))))
"""


def _drop_stalled_carriers() -> None:
    """Remove what dead workers left half done in procrastinate's table; the job row is what counts."""

    @async_to_sync
    async def drop() -> None:
        for carrier in await app.job_manager.get_stalled_jobs(task_name=CARRIER, seconds_since_heartbeat=STALE_AFTER_S):
            await app.job_manager.finish_job(carrier, status=Status.FAILED, delete_job=True)

    drop()
