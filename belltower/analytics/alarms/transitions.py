# SPDX-License-Identifier: Apache-2.0
"""What the engine says: every change of every alarm's state, in one total order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TRANSITION = np.dtype(
    [
        ("position", "<i8"), ("at", "<i8"), ("value", "<f8"), ("alarm", "<i4"), ("before", "u1"), ("after", "u1"),
        ("cause", "u1"), ("priority", "u1"), ("occurrences", "<u4"), ("chatters", "<u4"),
    ]
)  # fmt: skip
"""``position`` in the log, ``at`` in microseconds, ``alarm`` an index, ``before``/``after`` AlarmState, ``cause`` Cause;
``value``: the measure last judged while it mattered (NaN: none yet); ``occurrences`` and ``chatters`` counted so far."""


@dataclass(frozen=True, slots=True)
class Transitions:
    """Rows of TRANSITION, ordered by position, then instant, then alarm; an alarm's own rows in the order of its life."""

    rows: NDArray[np.void]

    def __len__(self) -> int:
        return len(self.rows)

    def to_bytes(self) -> bytes:
        """The rows as they lie in memory, little-endian: equal bytes are equal transitions."""
        return self.rows.tobytes()


def joined(parts: Sequence[Transitions]) -> Transitions:
    """The transitions of one batch after another."""
    return Transitions(np.concatenate([part.rows for part in parts]) if parts else np.zeros(0, dtype=TRANSITION))


def merged(parts: Sequence[Transitions]) -> Transitions:
    """The transitions of shards of one log as the whole log's: an alarm belongs to one shard, so order decides."""
    rows = joined(parts).rows
    return Transitions(rows[np.lexsort((rows["alarm"], rows["at"], rows["position"]))])
