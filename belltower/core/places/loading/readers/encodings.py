# SPDX-License-Identifier: Apache-2.0
"""Which encoding a text file is in: told by its first bytes, else by trying the two that are seen in the field."""

from __future__ import annotations

import codecs
from pathlib import Path

BAD = "\ufffd"
"""Stands where bytes are no text in the chosen encoding."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_USUAL = ("utf-8", "gb18030")
_PART = 1 << 20


def sniff_encoding(path: Path) -> tuple[str, bool]:
    """``utf-8``, ``utf-8-sig``, ``gb18030`` or ``utf-16...``, and whether all of the file is text in it.

    Where none fits wholly it is the one with least that does not.
    """
    with path.open("rb") as file:
        start = file.read(_PART)
    marked = next((encoding for mark, encoding in _MARKS if start.startswith(mark)), None)
    if encoding := marked or _utf16_without_mark(start):
        return encoding, is_all(path, encoding)
    for encoding in _USUAL:
        if is_all(path, encoding):
            return encoding, True
    return min(_USUAL, key=lambda encoding: start.decode(encoding, "replace").count(BAD)), False


def _utf16_without_mark(start: bytes) -> str | None:
    """UTF-16 without a byte order mark shows in zero bytes at every other place of Latin text."""
    sample = start[:4000]
    if len(sample) < 4 or sample.count(0) < len(sample) // 4:
        return None
    return "utf-16-le" if sample[1::2].count(0) >= sample[::2].count(0) else "utf-16-be"


def is_all(path: Path, encoding: str) -> bool:
    """Whether every byte of the file is text in that encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while part := file.read(_PART):
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
