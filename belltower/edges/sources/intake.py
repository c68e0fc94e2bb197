# SPDX-License-Identifier: Apache-2.0
"""Readings of a source into batches for the store: stream by key, unit of the stream, dead band; the rest kept aside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import psycopg

from belltower.core.observations.batches import Batch, sift
from belltower.core.observations.storing import Aside, Stored, keep_aside, store
from belltower.edges.sources.readings import Point, Reading, Taken
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.kernel.units import scale

if TYPE_CHECKING:
    from numpy.typing import NDArray

Raw = psycopg.Connection[Any]
LARGEST_KEPT = 1_000_000
UNSET_UNIT = ("", "1")
_UCUM = "http://unitsofmeasure.org/"
_STREAMS = "SELECT key, id, unit_definition, unit_symbol, source FROM observations_datastream WHERE key = ANY (%s)"
_NO_STREAM = Text(
    zh="没有键为“{key}”的数据流，或它不接受这个来源。请先登记数据流，再重放。",
    en="There is no datastream with the key '{key}', or it does not take this source. Declare it, then replay.",
)


class _Stream(NamedTuple):
    """A stream as this source reports it: its id, and what turns a value of the point's unit into its own."""

    id: int
    factor: float
    offset: float


class _Last(NamedTuple):
    at: int
    value: float
    quality: int


@dataclass(slots=True)
class Prepared:
    """What a batch of frames comes to: rows to store, what to keep aside, and what the dead band leaves out."""

    batch: Batch
    asides: list[Aside]
    unmoved: int
    received_at: datetime
    last: dict[int, _Last] = field(default_factory=dict)

    @property
    def readings(self) -> int:
        """All of them, whatever becomes of them."""
        return len(self.batch) + self.unmoved + sum(one.rows for one in self.asides)


class Intake:
    """Makes batches of one source's readings; remembers its streams, and their last values for the dead band.

    What it stores counts as ``source``; streams are those that ``streams_of`` may report, the same where it is not given.
    """

    def __init__(self, source: str, *, streams_of: str = "") -> None:
        self._source, self._streams_of = source, streams_of or source
        self._streams: dict[str, _Stream | Refusal] = {}
        self._last: dict[int, _Last] = {}

    def forget(self) -> None:
        """Look the streams up again: one of them is not what it was."""
        self._streams = {}

    def prepare(self, raw: Raw, taken: Taken, *, now: datetime) -> Prepared:
        """What is to be stored of ``taken``; changes nothing but what is remembered of streams."""
        streams = self._look_up(raw, taken.readings)
        asides = _Asides(taken)
        for trouble in taken.troubles:
            asides.add(trouble.frame, trouble.code, trouble.sentence)
        kept: list[tuple[Reading, _Stream]] = []
        last: dict[int, _Last] = {}
        unmoved = 0
        for reading in taken.readings:
            stream = streams.get(reading.stream)
            if not isinstance(stream, _Stream):
                asides.add(reading.frame, *_why(stream, reading.stream))
            elif reading.point.dead_band and self._is_unmoved(stream.id, reading, last):
                unmoved += 1
            else:
                kept.append((reading, stream))
        batch, refused = sift(_batch(kept), _All(), now=now)
        for one in refused:
            asides.add(kept[one.row][0].frame, one.reason, one.sentence)
        return Prepared(batch, asides.made(), unmoved, now, last)

    def write(self, raw: Raw, prepared: Prepared) -> Stored:
        """Store it in ``raw``'s transaction, which the caller commits, and then calls ``written``. Raises as store()."""
        stored = store(raw, prepared.batch, source=self._source, received_at=prepared.received_at)
        keep_aside(raw, self._source, prepared.asides, received_at=prepared.received_at)
        if prepared.unmoved:
            count_left_out(raw, self._source, prepared.unmoved, at=prepared.received_at)
        return stored

    def write_all(self, raw: Raw, taken: Taken, *, now: datetime) -> Stored:
        """Prepare and write in one go."""
        return self.write(raw, self.prepare(raw, taken, now=now))

    def frames_aside(self, raw: Raw, taken: Taken, *, now: datetime) -> set[int]:
        """The frames of ``taken`` of which something would be kept aside, by number; stores nothing."""
        return {one.about["number"] for one in self.prepare(raw, taken, now=now).asides}

    def written(self, prepared: Prepared) -> None:
        """It was committed: from now on the dead band goes by these values."""
        self._last |= prepared.last

    def _is_unmoved(self, stream: int, reading: Reading, last: dict[int, _Last]) -> bool:
        """Whether the dead band leaves it out; otherwise it is what the next is compared with."""
        before = last.get(stream) or self._last.get(stream)
        if before and is_unmoved(reading.point, before, reading):
            return True
        last[stream] = _Last(reading.at, reading.value, reading.quality)
        return False

    def _look_up(self, raw: Raw, readings: Sequence[Reading]) -> dict[str, _Stream | Refusal]:
        missing = {one.stream: one.point for one in readings if one.stream not in self._streams}
        missing = {key: point for key, point in missing.items() if "\0" not in key}  # no database holds NUL
        if missing:
            for key, id, definition, symbol, source in raw.execute(_STREAMS, [list(missing)]).fetchall():
                if source in ("", self._streams_of):
                    self._streams[key] = _stream(id, missing[key].unit, ucum_of(definition, symbol))
        return self._streams


