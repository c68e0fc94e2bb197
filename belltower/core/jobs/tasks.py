# SPDX-License-Identifier: Apache-2.0
"""The one task that procrastinate knows: carry a job. All judgement is in carrying.py."""

from __future__ import annotations

from django.db import connections
from procrastinate import JobContext
from procrastinate.contrib.django import app

from belltower.core.jobs.actions import CARRIER, QUEUE


@app.task(name=CARRIER, queue=QUEUE, pass_context=True)
def carry(context: JobContext, job: str) -> None:
    """Run the job of this uid once."""
    from belltower.core.jobs.carrying import carry as carry_job

    try:
        carry_job(job, is_stopping=context.should_abort)
    finally:
        connections.close_all()  # this thread may never be used again
