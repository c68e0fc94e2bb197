# SPDX-License-Identifier: Apache-2.0
"""Which rows that were read may be stored: their streams are known to the sender, their values and instants can be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

from belltower.core.observations.batches import Batch, Known, sift
from belltower.kernel.texts import Text
from belltower.project.gateway.ingest.arrow import Coded
from belltower.project.gateway.ingest.rows import Columns, RefusedRow, frame_of

UNKNOWN = -1
NO_STREAM = Text(
    zh="没有数据流“{stream}”，或您不能上报它。请先登记数据流，或检查名称。",
    en="There is no stream '{stream}', or it is not yours to report. Declare it first, or check the name.",
)

WRONG_UNIT = Text(
    zh="该行的单位是“{said}”，而数据流以“{wanted}”为单位。请换算后再发送，或更正单位。",
    en="The row is in '{said}', its stream in '{wanted}'. Convert the value and send it again, or correct the unit.",
)


@dataclass(frozen=True, slots=True)
class Sight:
    """The streams there are, their ids by key, and those that a sender may report (None: all)."""

    known: Known
    ids: Mapping[str, int]
    own: frozenset[int] | None = None
    units: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """How the unit of each stream may be called, where rows say theirs."""

    def has(self, streams: NDArray[np.int64], source: str = "") -> NDArray[np.bool_]:
        """Of each stream, whether it is there and this sender's to report."""
        there = self.known.has(streams, source)
        if self.own is None:
            return there
        return there & np.isin(streams, np.fromiter(self.own, np.int64, len(self.own)))


def judged(columns: Columns, sight: Sight, *, source: str, now: datetime) -> tuple[Batch, list[RefusedRow]]:
    """The rows that may be stored, and of each other one why not."""
    streams = ids_of(columns.stream, sight.ids)
    batch = Batch(streams, columns.at, columns.value, columns.result_at, columns.quality)
    if columns.unit is None:
        good, refused = sift(batch, sight, now=now, source=source)
        return good, [_told(columns, one.row, one.reason, one.sentence) for one in refused]
    units = [sight.units.get(stream, frozenset()) for stream in streams.tolist()]
    wrong = np.array([bool(said) and bool(of) and said not in of for said, of in zip(columns.unit, units, strict=True)])
    (right,) = np.nonzero(~wrong)
    good, refused = sift(batch.where(~wrong), sight, now=now, source=source)
    told = [_told(columns, int(right[one.row]), one.reason, one.sentence) for one in refused]
    for at in np.flatnonzero(wrong).tolist():
        say = WRONG_UNIT.format(said=str(columns.unit[at])[:40], wanted=" / ".join(sorted(units[at])))
        told.append(_told(columns, at, "wrong_unit", say))
    return good, told


def ids_of(streams: Sequence[Any] | NDArray[np.int64] | Coded, ids: Mapping[str, int]) -> NDArray[np.int64]:
    """The id of each stream that is named by key or id; UNKNOWN where there is no such key."""
    if isinstance(streams, np.ndarray):
        return streams
    if isinstance(streams, Coded):
        return ids_of(streams.names, ids)[streams.codes] if streams.names else np.zeros(0, np.int64)
    kinds = set(map(type, streams))
    if kinds <= {int}:
        return np.array(streams, np.int64)
    if kinds == {str}:
        return np.fromiter(map(ids.get, streams, repeat(UNKNOWN)), np.int64, len(streams))
    return np.array([ids.get(one, UNKNOWN) if isinstance(one, str) else one for one in streams], np.int64)


def _told(columns: Columns, at: int, reason: str, sentence: Text) -> RefusedRow:
    stream = columns.stream[at]
    stream = int(stream) if isinstance(stream, np.integer) else stream
    quality = 0 if columns.quality is None else int(columns.quality[at])
    result_at = None if columns.result_at is None else int(columns.result_at[at])
    unit = None if columns.unit is None else columns.unit[at]
    frame = frame_of(stream, int(columns.at[at]), float(columns.value[at]), quality, result_at, unit)
    say = NO_STREAM.format(stream=str(stream)[:100]) if reason == "unknown_stream" else sentence
    return RefusedRow(int(columns.number[at]), reason, say, frame)
