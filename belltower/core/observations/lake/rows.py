# SPDX-License-Identifier: Apache-2.0
"""Readings as one canonical array of records, wherever they lie: read from PostgreSQL in bulk, merged, ordered, digested.

Instants are int64 microseconds since 1970-01-01 UTC; a value that is no number is the one quiet NaN. A row is 44 bytes,
the same from whichever side it was read, so that one SHA-256 speaks for a day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Rows = NDArray[np.void]

ROW = np.dtype(
    [
        ("stream", "<i8"),
        ("at", "<i8"),
        ("id", "<i8"),
        ("result_at", "<i8"),
        ("value", "<f8"),
        ("quality", "<i2"),
        ("flags", "<i2"),
    ]
)
NAMES: tuple[str, ...] = ROW.names or ()
ORDER = ("stream", "at", "id")
AT_ONCE = 1 << 18  # rows in memory at a time, and in a row group of a file

DAY_US = 86_400_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_POSTGRES_EPOCH_US = 946_684_800_000_000  # 2000-01-01, from which the server counts
_HEADER, _TRAILER = 19, 2
# A row of COPY's binary format, every column of fixed width and none NULL: the count of columns, then length and value.
_WIRE = np.dtype(
    [("columns", ">i2")]
    + [pair for name in NAMES for pair in ((f"{name}_length", ">i4"), (name, ROW[name].newbyteorder(">")))]
)
COLUMNS = "stream, at, id, result_at, coalesce(value, 'NaN'), quality, flags"
EMPTY: Rows = np.empty(0, ROW)


def micros(instant: datetime) -> int:
    """An aware instant as microseconds since 1970, exact."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def instant(us: int) -> datetime:
    """The instant of so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=int(us))


def day_of(us: int) -> date:
    """The UTC day of an instant."""
    return instant(us).date()


def start_of(day: date) -> datetime:
    """When a UTC day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def of_columns(columns: Mapping[str, Any]) -> Rows:
    """Rows of columns by name; what is not a number becomes the canonical NaN."""
    rows = np.empty(len(columns["stream"]), ROW)
    for name in NAMES:
        rows[name] = columns[name]
    return canonical(rows)


def canonical(rows: Rows) -> Rows:
    """The same rows in place, with one bit pattern for "no number"."""
    rows["value"][np.isnan(rows["value"])] = np.nan
    return rows


def copied(query: str, params: Sequence[Any] = (), *, at_once: int = AT_ONCE) -> Iterator[Rows]:
    """What a SELECT of COLUMNS gives, some rows at a time, in its order; memory holds one part."""
    with closing(_parts(query, params, at_once * _WIRE.itemsize)) as parts:
        for part in parts:
            rows = np.empty(len(part) // _WIRE.itemsize, ROW)
            wire = np.frombuffer(part, _WIRE)
            for name in NAMES:
                rows[name] = wire[name]
            rows["at"] += _POSTGRES_EPOCH_US
            rows["result_at"] += _POSTGRES_EPOCH_US
            yield canonical(rows)


def _parts(query: str, params: Sequence[Any], size: int) -> Generator[bytearray, None, None]:
    """The rows of COPY's stream without header and trailer, ``size`` bytes at a time."""
    held, skip = bytearray(), _HEADER
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)", params) as copy:
        for block in copy:
            held += block
            if skip and len(held) >= skip:
                del held[:skip]
                skip = 0
            # The trailer is kept back: it is shorter than a row and comes last.
            if len(held) >= size + _TRAILER and not skip:
                yield held[:size]
                del held[:size]
    if len(held) > _TRAILER:
        yield held[:-_TRAILER]


def ordered(rows: Rows) -> Rows:
    """The rows by stream, instant and id."""
    return rows[np.lexsort((rows["id"], rows["at"], rows["stream"]))]


def merged(sources: Sequence[Iterator[Rows]]) -> Iterator[Rows]:
    """Sources that are each in order, as one in order; memory holds one part of each."""
    heads = [_Head(source) for source in sources]
    while len(heads := [head for head in heads if head.part is not None]) > 1:
        bound = min(head.last for head in heads)
        yield ordered(np.concatenate([head.take(bound) for head in heads]))
    for head in heads:
        while head.part is not None:
            yield head.take(head.last)


class _Head:
    """The part of a source that comes next; None when it is at its end."""

    def __init__(self, source: Iterator[Rows]) -> None:
        self._source = source
        self.part = self._next()

    def _next(self) -> Rows | None:
        return next((part for part in self._source if len(part)), None)

    @property
    def last(self) -> tuple[int, ...]:
        """Up to where this part is known: stream, instant, id."""
        return (0, 0, 0) if self.part is None else tuple(int(self.part[-1][name]) for name in ORDER)

    def take(self, bound: tuple[int, ...]) -> Rows:
        """Take what is not behind ``bound``."""
        part = EMPTY if self.part is None else self.part
        upto = _count_upto(part, bound)
        self.part = part[upto:] if upto < len(part) else self._next()
        return part[:upto]


def _count_upto(rows: Rows, bound: tuple[int, ...]) -> int:
    """How many of these ordered rows are not behind ``bound`` (stream, at, id)."""
    stream, at, id = (rows[name] for name in ORDER)
    is_before = (at < bound[1]) | ((at == bound[1]) & (id <= bound[2]))
    return int(np.count_nonzero((stream < bound[0]) | ((stream == bound[0]) & is_before)))


def recut(parts: Iterable[Rows], size: int = AT_ONCE) -> Iterator[Rows]:
    """The same rows in parts of ``size``, the last one shorter."""
    held: list[Rows] = []
    count = 0
    for part in parts:
        held.append(part)
        count += len(part)
        if count >= size:
            whole = np.concatenate(held)
            upto = count - count % size
            yield from (whole[begin : begin + size] for begin in range(0, upto, size))
            held, count = [whole[upto:]], count - upto
    if count:
        yield np.concatenate(held)


class Tally:
    """Counts and digests rows as they pass, and whether a stream has two at one instant."""

    def __init__(self) -> None:
        self.rows = 0
        self.has_equal_instants = False
        self._digest = hashlib.sha256()
        self._last: tuple[int, int] | None = None

    def add(self, rows: Rows) -> Rows:
        if len(rows):
            self.rows += len(rows)
            self._digest.update(np.ascontiguousarray(rows).view(np.uint8).data)
            first, last = rows[0], rows[-1]
            is_joint = self._last == (int(first["stream"]), int(first["at"]))
            self.has_equal_instants |= is_joint or has_equal_instants(rows)
            self._last = int(last["stream"]), int(last["at"])
        return rows

    @property
    def digest(self) -> bytes:
        """SHA-256 of all rows so far, in the order they came."""
        return self._digest.digest()


def has_equal_instants(rows: Rows) -> bool:
    """Whether some stream has two of these ordered rows at one instant."""
    return bool(np.any((np.diff(rows["stream"]) == 0) & (np.diff(rows["at"]) == 0)))
