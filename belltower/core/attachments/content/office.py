# SPDX-License-Identifier: Apache-2.0
"""DOCX and XLSX: packages that are exactly one archive, without macros, and do not burst when they are opened."""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from itertools import pairwise
from typing import IO

from belltower.core.attachments.content import faces
from belltower.core.attachments.content.media import DOCX, OPEN_XML, XLSX, MediaType, Recognised
from belltower.core.attachments.errors import Bomb, Damaged, Disguised, HoldsMacros, NotTaken

MOST_ENTRIES = 20_000
MOST_INFLATED = 300 << 20  # bytes
MOST_RATIO = 200
_RATIO_FROM = 10 << 20  # below this much, any ratio is harmless
_LARGEST_DIRECTORY = 4 << 20
_PART = 1 << 18
_TYPES = "[Content_Types].xml"
_MAIN = {f"{OPEN_XML}.wordprocessingml.document.main+xml": DOCX, f"{OPEN_XML}.spreadsheetml.sheet.main+xml": XLSX}


@dataclass(frozen=True, slots=True)
class End:
    """The end record of an archive (APPNOTE 4.3.16): where it is, and what it says of the directory."""

    at: int
    entries: int
    size: int
    offset: int
    comment: int


def read(file: IO[bytes], name: str) -> Recognised:
    """The document. Raises NotTaken for another archive, Disguised, Damaged, Bomb or HoldsMacros."""
    end = _end_of(file)
    if end is None:
        raise Damaged(file=name, kind=faces.ZIP)
    _refuse_hidden(file, name, end)
    try:
        with zipfile.ZipFile(file) as archive:
            media = _media(archive, name)
            _refuse_overlap(archive, name, media, end)
            _inflate(archive, name)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise Damaged(file=name, kind=faces.ZIP) from None
    return Recognised(media)


def _end_of(file: IO[bytes]) -> End | None:
    size = file.seek(0, 2)
    begin = max(0, size - (1 << 16) - 22)
    file.seek(begin)
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or at + 22 > len(tail):
        return None
    entries, directory, offset, comment = struct.unpack("<HIIH", tail[at + 10 : at + 22])
    return End(begin + at, entries, directory, offset, comment)


def _refuse_hidden(file: IO[bytes], name: str, end: End) -> None:
    """An archive begins with its first byte and ends with its last: anything else is two files in one."""
    size = file.seek(0, 2)
    if end.entries > MOST_ENTRIES or end.size > _LARGEST_DIRECTORY:
        raise Bomb(file=name, found=f"{end.entries} entries", most=f"{MOST_ENTRIES} entries")
    if end.offset + end.size != end.at or end.at + 22 + end.comment != size:
        raise Disguised(file=name, one=faces.ZIP, other=faces.looks_like(b""))


def _media(archive: zipfile.ZipFile, name: str) -> MediaType:
    """By the package's own list of contents (ECMA-376, part 2)."""
    names = {one.filename for one in archive.infolist()}
    if _TYPES not in names:
        raise NotTaken(file=name, seen=faces.looks_like(b"PK\x03\x04"))
    with archive.open(_TYPES) as file:
        types = file.read(1 << 20).decode("utf-8", "replace")
    if "macroEnabled" in types or any(one.lower().endswith("vbaproject.bin") for one in names):
        raise HoldsMacros(file=name)
    media = next((media for said, media in _MAIN.items() if said in types), None)
    if media is None:
        raise NotTaken(file=name, seen=faces.looks_like(b"PK\x03\x04"))
    return media


def _refuse_overlap(archive: zipfile.ZipFile, name: str, media: MediaType, end: End) -> None:
    """Entries that share bytes are how a small archive inflates without end (Fifield, 2019)."""
    entries = sorted(archive.infolist(), key=lambda one: one.header_offset)
    starts = [*(one.header_offset for one in entries), end.offset]
    packed = [30 + len(one.orig_filename.encode()) + one.compress_size for one in entries]
    if starts[0] != 0:
        raise Disguised(file=name, one=media.title, other=faces.looks_like(b""))
    if any(first + length > second for (first, second), length in zip(pairwise(starts), packed, strict=True)):
        raise Bomb(file=name, found="overlapping entries", most="0")


def _inflate(archive: zipfile.ZipFile, name: str) -> None:
    """Open every entry to its end, however large it says it is. Raises Bomb; zipfile checks each sum."""
    total = 0
    for entry in archive.infolist():
        if entry.flag_bits & 1:
            raise ValueError("encrypted")
        with archive.open(entry) as file:
            while part := file.read(_PART):
                total += len(part)
                if total > MOST_INFLATED:
                    raise Bomb(file=name, found=f"> {total >> 20} MiB", most=f"{MOST_INFLATED >> 20} MiB")
    packed = max(1, sum(one.compress_size for one in archive.infolist()))
    if total > _RATIO_FROM and total / packed > MOST_RATIO:
        raise Bomb(file=name, found=f"{total // packed} : 1", most=f"{MOST_RATIO} : 1")
