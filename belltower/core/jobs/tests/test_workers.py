# SPDX-License-Identifier: Apache-2.0
"""Real worker processes: stopped, killed, and followed by others."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
from django.db import connection

from belltower.core.jobs.actions import ask, cancel
from belltower.core.jobs.models import Job, JobState
from belltower.core.jobs.tests.conftest import WorkerProcess, wait_for
from belltower.kernel.actors import Actor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.server]
Start = Callable[[], WorkerProcess]


@pytest.fixture
def held(transactional_db: None) -> Iterator[Callable[[], list[str]]]:
    """What works have committed: the keys in a table of the test's own."""
    server = os.environ["BELLTOWER_TEST_SERVER"].replace("/belltower?", f"/{connection.settings_dict['NAME']}?")
    with psycopg.connect(server, autocommit=True) as owner:  # the application may make no table
        owner.execute("CREATE TABLE test_held (key text PRIMARY KEY)")
        owner.execute("GRANT ALL ON test_held TO belltower_app")

    def keys() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT key FROM test_held ORDER BY key")
            return [key for (key,) in cursor.fetchall()]

    yield keys
    connection.close()
    with psycopg.connect(server, autocommit=True) as owner:
        owner.execute("DROP TABLE test_held")


def wait_for_progress(job: Job, within: float = 20.0) -> None:
    deadline = time.monotonic() + within
    while job.done == 0 and time.monotonic() < deadline:
        job.refresh_from_db()
        time.sleep(0.02)
    assert job.done > 0


def test_a_job_whose_worker_is_killed_is_finished_by_the_next(
    officer: Actor, worker_process: Start, held: Callable[[], list[str]]
) -> None:
    """Nothing of the killed attempt is there; the second one is there whole."""
    job = ask("test.hold", by=officer, why="-", arguments={"seconds": 2.0, "key": "桥"})
    first = worker_process()
    wait_for(job, JobState.RUNNING)
    wait_for_progress(job)
    first.kill()
    assert held() == []

    worker_process()
    wait_for(job, JobState.DONE)
    assert held() == ["桥"]
    assert [event.what for event in job.events.all()] == ["asked", "started", "lost", "started", "done"]


def test_a_worker_that_is_stopped_puts_its_job_back_within_seconds(
    officer: Actor, worker_process: Start, held: Callable[[], list[str]]
) -> None:
    job = ask("test.hold", by=officer, why="-", arguments={"seconds": 60.0, "key": "桥"})
    worker = worker_process()
    wait_for(job, JobState.RUNNING)
    began = time.monotonic()
    assert worker.stop() == 0
    assert time.monotonic() - began < 5
    job.refresh_from_db()
    assert (job.state, job.attempts, held()) == (JobState.WAITING, 0, [])


def test_a_running_job_is_cancelled_from_another_process(
    officer: Actor, worker_process: Start, held: Callable[[], list[str]]
) -> None:
    job = ask("test.hold", by=officer, why="-", arguments={"seconds": 60.0, "key": "桥"})
    worker_process()
    wait_for(job, JobState.RUNNING)
    cancel(job, by=officer)
    wait_for(job, JobState.CANCELLED, within=10)
    assert held() == []
