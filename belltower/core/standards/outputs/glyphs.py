# SPDX-License-Identifier: Apache-2.0
"""Which characters the fonts for print can draw: what people wrote may hold others, and a page must be set all the same.

The table of a TrueType file that says so (``cmap``, formats 4 and 12) is read here; nothing else of a font is.
"""

from __future__ import annotations

import struct
import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Any

from belltower.core.standards.outputs.errors import NoFonts
from belltower.core.standards.outputs.typesetting import FONTS

MISSING = "□"
"""Stands for a character that the fonts have not; the fonts have this one."""


def printable(value: Any, fonts: Path) -> Any:
    """The same plain data (texts in lists and mappings) with every character replaced that cannot be printed. Raises NoFonts.

    What only steers (control characters, directions) is left out, but for line breaks.
    """
    if isinstance(value, str):
        return _drawn(value, drawn_by(fonts))
    if isinstance(value, dict):
        return {name: printable(one, fonts) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [printable(one, fonts) for one in value]
    return value


@lru_cache(maxsize=4)
def drawn_by(fonts: Path) -> frozenset[int]:
    """The code points that both weights have."""
    try:
        each = [_of_file((fonts / name).read_bytes()) for name in FONTS]
    except OSError:
        raise NoFonts(folder=fonts) from None
    return frozenset(set.intersection(*each))


def _drawn(text: str, known: frozenset[int]) -> str:
    kept = (one for one in text if one == "\n" or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Mn"))
    return "".join(one if one == "\n" or ord(one) in known else MISSING for one in kept)


def _of_file(font: bytes) -> set[int]:
    tables = struct.unpack_from(">H", font, 4)[0]
    for at in range(12, 12 + 16 * tables, 16):
        if font[at : at + 4] == b"cmap":
            return _of_cmap(font, struct.unpack_from(">I", font, at + 8)[0])
    return set()


def _of_cmap(font: bytes, cmap: int) -> set[int]:
    found: set[int] = set()
    for number in range(struct.unpack_from(">H", font, cmap + 2)[0]):
        at = cmap + struct.unpack_from(">I", font, cmap + 4 + 8 * number + 4)[0]
        form = struct.unpack_from(">H", font, at)[0]
        found |= _format_12(font, at) if form == 12 else _format_4(font, at) if form == 4 else set()
    return found


def _format_12(font: bytes, at: int) -> set[int]:
    groups = struct.unpack_from(">I", font, at + 12)[0]
    spans = (struct.unpack_from(">III", font, at + 16 + 12 * number) for number in range(groups))
    return {code for first, last, _ in spans for code in range(first, last + 1)}


def _format_4(font: bytes, at: int) -> set[int]:
    double = struct.unpack_from(">H", font, at + 6)[0]
    ends = struct.unpack_from(f">{double // 2}H", font, at + 14)
    starts = struct.unpack_from(f">{double // 2}H", font, at + 16 + double)
    return {code for first, last in zip(starts, ends, strict=True) for code in range(first, last + 1) if code != 0xFFFF}
