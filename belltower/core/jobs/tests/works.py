# SPDX-License-Identifier: Apache-2.0
"""Works for the tests of this room; also loaded by the worker processes that the tests start and kill."""

from __future__ import annotations

import time
from typing import Any

from django.db import connection, transaction

from belltower.core.jobs.work import RunningJob, work
from belltower.kernel.errors import Unreadable
from belltower.kernel.texts import Text

WRITING = Text(zh="写入", en="Writing")


@work("test.count", Text(zh="计数", en="Count"))
def count(job: RunningJob, *, to: int) -> dict[str, Any]:
    """Count to ``to``, saying so."""
    for number in range(1, to + 1):
        job.progress(number, to, WRITING)
    return {"counted": to}


@work("test.refuse", Text(zh="拒绝", en="Refuse"))
def refuse(job: RunningJob) -> None:
    """Refuse, with a sentence."""
    raise Unreadable(what="poles.csv", reason="it is empty")


@work("test.fail", Text(zh="出错", en="Fail"))
def fail(job: RunningJob, *, times: int) -> dict[str, Any]:
    """Fail ``times`` times, then succeed."""
    if job.attempt <= times:
        raise RuntimeError(f"attempt {job.attempt}")
    return {"attempt": job.attempt}


@work("test.hold", Text(zh="等待", en="Hold"))
def hold(job: RunningJob, *, seconds: float, key: str = "") -> dict[str, Any]:
    """Write ``key`` in one open transaction, then stay in it for ``seconds``, saying how far it is."""
    with transaction.atomic():
        if key:
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO test_held (key) VALUES (%s) ON CONFLICT DO NOTHING", [key])
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            job.progress(int(100 * (1 - (ends - time.monotonic()) / seconds)), 100, WRITING)
            time.sleep(0.02)
    return {"held": seconds}
