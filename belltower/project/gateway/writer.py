# SPDX-License-Identifier: Apache-2.0
"""The one writer of a gateway process: a thread with one connection that stores whatever waits, in one transaction.

Each answer waits for the commit of its group (docs/decisions/0062-group-commit.md). What cannot wait is refused with
Busy; what the database could not take with DatabaseAway. Nothing is acknowledged before it is committed.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from queue import SimpleQueue
from typing import Any, TypeVar

import numpy as np
import psycopg
from numpy.typing import NDArray

from belltower.core.observations.batches import Batch
from belltower.core.observations.storing import Aside, Detail, keep_aside, store
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.screens.errors import away

logger = logging.getLogger(__name__)
Plain = tuple[int, int, float, int, int]
T = TypeVar("T")
Raw = psycopg.Connection[Any]
MOST_WAITING = 4096  # submissions
MOST_ROWS = 400_000  # in all of them
GROUP_ROWS = 100_000
LINGER_S = 0.004
"""How long a group stays open for those who come next, while several come at a time."""
BUSY_AGAIN_AFTER_S = 1
_ATTEMPTS = 5


class Busy(Refusal):
    """More is waiting to be stored than may wait."""

    code = "busy"
    sentence = Text(
        zh="等待入库的数据已满，本次未接收任何内容。请 {seconds} 秒后重发。",
        en="As much as may wait to be stored is waiting. Nothing of this was taken: send it again in {seconds} s.",
    )


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What was committed of a submission: received = stored + duplicates. ``ids`` are by row, 0 for a duplicate."""

    received: int
    stored: int
    duplicates: int
    ids: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one source that were sifted; what store() takes, and the frames that were refused beside them.

    Few rows come as tuples of stream, at, value, quality and result_at, and are made a batch with their whole group.
    """

    batch: Batch | Sequence[Plain]
    source: str
    asides: Sequence[Aside] = ()
    details: Mapping[int, Detail] | None = None
    keep_equal: bool = False


@dataclass(slots=True, eq=False)
class Submission:
    """What somebody waits for: rows, or any other work in a transaction."""

    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[Any]
    what: Rows | Callable[[Raw], Any]

    @property
    def rows(self) -> int:
        return max(1, len(self.what.batch)) if isinstance(self.what, Rows) else 1


class Waiting:
    """The bounded queue between one event loop, which alone puts, and the writer, which alone takes."""

    def __init__(self, most: int = MOST_WAITING, most_rows: int = MOST_ROWS) -> None:
        self.most, self.most_rows = most, most_rows
        self._queue: SimpleQueue[Submission | None] = SimpleQueue()
        self._is_closed = False
        # Each is written by one thread only, so that neither needs a lock.
        self._put = self._taken = self._rows_put = self._rows_taken = 0

    def __len__(self) -> int:
        return self._put - self._taken

    def put(self, one: Submission) -> None:
        """Raises Busy when the queue is full; a submission larger than all that may wait is taken when nothing else is."""
        waiting, rows = len(self), one.rows
        is_full = waiting >= self.most or (waiting > 0 and self._rows_put - self._rows_taken + rows > self.most_rows)
        if is_full or self._is_closed:
            raise Busy(seconds=BUSY_AGAIN_AFTER_S)
        self._put += 1
        self._rows_put += rows
        self._queue.put(one)

    def take(self, most_rows: int) -> list[Submission]:
        """Everything that waits, in order, until there are about so many rows; waits for the first. Empty: the end."""
        first = self._queue.get()
        if first is None:
            return []
        taken, rows = [first], first.rows
        while rows < most_rows and not self._queue.empty():
            one = self._queue.get()
            if one is None:
                self._queue.put(None)
                break
            taken.append(one)
            rows += one.rows
        self._taken += len(taken)
        self._rows_taken += rows
        return taken

    def close(self) -> None:
        """Take nothing more; what waits is still given out."""
        self._is_closed = True
        self._queue.put(None)


class Writer:
    """Start it in the process that serves; ``address`` tells where the database is, each time it is connected to."""

    def __init__(
        self, address: Callable[[], str], *, waiting: Waiting | None = None, linger_s: float = LINGER_S
    ) -> None:
        self.waiting = Waiting() if waiting is None else waiting
        self._address, self._linger_s = address, linger_s
        self._thread = threading.Thread(target=self._run, name="gateway-writer", daemon=True)
        self._raw: Raw | None = None

    def start(self) -> None:
        """Begin to store."""
        self._thread.start()

    def stop(self, within_s: float = 5.0) -> None:
        """Store what waits, then end."""
        self.waiting.close()
        if self._thread.is_alive():
            self._thread.join(within_s)

    def store(
        self, batch: Batch | Sequence[Plain], *, source: str, asides: Sequence[Aside] = (),
        details: Mapping[int, Detail] | None = None, keep_equal: bool = False,
    ) -> asyncio.Future[Acknowledged]:  # fmt: skip
        """To be awaited: what was committed of rows that were sifted, with the frames refused beside them.

        Raises Busy at once; when awaited DatabaseAway, and what store() refuses.
        """
        return self._submit(Rows(batch, source, asides, details, keep_equal))

    def perform(self, work: Callable[[Raw], T]) -> asyncio.Future[T]:
        """To be awaited: what ``work`` returns, committed; it is done again from the beginning when its group failed.

        ``work`` runs in the writer's thread, in a savepoint of its own. Raises Busy at once; when awaited what ``work``
        raises, and DatabaseAway.
        """
        return self._submit(work)

    def _submit(self, what: Rows | Callable[[Raw], Any]) -> asyncio.Future[Any]:
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Any] = loop.create_future()
        self.waiting.put(Submission(loop, future, what))
        return future

    def _run(self) -> None:
        while group := self.waiting.take(GROUP_ROWS):
            if len(group) > 1 and self._linger_s and not self.waiting:
                time.sleep(self._linger_s)
                if self.waiting:
                    group += self.waiting.take(GROUP_ROWS)
            _settle(self._outcomes(group))
        if self._raw is not None:
            self._raw.close()

    def _outcomes(self, group: list[Submission]) -> list[tuple[Submission, Any]]:
        """What came of each: its answer, or the exception it is to see."""
        try:
            return self._committed_at_last(group)
        except psycopg.OperationalError as error:
            logger.warning("the database took nothing of %d submissions: %s", len(group), error)
            self._hang_up()
            return [(one, away(error)) for one in group]
        except Exception as error:
            if len(group) == 1:
                self._hang_up_if_broken()
                return [(group[0], error)]
            # One of them is to blame. Each by itself, so that the others are stored.
            return [outcome for one in group for outcome in self._outcomes([one])]

    def _committed_at_last(self, group: list[Submission]) -> list[tuple[Submission, Any]]:
        """Other writers lock rows too: a transaction that the server gave up for another's sake is done again."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._committed(group)
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure):
                logger.info("a group of %d gave way to another writer", len(group))
        return self._committed(group)

    def _committed(self, group: list[Submission]) -> list[tuple[Submission, Any]]:
        raw = self._begun()
        try:
            found = carry(raw, group, received_at=datetime.now(UTC))
            raw.commit()
        except BaseException:
            if not raw.closed:
                raw.rollback()
            raise
        return found

    def _begun(self) -> Raw:
        """The connection with a transaction open; one that died while it stood idle is replaced, nothing being lost."""
        if self._raw is not None:
            try:
                self._raw.execute("SELECT 1")
            except psycopg.OperationalError:
                self._hang_up()
        if self._raw is None:
            self._raw = psycopg.connect(self._address(), connect_timeout=2, options=OPTIONS)
            self._raw.prepare_threshold = 2
        return self._raw

    def _hang_up(self) -> None:
        if self._raw is not None:
            self._raw.close()
            self._raw = None

    def _hang_up_if_broken(self) -> None:
        if self._raw is not None and self._raw.closed:
            self._raw = None


