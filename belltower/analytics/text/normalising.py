# SPDX-License-Identifier: Apache-2.0
"""Texts as rows of letters that can be compared: one width, one case, digits as one sign, no place-holders for places.

A raw text and the same text that somebody cut into words come out nearly alike: what stands between words is dropped.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

PAUSE = 0
"""The code of what parts sentences: no gram goes across it."""
_DROP, _DIGIT = 1, ord("0")
_BMP = 0x10000
# "A3区": places of published sets are replaced by letters. Learnt as words, they would tell one city's labels, no other's.
_STAND_IN = re.compile(r"[A-Za-z]\d{0,2}(?=\s?[市区县州])")
_ESCAPED = re.compile(r"_x00(?:0[0-9A-Fa-f]|1[0-9A-Fa-f])_")  # XLSX writes control signs so
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_LINK = re.compile(r"(?:https?://|www\.)[\w./?=&%#:~-]+")


@dataclass(frozen=True, slots=True)
class Codes:
    """Texts one behind the other: ``letters`` (int64), and where each begins in it (``starts``, one more than texts)."""

    letters: Any
    starts: Any

    def __len__(self) -> int:
        return len(self.starts) - 1


def plain(text: str) -> str:
    """The text without what programs left in it: escapes of spreadsheets, links, stand-ins of places, outer space."""
    if "_x00" in text:
        text = _ESCAPED.sub(" ", text)
    if "://" in text or "www." in text:
        text = _LINK.sub(" ", text)
    return _STAND_IN.sub("", text).strip()


def is_cut(text: str) -> bool:
    """Whether somebody cut it into words already: blanks between Chinese letters all along. Nobody writes like that."""
    return text.count(" ") > len(text) / 8 and bool(_CHINESE.search(text))


def joined(parts: Sequence[str]) -> str:
    """The parts of one message (subject first) as one text."""
    return "\n".join(part for part in parts if part)


def codes(texts: Sequence[str]) -> Codes:
    """The letters of ``texts``: small, half-width, a run of digits as one 0, pauses as PAUSE, spaces dropped."""
    whole = "\x00".join(map(plain, texts)) + "\x00"
    letters = np.frombuffer(whole.encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.int64)
    is_end = letters == 0
    found = np.where(letters < _BMP, _table()[np.minimum(letters, _BMP - 1)], PAUSE)
    keeps = (found != _DROP) & ~is_end
    keeps[1:] &= ~((found[1:] == _DIGIT) & (found[:-1] == _DIGIT) & ~is_end[:-1])
    ends = np.cumsum(keeps)[is_end]
    starts = np.concatenate([[0], ends[: len(texts)]]).astype(np.int64)
    return Codes(found[keeps], starts)


@lru_cache(maxsize=1)
def _table() -> Any:
    table = np.zeros(_BMP, dtype=np.int64)
    for code in range(1, _BMP):
        letter = unicodedata.normalize("NFKC", chr(code)).lower()
        if letter.isspace():
            table[code] = _DROP
        elif len(letter) == 1 and letter.isalnum():
            table[code] = _DIGIT if letter.isdigit() else ord(letter)
    return table
