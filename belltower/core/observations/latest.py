# SPDX-License-Identifier: Apache-2.0
"""The newest reading of any number of streams: one read, given as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db import connection

from belltower.core.observations.packing import instants_of, reals_of, words_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class LatestValues:
    """Of each stream that has a reading, its newest, in the order of streams; instants in microseconds since 1970.

    ``value`` is NaN where the result is no number.
    """

    stream: Ints
    at: Ints
    result_at: Ints
    value: NDArray[np.float64]
    quality: NDArray[np.int16]
    reading: Ints
    received_at: Ints

    def __len__(self) -> int:
        return len(self.stream)


def latest(streams: Sequence[int] | Ints | None) -> LatestValues:
    """The newest readings of ``streams`` (None: of all) that the viewer sees; one read of the database."""
    if streams is None:
        return _read("", [])
    return _read("AND l.stream = ANY (%s)", [np.asarray(streams, np.int64).tolist()])


def _read(condition: str, values: list[Any]) -> LatestValues:
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST.format(condition=condition), values)
        stream, at, result_at, value, quality, reading, received_at = cursor.fetchone()
    return LatestValues(
        words_of(stream),
        instants_of(at),
        instants_of(result_at),
        reals_of(value),
        words_of(quality).astype(np.int16),
        words_of(reading),
        instants_of(received_at),
    )


_NEWEST = """
    SELECT array_send(array_agg(stream)), array_send(array_agg(at)), array_send(array_agg(result_at)),
           array_send(array_agg(coalesce(value, 'NaN'))), array_send(array_agg(quality::bigint)),
           array_send(array_agg(reading)), array_send(array_agg(received_at))
    FROM (SELECT l.* FROM observations_latest l WHERE l.at IS NOT NULL {condition} ORDER BY l.stream) AS newest
"""