# It serves no viewer: whoever sends was judged before. No statement of ours may hold the others up for minutes.
OPTIONS = "-c belltower.sees=all -c statement_timeout=60s -c application_name=belltower-gateway-writer"


def carry(raw: Raw, group: Sequence[Submission], *, received_at: datetime) -> list[tuple[Submission, Any]]:
    """The whole group in the transaction that is open: rows of one source together, other work one by one."""
    outcomes: list[tuple[Submission, Any]] = []
    by_source: dict[tuple[str, bool], list[tuple[Submission, Rows]]] = {}
    for one in group:
        if isinstance(one.what, Rows):
            by_source.setdefault((one.what.source, one.what.keep_equal), []).append((one, one.what))
        else:
            outcomes.append((one, _worked(raw, one.what)))
    # In one order, so that two writers lock sources' streams alike.
    for source, keep_equal in sorted(by_source):
        those = by_source[source, keep_equal]
        outcomes += _stored(raw, source, those, received_at)
        keep_aside(raw, source, [aside for _, rows in those for aside in rows.asides], received_at=received_at)
    return outcomes


def _worked(raw: Raw, work: Callable[[Raw], Any]) -> Any:
    try:
        with raw.transaction():
            return work(raw)
    except psycopg.OperationalError:
        raise
    except Exception as error:
        return error


