# SPDX-License-Identifier: Apache-2.0
"""From margins to chances that can be believed: of a hundred answers given with 0.9, ninety are right."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

BINS = 10
FEWEST_ASKED = 150
_STEPS, _RIDGE, _SURE_RIDGE, _TINY, _APART = 60, 1e-3, 1e-2, 1e-12, 1e-9


@dataclass(frozen=True, slots=True)
class Calibration:
    """Chances are softmax(slope x margin + shift), a shift a class; fitted on answers about texts that were not learnt.

    ``sure`` (a, b) then makes a chance p of the likeliest class the one whose logit is a x logit(p) + b; the others keep
    their shares of the rest. The likeliest stays so.
    """

    slope: float
    shifts: tuple[float, ...]
    sure: tuple[float, float] = (1.0, 0.0)

    def chances(self, margins: Any) -> Any:
        """(texts, classes) of margins as chances that sum to 1 for each text."""
        plain = _softmax(self.slope * np.asarray(margins, dtype=np.float64) + np.array(self.shifts))
        return plain if self.sure == (1.0, 0.0) or not len(plain) else _surer(plain, self.sure)


def fitted(margins: Any, labels: Any, is_asked: Any = None) -> Calibration:
    """The calibration that makes the right ``labels`` (numbers of classes) likeliest; Newton's method on K + 1 numbers.

    Where ``is_asked`` marks the texts that are of the form which will be asked about, and there are FEWEST_ASKED of them, how
    sure the answers are is then fitted on those alone: two numbers, so that few texts do.
    """
    plain = _fitted(margins, labels)
    if is_asked is None or is_asked.sum() < FEWEST_ASKED or is_asked.all():
        return plain
    chances = plain.chances(np.asarray(margins)[is_asked])
    return replace(
        plain, sure=_fitted_sure(chances.max(axis=1), chances.argmax(axis=1) == np.asarray(labels)[is_asked])
    )


def _fitted(margins: Any, labels: Any) -> Calibration:
    margins = np.asarray(margins, dtype=np.float64)
    classes = margins.shape[1]
    right, start = np.eye(classes)[labels], np.concatenate([[3.0], np.zeros(classes)])
    numbers = start
    for _ in range(_STEPS):
        slope, bend = _slope_and_bend(margins, right, numbers)
        step = np.linalg.solve(bend + _RIDGE * np.eye(classes + 1), slope + _RIDGE * (numbers - start))
        numbers = numbers - step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-9))
        if np.abs(step).max() < 1e-6:
            break
    return Calibration(float(numbers[0]), tuple(float(one) for one in numbers[1:]))


def _fitted_sure(confidence: Any, is_right: Any) -> tuple[float, float]:
    """The line on logits by which these confidences become believable; Newton's method, held near (1, 0)."""
    facts = np.column_stack([_logit(confidence), np.ones(len(confidence))])
    line, start = np.array([1.0, 0.0]), np.array([1.0, 0.0])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-facts @ line))
        slope = facts.T @ (chance - is_right) + _SURE_RIDGE * (line - start)
        bend = (facts * (chance * (1 - chance))[:, None]).T @ facts + _SURE_RIDGE * np.eye(2)
        step = np.linalg.solve(bend, slope)
        line = line - step * min(1.0, 0.2 / max(float(np.abs(step).max()), 1e-9))
    return max(float(line[0]), 0.0), float(line[1])


def _surer(chances: Any, sure: tuple[float, float]) -> Any:
    rows, best = np.arange(len(chances)), chances.argmax(axis=1)
    most = chances[rows, best]
    rest = 1 - most
    others = np.sort(chances, axis=1)[:, -2]
    # Below it another class would be the likeliest; at it the two would be equal but for rounding.
    least = others / np.maximum(rest + others, _TINY) + _APART
    told = np.maximum(1 / (1 + np.exp(-(sure[0] * _logit(most) + sure[1]))), np.minimum(least, 1.0))
    found = chances * ((1 - told) / np.maximum(rest, _TINY))[:, None]
    found[rows, best] = told
    return found


def _logit(chance: Any) -> Any:
    held = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.log(held / (1 - held))


def _slope_and_bend(margins: Any, right: Any, numbers: Any) -> tuple[Any, Any]:
    """First and second derivatives of the negative log likelihood by the slope and the shifts."""
    chances = _softmax(numbers[0] * margins + numbers[1:])
    missed, means = chances - right, (chances * margins).sum(axis=1)
    slope = np.concatenate([[(missed * margins).sum()], missed.sum(axis=0)])
    crossed = (chances * (margins - means[:, None])).sum(axis=0)
    bend = np.empty((len(slope), len(slope)))
    bend[0, 0] = (chances * margins**2).sum() - (means**2).sum()
    bend[0, 1:] = bend[1:, 0] = crossed
    bend[1:, 1:] = np.diag(chances.sum(axis=0)) - chances.T @ chances
    return slope, bend


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers with a confidence within (low, high]: how many, how sure on average, and the share that was right."""

    low: float
    high: float
    count: int
    confidence: float
    right: float


def reliability(confidences: Any, is_right: Any, *, bins: int = BINS) -> list[Bin]:
    """Answers by confidence in ``bins`` of equal width; empty ones are left out."""
    confidences, is_right = np.asarray(confidences, dtype=np.float64), np.asarray(is_right, dtype=np.float64)
    at = np.clip(np.ceil(confidences * bins).astype(int) - 1, 0, bins - 1)
    return [
        Bin(b / bins, (b + 1) / bins, int((at == b).sum()), float(confidences[at == b].mean()), float(is_right[at == b].mean()))
        for b in range(bins)
        if (at == b).any()
    ]  # fmt: skip


def calibration_error(confidences: Any, is_right: Any, *, bins: int = BINS) -> float:
    """The expected calibration error: the mean distance of confidence and share right over bins, by their counts."""
    found = reliability(confidences, is_right, bins=bins)
    total = sum(one.count for one in found)
    return sum(one.count * abs(one.confidence - one.right) for one in found) / total if total else 0.0


def _softmax(scores: Any) -> Any:
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return raised / raised.sum(axis=-1, keepdims=True)
