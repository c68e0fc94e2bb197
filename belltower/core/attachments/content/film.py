# SPDX-License-Identifier: Apache-2.0
"""MP4: boxes that fill the file exactly (ISO/IEC 14496-12), and where in them position and camera are written."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from belltower.core.attachments.content.media import MP4, Recognised
from belltower.core.attachments.errors import Damaged, NotTaken
from belltower.kernel.texts import Text

BRANDS = {
    b"isom", b"iso2", b"iso3", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV", b"dash",
    b"3gp4", b"3gp5", b"3gp6", b"3gp7",
}  # fmt: skip
HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis"}
_TOP = {
    b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"meta", b"uuid", b"udta", b"moof", b"mfra", b"sidx",
    b"ssix", b"styp", b"pdin", b"emsg", b"prft",
}  # fmt: skip
# Boxes in which cameras write place, maker and author, wherever they stand; players need none of them.
_TELLING = {b"udta", b"meta", b"uuid"}
_HOLDING = {b"moov", b"trak", b"mdia", b"minf", b"moof", b"traf"}
_MOST_BOXES = 100_000
_QUICKTIME = Text(zh="MOV 视频", en="a MOV video")
_OTHER = Text(zh="其他格式的视频", en="a video of another kind")


@dataclass(frozen=True, slots=True)
class Box:
    """One box: where it begins, how long it is with its head, how long its head is."""

    kind: bytes
    at: int
    size: int
    head: int


def read(file: IO[bytes], name: str) -> Recognised:
    """A film that plays. Raises NotTaken for other brands, Damaged."""
    file.seek(8)
    brand = file.read(4)
    if brand not in BRANDS:
        raise NotTaken(file=name, seen=_QUICKTIME if brand == b"qt  " else _OTHER)
    try:
        top = list(boxes(file, 0, file.seek(0, 2)))
        kinds = {box.kind for box in top}
        [moov] = [box for box in top if box.kind == b"moov"]
        tracks = [box for box in boxes(file, moov.at + moov.head, moov.at + moov.size) if box.kind == b"trak"]
    except ValueError:
        raise Damaged(file=name, kind=MP4.title) from None
    if kinds - _TOP or not tracks:
        raise Damaged(file=name, kind=MP4.title)
    return Recognised(MP4)


def telling(file: IO[bytes]) -> list[Box]:
    """Every box that may say where and with what it was filmed, in the order of the file. Raises ValueError."""
    return sorted(_telling(file, 0, file.seek(0, 2)), key=lambda box: box.at)


def _telling(file: IO[bytes], begin: int, end: int) -> Iterator[Box]:
    for box in boxes(file, begin, end):
        if box.kind in _TELLING:
            yield box
        elif box.kind in _HOLDING:
            yield from _telling(file, box.at + box.head, box.at + box.size)


def boxes(file: IO[bytes], begin: int, end: int) -> Iterator[Box]:
    """The boxes between two places. Raises ValueError where they do not fill it exactly."""
    at, count = begin, 0
    while at < end:
        box = _box(file, at, end)
        count += 1
        if box.size < box.head or at + box.size > end or count > _MOST_BOXES:
            raise ValueError(f"a box at {at} of {box.size} bytes")
        yield box
        at += box.size


def _box(file: IO[bytes], at: int, end: int) -> Box:
    file.seek(at)
    head = file.read(16)
    if len(head) < 8:
        raise ValueError(f"half a box at {at}")
    size, kind = struct.unpack(">I4s", head[:8])
    if size == 1 and len(head) == 16:
        return Box(kind, at, struct.unpack(">Q", head[8:])[0], 16)
    return Box(kind, at, end - at if size == 0 else size, 8)
