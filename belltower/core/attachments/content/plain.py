# SPDX-License-Identifier: Apache-2.0
"""Plain text and CSV: letters in UTF-8 or GB 18030, no control characters, and nothing a browser would take for a page."""

from __future__ import annotations

import codecs
import csv
import io
import re
from typing import IO

from belltower.core.attachments.content.media import CSV, TXT, Recognised
from belltower.core.attachments.errors import Damaged

_PART = 1 << 18
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_NOT_TEXT = (b"<", b"#!", b"{\\rtf", b"%!PS", b"MZ")
_LINES = 20


def may_be(head: bytes) -> bool:
    """Whether the first bytes can be text."""
    begin = head.removeprefix(codecs.BOM_UTF8).lstrip()
    return bool(begin) and not begin.startswith(_NOT_TEXT) and not _CONTROL_BYTES.search(head)


def read(file: IO[bytes], name: str) -> Recognised:
    """Text in one of the two encodings, to its end. Raises Damaged."""
    for charset in ("utf-8", "gb18030"):
        if _is_in(file, charset):
            return Recognised(CSV if _is_table(file, charset) else TXT, {"charset": charset})
    raise Damaged(file=name, kind=TXT.title)


def _is_in(file: IO[bytes], charset: str) -> bool:
    decoder = codecs.getincrementaldecoder(charset)()
    file.seek(0)
    try:
        while part := file.read(_PART):
            if _CONTROL.search(decoder.decode(part)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_table(file: IO[bytes], charset: str) -> bool:
    """Whether its first lines have the same number of cells, two or more."""
    file.seek(0)
    text = file.read(_PART).decode(charset, "ignore").lstrip("\ufeff")
    lines = [line for line in text.splitlines()[:_LINES] if line.strip()]
    for mark in (",", "\t", ";"):
        try:
            widths = {len(row) for row in csv.reader(io.StringIO("\n".join(lines)), delimiter=mark)}
        except csv.Error:
            continue
        if len(lines) > 1 and len(widths) == 1 and widths.pop() > 1:
            return True
    return False
