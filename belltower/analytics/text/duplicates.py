# SPDX-License-Identifier: Apache-2.0
"""Texts that say the same in nearly the same words, and the groups that they make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from belltower.analytics.text import kernels
from belltower.analytics.text.vectors import Vectors, grams_of, vectors_of, vocabulary_of

SAME = 0.6
"""Cosine from which two texts are taken for rewrites of one another."""
RELATED = 0.3
"""Cosine from which two texts may not be split between learning and testing."""
_WINDOW, _COMMON_SHARE, _COMMON_LEAST = 12, 0.004, 40
_LONGEST = 3
_TELLING = 8


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts by number, the earlier first, and their cosine (0 to 1)."""

    first: int
    second: int
    likeness: float


def pairs(texts: Sequence[str], *, least: float = SAME) -> list[Pair]:
    """Pairs of ``texts`` at least so much alike, by grams of up to three letters weighed by rarity.

    Of many copies each is paired with the nearest before it, not with all: groups(...) puts them together.
    """
    if len(texts) < 2:
        return []
    grams = grams_of(texts, longest=_LONGEST)
    return pairs_of(vectors_of(grams, vocabulary_of(grams)), least=least)


def pairs_of(vectors: Vectors, *, least: float) -> list[Pair]:
    """As pairs, of vectors."""
    if not len(vectors.columns):
        return []
    postings, posted = _postings(vectors)
    found = kernels.alike(vectors.columns, vectors.values, vectors.begins, postings, posted, _WINDOW, np.float32(least))
    return [Pair(int(a), int(b), min(float(c), 1.0)) for a, b, c in zip(*found, strict=True)]


def groups(count: int, linked: Iterable[Pair]) -> list[int]:
    """For each of ``count`` texts the smallest number of its group: those that pairs lead to, directly or not."""
    lead = list(range(count))

    def top(at: int) -> int:
        while lead[at] != at:
            lead[at] = lead[lead[at]]
            at = lead[at]
        return at

    for pair in linked:
        a, b = sorted((top(pair.first), top(pair.second)))
        lead[b] = a
    return [top(at) for at in range(count)]


def _postings(vectors: Vectors) -> tuple[Any, Any]:
    """Texts by gram, of the grams that are rare enough to tell texts apart."""
    width = int(vectors.columns.max()) + 1
    rows = np.repeat(np.arange(len(vectors)), np.diff(vectors.begins))
    texts = np.bincount(vectors.columns, minlength=width)
    is_rare = texts <= max(_COMMON_LEAST, _COMMON_SHARE * len(vectors))
    is_rare[_rarest(vectors, texts, rows)] = True
    kept = is_rare[vectors.columns]
    order = np.argsort(vectors.columns[kept], kind="stable")
    posted = np.concatenate([[0], np.cumsum(np.where(is_rare, texts, 0))]).astype(np.int64)
    return rows[kept][order].astype(np.int64), posted


def _rarest(vectors: Vectors, texts: Any, rows: Any) -> Any:
    """The _TELLING rarest grams of each text: of a petition that hundreds copied all are common, and it is found all the same."""
    order = np.lexsort((texts[vectors.columns], rows))
    rank = np.arange(len(order)) - vectors.begins[rows]
    return vectors.columns[order[rank < _TELLING]]
