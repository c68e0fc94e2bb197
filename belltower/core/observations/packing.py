# SPDX-License-Identifier: Apache-2.0
"""Columns of numbers to and from PostgreSQL in its own binary form, so that none becomes a Python object on the way.

Forms: array_recv and COPY BINARY of the server's manual (54.7, COPY); instants there count from 2000-01-01.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from psycopg.adapt import Dumper
from psycopg.pq import Format

if TYPE_CHECKING:
    import psycopg
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

EPOCH = 946_684_800_000_000
"""Microseconds from 1970 to 2000, where PostgreSQL counts from."""
NEVER = np.iinfo(np.int64).min
"""PostgreSQL's -infinity: before every instant."""
_HEADER = struct.Struct(">iiIii")  # dimensions, has nulls, type of the elements, how many, lower bound
_ELEMENT = np.dtype([("length", ">i4"), ("word", ">i8")])

ROW = np.dtype([
    ("columns", ">i2"), ("id_length", ">i4"), ("id", ">i8"), ("stream_length", ">i4"), ("stream", ">i8"),
    ("at_length", ">i4"), ("at", ">i8"), ("result_length", ">i4"), ("result_at", ">i8"), ("value_length", ">i4"),
    ("value", ">f8"), ("quality_length", ">i4"), ("quality", ">i2"), ("flags_length", ">i4"), ("flags", ">i2"),
])  # fmt: skip
"""A reading as COPY BINARY takes it, 74 bytes. It is also the canonical form that a batch's digest is made of."""
_EMPTY_ROW = np.array([(7, 8, 0, 8, 0, 8, 0, 8, 0, 8, 0.0, 2, 0, 2, 0)], ROW)
_WITHOUT_VALUE = np.dtype([(name, ROW[name]) for name in ROW.names or () if name != "value"])
COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_END = b"\xff\xff"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A parameter bigint[]."""

    values: Ints


@dataclass(frozen=True, slots=True)
class Instants:
    """A parameter timestamptz[]; microseconds since 1970."""

    values: Ints


@dataclass(frozen=True, slots=True)
class Reals:
    """A parameter float8[]."""

    values: NDArray[np.float64]


def _dumper(array_oid: int, element_oid: int, word: str, shift: int) -> type[Dumper]:
    class Packed(Dumper):
        oid = array_oid
        format = Format.BINARY

        def dump(self, obj: Any) -> bytes:
            if not len(obj.values):
                return struct.pack(">iiI", 0, 0, element_oid)
            elements = np.empty(len(obj.values), np.dtype([("length", ">i4"), ("word", word)]))
            elements["length"] = 8
            elements["word"] = obj.values - shift if shift else obj.values
            return _HEADER.pack(1, 0, element_oid, len(elements), 1) + elements.tobytes()

    return Packed


_DUMPERS = (
    (Numbers, _dumper(1016, 20, ">i8", 0)),
    (Instants, _dumper(1185, 1184, ">i8", EPOCH)),
    (Reals, _dumper(1022, 701, ">f8", 0)),
)


def speak(raw: psycopg.Connection[Any]) -> None:
    """Let this connection take the parameters above."""
    for kind, dumper in _DUMPERS:
        raw.adapters.register_dumper(kind, dumper)


def words_of(sent: bytes | None) -> Ints:
    """The 8-byte elements of what array_send gave, as int64 (see ``instants_of``, ``reals_of``); NULL is no element."""
    if not sent or len(sent) < _HEADER.size:
        return np.empty(0, np.int64)
    found: Ints = np.frombuffer(sent, _ELEMENT, offset=_HEADER.size)["word"].astype(np.int64)
    return found


def instants_of(sent: bytes | None) -> Ints:
    """Microseconds since 1970 of a timestamptz[]; -infinity is NEVER."""
    words = words_of(sent)
    return np.where(words == NEVER, NEVER, words + EPOCH)


def reals_of(sent: bytes | None) -> NDArray[np.float64]:
    """The elements of a float8[]."""
    return words_of(sent).view(np.float64)


def rows_of(columns: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """Readings as ROW; ``at`` and ``result_at`` in microseconds since 1970, a value that is no number NaN."""
    rows = np.repeat(_EMPTY_ROW, len(columns["id"]))
    for name in ("id", "stream", "value", "quality", "flags"):
        rows[name] = columns[name]
    rows["at"], rows["result_at"] = columns["at"] - EPOCH, columns["result_at"] - EPOCH
    return rows


def copied(rows: NDArray[Any]) -> list[memoryview | bytes]:
    """The parts of a COPY BINARY of ``rows``; NaN goes as NULL."""
    missing = np.isnan(rows["value"])
    if not missing.any():
        return [COPY_HEAD, np.ascontiguousarray(rows).data.cast("B"), COPY_END]
    without = np.empty(int(missing.sum()), _WITHOUT_VALUE)
    for name in _WITHOUT_VALUE.names or ():
        without[name] = rows[name][missing]
    without["value_length"] = -1
    return [COPY_HEAD, rows[~missing].tobytes(), without.tobytes(), COPY_END]
