# SPDX-License-Identifier: Apache-2.0
"""A body that arrives in pieces, cut where rows end: lines, or MessagePack values. At most one row is held back."""

from __future__ import annotations

from collections.abc import Iterator

from belltower.project.gateway.ingest.rows import LONGEST_LINE, TOO_LONG


class Lines:
    """Cuts at line ends; a line that is too long is let go as it comes and leaves a mark in its place."""

    def __init__(self) -> None:
        self._rest = b""
        self._is_skipping = False

    def feed(self, piece: bytes) -> bytes:
        """The whole lines there are now; may be empty."""
        if self._is_skipping:
            end = piece.find(b"\n")
            if end < 0:
                return b""
            piece, self._is_skipping = piece[end:], False
        whole, end_of_line, rest = (self._rest + piece).rpartition(b"\n")
        if len(rest) > LONGEST_LINE:
            rest, self._is_skipping = TOO_LONG + rest[:1000], True
        self._rest = rest
        return whole + end_of_line

    def close(self) -> bytes:
        """The last line, where no line end came after it."""
        rest, self._rest = self._rest, b""
        return rest


class BrokenStream(ValueError):
    """Bytes after which nothing more of a body can be read."""


class Messages:
    """Cuts a sequence of MessagePack maps; an array of maps is taken for the maps in it."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, piece: bytes) -> list[memoryview]:
        """The whole maps there are now. Raises BrokenStream."""
        held = self._rest + piece if self._rest else piece
        view, frames, at = memoryview(held), [], 0
        for start, end in _maps(held):
            if end > start:
                frames.append(view[start:end])
            at = end
        self._rest = held[at:]
        if len(self._rest) > LONGEST_LINE:
            raise BrokenStream(f"a value is longer than {LONGEST_LINE} bytes")
        return frames

    def close(self) -> None:
        """Raises BrokenStream when the body ended inside a value."""
        if self._rest:
            raise BrokenStream("the body ends inside a value")


def _maps(held: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of each whole map; headers of arrays around them as empty spans, so that they are passed over."""
    at = 0
    while at < len(held):
        around = _array_header(held[at])
        if around:
            if at + around > len(held):
                return
            at += around
            yield at, at
            continue
        end = _end(held, at)
        if end < 0:
            return
        yield at, end
        at = end


def _array_header(byte: int) -> int:
    """The length of an array's header that begins so; 0 when it begins something else."""
    if 0x90 <= byte <= 0x9F:
        return 1
    return {0xDC: 3, 0xDD: 5}.get(byte, 0)


# After the first byte: how many bytes are a length, how many more are the value, and how many values follow inside.
_FIXED = {0xC0: 0, 0xC2: 0, 0xC3: 0, 0xCA: 4, 0xCB: 8, 0xCC: 1, 0xCD: 2, 0xCE: 4, 0xCF: 8, 0xD0: 1, 0xD1: 2, 0xD2: 4}
_FIXED |= {0xD3: 8, 0xD4: 2, 0xD5: 3, 0xD6: 5, 0xD7: 9, 0xD8: 17}
_SIZED = {0xC4: (1, 0), 0xC5: (2, 0), 0xC6: (4, 0), 0xD9: (1, 0), 0xDA: (2, 0), 0xDB: (4, 0)}
_SIZED |= {0xC7: (1, 1), 0xC8: (2, 1), 0xC9: (4, 1)}
_COUNTED = {0xDC: (2, 1), 0xDD: (4, 1), 0xDE: (2, 2), 0xDF: (4, 2)}
# The commonest by one look-up: bytes to go on, where no value follows inside.
_STEP = [1] * 0x80 + [0] * 0x20 + [1 + (byte & 0x1F) for byte in range(0xA0, 0xC0)] + [0] * 0x20 + [1] * 0x20
for _byte, _length in _FIXED.items():
    _STEP[_byte] = 1 + _length


def _end(held: bytes, at: int) -> int:
    """Where the value that begins at ``at`` ends; -1 when that is not there yet. Raises BrokenStream."""
    length, left = len(held), 1
    while left:
        if at >= length:
            return -1
        step = _STEP[held[at]]
        if step:
            at += step
            left -= 1
        else:
            at, inside = _opened(held, at)
            if at < 0:
                return -1
            left += inside - 1
            if left > LONGEST_LINE:
                raise BrokenStream("a value holds more than a reading can")
    return at if at <= length else -1


def _opened(held: bytes, at: int) -> tuple[int, int]:
    """Past the header of a value that tells its own size, and how many values follow inside; (-1, 0): not there yet."""
    byte = held[at]
    if byte < 0x90:
        return at + 1, 2 * (byte & 0x0F)
    if byte < 0xA0:
        return at + 1, byte & 0x0F
    wide, each = _SIZED.get(byte) or _COUNTED.get(byte) or (0, 0)
    if not wide:
        raise BrokenStream(f"0x{byte:02x} begins no value of MessagePack")
    if at + 1 + wide > len(held):
        return -1, 0
    size = int.from_bytes(held[at + 1 : at + 1 + wide], "big")
    if byte in _SIZED:
        if size > LONGEST_LINE:
            raise BrokenStream(f"a value is longer than {LONGEST_LINE} bytes")
        return at + 1 + wide + each + size, 0
    return at + 1 + wide, size * each
