# SPDX-License-Identifier: Apache-2.0
"""A proof's tree as the certificate holds it: by the problem's own numbers of sites and demand."""

from __future__ import annotations

from typing import Any

import numpy as np

from belltower.planners.coverage.model import Model
from belltower.planners.coverage.pricing import Settled
from belltower.planners.coverage.problem import Ints, Problem
from belltower.planners.coverage.proving import Node
from belltower.planners.coverage.relaxing import SCALE


def tree_of(problem: Problem, model: Model, root: Node) -> dict[str, Any]:
    """``duals``: lists of multipliers by demand; ``tree``: ``{"site", "open", "closed"}`` for a branch, ``{"dual", "money"}``
    for a leaf with the number of its multipliers, ``{"short"}`` or ``{"over"}`` where a branch is impossible.
    """
    duals: list[list[int]] = []
    return {"tree": _part(problem, model, root, duals, {}), "duals": duals}


def _part(problem: Problem, model: Model, node: Node, duals: list[list[int]], known: dict[int, int]) -> dict[str, Any]:
    if node.below:
        opened, closed = (_part(problem, model, one, duals, known) for one in node.below)
        return {"site": int(model.sites[node.site]), "open": opened, "closed": closed}
    if node.is_impossible and model.is_most:
        return {"over": True}
    if node.is_impossible:
        count = model.reach @ (~node.closed).astype(np.int64)
        row = int(np.flatnonzero(count < model.wants)[0])
        return {"short": int(np.flatnonzero(model.members == row)[0])}
    assert node.relaxed is not None
    key = id(node.relaxed.dual)
    if key not in known:
        known[key] = len(duals)
        duals.append(_by_demand(problem, model, node.relaxed.dual).tolist())
    return {"dual": known[key], "money": node.relaxed.money}


def _by_demand(problem: Problem, model: Model, dual: Ints) -> Ints:
    """A row's multiplier over its demand: all on the first (COVER_ALL), or on each in turn what it is worth (COVER_MOST)."""
    found = np.zeros(len(problem.demand), dtype=np.int64)
    there = np.flatnonzero(model.members >= 0)
    order = there[np.argsort(model.members[there], kind="stable")]
    row = model.members[order]
    is_first = np.ones(len(row), dtype=bool)
    is_first[1:] = row[1:] != row[:-1]
    if not model.is_most:
        found[order[is_first]] = dual[row[is_first]]
        return found
    # Whom no site reaches is worth nothing to any plan: a multiplier as high as that worth says so, and no site collects it.
    lost = model.members < 0
    found[lost] = problem.people[lost] * (100 if problem.times == 2 else 1) * SCALE
    # In turn, since of people in whole numbers and millionths each takes all of what is left, up to its worth.
    people = problem.people[order]
    before = np.cumsum(people) - people
    before -= np.maximum.accumulate(np.where(is_first, before, 0))
    worth = (model.first[row] // np.maximum(1, _sums(people, row))) * SCALE
    found[order] = np.clip(dual[row] - before * worth, 0, people * worth)
    return found


def _sums(people: Ints, row: Ints) -> Ints:
    return np.bincount(row, people).astype(np.int64)[row]


def settled_tree(problem: Problem, model: Model, whole: Settled, rest: dict[str, Any]) -> dict[str, Any]:
    """The tree of the rest, below what the multipliers of the whole settled."""
    duals = [*rest["duals"], _by_demand(problem, model, whole.dual).tolist()]
    opens, closes = (model.sites[one].tolist() for one in (whole.opens, whole.closes))
    return {"duals": duals, "tree": {"settled": len(duals) - 1, "opens": opens, "closes": closes, "rest": rest["tree"]}}
