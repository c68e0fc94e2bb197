# SPDX-License-Identifier: Apache-2.0
"""Rows as they are sent, into columns; what cannot be read is refused row by row. Pure: bytes in, arrays out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute  # casts live there; loading it takes a second, which no request should wait for
from numpy.typing import NDArray

from belltower.kernel.texts import Text

LONGEST_LINE = 65_536
"""Bytes of one row as JSON or MessagePack; what is longer is no reading."""
TOO_LONG = b"\x00too long: "
_FEW = 16
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INSTANTS = pa.timestamp("us", "UTC")
_Whole = Annotated[int, msgspec.Meta(ge=-(2**62), le=2**62)]


class Row(msgspec.Struct, gc=False):
    """One reading: of which stream (key or id), at what instant (RFC 3339 or µs since 1970), how much, how good.

    A sender that says the ``unit`` is held to it: it must be the stream's.
    """

    stream: str | _Whole
    at: str | _Whole
    value: float
    quality: Annotated[int, msgspec.Meta(ge=0, le=2)] = 0
    result_at: str | _Whole | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that is not stored: its number (from 1), why, and the frame as it is kept aside."""

    row: int
    code: str
    say: Text
    frame: bytes


@dataclass(slots=True)
class Columns:
    """Rows that could be read. ``number`` is each row's in the request (from 1); instants are µs since 1970."""

    number: NDArray[np.int64]
    stream: Sequence[Any] | NDArray[np.int64]
    at: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.int16] | None = None
    result_at: NDArray[np.int64] | None = None
    unit: Sequence[str | None] | None = None
    refused: list[RefusedRow] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.at)

    @property
    def received(self) -> int:
        return len(self.at) + len(self.refused)


_lines = msgspec.json.Decoder(Row)
decode_lines = _lines.decode_lines
_message = msgspec.msgpack.Decoder(Row)
_messages = msgspec.msgpack.Decoder(list[Row])
_instant = msgspec.json.Decoder(Annotated[datetime, msgspec.Meta(tz=True)])


def of_lines(block: bytes, first: int) -> Columns:
    """Whole lines of JSON, the first of which is row ``first``; blank lines are none."""
    try:
        return of_rows(_lines.decode_lines(block), first)
    except (ValueError, RecursionError, MemoryError):
        frames = [line for line in block.split(b"\n") if line.strip()]
        return _one_by_one(frames, _lines.decode, first)


def of_messages(frames: Sequence[bytes | memoryview], first: int) -> Columns:
    """MessagePack maps, each whole, the first of which is row ``first``."""
    try:
        return of_rows(_messages.decode(b"\xdd" + len(frames).to_bytes(4, "big") + b"".join(frames)), first)
    except (ValueError, RecursionError, MemoryError):
        return _one_by_one(frames, _message.decode, first)


def of_rows(rows: Sequence[Row], first: int) -> Columns:
    """Rows as columns. Raises ValueError where an instant cannot be read."""
    results = [row.result_at for row in rows]
    has_results = any(one is not None for one in results)
    units = [row.unit for row in rows]
    qualities = np.fromiter((row.quality for row in rows), np.int16, len(rows))
    at = micros([row.at for row in rows])
    return Columns(
        number=np.arange(first, first + len(rows)),
        stream=[row.stream for row in rows],
        at=at,
        value=np.fromiter((row.value for row in rows), np.float64, len(rows)),
        quality=qualities if qualities.any() else None,
        result_at=micros([row.at if row.result_at is None else row.result_at for row in rows]) if has_results else None,
        unit=units if any(units) else None,
    )


def micros(given: Sequence[str | int]) -> NDArray[np.int64]:
    """µs since 1970 of instants as they were sent. Raises ValueError for one that is no RFC 3339 instant with a zone."""
    kinds = set(map(type, given))
    if kinds <= {int}:
        return np.array(given, np.int64)
    if kinds == {str} and len(given) > _FEW:
        found: NDArray[np.int64] = pa.array(given, pa.string()).cast(_INSTANTS).cast(pa.int64()).to_numpy()
        return found
    return np.array([one if isinstance(one, int) else micro(one) for one in given], np.int64)


def micro(given: str) -> int:
    """µs since 1970 of one instant. Raises ValueError."""
    try:
        instant: datetime = _instant.decode(msgspec.json.encode(given))
        return (instant - _EPOCH) // _MICROSECOND
    except (msgspec.ValidationError, OverflowError) as error:
        raise ValueError(f"{given[:40]!r} is no RFC 3339 instant with a zone - at `$.at`") from error


def frame_of(
    stream: object, at: int, value: float, quality: int, result_at: int | None, unit: str | None = None
) -> bytes:
    """A row that was read and then refused, as the line of JSON it could have come as."""
    shown = {"stream": stream, "at": at, "value": value if np.isfinite(value) else str(value), "quality": quality}
    shown |= {} if result_at in (None, at) else {"result_at": result_at}
    return msgspec.json.encode(shown | ({} if unit is None else {"unit": unit}))


def _one_by_one(frames: Iterable[bytes | memoryview], decode: Any, first: int) -> Columns:
    rows: list[Row] = []
    numbers: list[int] = []
    refused: list[RefusedRow] = []
    for number, frame in enumerate(frames, first):
        try:
            row = _checked(decode, frame)
        except (ValueError, RecursionError, MemoryError) as error:
            refused.append(RefusedRow(number, *_why(bytes(frame[:LONGEST_LINE]), error)))
        else:
            rows.append(row)
            numbers.append(number)
    columns = of_rows(rows, first)
    columns.number, columns.refused = np.array(numbers, np.int64), refused
    return columns


def _checked(decode: Any, frame: bytes | memoryview) -> Row:
    """The row, its instants as µs. Raises ValueError."""
    if len(frame) > LONGEST_LINE or bytes(frame[: len(TOO_LONG)]) == TOO_LONG:
        raise RowTooLong
    row: Row = decode(frame)
    row.at = row.at if isinstance(row.at, int) else micro(row.at)
    row.result_at = micro(row.result_at) if isinstance(row.result_at, str) else row.result_at
    return row


class RowTooLong(ValueError):
    """More bytes than a reading can have."""


def _why(frame: bytes, error: BaseException) -> tuple[str, Text, bytes]:
    """Code, sentence and frame of a row that cannot be read."""
    if isinstance(error, RowTooLong):
        say = Text(
            zh=f"一行超过 {LONGEST_LINE} 字节，不是读数。",
            en=f"The row is longer than {LONGEST_LINE} bytes: no reading is.",
        )
        return "row_too_long", say, frame.removeprefix(TOO_LONG)[:1000]
    if isinstance(error, UnicodeDecodeError):
        return "broken_utf8", Text(zh="文字不是有效的 UTF-8。", en="The text is not valid UTF-8."), frame
    reason = str(error).replace("$[0]", "$")[:200]
    return "unreadable_row", Text(zh=f"无法读取该行：{reason}。", en=f"The row cannot be read: {reason}."), frame
