# SPDX-License-Identifier: Apache-2.0
"""Scenes of this room: somebody who asks, and workers in this process or in one of their own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.db import connection

from belltower.core.jobs.models import Job
from belltower.core.jobs.tests import works  # noqa: F401
from belltower.kernel.actors import Actor, ActorKind
from belltower.kernel.identity import uuid7


@pytest.fixture
def officer() -> Actor:
    return Actor(ActorKind.PERSON, "李工", uuid7())


class WorkerProcess:
    """A worker process over the test's database."""

    def __init__(self) -> None:
        place = connection.settings_dict
        # A worker serves nobody in particular, so it sees every row; who writes, its actions must say.
        sees = "options=-c%20belltower.sees%3Dall"
        url = f"postgresql://{place['USER']}@/{place['NAME']}?host={place['HOST']}&{sees}"
        settings = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "belltower.project.settings"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "belltower.core.jobs.tests.process"], env={**os.environ, **settings}
        )

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM, as an installation that is stopped; its exit status."""
        self.process.terminate()
        return self.process.wait(20)


@pytest.fixture
def worker_process(transactional_db: None) -> Iterator[Callable[[], WorkerProcess]]:
    """Starts worker processes; what is left of them is killed at the end."""
    with ExitStack() as stack:

        def start() -> WorkerProcess:
            worker = WorkerProcess()
            stack.callback(worker.kill)
            return worker

        yield start


def wait_for(job: Job, *states: str, within: float = 40.0) -> Job:
    """The job once it is in one of ``states``; fails with its present state when that takes too long."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        job.refresh_from_db()
        if job.state in states:
            return job
        time.sleep(0.05)
    pytest.fail(f"the job is {job.state} after {within} s, not {states}: {job.error}")
