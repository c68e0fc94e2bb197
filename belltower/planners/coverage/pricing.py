# SPDX-License-Identifier: Apache-2.0
"""COVER_MOST in a large city: the relaxation's multipliers bound the best, and settle many of the sites.

What is left has far fewer kinds of demand, since demand is told apart by the sites that are left. A solver takes it from there.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csc_array, csr_array

from belltower.planners.coverage.choosing import greedy, improved, repaired
from belltower.planners.coverage.model import Model, merged
from belltower.planners.coverage.problem import Flags, Ints
from belltower.planners.coverage.relaxing import SCALE, Relaxation, Relaxed, bound
from belltower.planners.coverage.searching import searched_often
from belltower.planners.plan import Tell


@dataclass(frozen=True, slots=True)
class Settled:
    """Multipliers of the whole, columns that they open and close, and the worst bound of what that rules out.

    ``rest``: what is left, as a model of its own, and the same multipliers there; the best plan so far; the bound of the whole.
    """

    dual: Ints
    opens: Ints
    closes: Ints
    worst: int
    rest: Model
    known: Relaxed
    opened: Flags
    bound: int


def can_settle(model: Model) -> bool:
    """Whether only a number of sites limits the plan, and a second site counts nothing."""
    return (
        model.is_most and model.budget is None and not model.caps and not model.second.any() and model.room is not None
    )


def settled(model: Model, *, until: float, seed: int = 7, tell: Tell | None = None) -> Settled:
    """Bound the whole, and settle what the bound allows. ``tell`` hears what was found."""
    none, half = np.zeros(model.columns, dtype=bool), time.monotonic() + 0.6 * (until - time.monotonic())
    opened = searched_often(model, improved(model, greedy(model)), until=half, seed=seed)
    if tell:
        tell(model.value(opened), None)
    relaxed = Relaxation(model).solve(model.fixed, none, seconds=until - time.monotonic())
    if relaxed is None:
        relaxed = Relaxed(none.astype(np.float64), model.first * (SCALE // 2), 0)
    near = improved(model, repaired(model, relaxed.shares))
    opened, dual = max(opened, near, key=model.value), relaxed.dual
    total = bound(model, relaxed, model.fixed, none)
    opens, closes, worst = _ruled(model, dual, total, model.value(opened))
    rest, below = _rest(model, dual, opens, closes)
    if tell:
        tell(model.value(opened), total // SCALE)
    return Settled(
        dual, opens, closes, worst, rest, Relaxed(rest.fixed.astype(np.float64), below, 0), opened, total // SCALE
    )


def _ruled(model: Model, dual: Ints, total: int, value: int) -> tuple[Ints, Ints, int]:
    """Columns without which, and with which, no plan is better than ``value``; and the worst bound of what is ruled out."""
    gains = model.reach.T @ dual
    free = np.flatnonzero(~model.fixed)
    order = free[np.argsort(-gains[free], kind="stable")]
    left = (model.room or 0) - int(model.fixed.sum())
    if not 0 < left < len(order):
        return order[:0], order[:0], 0
    inside, outside = order[:left], order[left:]
    without = (total - gains[inside] + gains[outside[0]]) // SCALE
    with_it = (total - gains[inside[-1]] + gains[outside]) // SCALE
    opens, closes = without <= value, with_it <= value
    worst = max(int(without[opens].max(initial=0)), int(with_it[closes].max(initial=0)))
    return inside[opens], outside[closes], worst


def _rest(model: Model, dual: Ints, opens: Ints, closes: Ints) -> tuple[Model, Ints]:
    """Without the closed columns, and with demand that they told apart merged again."""
    keep = np.ones(model.columns, dtype=bool)
    keep[closes] = False
    fixed = model.fixed.copy()
    fixed[opens] = True
    reach = csr_array(csc_array(model.reach)[:, np.flatnonzero(keep)])
    rows, number = merged(reach)
    there = number >= 0
    first = np.bincount(number[there], model.first[there], minlength=rows.shape[0]).astype(np.int64)
    members = np.where(model.members >= 0, number[model.members], -1)
    one = np.ones(rows.shape[0], dtype=np.int64)
    below = np.zeros(rows.shape[0], dtype=np.int64)
    np.add.at(below, number[there], dual[there])
    rest = replace(
        model, reach=rows, wants=one, first=first, second=0 * one, members=members, sites=model.sites[keep],
        prices=model.prices[keep], costs=model.costs[keep], classes=model.classes[keep], fixed=fixed[keep],
    )  # fmt: skip
    return rest, below
