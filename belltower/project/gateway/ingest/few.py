# SPDX-License-Identifier: Apache-2.0
"""The short way for a request of a few good rows, which is what most devices send. Anything else goes the long way.

No arrays here: for a row or two they cost more than all the rest, and their group is made into arrays by the writer.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Protocol

from belltower.core.observations.batches import AHEAD, EARLIEST
from belltower.project.gateway.ingest.rows import Row, decode_lines, micro

MOST_BYTES = 4096
_AHEAD_US = int(AHEAD.total_seconds()) * 1_000_000
Plain = tuple[int, int, float, int, int]
"""Stream, at, value, quality, result_at; instants in µs since 1970."""


class Ids(Protocol):
    """The streams that are remembered."""

    def id_of(self, stream: str | int, source: str) -> int | None:
        """Its id, if it is known and may be reported by ``source``."""
        ...


def few(body: bytes, ids: Ids, *, source: str, own: Collection[int] | None, now_us: int) -> list[Plain] | None:
    """The rows of ``body``, if each may be stored as it stands; None where any needs a second look."""
    try:
        rows = decode_lines(body)
        found = [_plain(row, ids, source) for row in rows]
    except (ValueError, RecursionError):
        return None
    until = now_us + _AHEAD_US
    for one in found:
        if one is None or (own is not None and one[0] not in own) or not _is_good(one, until):
            return None
    return [one for one in found if one is not None]


def _plain(row: Row, ids: Ids, source: str) -> Plain | None:
    stream = ids.id_of(row.stream, source)
    if stream is None or row.unit is not None:
        return None
    at = row.at if isinstance(row.at, int) else micro(row.at)
    result_at = (
        at if row.result_at is None else row.result_at if isinstance(row.result_at, int) else micro(row.result_at)
    )
    return stream, at, row.value, row.quality, result_at


def _is_good(one: Plain, until: int) -> bool:
    return math.isfinite(one[2]) and min(one[1], one[4]) >= EARLIEST and max(one[1], one[4]) <= until
