# SPDX-License-Identifier: Apache-2.0
"""The bridge of one source: hold its lock, connect, take what has come, commit, and only then acknowledge."""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg

from belltower.core.observations.errors import UnknownStream
from belltower.core.observations.storing import Stored, count_polls
from belltower.edges.sources.errors import NoCredential, SourceAway
from belltower.edges.sources.holding import holding
from belltower.edges.sources.intake import Intake, Prepared
from belltower.edges.sources.mapping import Source
from belltower.edges.sources.readings import Feed, Taken
from belltower.edges.sources.standing import Standing, memory_of, write_memory, write_standing
from belltower.kernel.texts import Text

TAKE_WITHIN_S = 0.5
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
STEADY_AFTER_S = 60.0
IDLE_TOLD_EVERY_S = 5.0
logger = logging.getLogger(__name__)
_FAILED = Text(zh="数据库未能写入：{reason}", en="The database took nothing: {reason}")
Raw = psycopg.Connection[Any]


class Bridge:
    """Brings the readings of one source into the store until it is told to stop.

    ``address`` is a connection string of the application that sees every row. ``after_commit`` is called with each batch
    that was stored (benchmarks and tests count with it).
    """

    def __init__(
        self, source: Source, address: str, *, after_commit: Callable[[Stored], None] = lambda _: None
    ) -> None:
        self._source, self._address, self._after_commit = source, address, after_commit
        self._feed: Feed = source.feed()
        self._intake = Intake(source.key)
        self._standing = Standing(source.key, f"{socket.gethostname()}:{os.getpid()}")
        # Taken from the far end and not committed yet: what cannot be asked for again outlives a database that is away.
        self._unstored: Taken | None = None
        self._failed: dict[str, str] | None = None

    def run(self, stopping: threading.Event) -> None:
        """Work until told to stop; a database or far end that is away is tried again, ever more seldom."""
        backoff = _Backoff()
        while not stopping.is_set():
            try:
                with holding(self._address, self._source.key, stopping) as raw:
                    if raw is not None:
                        self._work(raw, stopping, backoff)
            except psycopg.Error as error:
                logger.warning("source %s: the database failed: %s", self._source.key, error)
                self._failed = _FAILED.format(reason=" ".join(str(error).split())[:200]).as_json()
                stopping.wait(backoff.next_wait())
            finally:
                self._feed.close()

    def _work(self, raw: Raw, stopping: threading.Event, backoff: _Backoff) -> None:
        """While the lock is held: connect again and again, and pass on what comes."""
        # Another bridge may have had the source in between: what it committed is what is known.
        waiting = self._unstored.memory if self._unstored else None
        self._feed.recall(memory_of(raw, self._source.key) if waiting is None else waiting)
        raw.commit()
        while not stopping.is_set():
            try:
                self._feed.open()
                if self._unstored:
                    # Its numbers were of another connection, and may mean other messages now; it comes again.
                    self._unstored.receipts = []
                self._tell(raw, "connected", self._failed)
                self._failed = None
                backoff.begin()
                while not stopping.is_set():
                    self._pass_on(raw)
            except (SourceAway, NoCredential) as refusal:
                logger.warning("source %s: %s", self._source.key, refusal)
                self._feed.close()
                self._tell(raw, "away", refusal.sentence.format(**refusal.facts).as_json())
                stopping.wait(backoff.next_wait())
        self._tell(raw, "stopped")

    def _pass_on(self, raw: Raw) -> None:
        """Take one batch, commit it, acknowledge it."""
        taken = self._unstored or self._feed.take(TAKE_WITHIN_S)
        if taken.is_empty:
            if self._standing.is_due(IDLE_TOLD_EVERY_S):
                self._tell(raw, "connected")
            return
        self._unstored = taken
        self._store(raw, taken)
        self._unstored = None
        self._feed.acknowledge(taken)

    def _store(self, raw: Raw, taken: Taken) -> None:
        """Everything of a batch in one transaction. Raises psycopg.Error."""
        now = datetime.now(UTC)
        try:
            prepared, stored = self._write(raw, taken, now)
        except (UnknownStream, psycopg.errors.DeadlockDetected):
            # A stream was deleted since it was looked up, or somebody else stores the same ones: once more.
            raw.rollback()
            self._intake.forget()
            prepared, stored = self._write(raw, taken, now)
        if taken.memory is not None:
            write_memory(raw, self._source.key, taken.memory)
        self._standing.count(frames=len(taken.frames), readings=prepared.readings, at=now)
        if self._standing.is_due():
            write_standing(raw, self._standing, now)
        raw.commit()
        self._intake.written(prepared)
        self._after_commit(stored)

    def _write(self, raw: Raw, taken: Taken, now: datetime) -> tuple[Prepared, Stored]:
        prepared = self._intake.prepare(raw, taken, now=now)
        stored = self._intake.write(raw, prepared)
        if taken.due:
            count_polls(
                raw,
                self._source.key,
                due=taken.due,
                answered=taken.answered,
                timed_out=taken.due - taken.answered,
                at=now,
            )
        return prepared, stored

    def _tell(self, raw: Raw, state: str, error: dict[str, str] | None = None) -> None:
        """Say how it stands, in a transaction of its own."""
        now = datetime.now(UTC)
        self._standing.turn(state, now, error)
        write_standing(raw, self._standing, now)
        raw.commit()


class _Backoff:
    """How long to wait before the next attempt: twice as long each time, less up to half by chance."""

    def __init__(self) -> None:
        self._wait_s = FIRST_WAIT_S
        self._since = time.monotonic()

    def begin(self) -> None:
        """It works again."""
        self._since = time.monotonic()

    def next_wait(self) -> float:
        """Seconds to wait now."""
        if time.monotonic() - self._since > STEADY_AFTER_S:
            self._wait_s = FIRST_WAIT_S
        wait, self._wait_s = self._wait_s, min(LONGEST_WAIT_S, 2 * self._wait_s)
        self._since = time.monotonic() + wait
        return wait * random.uniform(0.5, 1.0)  # nosec B311  # spreads attempts; no secret
