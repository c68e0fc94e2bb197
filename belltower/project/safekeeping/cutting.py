# SPDX-License-Identifier: Apache-2.0
"""Where a stream is cut into chunks: by its content, so that rows put in or taken out move no cut but their own.

Cuts fall after a line feed (a dump's rows end with one) whose next 24 bytes hash to a chosen value; how rare that value
is depends on how long the chunk has grown. Nothing here knows what the bytes mean: a picture is cut as well as a table.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator

import numpy as np

LEAST = 64 * 2**10
MOST = 2**20
_WINDOW = 24
_BLOCK = 4 * 2**20
_LINE_FEED = 10
# From each length on, one line feed in so many is a cut: rows of 50 bytes and of 5,000 make chunks of one size.
_STEPS = ((LEAST, 9), (256 * 2**10, 5), (512 * 2**10, 2))
_ODD = np.array([0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], np.uint64)
_MIX = np.uint64(0xD6E8FEB86659FD93)


def cut(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The stream ``parts`` as chunks of LEAST to MOST bytes (the last may be shorter); joined, they are the stream."""
    rest = bytearray()
    for part in parts:
        rest += part
        if len(rest) >= _BLOCK:
            rest = yield from _whole_chunks(rest, is_last=False)
    yield from _whole_chunks(rest, is_last=True)


def _whole_chunks(data: bytearray, *, is_last: bool) -> Generator[bytes, None, bytearray]:
    """Yields the chunks that can be told from ``data``; returns what is left for the next block."""
    places, strength = _places(data)
    begin, view = 0, bytes(data)
    while len(view) - begin > (0 if is_last else MOST + _WINDOW):
        end = _end(begin, len(view), places, strength)
        yield view[begin:end]
        begin = end
    return data[begin:]


def _places(data: bytearray) -> tuple[np.ndarray, np.ndarray]:
    """The offsets after line feeds, ascending, and how rare each one's window is (trailing zero bits of its hash)."""
    array = np.frombuffer(data, np.uint8)
    after = np.flatnonzero(array == _LINE_FEED) + 1
    after = after[after <= len(array) - _WINDOW]
    if not len(after):
        return after, after
    words = np.lib.stride_tricks.sliding_window_view(array, _WINDOW)[after].view(np.uint64)
    mixed = (words * _ODD).sum(axis=1, dtype=np.uint64)
    mixed ^= mixed >> np.uint64(32)
    mixed *= _MIX
    mixed >>= np.uint64(40)
    lowest = np.bitwise_and(mixed, np.uint64(2**64 - 1) - mixed + np.uint64(1))
    return after, np.log2(np.maximum(lowest, np.uint64(1)).astype(np.float64)).astype(np.int8)


def _end(begin: int, length: int, places: np.ndarray, strength: np.ndarray) -> int:
    """Where the chunk that starts at ``begin`` ends."""
    limits = [begin + least for least, _ in _STEPS] + [begin + MOST]
    for (_, rarity), first, last in zip(_STEPS, limits, limits[1:], strict=False):
        low, high = np.searchsorted(places, [first, last])
        found = np.flatnonzero(strength[low:high] >= rarity)
        if len(found):
            return int(places[low + found[0]])
    return min(begin + MOST, length)
