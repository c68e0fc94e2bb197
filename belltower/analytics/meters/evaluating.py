# SPDX-License-Identifier: Apache-2.0
"""How good the verdicts are beside labels: precision, recall and F1, with intervals over meters, not over rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.meters.detecting import Verdict
from belltower.analytics.meters.pulses import MeterDays
from belltower.analytics.meters.refusals import NothingToEvaluate

PUBLISHED_F1 = 0.458
"""What the model of the data's authors reached on all of their meters, of which a part is here."""
DRAWS = 2_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure, and between what it lies in 95 of 100 samples of meters; None where nothing was counted."""

    value: float | None
    low: float | None
    high: float | None

    def as_json(self) -> dict[str, float | None]:
        """The three figures, rounded to a thousandth."""
        pairs = (("value", self.value), ("low", self.low), ("high", self.high))
        return {name: None if one is None else round(one, 3) for name, one in pairs}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Verdicts beside labels. Days that are not known count as not suspected: a leak that nobody could see is a miss."""

    true_alarms: int
    false_alarms: int
    misses: int
    rest: int
    unknown: int
    without_pulses: int
    precision: Estimate
    recall: Estimate
    f1: Estimate

    def as_json(self) -> dict[str, Any]:
        """All of it, as the command prints it."""
        counts = {
            name: getattr(self, name)
            for name in ("true_alarms", "false_alarms", "misses", "rest", "unknown", "without_pulses")
        }
        return {name: getattr(self, name).as_json() for name in ("precision", "recall", "f1")} | counts


def evaluate(
    days: MeterDays, verdict: NDArray[np.int8], leaks: Mapping[tuple[str, str], bool], *, seed: int = 7
) -> Evaluation:
    """Compare each labelled day's verdict with its label; intervals by drawing meters again. Raises NothingToEvaluate."""
    rows = [row for row, key in enumerate(zip(days.device, days.day, strict=True)) if key in leaks]
    if not rows:
        raise NothingToEvaluate(labels=len(leaks))
    is_leak = np.array([leaks[days.device[row], days.day[row]] for row in rows])
    said = verdict[rows] == Verdict.SUSPECT
    _, meter = np.unique([days.device[row] for row in rows], return_inverse=True)
    table = np.stack([said & is_leak, said & ~is_leak, ~said & is_leak, ~said & ~is_leak], axis=1).astype(np.int64)
    by_meter = np.zeros((meter.max() + 1, 4), dtype=np.int64)
    np.add.at(by_meter, meter, table)
    drawn = _drawn(by_meter, seed)
    counts = table.sum(axis=0)
    precision, recall, f1 = (
        _estimate(figure(counts[None, :])[0], figure(drawn)) for figure in (_precision, _recall, _f1)
    )
    there = {(days.device[row], days.day[row]) for row in rows}
    return Evaluation(
        true_alarms=int(counts[0]), false_alarms=int(counts[1]), misses=int(counts[2]), rest=int(counts[3]),
        unknown=int((verdict[rows] == Verdict.UNKNOWN).sum()), without_pulses=len(leaks) - len(there),
        precision=precision, recall=recall, f1=f1,
    )  # fmt: skip


def _drawn(by_meter: NDArray[np.int64], seed: int) -> NDArray[np.int64]:
    """Counts of DRAWS samples of as many meters, with replacement."""
    chance = np.random.default_rng(seed)
    times = chance.multinomial(len(by_meter), np.full(len(by_meter), 1 / len(by_meter)), size=DRAWS)
    counts: NDArray[np.int64] = times @ by_meter
    return counts


def _share(part: NDArray[Any], whole: NDArray[Any]) -> NDArray[np.float64]:
    shares: NDArray[np.float64] = np.divide(part, whole, out=np.full(len(part), np.nan), where=whole > 0)
    return shares


def _precision(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return _share(counts[:, 0], counts[:, 0] + counts[:, 1])


def _recall(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return _share(counts[:, 0], counts[:, 0] + counts[:, 2])


def _f1(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    return _share(2 * counts[:, 0], 2 * counts[:, 0] + counts[:, 1] + counts[:, 2])


def _estimate(value: float, drawn: NDArray[np.float64]) -> Estimate:
    if np.isnan(value):
        return Estimate(None, None, None)
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return Estimate(float(value), float(low), float(high))