def _stored(
    raw: Raw, source: str, those: Sequence[tuple[Submission, Rows]], received_at: datetime
) -> list[tuple[Submission, Any]]:
    parts = [rows for _, rows in those]
    batch = together([rows.batch for rows in parts])
    details, keep_equal = _details(parts), parts[0].keep_equal
    done = store(raw, batch, source=source, received_at=received_at, details=details, keep_equal=keep_equal)
    ends = np.cumsum([len(rows.batch) for rows in parts]).tolist()
    shares = zip(those, [0, *ends], ends, strict=False)
    return [(one, _share(done.ids[start:end])) for (one, _), start, end in shares]


def _share(ids: NDArray[np.int64]) -> Acknowledged:
    stored = int(np.count_nonzero(ids))
    return Acknowledged(len(ids), stored, len(ids) - stored, ids)


def _details(parts: Sequence[Rows]) -> Mapping[int, Detail] | None:
    """The details of all parts, by row of the whole."""
    found: dict[int, Detail] = {}
    first = 0
    for rows in parts:
        found |= {first + row: detail for row, detail in (rows.details or {}).items()}
        first += len(rows.batch)
    return found or None


def together(parts: Sequence[Batch | Sequence[Plain]]) -> Batch:
    """Several batches, or few rows each, as one batch, in order."""
    if all(not isinstance(part, Batch) for part in parts):
        return _batch([row for part in parts if not isinstance(part, Batch) for row in part])
    batches = [part if isinstance(part, Batch) else _batch(part) for part in parts]
    if len(batches) == 1:
        return batches[0]
    has_results = any(batch.result_at is not None for batch in batches)
    has_quality = any(batch.quality is not None for batch in batches)
    return Batch(
        stream=np.concatenate([batch.stream for batch in batches]),
        at=np.concatenate([batch.at for batch in batches]),
        value=np.concatenate([batch.value for batch in batches]),
        result_at=np.concatenate([_given_results(batch) for batch in batches]) if has_results else None,
        quality=np.concatenate([_qualities(batch) for batch in batches]) if has_quality else None,
    )


def _batch(rows: Sequence[Plain]) -> Batch:
    stream, at, value, quality, result_at = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    qualities, results = np.array(quality, np.int16), np.array(result_at, np.int64)
    ats = np.array(at, np.int64)
    return Batch(
        np.array(stream, np.int64),
        ats,
        np.array(value, np.float64),
        None if np.array_equal(results, ats) else results,
        qualities if qualities.any() else None,
    )


def _given_results(batch: Batch) -> NDArray[np.int64]:
    """Where none was given, that stays known."""
    return batch.at if batch.result_at is None else batch.result_at


def _qualities(batch: Batch) -> NDArray[np.int16]:
    return np.zeros(len(batch), np.int16) if batch.quality is None else batch.quality


def _settle(outcomes: Iterable[tuple[Submission, Any]]) -> None:
    """Wake those who wait, with one call into each of their loops."""
    by_loop: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], Any]]] = {}
    for one, outcome in outcomes:
        by_loop.setdefault(one.loop, []).append((one.future, outcome))
    for loop, those in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_tell, those)


def _tell(outcomes: Iterable[tuple[asyncio.Future[Any], Any]]) -> None:
    for future, outcome in outcomes:
        if future.done():  # who asked has gone
            continue
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
