# SPDX-License-Identifier: Apache-2.0
"""A classifier of citizens' texts: trained on labelled ones, calibrated on its own honest answers, applied to many a second."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from belltower.analytics.text import kernels
from belltower.analytics.text.calibrating import Calibration, fitted
from belltower.analytics.text.duplicates import RELATED, groups, pairs
from belltower.analytics.text.normalising import is_cut
from belltower.analytics.text.vectors import Grams, Vectors, Vocabulary, grams_of, vectors_of, vocabulary_of

HARDNESS = 1.0
"""The C of the support vector machine."""
_PASSES, _STOP, _SEED = 30, 0.05, 7
_SIDE_BY_SIDE = 2
FOLDS = 4
"""Parts that take turns in being asked while the others teach; their answers calibrate."""
FEWEST = 5
"""Texts that a label needs to be learnt."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a text is about: the likeliest label, how likely, and all chances in the order of the classifier's labels."""

    label: str
    confidence: float
    chances: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Classifier:
    """``weights`` (grams + 1, labels) over ``vocabulary``, the last row the bias.

    ``digest`` and ``texts`` say what it was trained on; ``columns`` are of the files: those of the text, then the label's.
    """

    labels: tuple[str, ...]
    vocabulary: Vocabulary
    weights: Any
    calibration: Calibration
    digest: str
    texts: int
    columns: tuple[str, ...] = ()

    def chances(self, texts: Sequence[str]) -> Any:
        """(texts, labels) of chances."""
        return self.chances_of(grams_of(texts))

    def chances_of(self, grams: Grams) -> Any:
        """As chances, of texts whose grams are known already."""
        return self.calibration.chances(_margins(vectors_of(grams, self.vocabulary), self.weights))

    def answers(self, texts: Sequence[str]) -> list[Answer]:
        """What each of ``texts`` is about."""
        chances = self.chances(texts)
        best = chances.argmax(axis=1)
        return [
            Answer(self.labels[at], float(row[at]), tuple(map(float, row)))
            for at, row in zip(best.tolist(), chances, strict=True)
        ]


def train(
    texts: Sequence[str],
    labels: Sequence[str],
    *,
    columns: Sequence[str] = (),
    tell: Callable[[str], None] = lambda _: None,
) -> Classifier:
    """A classifier of what ``labels`` say of ``texts``, one for one, raw or cut into words.

    Calibrated on answers about parts that were not learnt from, near-duplicates never on both sides. Labels of fewer
    than FEWEST texts are left out. Raises ValueError where fewer than two labels are left.
    """
    kept = _learnable(texts, labels)
    texts, labels = [texts[at] for at in kept], [labels[at] for at in kept]
    names = tuple(sorted(set(labels)))
    if len(names) < 2:
        raise ValueError(f"at least two labels need {FEWEST} texts or more each")
    numbers = np.array([names.index(label) for label in labels], dtype=np.int64)
    grams = grams_of(texts)
    tell(f"{len(texts):,} texts of {len(names)} labels; looking for near-duplicates")
    together = groups(len(texts), pairs(texts, least=RELATED))
    tell(f"{len(set(together)):,} groups of texts that are not alike; {FOLDS} trainings to calibrate")
    margins = honest_margins(grams, numbers, together, len(names))
    calibration = fitted(margins, numbers, np.array([not is_cut(text) for text in texts]))
    tell("training on everything")
    vocabulary, weights = learn(grams, numbers, len(names))
    return Classifier(names, vocabulary, weights, calibration, digest_of(texts, labels), len(texts), tuple(columns))


def learn(grams: Grams, labels: Any, classes: int) -> tuple[Vocabulary, Any]:
    """The vocabulary of ``grams`` and the weights that tell ``labels`` (numbers) apart."""
    vocabulary = vocabulary_of(grams)
    vectors = vectors_of(grams, vocabulary)
    width = len(vocabulary.keys)
    weights = kernels.fit(
        vectors.columns, vectors.values, vectors.begins, labels, classes, width, HARDNESS, _PASSES, _STOP, _SEED
    )
    return vocabulary, weights


def honest_margins(grams: Grams, labels: Any, together: Sequence[int], classes: int) -> Any:
    """Margins of every text by a training that saw no text of its group."""
    margins = np.zeros((len(grams), classes), dtype=np.float64)

    def ask(asked: Any) -> None:
        taught = np.setdiff1d(np.arange(len(grams)), asked)
        vocabulary, weights = learn(grams.of(taught), labels[taught], classes)
        margins[asked] = _margins(vectors_of(grams.of(asked), vocabulary), weights)

    with ThreadPoolExecutor(_SIDE_BY_SIDE) as side_by_side:  # the loops run without the GIL
        list(side_by_side.map(ask, folds(labels, together, count=FOLDS, seed=_SEED)))
    return margins


def folds(labels: Any, together: Sequence[int], *, count: int, seed: int) -> Iterator[Any]:
    """``count`` parts of the texts by number: groups stay whole, and each part has about the same share of each label."""
    random, of_text = np.random.default_rng(seed), np.asarray(labels).tolist()
    first = {lead: of_text[at] for at, lead in reversed(list(enumerate(together)))}
    turn, part_of = dict.fromkeys(set(of_text), 0), dict[int, int]()
    for lead in random.permutation(sorted(first)).tolist():
        part_of[lead] = turn[first[lead]] % count
        turn[first[lead]] += 1
    part = np.array([part_of[lead] for lead in together])
    for at in range(count):
        yield np.flatnonzero(part == at)


def digest_of(texts: Sequence[str], labels: Sequence[str]) -> str:
    """SHA-256 over texts and labels in their order: says whether two models saw the same."""
    whole = hashlib.sha256()
    for text, label in zip(texts, labels, strict=True):
        whole.update(f"{label}\x1f{text}\x1e".encode("utf-8", "replace"))
    return whole.hexdigest()


def _margins(vectors: Vectors, weights: Any) -> Any:
    return kernels.margins_of(vectors.columns, vectors.values, vectors.begins, weights)


def _learnable(texts: Sequence[str], labels: Sequence[str]) -> list[int]:
    counted: dict[str, int] = {}
    for label in labels:
        counted[label] = counted.get(label, 0) + 1
    pairs_of = enumerate(zip(texts, labels, strict=True))
    return [at for at, (text, label) in pairs_of if text.strip() and label and counted[label] >= FEWEST]
