# SPDX-License-Identifier: Apache-2.0
"""Identifiers that may be shown outside: UUID version 7 (RFC 9562, section 5.7), in time order."""

from __future__ import annotations

import os
import time
from uuid import UUID

import numpy as np

_VERSION_AND_VARIANT = (0x7 << 76) | (0b10 << 62)
_CLEAR = ~((0xF << 76) | (0b11 << 62))


def uuid7(*, at_ms: int | None = None) -> UUID:
    """A new UUIDv7 for the instant ``at_ms`` (milliseconds since 1970 UTC; now, when not given)."""
    milliseconds = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    return UUID(int=(value & _CLEAR) | _VERSION_AND_VARIANT)


def uuid7_many(count: int, *, at_ms: int | None = None) -> np.ndarray:
    """``count`` new UUIDv7 as a (count, 16) array of bytes, for bulk writes; all of one instant."""
    milliseconds = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    rows = np.frombuffer(os.urandom(count * 16), dtype=np.uint8).reshape(count, 16).copy()
    rows[:, :6] = np.frombuffer(milliseconds.to_bytes(6, "big"), dtype=np.uint8)
    rows[:, 6] = (rows[:, 6] & 0x0F) | 0x70
    rows[:, 8] = (rows[:, 8] & 0x3F) | 0x80
    return rows