def is_unmoved(point: Point, before: _Last, reading: Reading) -> bool:
    """Whether a reading says nothing new: within the dead band, as good as before, and one was stored lately."""
    return (
        abs(reading.value - before.value) < point.dead_band
        and reading.quality == before.quality
        and 0 <= reading.at - before.at < point.at_least_every_us
    )


def ucum_of(definition: str, symbol: str) -> str:
    """The UCUM code of a datastream's unit: of its definition where that is a UCUM address, else its symbol."""
    return definition.removeprefix(_UCUM) if definition.startswith(_UCUM) else symbol


def _stream(id: int, given: str, wanted: str) -> _Stream | Refusal:
    if (wanted in UNSET_UNIT and given in UNSET_UNIT) or given == wanted:
        return _Stream(id, 1.0, 0.0)
    try:
        return _Stream(id, *scale(given, wanted or "1"))
    except Refusal as refusal:
        return refusal


def _why(stream: Refusal | None, key: str) -> tuple[str, Text]:
    """Code and sentence of a reading that has no stream, or one of another unit."""
    if stream is None:
        return "unknown_stream", _NO_STREAM.format(key=key)
    return stream.code, Text(zh=stream.say("zh"), en=stream.say("en"))


class _Asides:
    """What is kept aside of a batch: a frame once for each reason, with how many readings it is about."""

    def __init__(self, taken: Taken) -> None:
        self._taken = taken
        self._found: dict[tuple[int, str], tuple[Text, int]] = {}

    def add(self, frame: int, code: str, sentence: Text) -> None:
        """One more; the first sentence is kept."""
        first, count = self._found.get((frame, code), (sentence, 0))
        self._found[frame, code] = (first, count + 1)

    def made(self) -> list[Aside]:
        """As the store keeps them."""
        return [self._aside(*key, *found) for key, found in self._found.items()]

    def _aside(self, number: int, code: str, sentence: Text, rows: int) -> Aside:
        frame = self._taken.frames[number]
        about = {
            "where": frame.where[:1_000],
            "bytes": len(frame.content),
            "received_at": frame.received_at,
            "number": number,
        }
        return Aside(code, sentence, frame.content[:LARGEST_KEPT], about, rows)


def _batch(kept: Sequence[tuple[Reading, _Stream]]) -> Batch:
    """Columns of those readings, each in the unit of its stream."""
    count = len(kept)
    value: NDArray[np.float64] = np.fromiter((one.value * s.factor + s.offset for one, s in kept), np.float64, count)
    return Batch(
        np.fromiter((stream.id for _, stream in kept), np.int64, count),
        np.fromiter((_clamped(one.at) for one, _ in kept), np.int64, count),
        value,
        None,
        np.fromiter((one.quality for one, _ in kept), np.int16, count),
    )


def _clamped(at: int) -> int:
    """An instant that 64 bits hold; what lies so far away is refused by its year."""
    return max(-(2**62), min(2**62, at))


class _All:
    """Every stream of a batch was just looked up."""

    def has(self, streams: NDArray[np.int64], source: str = "") -> NDArray[np.bool_]:
        return np.ones(len(streams), np.bool_)


def count_left_out(raw: Raw, source: str, count: int, *, at: datetime) -> None:
    """Count readings that the dead band left out: received, and refused for that reason; they are not kept aside."""
    raw.execute(_LEFT_OUT, {"source": source, "count": count, "at": at.astimezone(UTC)})


_LEFT_OUT = """
    WITH reason AS (
        INSERT INTO observations_refusal_count AS c (source, hour, reason, shard, refused)
        VALUES (%(source)s, date_trunc('hour', %(at)s::timestamptz, 'UTC'), 'dead_band', pg_backend_pid() %% 16, %(count)s)
        ON CONFLICT (source, hour, reason, shard) DO UPDATE SET refused = c.refused + excluded.refused
    )
    SELECT observations_tally(%(source)s::text, %(at)s::timestamptz, %(count)s::bigint, 0, 0, %(count)s::bigint, 0)
"""
