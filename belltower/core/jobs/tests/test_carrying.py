# SPDX-License-Identifier: Apache-2.0
"""How a job runs and ends, carried in this process."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from belltower.core.jobs.actions import ask, cancel, retry
from belltower.core.jobs.carrying import SideLine, carry, take_up_again
from belltower.core.jobs.models import Job, JobState
from belltower.core.jobs.tests.works import WRITING
from belltower.core.jobs.work import Cancelled, PutBack, RunningJob, work
from belltower.core.jobs.worker import serve
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db(transaction=True)


def told(job: Job) -> list[str]:
    return [event.what for event in job.events.all()]


def make_due(job: Job) -> None:
    """As if the wait for the next attempt were over."""
    Job.objects.filter(pk=job.pk).update(retry_at=timezone.now() - timedelta(seconds=1))


def test_a_worker_carries_what_was_asked_for(officer: Actor) -> None:
    job = ask("test.count", by=officer, why="盘点", arguments={"to": 3})
    serve(until_empty=True)

    job.refresh_from_db()
    assert (job.state, job.result, job.attempts) == (JobState.DONE, {"counted": 3}, 1)
    assert (job.done, job.total, job.doing, job.share_done) == (3, 3, WRITING.as_json(), 1.0)
    assert job.started_at <= job.ended_at
    assert told(job) == ["asked", "started", "done"]


def test_a_finished_job_leaves_nothing_with_procrastinate(officer: Actor) -> None:
    job = ask("test.count", by=officer, why="-", arguments={"to": 1})
    serve(until_empty=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args->>'job' = %s", [str(job.uid)])
        assert cursor.fetchone() == (0,)


def test_a_refusal_is_not_tried_again_and_keeps_its_sentence_in_both_languages(officer: Actor) -> None:
    job = ask("test.refuse", by=officer, why="-")
    carry(job.uid)

    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (JobState.DEAD, 1, "unreadable")
    assert job.because["zh"].startswith("无法读取poles.csv")
    assert job.because["en"].startswith("Cannot read poles.csv")


def test_a_failure_is_tried_again_later_and_says_why(officer: Actor) -> None:
    job = ask("test.fail", by=officer, why="-", arguments={"times": 1})
    carry(job.uid)

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.started_at < job.retry_at <= timezone.now() + timedelta(seconds=2)
    assert "RuntimeError: attempt 1" in job.because["en"]
    assert "Traceback" in job.error

    carry(job.uid)
    job.refresh_from_db()
    assert job.state == JobState.FAILED, "it is not due yet"

    make_due(job)
    carry(job.uid)
    job.refresh_from_db()
    assert (job.state, job.result, job.because) == (JobState.DONE, {"attempt": 2}, None)


def test_a_job_tried_enough_is_dead_and_a_person_revives_it(officer: Actor) -> None:
    job = ask("test.fail", by=officer, why="-", arguments={"times": 2}, attempts_allowed=2)
    for _ in range(2):
        carry(job.uid)
        make_due(job)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DEAD, 2)
    assert "attempt 2" in job.error

    job = retry(job, by=officer)
    assert (job.state, job.attempts, job.error, job.because) == (JobState.WAITING, 0, "", None)
    assert told(job) == ["asked", "started", "failed", "started", "dead", "retried"]


def test_progress_shows_while_the_work_is_in_its_transaction(officer: Actor) -> None:
    """Seen from another connection, when the work has committed nothing yet."""
    seen: list[tuple[str, int, int | None]] = []

    @work("test.look")
    def look(job: RunningJob) -> None:
        from django.db import transaction

        with transaction.atomic():
            Job.objects.filter(uid=job.uid).update(why="changed in a transaction that is still open")
            raise_if_blocked(job)

    def raise_if_blocked(job: RunningJob) -> None:
        with SideLine(0, job.uid) as other:
            seen.extend(other._connection.execute("SELECT state, done, total FROM jobs_job WHERE uid = %s", [job.uid]))

    job = ask("test.look", by=officer, why="-")
    carry(job.uid)
    assert seen == [("running", 0, None)]


def test_a_running_job_stops_at_its_next_step_when_asked(officer: Actor) -> None:
    @work("test.long")
    def long(job: RunningJob) -> None:
        cancel(Job.objects.get(uid=job.uid), by=officer)
        job.progress(1)
        pytest.fail("it went on")

    job = ask("test.long", by=officer, why="-")
    carry(job.uid)

    job.refresh_from_db()
    assert job.state == JobState.CANCELLED
    assert told(job) == ["asked", "started", "cancel_asked", "cancelled"]


def test_a_job_asked_to_stop_is_not_tried_again_when_it_fails(officer: Actor) -> None:
    @work("test.stubborn")
    def stubborn(job: RunningJob) -> None:
        cancel(Job.objects.get(uid=job.uid), by=officer)
        raise RuntimeError

    job = ask("test.stubborn", by=officer, why="-")
    carry(job.uid)
    job.refresh_from_db()
    assert job.state == JobState.CANCELLED


def test_a_job_whose_worker_is_stopped_waits_for_the_next_one(officer: Actor) -> None:
    """Being put back costs no attempt."""
    job = ask("test.count", by=officer, why="-", arguments={"to": 3})
    carry(job.uid, is_stopping=lambda: True)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.WAITING, 0)

    serve(until_empty=True)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    assert told(job) == ["asked", "started", "put_back", "started", "done"]


def test_a_job_is_never_run_by_two_workers_at_once(officer: Actor) -> None:
    job = ask("test.count", by=officer, why="-", arguments={"to": 3})
    with SideLine(job.pk, job.uid) as other:
        assert other.take()
        carry(job.uid)
        job.refresh_from_db()
        assert (job.state, job.attempts) == (JobState.WAITING, 0)


def test_a_job_whose_worker_died_is_planned_again_and_says_so(officer: Actor) -> None:
    """Running, but nobody holds its lock: that attempt counts."""
    job = ask("test.count", by=officer, why="-", arguments={"to": 3})
    Job.objects.update(state=JobState.RUNNING, attempts=1)
    assert take_up_again() == 1

    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert "run again" in job.because["en"]
    make_due(job)
    carry(job.uid)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 2)


def test_a_job_that_kills_its_workers_ends_dead(officer: Actor) -> None:
    job = ask("test.count", by=officer, why="-", arguments={"to": 3}, attempts_allowed=2)
    Job.objects.update(state=JobState.RUNNING, attempts=2)
    take_up_again()
    job.refresh_from_db()
    assert job.state == JobState.DEAD


def test_a_job_that_a_living_worker_runs_is_left_to_it(officer: Actor) -> None:
    job = ask("test.count", by=officer, why="-", arguments={"to": 3})
    Job.objects.update(state=JobState.RUNNING, attempts=1)
    with SideLine(job.pk, job.uid) as worker:
        assert worker.take()
        assert take_up_again() == 0
    job.refresh_from_db()
    assert job.state == JobState.RUNNING


def test_a_waiting_job_that_procrastinate_forgot_is_handed_over_again(officer: Actor) -> None:
    job = ask("test.count", by=officer, why="-", arguments={"to": 3})
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    assert take_up_again() == 1
    assert take_up_again() == 0, "once is enough"
    serve(until_empty=True)
    job.refresh_from_db()
    assert job.state == JobState.DONE


def test_a_worker_that_lost_its_job_to_another_does_not_write_its_end(officer: Actor) -> None:
    """The database restarted under it, another worker took the job up: the newer attempt is the true one."""

    @work("test.overtaken")
    def overtaken(job: RunningJob) -> dict[str, str]:
        Job.objects.filter(uid=job.uid).update(attempts=2)
        return {"by": "the old worker"}

    job = ask("test.overtaken", by=officer, why="-")
    carry(job.uid)
    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.RUNNING, None)


def test_a_job_that_is_not_there_is_nothing_to_carry() -> None:
    carry(uuid4())


class Ear:
    """A line that keeps what it is told, and asks to stop when ``is_cancelling``."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, int | None]] = []
        self.is_cancelling = False

    def report(self, done: int, total: int | None, doing: Text | None) -> bool:
        self.heard.append((done, total))
        return self.is_cancelling


