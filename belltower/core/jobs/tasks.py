# SPDX-License-Identifier: Apache-2.0
"""The one task that procrastinate knows: carry a job. All judgement is in carrying.py."""

from __future__ import annotations

from django.db import connections
from procrastinate import JobContext
from procrastinate.contrib.django import app

from belltower.core.jobs.actions import CARRIER, QUEUE
from belltower.kernel import request_id


@app.task(name=CARRIER, queue=QUEUE, pass_context=True)
def carry(context: JobContext, job: str, request: str | None = None) -> None:
    """Run the job of this uid once; ``request`` is the id of the request that asked for it."""
    from belltower.core.jobs.carrying import carry as carry_job

    try:
        with request_id.carried(request):
            carry_job(job, is_stopping=context.should_abort)
    finally:
        connections.close_all()  # this thread may never be used again
