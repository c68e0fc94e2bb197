# SPDX-License-Identifier: Apache-2.0
"""Bounds of the mean way without a solver: prices of being served, moved by subgradients (Beasley 1993; Polyak's step).

At prices u every demand pays its u and is paid back max(0, u - way) by each open site; the best sites pay back the most.
What is left of the sum of all prices is a bound, whatever the prices are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from belltower.planners.coverage.problem import Flags, Ints

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Priced:
    """Prices, the bound that they give, and how often each site was among the best lately (0 to 1)."""

    prices: Floats
    bound: float
    often: Floats


@dataclass(frozen=True, slots=True)
class Ways:
    """Persons times mm, demand by sites, with how many sites may be open in all."""

    ways: Floats
    room: int


def chosen(gains: Floats, opened: Flags, closed: Flags, room: int) -> Ints:
    """The open sites, and those that pay back the most of the rest."""
    inside = np.flatnonzero(opened)
    free = np.flatnonzero(~opened & ~closed)
    left = max(0, min(room - len(inside), len(free)))
    if left and left < len(free):
        free = free[np.argpartition(-gains[free], left - 1)[:left]]
    elif not left:
        free = free[:0]
    return np.concatenate([inside, free])


def priced(
    asked: Ways, opened: Flags, closed: Flags, start: Floats, *, target: float, turns: int, stop_at: float
) -> Priced:
    """Move prices for so many turns toward the best bound, or until it passes ``stop_at``; ``target`` is a plan's value."""
    sites = np.flatnonzero(~closed)
    ways, inside, none = asked.ways[:, sites], opened[sites], np.zeros(len(sites), dtype=bool)
    prices, best_prices, best = start.copy(), start.copy(), -np.inf
    often, direction = np.zeros(len(sites)), np.zeros(len(prices))
    step, stale = 1.5, 0
    for _ in range(turns):
        paid = np.maximum(0.0, prices[:, None] - ways)
        gains = paid.sum(axis=0)
        picked = chosen(gains, inside, none, asked.room)
        bound = prices.sum() - gains[picked].sum()
        stale += 1
        if bound > best + 1e-9 * abs(best if np.isfinite(best) else 0.0):
            best, best_prices, stale = bound, prices.copy(), 0
        if best > stop_at:
            break
        often *= 0.9
        often[picked] += 0.1
        slope = 1.0 - (paid[:, picked] > 0).sum(axis=1)
        direction = slope + 0.6 * direction
        size = float((direction * direction).sum())
        if size < 1e-12:
            break
        if stale >= 12:
            step, stale, prices = step * 0.6, 0, best_prices.copy()
            direction = np.zeros(len(prices))
            if step < 5e-4:
                break
            continue
        prices = np.maximum(0.0, prices + step * max(target - bound, 1e-6 * target) / size * direction)
    found = np.zeros(len(closed))
    found[sites] = often
    return Priced(best_prices, float(best), found)
