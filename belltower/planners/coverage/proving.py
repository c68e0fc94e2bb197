# SPDX-License-Identifier: Apache-2.0
"""Branch and bound whose every leaf carries multipliers in whole numbers: what is proven here, anybody can check."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import numpy as np

from belltower.planners.coverage.choosing import improved, repaired
from belltower.planners.coverage.model import Model
from belltower.planners.coverage.problem import Flags
from belltower.planners.coverage.relaxing import SCALE, Relaxation, Relaxed, bound
from belltower.planners.plan import Tell

NEARLY = 1e-6


@dataclass(slots=True)
class Node:
    """A part of the tree: what is opened and closed above it, and either its multipliers or the branches below."""

    opened: Flags
    closed: Flags
    relaxed: Relaxed | None = None
    bound: int | None = None
    site: int | None = None
    below: list[Node] = field(default_factory=list)
    is_impossible: bool = False
    """What is closed leaves too little (COVER_ALL), or what is opened breaks a limit (COVER_MOST)."""


@dataclass(slots=True)
class Proof:
    """The best columns that were found, and a tree whose bound says how good they may be at most."""

    opened: Flags
    value: int
    root: Node
    bound: int
    is_closed: bool
    nodes: int


def prove(
    model: Model,
    start: Flags,
    *,
    seconds: float,
    most_nodes: int,
    known: Relaxed | None = None,
    tell: Tell | None = None,
) -> Proof:
    """Close the bound on the best of the columns, beginning from ``start``; stopped by time or number of nodes, an open tree.

    An open tree is a certificate as well: its bound is the worst of its leaves. ``known``: multipliers found before.
    ``tell`` hears the best so far and the bound of the root at each node.
    """
    search = _Search(model, start, time.monotonic() + seconds, most_nodes, known or _nothing(model))
    search.tell = tell
    return search.run()


class _Search:
    def __init__(self, model: Model, start: Flags, until: float, most_nodes: int, known: Relaxed) -> None:
        self.known = known
        self.tell: Tell | None = None
        self.model, self.until, self.most_nodes = model, until, most_nodes
        self.opened, self.value = start, model.value(start)
        self.relaxation = Relaxation(model)
        self.nodes = 0

    def run(self) -> Proof:
        none = np.zeros(self.model.columns, dtype=bool)
        root = Node(self.model.fixed.copy(), none)
        self._relax(root, None)
        if not self._is_closed(root):
            self._keep(improved(self.model, self.opened))
        waiting = [root]
        while waiting and self.nodes < self.most_nodes and time.monotonic() < self.until:
            node = waiting.pop()
            if self.tell and root.bound is not None:
                self.tell(self.value, self._bound(root) if self.nodes < 50 else None)
            if not self._is_closed(node):
                waiting += self._branched(node)
        return Proof(
            self.opened,
            self.value,
            root,
            self._bound(root),
            not waiting or all(map(self._is_closed, waiting)),
            self.nodes,
        )

    def _relax(self, node: Node, above: Node | None) -> None:
        """Solve the relaxation of a node; where the time is over, the multipliers of the node above hold here too."""
        self.nodes += 1
        node.is_impossible = not self.model.is_allowed(node.opened if self.model.is_most else ~node.closed)
        if node.is_impossible:
            return
        found = self.relaxation.solve(node.opened, node.closed, seconds=self.until - time.monotonic())
        inherited = above.relaxed if above and above.relaxed else self.known
        relaxed = found or inherited
        node.relaxed, node.bound = relaxed, bound(self.model, relaxed, node.opened, node.closed)
        if found and self._is_better(other := bound(self.model, inherited, node.opened, node.closed), node.bound):
            node.relaxed, node.bound = Relaxed(found.shares, inherited.dual, inherited.money), other
        if found:
            self._look(found)

    def _is_better(self, one: int, other: int) -> bool:
        return one < other if self.model.is_most else one > other

    def _look(self, relaxed: Relaxed) -> None:
        """A plan near the relaxation, if it is better than the best so far."""
        self._keep(repaired(self.model, relaxed.shares))

    def _keep(self, opened: Flags) -> None:
        value = self.model.value(opened)
        if self.model.is_allowed(opened) and (value > self.value if self.model.is_most else value < self.value):
            self.opened, self.value = opened, value

    def _is_closed(self, node: Node) -> bool:
        if node.is_impossible or node.bound is None:
            return node.is_impossible
        if self.model.is_most:
            return node.bound // SCALE <= self.value
        return -(-node.bound // SCALE) >= self.value

    def _branched(self, node: Node) -> list[Node]:
        """The two branches on the column that is farthest from being open or closed; the likelier one is searched first."""
        assert node.relaxed is not None
        settled = node.opened | node.closed
        doubt = np.where(settled, -1.0, 0.5 - np.abs(node.relaxed.shares - 0.5))
        site = int(doubt.argmax())
        if settled.all() or doubt[site] < 0:
            return []
        node.site = site
        pair = []
        for opens in (True, False):
            opened, closed = node.opened.copy(), node.closed.copy()
            (opened if opens else closed)[site] = True
            below = Node(opened, closed)
            self._relax(below, node)
            pair.append(below)
        node.below = pair
        return pair[::-1] if node.relaxed.shares[site] >= 0.5 else pair

    def _bound(self, node: Node) -> int:
        """In whole values: the worst of the leaves."""
        leaves = [one for one in _leaves(node) if not one.is_impossible]
        totals = [one.bound for one in leaves if one.bound is not None]
        if self.model.is_most:
            return max((total // SCALE for total in totals), default=self.value)
        return min((-(-total // SCALE) for total in totals), default=self.value)


def _leaves(node: Node) -> list[Node]:
    """Without recursion: a tree may be deep."""
    found, waiting = [], [node]
    while waiting:
        one = waiting.pop()
        if one.below:
            waiting += one.below
        else:
            found.append(one)
    return found


def _nothing(model: Model) -> Relaxed:
    return Relaxed(np.zeros(model.columns), np.zeros(model.rows, dtype=np.int64), 0)
