# SPDX-License-Identifier: Apache-2.0
"""How good answers are: accuracy, macro-F1, who is taken for whom, and whether confidence can be believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from belltower.analytics.text.calibrating import Bin, calibration_error, reliability
from belltower.analytics.text.classifying import Classifier


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Answers beside the truth. ``confusion[i][j]``: texts of label i that were taken for label j."""

    labels: tuple[str, ...]
    texts: int
    accuracy: float
    macro_f1: float
    f1: tuple[float, ...]
    confusion: tuple[tuple[int, ...], ...]
    calibration_error: float
    reliability: tuple[Bin, ...]

    def as_json(self) -> dict[str, Any]:
        """As the command prints it; shares with four digits."""
        return {
            "texts": self.texts, "labels": list(self.labels), "accuracy": round(self.accuracy, 4),
            "macro_f1": round(self.macro_f1, 4), "f1": dict(zip(self.labels, (round(one, 4) for one in self.f1), strict=True)),
            "confusion": [list(row) for row in self.confusion],
            "calibration": {
                "error": round(self.calibration_error, 4),
                "bins": [
                    {"low": one.low, "high": one.high, "count": one.count, "confidence": round(one.confidence, 4),
                     "right": round(one.right, 4)}
                    for one in self.reliability
                ],
            },
        }  # fmt: skip


def judged(labels: Sequence[str], truth: Any, chances: Any) -> Evaluation:
    """``chances`` (texts, labels) beside ``truth`` (numbers of labels; one that the model does not know is beyond them).

    ``labels`` may be longer than the columns of ``chances``: labels that the model never answers. Macro-F1 is the mean
    over the labels that stand in the truth.
    """
    truth, chances = np.asarray(truth), np.asarray(chances, dtype=np.float64)
    said, confidence = chances.argmax(axis=1), chances.max(axis=1)
    confusion = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(confusion, (truth, said), 1)
    hits, asked, answered = np.diag(confusion), confusion.sum(axis=1), confusion.sum(axis=0)
    f1 = 2 * hits / np.maximum(asked + answered, 1)
    is_right = said == truth
    return Evaluation(
        tuple(labels), len(truth), float(is_right.mean()), float(f1[asked > 0].mean()), tuple(map(float, f1)),
        tuple(tuple(map(int, row)) for row in confusion), calibration_error(confidence, is_right),
        tuple(reliability(confidence, is_right)),
    )  # fmt: skip


def evaluate(model: Classifier, texts: Sequence[str], labels: Sequence[str]) -> Evaluation:
    """The model's answers about ``texts`` beside their ``labels``. Raises ValueError where there are none."""
    if not texts:
        raise ValueError("there are no texts to evaluate on")
    names = [*model.labels, *sorted(set(labels) - set(model.labels))]
    truth = [names.index(label) for label in labels]
    return judged(names, truth, model.chances(texts))
