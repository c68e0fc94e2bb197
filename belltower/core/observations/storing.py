# SPDX-License-Identifier: Apache-2.0
"""Readings into their days, in the caller's transaction: by binary COPY, once each, counted and proved.

Three calls of the server for a batch of any size: begin (locks the streams, in order), a COPY for each UTC day, and settle.
Who stores two batches in one transaction may have to give way to another who does (a deadlock): try again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg

from belltower.core.observations.batches import DAY, NOT_GIVEN, Batch, instant_of
from belltower.core.observations.errors import NotStorable, TooManyDays, UnknownStream
from belltower.core.observations.lake.there import there
from belltower.core.observations.packing import (
    NEVER,
    Instants,
    Numbers,
    Reals,
    copied,
    instants_of,
    rows_of,
    speak,
    words_of,
)  # fmt: skip
from belltower.core.observations.proving import digest_of
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

Raw = psycopg.Connection[Any]
LATE, HAS_DETAIL, NO_RESULT_TIME = 1, 2, 4
MOST_DAYS = 200
"""UTC days in one batch: each may be a table to make, and a transaction locks only so many."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch. ``ids`` are by row, 0 where it was there already; those stored are without a gap."""

    received: int
    stored: int
    duplicates: int
    late: int
    first_id: int
    ids: Ints = field(default_factory=lambda: np.empty(0, np.int64), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Detail:
    """What is known of a reading beyond its number: SensorThings' intervals, other results, parameters."""

    until: datetime | None = None
    result: Any = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    result_quality: Any = None
    parameters: Any = None
    feature: int | None = None


@dataclass(frozen=True, slots=True)
class Aside:
    """A frame that was refused, as it came; ``rows`` are how many readings it holds, as far as can be known."""

    reason: str
    sentence: Text
    frame: bytes
    about: Mapping[str, Any] = field(default_factory=dict)
    rows: int = 1


def store(
    raw: Raw,
    batch: Batch,
    *,
    source: str,
    received_at: datetime,
    details: Mapping[int, Detail] | None = None,
    keep_equal: bool = False,
) -> Stored:
    """Store what is not there yet, by (stream, at, result_at); the first of equal rows is taken.

    ``details`` are by row; a row that has one may be NaN: its result is no number. ``keep_equal`` stores every row, as
    SensorThings may hold equal instants; ids then are by row without a gap. A row is late when its stream has a newer one.
    Raises UnknownStream, NotStorable (see ``sift``) and TooManyDays; nothing is stored then.
    """
    if not len(batch):
        return Stored(0, 0, 0, 0, 0)
    speak(raw)
    known = details or {}
    _refuse_unfit(batch, known)
    work = _Work(batch, keep_equal)
    with psycopg.Cursor(raw) as cursor:
        first_id = work.begin(cursor)
        ids = work.number(first_id)
        rows = work.rows(ids, known)
        _copy(cursor, work.days_kept, rows)
        _settle(cursor, work, rows, ids, source, received_at, first_id)
        _keep_details(cursor, batch, ids, known)
    return Stored(len(batch), len(rows), len(batch) - len(rows), work.late_stored, first_id if len(rows) else 0, ids)


def _refuse_unfit(batch: Batch, details: Mapping[int, Detail]) -> None:
    """Raise NotStorable at the first row that no batch may have."""
    finite = np.isfinite(batch.value)
    finite[[row for row in details if np.isnan(batch.value[row])]] = True
    for row in np.flatnonzero(~finite)[:1].tolist():
        raise NotStorable(row=row, reason=Text(zh="数值不是有限数", en="the value is no finite number"))


class _Work:
    """One batch in the order of (day, stream, at, result_at), and which of its rows are new."""

    def __init__(self, batch: Batch, keep_equal: bool) -> None:
        self._keep_equal = keep_equal
        self.order = in_order(batch)
        self.stream, self.at = batch.stream[self.order], batch.at[self.order]
        self.result_at = self.at if batch.result_at is None else batch.results[self.order]
        self.is_unstamped = None if batch.result_at is None else (batch.result_at == NOT_GIVEN)[self.order]
        self.value = batch.value[self.order]
        self.quality = None if batch.quality is None else batch.quality[self.order]
        self.days = self.at // DAY
        self.streams: Ints = np.unique(self.stream)

    def begin(self, cursor: psycopg.Cursor[Any]) -> int:
        """Lock the streams and find out which rows are there already; the first of the ids reserved."""
        days = np.unique(self.days).tolist()
        if len(days) > MOST_DAYS:
            raise TooManyDays(days=len(days), most=MOST_DAYS)
        first_id, known, newest = cursor.execute(
            "SELECT * FROM observations_begin(%s, %s::int[], %s::date[], %s::bigint)",
            [Numbers(self.streams), _blocks(self.streams), [_day(day) for day in days], len(self.stream)],
            binary=True,
        ).fetchone() or (0, None, None)
        self._refuse_unknown(words_of(known))
        self.newest = instants_of(newest)
        newest_at = self.newest[np.searchsorted(self.streams, self.stream)]
        self.late = self.at < newest_at
        self.kept = np.ones(len(self.stream), np.bool_) if self._keep_equal else self._new(cursor, newest_at)
        return int(first_id)

    def _refuse_unknown(self, known: Ints) -> None:
        if len(known) != len(self.streams):
            missing = np.setdiff1d(self.streams, known)
            raise UnknownStream(streams=", ".join(map(str, missing[:10].tolist())))

    def _new(self, cursor: psycopg.Cursor[Any], newest_at: Ints) -> Flags:
        """Rows after their stream's newest are new unless an equal one stands before them; the others are looked up."""
        new = np.ones(len(self.stream), np.bool_)
        new[1:] = (np.diff(self.stream) != 0) | (np.diff(self.at) != 0) | (np.diff(self.result_at) != 0)
        (suspects,) = np.nonzero(new & (self.at <= newest_at))
        if len(suspects):
            asked = [Numbers(self.stream[suspects]), Instants(self.at[suspects]), Instants(self.result_at[suspects])]
            found = cursor.execute("SELECT observations_there(%s, %s, %s)", asked, binary=True).fetchone()
            new[suspects[words_of(found[0] if found else None) - 1]] = False
            (suspects,) = np.nonzero(new & (self.at <= newest_at))
            new[suspects[there(cursor, self.stream[suspects], self.at[suspects], self.result_at[suspects])]] = False
        return new

    def number(self, first_id: int) -> Ints:
        """The id of each row of the batch, in the order it was given; 0 where it is not stored."""
        if self.kept.all():
            return np.arange(first_id, first_id + len(self.kept), dtype=np.int64)
        kept = np.zeros(len(self.kept), np.bool_)
        kept[self.order[self.kept]] = True
        return np.where(kept, first_id + np.cumsum(kept) - 1, 0)

    def rows(self, ids: Ints, details: Mapping[int, Detail]) -> NDArray[Any]:
        """What is to be copied, in order."""
        flags = np.where(self.late, LATE, 0).astype(np.int16)
        if details:
            flags[np.isin(self.order, list(details))] |= HAS_DETAIL
        if self.is_unstamped is not None:
            flags[self.is_unstamped] |= NO_RESULT_TIME
        quality = np.zeros(1, np.int16) if self.quality is None else self.quality
        columns: dict[str, NDArray[Any]] = {
            "id": ids[self.order], "stream": self.stream, "at": self.at, "result_at": self.result_at,
            "value": self.value, "quality": np.broadcast_to(quality, self.stream.shape), "flags": flags,
        }  # fmt: skip
        if not self.kept.all():
            columns = {name: column[self.kept] for name, column in columns.items()}
        return rows_of(columns)

    @property
    def knew_all(self) -> bool:
        """Whether every stream had a reading before."""
        return bool((self.newest > NEVER).all())

    @property
    def days_kept(self) -> Ints:
        """The day of each row that is copied, in days since 1970."""
        return self.days[self.kept]

    @property
    def late_stored(self) -> int:
        return int(np.count_nonzero(self.late & self.kept))


def in_order(batch: Batch) -> Ints:
    """The order of a batch's rows by (day, stream, at, result_at), equal ones as they were given."""
    day = batch.at // DAY
    first, last = int(day.min()), int(day.max())
    if first == last and batch.result_at is None and int(batch.stream.min()) >= 0 and int(batch.stream.max()) < 1 << 26:
        key = (batch.stream << 37) | (batch.at - first * DAY)  # a day has fewer than 2^37 microseconds
        if (key[1:] > key[:-1]).all():
            return np.arange(len(key))
        order = np.argsort(key)
        found = key[order]
        if (found[1:] > found[:-1]).all():
            return order
    return np.lexsort((batch.results, batch.at, batch.stream, day))


def _blocks(streams: Ints) -> list[int]:
    """The blocks of neighbouring streams that are locked together, in order."""
    found: list[int] = np.unique((streams >> 10) & 0x7FFFFFFF).tolist()
    return found


def _day(number: int) -> date:
    return instant_of(number * DAY).date()


def _copy(cursor: psycopg.Cursor[Any], days: Ints, rows: NDArray[Any]) -> None:
    """Each day's rows straight into its own table: the one they are parts of has a policy, and takes no COPY."""
    starts = np.flatnonzero(np.diff(days, prepend=-1)).tolist()
    for start, end in zip(starts, [*starts, len(days)][1:], strict=True):
        with cursor.copy(_COPY.format(day=f"{_day(int(days[start])):%Y%m%d}")) as copy:
            for part in copied(rows[start:end]):
                copy.write(part)


def _settle(
    cursor: psycopg.Cursor[Any],
    work: _Work,
    rows: NDArray[Any],
    ids: Ints,
    source: str,
    received_at: datetime,
    first_id: int,
) -> None:
    """The newest of each stream, counts, landing and proof, in one call."""
    kept = work.kept
    stream, at, value = work.stream[kept], work.at[kept], work.value[kept]
    last, first = _ends(stream, is_one_day=int(work.days[0]) == int(work.days[-1]))
    early = first[at[first] <= work.newest[np.searchsorted(work.streams, stream[first])]] if work.knew_all else first
    nothing = np.empty(0, np.int64)
    quality = np.zeros(len(stream), np.int16) if work.quality is None else work.quality[kept]
    cursor.execute(
        _SETTLE,
        [
            Numbers(stream[last]), Instants(at[last]),
            Instants(nothing if work.result_at is work.at else work.result_at[kept][last]), Reals(value[last]),
            Numbers(nothing if work.quality is None else quality[last].astype(np.int64)),
            Numbers(ids[work.order[kept]][last]), Numbers(stream[early]), Instants(at[early]),
            source, received_at, len(kept), len(rows), work.late_stored, first_id, digest_of(rows), *_span(at),
            stream.astype("<i8").tobytes(), at.astype("<i8").tobytes(), value.astype("<f8").tobytes(),
            quality.astype("<i2").tobytes(),
        ],
    )  # fmt: skip


def _ends(stream: Ints, *, is_one_day: bool) -> tuple[Ints, Ints]:
    """Where the last and the first row of each stream stand among rows that are in order."""
    order = np.arange(len(stream)) if is_one_day else np.argsort(stream, kind="stable")
    grouped = stream[order]
    starts = np.flatnonzero(np.diff(grouped, prepend=-1))
    return order[np.append(starts[1:], len(grouped)) - 1] if len(starts) else order, order[starts]


def _span(at: Ints) -> tuple[datetime | None, datetime | None]:
    return (instant_of(int(at.min())), instant_of(int(at.max()))) if len(at) else (None, None)


def _keep_details(cursor: psycopg.Cursor[Any], batch: Batch, ids: Ints, details: Mapping[int, Detail]) -> None:
    rows = [
        (
            int(ids[row]), int(batch.stream[row]), instant_of(int(batch.at[row])), one.until, _json(one.result),
            one.valid_from, one.valid_until, _json(one.result_quality), _json(one.parameters), one.feature,
        )
        for row, one in details.items() if ids[row]
    ]  # fmt: skip
    if rows:
        cursor.executemany(_DETAIL, rows)


def keep_aside(raw: Raw, source: str, frames: Sequence[Aside], *, received_at: datetime) -> None:
    """Keep what was refused, with its reason, and count it as received and refused."""
    if not frames:
        return
    with psycopg.Cursor(raw) as cursor:
        cursor.execute(
            "SELECT observations_keep_aside(%s::text, %s::timestamptz, %s::uuid[], %s::text[], %s::text[], %b::bytea[],"
            " %s::text[], %s::bigint[])",
            [
                source, received_at, [uuid7() for _ in frames], [one.reason for one in frames],
                [_told(one.sentence.as_json()) for one in frames],
                [bytes(one.frame) for one in frames],
                [_told(dict(one.about)) for one in frames], [one.rows for one in frames],
            ],
        )  # fmt: skip


def count_polls(raw: Raw, source: str, *, due: int, answered: int, timed_out: int, at: datetime) -> None:
    """Count polls of a source that is asked rather than heard: due = answered + timed out."""
    with psycopg.Cursor(raw) as cursor:
        cursor.execute(
            "SELECT observations_tally(%s::text, %s::timestamptz, 0, 0, 0, 0, 0, %s::bigint, %s::bigint, %s::bigint)",
            [source, at.astimezone(UTC), due, answered, timed_out],
        )


def _told(value: Any) -> str:
    """As JSON, without the character NUL, which no database holds; what was refused may have it in a name."""
    return json.dumps(value, ensure_ascii=False).replace("\\u0000", "\N{REPLACEMENT CHARACTER}")


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False)


_COPY = "COPY observations_reading_{day} (id, stream, at, result_at, value, quality, flags) FROM STDIN (FORMAT binary)"
_SETTLE = """
    SELECT observations_settle(%s, %s, %s, %s, %s, %s, %s, %s, %s::text, %s::timestamptz, %s::bigint, %s::bigint,
                               %s::bigint, %s::bigint, %b::bytea, %s::timestamptz, %s::timestamptz, %b::bytea, %b::bytea,
                               %b::bytea, %b::bytea)
"""
_DETAIL = """
    INSERT INTO observations_detail (id, stream, at, until, result, valid_from, valid_until, result_quality, parameters,
                                     feature_id)
    VALUES (%s, %s, %s, %s, %s::jsonb, %s, %s, %s::jsonb, %s::jsonb, %s)
"""
