# SPDX-License-Identifier: Apache-2.0
"""Batches of readings: columns of equal length, and which of their rows can be accepted. Pure; no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from belltower.kernel.texts import Text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000_000
"""Microseconds of a UTC day."""
EARLIEST = 946_684_800_000_000
"""2000-01-01 UTC: no device of ours reported earlier; a clock that was never set does."""
NOT_GIVEN = np.iinfo(np.int64).min
"""A result time that the sender did not give."""
AHEAD = timedelta(days=1)
"""How far a sender's clock may be ahead of ours."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Readings as columns of equal length; instants are int64 microseconds since 1970-01-01 UTC.

    ``result_at`` None is equal to ``at``, and so is NOT_GIVEN in it, which is remembered (SensorThings shows it as null);
    ``quality`` None is good (0 good, 1 uncertain, 2 bad).
    """

    stream: Ints
    at: Ints
    value: Floats
    result_at: Ints | None = None
    quality: NDArray[np.int16] | None = None

    def __len__(self) -> int:
        return len(self.stream)

    @property
    def results(self) -> Ints:
        """The result times, written out."""
        if self.result_at is None:
            return self.at
        return np.where(self.result_at == NOT_GIVEN, self.at, self.result_at)

    def where(self, mask: Flags) -> Batch:
        """Its rows where ``mask`` holds."""
        return Batch(
            self.stream[mask],
            self.at[mask],
            self.value[mask],
            None if self.result_at is None else self.result_at[mask],
            None if self.quality is None else self.quality[mask],
        )


class Known(Protocol):
    """Which streams there are; streams.KnownStreams is one."""

    def has(self, streams: Ints, source: str = "") -> Flags:
        """Of each stream, whether it is there and may be reported by ``source``."""
        ...


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be accepted: its place in the batch, and why."""

    row: int
    reason: str
    sentence: Text


UNKNOWN_STREAM = Text(
    zh="没有数据流 {stream}，或它不接受这个来源", en="there is no datastream {stream}, or it does not take this source"
)
NOT_FINITE = Text(zh="数值不是有限数", en="the value is no finite number")
TOO_EARLY = Text(
    zh="时间 {at} 早于 2000 年，请检查设备时钟", en="{at} lies before the year 2000: check the device's clock"
)
TOO_LATE = Text(
    zh="时间 {at} 比现在晚一天以上，请检查设备时钟", en="{at} lies more than a day ahead: check the device's clock"
)
BAD_QUALITY = Text(zh="质量码只能是 0、1、2", en="the quality is 0, 1 or 2")


def batch_of(rows: Iterable[tuple[int, int, float]]) -> Batch:
    """A batch of (stream, at in microseconds, value)."""
    listed = list(rows)
    streams, ats, values = zip(*listed, strict=True) if listed else ((), (), ())
    return Batch(np.array(streams, np.int64), np.array(ats, np.int64), np.array(values, np.float64))


def micros(instant: datetime) -> int:
    """Microseconds since 1970 UTC, exactly."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def instant_of(at: int) -> datetime:
    """The instant of so many microseconds since 1970 UTC."""
    return _EPOCH + timedelta(microseconds=int(at))


def sift(batch: Batch, known: Known, *, now: datetime, source: str = "") -> tuple[Batch, list[Refused]]:
    """What can be accepted, and of each other row why not; the first reason that holds is told."""
    reasons = (
        ("unknown_stream", UNKNOWN_STREAM, ~known.has(batch.stream, source)),
        ("not_finite", NOT_FINITE, ~np.isfinite(batch.value)),
        ("too_early", TOO_EARLY, np.minimum(batch.at, batch.results) < EARLIEST),
        ("too_late", TOO_LATE, np.maximum(batch.at, batch.results) > micros(now + AHEAD)),
        ("bad_quality", BAD_QUALITY, _bad_quality(batch)),
    )
    told: NDArray[np.bool_] = np.zeros(len(batch), np.bool_)
    refused: list[Refused] = []
    for reason, sentence, wrong in reasons:
        for row in np.flatnonzero(wrong & ~told).tolist():
            refused.append(Refused(row, reason, _said(sentence, batch, row)))
        told |= wrong
    return (batch if not refused else batch.where(~told)), sorted(refused, key=lambda one: one.row)


def _bad_quality(batch: Batch) -> Flags:
    if batch.quality is None:
        return np.zeros(len(batch), np.bool_)
    wrong: Flags = (batch.quality < 0) | (batch.quality > 2)
    return wrong


def _said(sentence: Text, batch: Batch, row: int) -> Text:
    return sentence.format(stream=int(batch.stream[row]), at=_written(int(batch.at[row])))


def _written(at: int) -> Any:
    """The instant as people read it; the number itself where no calendar reaches."""
    try:
        return instant_of(at).isoformat(timespec="seconds")
    except OverflowError:
        return at
