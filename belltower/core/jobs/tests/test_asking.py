# SPDX-License-Identifier: Apache-2.0
"""Who asks for long work, why, and what becomes of a job that does not run yet."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from belltower.core.jobs.actions import ask, cancel, retry
from belltower.core.jobs.carrying import carry
from belltower.core.jobs.errors import NotThisMove, UnknownWork
from belltower.core.jobs.models import Job, JobEvent, JobState
from belltower.core.jobs.work import find_work
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

pytestmark = pytest.mark.django_db


def carriers() -> int:
    """How many tasks procrastinate has for the jobs there are; its tables are not emptied between tests."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args->>'job' IN (SELECT uid::text FROM jobs_job)")
        return int(cursor.fetchone()[0])


def test_a_job_says_what_it_is_who_asked_and_why(officer: Actor) -> None:
    job = ask("test.count", by=officer, why="每月盘点", arguments={"to": 3})

    job.refresh_from_db()
    assert (job.state, job.title, job.why) == (JobState.WAITING, {"zh": "计数", "en": "Count"}, "每月盘点")
    assert job.asked_by == officer
    [event] = job.events.all()
    assert (event.what, event.by_name, event.by_uid) == (JobEvent.What.ASKED, "李工", officer.uid)


def test_a_title_of_its_own_replaces_that_of_the_work(officer: Actor) -> None:
    job = ask("test.count", by=officer, why="-", title=Text(zh="盘点", en="Stocktaking"), arguments={"to": 3})
    assert job.title == {"zh": "盘点", "en": "Stocktaking"}


def test_nobody_asks_without_a_reason(officer: Actor) -> None:
    with pytest.raises(ValueError, match="why"):
        ask("test.count", by=officer, why=" ")
    assert not Job.objects.exists()


def test_an_unknown_work_is_refused_and_the_known_ones_are_named(officer: Actor) -> None:
    with pytest.raises(UnknownWork) as refused:
        ask("test.nothing", by=officer, why="-")
    assert "test.count" in refused.value.say("en")
    assert carriers() == 0


def test_two_works_of_one_name_are_a_mistake() -> None:
    from belltower.core.jobs.work import work

    with pytest.raises(ValueError, match=r"test\.count"):
        work("test.count")(lambda job: None)
    assert find_work("test.count").title.en == "Count"


@pytest.mark.django_db(transaction=True)
def test_a_job_asked_for_in_a_transaction_that_fails_was_never_asked_for(officer: Actor) -> None:
    """The row and procrastinate's task live and die with the caller's transaction."""

    asked: list[Job] = []

    @transaction.atomic
    def ask_and_fail() -> None:
        job = ask("test.count", by=officer, why="-", arguments={"to": 3})
        assert (Job.objects.count(), carriers()) == (1, 1)
        asked.append(job)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        ask_and_fail()
    assert Job.objects.count() == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args->>'job' = %s", [str(asked[0].uid)])
        assert cursor.fetchone() == (0,)


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(officer: Actor) -> None:
    job = cancel(ask("test.count", by=officer, why="-", arguments={"to": 3}), by=officer)
    carry(job.uid)

    job.refresh_from_db()
    assert (job.state, job.attempts) == (JobState.CANCELLED, 0)
    assert job.ended_at is not None


def test_a_cancelled_job_can_be_asked_for_again(officer: Actor) -> None:
    job = cancel(ask("test.count", by=officer, why="-", arguments={"to": 3}), by=officer)

    job = retry(job, by=officer)

    assert (job.state, job.ended_at) == (JobState.WAITING, None)
    assert carriers() == 2
    assert [event.what for event in job.events.all()] == ["asked", "cancelled", "retried"]


@pytest.mark.parametrize("state", [JobState.DONE, JobState.WAITING, JobState.RUNNING])
def test_a_job_that_is_done_waits_or_runs_cannot_be_retried(officer: Actor, state: JobState) -> None:
    job = ask("test.count", by=officer, why="-", arguments={"to": 3})
    Job.objects.update(state=state)
    with pytest.raises(NotThisMove):
        retry(job, by=officer)


@pytest.mark.parametrize("state", [JobState.DONE, JobState.CANCELLED, JobState.DEAD])
def test_a_job_that_has_ended_cannot_be_cancelled(officer: Actor, state: JobState) -> None:
    job = ask("test.count", by=officer, why="-", arguments={"to": 3})
    Job.objects.update(state=state)
    with pytest.raises(NotThisMove) as refused:
        cancel(job, by=officer)
    assert str(job.uid) in refused.value.say("zh")
