# SPDX-License-Identifier: Apache-2.0
"""The worker process: procrastinate's loop for jobs, the look-out for lost ones, the outbox's courier, the rooms' loops."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from asgiref.sync import sync_to_async
from django.db import connections
from procrastinate.contrib.django import app

from belltower.core.jobs.actions import QUEUE
from belltower.core.jobs.carrying import STALE_AFTER_S, take_up_again
from belltower.core.jobs.loops import Loops
from belltower.core.jobs.regular import look_round
from belltower.core.ledger.courier import Courier

LOOK_EVERY_S = 5.0
HEARTBEAT_EVERY_S = 5.0
logger = logging.getLogger(__name__)


def serve(*, at_once: int = 2, stop_within_s: float = 2.0, until_empty: bool = False) -> None:
    """Carry jobs, ``at_once`` side by side, deliver events and keep the rooms' loops, until SIGTERM or SIGINT.

    ``until_empty`` carries jobs only, until none is left.

    A job that has not ended ``stop_within_s`` after the signal is put back at its next step.
    """
    courier, loops = Courier(), Loops()
    if not until_empty:
        courier.start()
        loops.start()
    try:
        _carry(at_once=at_once, stop_within_s=stop_within_s, until_empty=until_empty)
    finally:
        if not until_empty and not courier.stop(stop_within_s + 1.0):
            logger.warning("a handler of events did not end in time; its events will be delivered again")
        if not until_empty and not loops.stop(stop_within_s + 1.0):
            logger.warning("a loop of a room did not end in time; what it had in hand is done again")


def _carry(*, at_once: int, stop_within_s: float, until_empty: bool) -> None:
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
        look_round()
    finally:
        connections.close_all()  # this thread may never be used again
