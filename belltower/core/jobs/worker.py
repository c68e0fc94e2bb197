# SPDX-License-Identifier: Apache-2.0
"""The process that carries jobs: procrastinate's loop, and beside it the look-out for jobs whose worker died."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from asgiref.sync import sync_to_async
from django.db import connections
from procrastinate.contrib.django import app

from belltower.core.jobs.actions import QUEUE
from belltower.core.jobs.carrying import STALE_AFTER_S, take_up_again

LOOK_EVERY_S = 5.0
HEARTBEAT_EVERY_S = 5.0
logger = logging.getLogger(__name__)


def serve(*, at_once: int = 2, stop_within_s: float = 2.0, until_empty: bool = False) -> None:
    """Carry jobs, ``at_once`` side by side, until SIGTERM or SIGINT (or until none is left).

    A job that has not ended ``stop_within_s`` after the signal is put back at its next step.
    """
    asyncio.run(_serve(at_once=at_once, stop_within_s=stop_within_s, until_empty=until_empty))


async def _serve(*, at_once: int, stop_within_s: float, until_empty: bool) -> None:
    connector = app.connector.get_worker_connector()  # type: ignore[attr-defined]
    worker = app.with_connector(connector)
    await _look()
    async with worker.open_async():
        look_out = asyncio.create_task(_keep_looking())
        try:
            await worker.run_worker_async(
                queues=[QUEUE],
                concurrency=at_once,
                wait=not until_empty,
                fetch_job_polling_interval=1.0,
                update_heartbeat_interval=HEARTBEAT_EVERY_S,
                stalled_worker_timeout=STALE_AFTER_S,
                shutdown_graceful_timeout=stop_within_s,
                delete_jobs="always",
            )
        finally:
            look_out.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await look_out


async def _keep_looking() -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY_S)
        try:
            await _look()
        except Exception:
            logger.exception("looking for lost jobs failed; it is tried again in %s s", LOOK_EVERY_S)


@sync_to_async(thread_sensitive=False)
def _look() -> None:
    try:
        if found := take_up_again():
            logger.warning("%s lost jobs were planned again", found)
    finally:
        connections.close_all()  # this thread may never be used again
