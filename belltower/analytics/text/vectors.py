# SPDX-License-Identifier: Apache-2.0
"""Texts as vectors of weighed grams over a vocabulary of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from belltower.analytics.text import kernels
from belltower.analytics.text.normalising import codes

LONGEST = 2
"""Letters of the longest gram: three do no better (docs/why/messages.md)."""
HEAD, HEAD_WEIGHT = 20, 3.0
LEAST_TEXTS = 2
"""In so many texts a gram must stand to be learnt."""


@dataclass(frozen=True, slots=True)
class Grams:
    """Distinct grams of texts: ``keys`` (int64), ``counts`` (float32), and where each text begins in both."""

    keys: Any
    counts: Any
    begins: Any

    def __len__(self) -> int:
        return len(self.begins) - 1

    def of(self, rows: Any) -> Grams:
        """The texts at ``rows`` (int64), in that order."""
        lengths = np.diff(self.begins)[rows]
        begins = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        picked = np.repeat(self.begins[rows] - begins[:-1], lengths) + np.arange(begins[-1])
        return Grams(self.keys[picked], self.counts[picked], begins)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Known grams: ``keys`` sorted (int64), and how rare each is (float32, natural logarithm)."""

    keys: Any
    rarity: Any


@dataclass(frozen=True, slots=True)
class Vectors:
    """Sparse rows of length 1: ``columns`` (int32), ``values`` (float32), and where each row begins."""

    columns: Any
    values: Any
    begins: Any

    def __len__(self) -> int:
        return len(self.begins) - 1


def grams_of(texts: Sequence[str], *, longest: int = LONGEST) -> Grams:
    """The grams of ``texts``; those of the first HEAD letters count HEAD_WEIGHT times."""
    read = codes(texts)
    return Grams(*kernels.grams(read.letters, read.starts, longest, HEAD, np.float32(HEAD_WEIGHT)))


def vocabulary_of(grams: Grams, *, least: int = LEAST_TEXTS) -> Vocabulary:
    """The grams that stand in at least ``least`` texts."""
    keys, texts = np.unique(grams.keys, return_counts=True)
    known = texts >= least
    rarity = np.log((1 + len(grams)) / (1 + texts[known])) + 1
    return Vocabulary(keys[known], rarity.astype(np.float32))


def vectors_of(grams: Grams, vocabulary: Vocabulary) -> Vectors:
    """The texts over ``vocabulary``; grams that are not in it say nothing."""
    columns = kernels.places_of(vocabulary.keys, grams.keys)
    return Vectors(*kernels.weighed(columns, grams.counts, grams.begins, vocabulary.rarity))
