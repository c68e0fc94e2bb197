# SPDX-License-Identifier: Apache-2.0
"""The shortest mean way: prices bound it, sites whose choice the bound rules out are settled, and what is left is branched on."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from belltower.planners.coverage import errors
from belltower.planners.coverage.errors import BadProblem
from belltower.planners.coverage.interchange import started, swapped, total
from belltower.planners.coverage.lagrange import Floats, Priced, Ways, chosen, priced
from belltower.planners.coverage.problem import Flags, Ints, Problem
from belltower.planners.coverage.reach import FAR, Reach, reach_of

_MOST = 2 * 10**18
_TURNS_FIRST, _TURNS_BELOW = 1500, 150


@dataclass(slots=True)
class Part:
    """A part of the tree: what is open and closed in it, the prices that bound it, and the parts that it falls into."""

    opened: Flags
    closed: Flags
    prices: Floats
    dual: int = -1
    bound: int = 0
    often: Floats = field(default_factory=lambda: np.zeros(0))
    settled: list[int] = field(default_factory=list)
    site: int | None = None
    below: list[Part] = field(default_factory=list)


class Median:
    """A search for the shortest sum of ways. ``ways``: persons times mm, demand by sites; every demand reaches every site
    or has a way that is longer than any sum of others.

    Its tree is a certificate: every leaf has prices in units of 1 / ``scale``, whole numbers.
    """

    def __init__(self, ways: Ints, fixed: Flags, room: int, *, until: float) -> None:
        self.ways, self.fixed, self.room, self.until = ways, fixed, room, until
        self.asked = Ways(ways.astype(np.float64), room)
        self.opened = swapped(ways, started(ways, fixed, room), fixed)
        self.value = total(ways, self.opened)
        self.scale = _scale(ways)
        self.duals: list[Ints] = []
        self.nodes = 0

    def search(self) -> Part:
        """The root of the tree, with the best plan in ``opened`` and its ``value``; closed where ``bound_of`` meets it."""
        of_open = np.sort(self.ways[:, self.opened], axis=1)
        start = of_open[:, min(1, of_open.shape[1] - 1)].astype(np.float64)
        root = Part(self.fixed.copy(), np.zeros(len(self.fixed), dtype=bool), start)
        self._bound(root, _TURNS_FIRST)
        waiting = [root]
        while waiting and time.monotonic() < self.until:
            part = waiting.pop()
            if part.bound < self.value and self._settle(part):
                waiting += self._branched(part)
        return root

    def _bound(self, part: Part, turns: int) -> None:
        self.nodes += 1
        while turns > 0 and time.monotonic() < self.until:
            found = priced(
                self.asked, part.opened, part.closed, part.prices,
                target=self.value, turns=min(turns, 250), stop_at=self.value - 1 + 0.01,
            )  # fmt: skip
            turns -= 250
            before = part.bound
            self._keep(part, found)
            if part.bound >= self.value or (not self._look(part, found) and part.bound <= before):
                return

    def _keep(self, part: Part, found: Priced) -> None:
        """The prices in whole numbers, with the bound that a checker will compute from them."""
        whole = np.rint(found.prices * self.scale).astype(np.int64)
        bound = -(-self._exact(whole, part)[0] // self.scale)
        if bound >= part.bound or part.dual < 0:
            self.duals.append(whole)
            part.dual, part.bound, part.prices = len(self.duals) - 1, bound, found.prices
        part.often = found.often

    def _exact(self, dual: Ints, part: Part) -> tuple[int, Ints]:
        """The bound in units of 1 / scale, and what each site pays back."""
        gains = np.maximum(0, dual[:, None] - self.scale * self.ways).sum(axis=0)
        picked = chosen(gains, part.opened, part.closed, self.room)
        return int(dual.sum() - gains[picked].sum()), gains

    def _look(self, part: Part, found: Priced) -> bool:
        """Whether the sites that pay back the most lately make, with exchanges, a better plan than the best so far."""
        _, gains = self._exact(self.duals[part.dual], part)
        tries = (found.often, gains.astype(np.float64)) if self.nodes == 1 else (found.often,)
        is_better = False
        for order in tries:
            opened = np.zeros(len(self.fixed), dtype=bool)
            opened[chosen(order, part.opened, part.closed, self.room)] = True
            if self.nodes == 1:
                opened = swapped(self.ways, opened, self.fixed)
            if opened.any() and total(self.ways, opened) < self.value:
                opened = swapped(self.ways, opened, self.fixed)
                self.opened, self.value, is_better = opened, total(self.ways, opened), True
        return is_better

    def _settle(self, part: Part) -> bool:
        """Open and close sites whose other choice the bound rules out; whether anything is left to branch on."""
        dual = self.duals[part.dual]
        low, gains = self._exact(dual, part)
        free = np.flatnonzero(~part.opened & ~part.closed)
        left = self.room - int(part.opened.sum())
        enough = (self.value - 1) * self.scale
        order = free[np.argsort(-gains[free], kind="stable")]
        if left >= len(order):
            return False
        last_in = int(gains[order[left - 1]]) if left > 0 else None
        first_out = int(gains[order[left]])
        inside, outside = order[:left], order[left:]
        closes = outside if last_in is None else outside[low + last_in - gains[outside] > enough]
        opens = inside[low + gains[inside] - first_out > enough]
        if len(closes) or len(opens):
            part.settled = [*opens.tolist(), *closes.tolist()]
            opened, closed = part.opened.copy(), part.closed.copy()
            opened[opens], closed[closes] = True, True
            below = Part(opened, closed, part.prices, part.dual, part.bound, part.often)
            part.below = [below]
        return True

    def _branched(self, part: Part) -> list[Part]:
        """Two parts on the site that was in and out most evenly; after settling, the part below is bounded anew first."""
        if part.below:
            below = part.below[0]
            self._bound(below, _TURNS_BELOW)
            return [below]
        free = np.flatnonzero(~part.opened & ~part.closed)
        site = int(free[np.abs(part.often[free] - 0.5).argmin()])
        part.site = site
        for opens in (True, False):
            opened, closed = part.opened.copy(), part.closed.copy()
            (opened if opens else closed)[site] = True
            below = Part(opened, closed, part.prices, part.dual, part.bound, part.often)
            self._bound(below, _TURNS_BELOW)
            part.below.append(below)
        return sorted(part.below, key=lambda one: -one.bound)

    def bound_of(self, root: Part) -> int:
        """The least of the leaves and of what settling left out; never above the value."""
        waiting, least = [root], self.value
        while waiting:
            part = waiting.pop()
            waiting += part.below
            if not part.below:
                least = min(least, part.bound)
        return least


def _scale(ways: Ints) -> int:
    """As fine as whole numbers of 64 bits allow: a million, or less in a large city."""
    most = max(1, int(ways.max(initial=1))) * max(1, len(ways))
    scale = 1_000_000
    while scale > 1 and most * scale > _MOST:
        scale //= 10
    return scale


def choose_median(problem: Problem, effort: Any) -> tuple[Any, Reach, Flags]:
    """The chosen sites with their certificate, the way of each demand to its nearest, and who has a way at all."""
    from belltower.planners.coverage.planning import Chosen

    until = time.monotonic() + effort.seconds
    if problem.limits.at_most is None or problem.limits.budget is not None or problem.limits.of_class:
        raise BadProblem(reason=errors.MEAN_BY_NUMBER)
    everything = reach_of(problem, most=np.full(len(problem.sites), FAR))
    is_reached = np.zeros(len(problem.demand), dtype=bool)
    is_reached[everything.demand] = True
    sites = np.flatnonzero(problem.allowed)
    rows = np.flatnonzero(is_reached & (problem.people > 0))
    median = Median(_dense(problem, everything, rows, sites), problem.fixed[sites], problem.limits.at_most, until=until)
    root = median.search()
    opened = np.zeros(len(problem.sites), dtype=bool)
    opened[sites[median.opened]] = True
    pairs = _nearest(everything, opened)
    if len(pairs) < is_reached.sum():
        raise BadProblem(reason=errors.MEAN_IMPOSSIBLE.format(at_most=problem.limits.at_most))
    bound = median.bound_of(root)
    certificate = certificate_of(median, root, bound, rows=rows, sites=sites, demand=len(problem.demand))
    return Chosen(opened, median.value, bound, "certificate", certificate), pairs, is_reached


def _dense(problem: Problem, everything: Reach, rows: Ints, sites: Ints) -> Ints:
    """Persons times mm, demand by sites; where there is no way, more than all other ways together."""
    found = np.full((len(problem.demand), len(problem.sites)), -1, dtype=np.int64)
    found[everything.demand, everything.sites] = everything.mm
    found = found[np.ix_(rows, sites)] * problem.people[rows][:, None]
    none = found < 0
    if none.any():
        found[none] = np.where(none, 0, found).max(axis=1).sum() + 1
    return found


def _nearest(everything: Reach, opened: Flags) -> Reach:
    of_open = everything.kept(opened[everything.sites])
    order = np.lexsort((of_open.sites, of_open.mm, of_open.demand))
    _, first = np.unique(of_open.demand[order], return_index=True)
    return of_open.kept(order[first])  # type: ignore[arg-type]


def certificate_of(median: Median, root: Part, bound: int, *, rows: Ints, sites: Ints, demand: int) -> dict[str, Any]:
    """The tree by the problem's own numbers, with only the prices that it uses."""
    used: dict[int, int] = {}
    tree = _tree(median, root, sites, used)
    duals = np.zeros((len(used), demand), dtype=np.int64)
    for dual, place in used.items():
        duals[place, rows] = median.duals[dual]
    return {"scale": median.scale, "bound": bound, "replaced": [], "duals": duals.tolist(), "tree": tree}


def _tree(median: Median, part: Part, sites: Ints, used: dict[int, int]) -> dict[str, Any]:
    here = used.setdefault(part.dual, len(used)) if part.settled or not part.below else -1
    if part.settled:
        below = part.below[0]
        opens = [int(sites[one]) for one in part.settled if below.opened[one]]
        closes = [int(sites[one]) for one in part.settled if below.closed[one]]
        return {"settled": here, "opens": opens, "closes": closes, "rest": _tree(median, below, sites, used)}
    if part.below:
        assert part.site is not None
        opened, closed = (_tree(median, one, sites, used) for one in part.below)
        return {"site": int(sites[part.site]), "open": opened, "closed": closed}
    return {"dual": here, "money": 0}
