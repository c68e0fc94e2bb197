# SPDX-License-Identifier: Apache-2.0
"""Night flow: a sum of what is too much, night for night (CUSUM), with a limit that keeps a stated rate of false alarms."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DAYS = 365.25


@dataclass(frozen=True, slots=True)
class Chart:
    """A one-sided CUSUM: what is usual and its spread, the slack a night, the limit, and the false alarms it was set for."""

    usual: float
    spread: float
    slack: float
    limit: float
    false_alarms_per_year: float


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """The sum after each night, in spreads, and the nights on which it went over the limit (it then begins anew)."""

    total: Floats
    alarms: NDArray[np.int64]


def calibrate(
    quiet: Floats, *, false_alarms_per_year: float, slack: float = 0.5, block: int = 14, years: int = 200, seed: int = 7
) -> Chart:
    """A chart from nights without a known leak, by drawing whole blocks of them again (a moving block bootstrap).

    Nights follow each other closely; limits from tables for independent ones give false alarms by the dozen. Blocks of
    ``block`` nights keep that. Nights that are not known (NaN) are left out. Raises ValueError for fewer than eight blocks.
    """
    known = quiet[np.isfinite(quiet)]
    if len(known) < 8 * block:
        raise ValueError(f"{len(known)} known nights are too few: {8 * block} are needed for blocks of {block}.")
    if not 0 < false_alarms_per_year < 50:
        raise ValueError(f"Between 0 and 50 false alarms a year can be kept, not {false_alarms_per_year}.")
    usual = float(np.median(known))
    spread = max(float(np.median(np.abs(known - usual))) * 1.4826, 1e-9)
    score = (known - usual) / spread
    chance = np.random.default_rng(seed)
    starts = chance.integers(0, len(score) - block + 1, int(years * DAYS / block) + 1)
    drawn = np.concatenate([score[start : start + block] for start in starts])
    low, high = 0.0, float(np.maximum(score - slack, 0).sum() + 50)
    for _ in range(30):
        limit = (low + high) / 2
        rate = len(_run(drawn, slack, limit)[1]) / len(drawn) * DAYS
        low, high = (limit, high) if rate > false_alarms_per_year else (low, limit)
    return Chart(usual, spread, slack, high, false_alarms_per_year)


def watch(chart: Chart, nights: Floats) -> Watched:
    """The chart over nights. A night that is not known changes nothing: the sum neither grows nor is forgiven."""
    total, alarms = _run((nights - chart.usual) / chart.spread, chart.slack, chart.limit)
    return Watched(total, alarms)


def _run(score: Floats, slack: float, limit: float) -> tuple[Floats, NDArray[np.int64]]:
    total, alarms, now = np.zeros(len(score)), [], 0.0
    for night, value in enumerate(score.tolist()):
        if value == value:
            now = max(0.0, now + value - slack)
        total[night] = now
        if now > limit:
            alarms.append(night)
            now = 0.0
    return total, np.array(alarms, dtype=np.int64)
