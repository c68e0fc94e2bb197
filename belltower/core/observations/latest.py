# SPDX-License-Identifier: Apache-2.0
"""The newest reading of any number of streams: one read, given as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg
from django.db import connection

from belltower.core.observations.packing import Numbers, instants_of, reals_of, speak, words_of

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

    def where(self, mask: NDArray[np.bool_]) -> LatestValues:
        """Those where ``mask`` holds, or in another order."""
        return LatestValues(*(getattr(self, column)[mask] for column in self.__slots__))


_FEW = 2_000


def latest(streams: Sequence[int] | Ints | None) -> LatestValues:
    """The newest readings of ``streams`` (None: of all) that the viewer sees; one read of the database."""
    if streams is None:
        return _read("", [])
    asked = np.asarray(streams, np.int64)
    if len(asked) <= _FEW:
        return _read("AND l.stream = ANY (%s)", [Numbers(asked)])
    # So many are found sooner by reading all that lie between the first and the last of them.
    found = _read("AND l.stream BETWEEN %s AND %s", [int(asked.min()), int(asked.max())])
    return found.where(np.isin(found.stream, asked))


def _read(condition: str, values: list[Any]) -> LatestValues:
    connection.ensure_connection()
    speak(connection.connection)
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        # Django's cursor would take the columns as text, at twice the cost.
        found = cursor.execute(_NEWEST.format(condition=condition), values, binary=True).fetchone()
    stream, at, result_at, value, quality, reading, received_at = found or (None,) * 7
    order = np.argsort(streams := words_of(stream))
    return LatestValues(
        streams[order],
        instants_of(at)[order],
        instants_of(result_at)[order],
        reals_of(value)[order],
        words_of(quality).astype(np.int16)[order],
        words_of(reading)[order],
        instants_of(received_at)[order],
    )


_NEWEST = """
    SELECT array_send(array_agg(stream)), array_send(array_agg(at)), array_send(array_agg(result_at)),
           array_send(array_agg(coalesce(value, 'NaN'))), array_send(array_agg(quality::bigint)),
           array_send(array_agg(reading)), array_send(array_agg(received_at))
    FROM (SELECT l.* FROM observations_latest l WHERE l.at IS NOT NULL {condition}) AS newest
"""