@pytest.fixture
def clock() -> Iterator[list[float]]:
    return [0.0]


def running(ear: Ear, clock: list[float], *, is_stopping: bool = False) -> RunningJob:
    return RunningJob(
        uid=uuid4(), by=Actor.system("test"), attempt=1, line=ear, is_stopping=lambda: is_stopping,
        clock=lambda: clock[0],
    )  # fmt: skip


def test_progress_is_written_at_most_twice_a_second(clock: list[float]) -> None:
    ear = Ear()
    job = running(ear, clock)
    for number in range(1000):
        clock[0] = number / 1000
        job.progress(number, 1000)
    assert [done for done, _ in ear.heard] == [0, 500]
    job.tell()
    assert ear.heard[-1] == (999, 1000), "the last word is said at the end"


def test_progress_raises_when_a_person_or_the_machine_wants_it_to_stop(clock: list[float]) -> None:
    ear = Ear()
    ear.is_cancelling = True
    with pytest.raises(Cancelled):
        running(ear, clock).progress(1)
    with pytest.raises(PutBack):
        running(Ear(), clock, is_stopping=True).progress(1)


def test_a_job_whose_worker_died_before_it_began_is_handed_over_again(officer: Actor) -> None:
    """procrastinate says that somebody does it, but that worker is gone."""
    job = ask("test.count", by=officer, why="-", arguments={"to": 3})
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
    assert take_up_again() == 1
    serve(until_empty=True)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.DONE, 1)
