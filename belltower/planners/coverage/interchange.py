# SPDX-License-Identifier: Apache-2.0
"""Plans with short mean ways, quickly: the best site first, then one for another while that helps (Resende and Werneck 2007)."""

from __future__ import annotations

import numpy as np

from belltower.planners.coverage.problem import Flags, Ints


def started(ways: Ints, fixed: Flags, room: int) -> Flags:
    """What stands, and always the site that shortens the ways most. ``ways``: persons times mm, demand by sites."""
    opened = fixed.copy()
    nearest = ways[:, opened].min(axis=1) if opened.any() else np.full(len(ways), ways.max(initial=0) + 1)
    while opened.sum() < min(room, ways.shape[1]):
        saved = np.maximum(0, nearest[:, None] - ways).sum(axis=0)
        saved[opened] = -1
        best = int(saved.argmax())
        opened[best] = True
        nearest = np.minimum(nearest, ways[:, best])
    return opened


def swapped(ways: Ints, opened: Flags, fixed: Flags) -> Flags:
    """The best exchange of one open site for one that is not, again and again until none helps."""
    opened = opened.copy()
    while True:
        inside = np.flatnonzero(opened)
        of_open = ways[:, inside]
        if len(inside) < 2:
            of_open = np.column_stack([of_open, np.full(len(ways), ways.max(initial=0) * 2 + 1)])
        order = np.argpartition(of_open, 1, axis=1)[:, :2]
        pair = np.take_along_axis(of_open, order, axis=1)
        is_swapped = pair[:, 0] > pair[:, 1]
        first = np.where(is_swapped, order[:, 1], order[:, 0])
        nearest, second = pair.min(axis=1), pair.max(axis=1)
        into = np.minimum(0, ways - nearest[:, None])
        lost = np.minimum(ways, second[:, None]) - nearest[:, None] - into
        change = np.zeros((len(inside), ways.shape[1]), dtype=np.int64)
        by_site = np.argsort(first, kind="stable")
        there, begins = np.unique(first[by_site], return_index=True)
        change[there] = np.add.reduceat(lost[by_site], begins, axis=0)
        change += into.sum(axis=0)[None, :]
        change[:, opened] = 1
        change[fixed[inside]] = 1
        best = int(change.argmin())
        if change.flat[best] >= 0:
            return opened
        out, site = divmod(best, ways.shape[1])
        opened[inside[out]], opened[site] = False, True


def total(ways: Ints, opened: Flags) -> int:
    """Persons times mm, of all to their nearest open site."""
    return int(ways[:, opened].min(axis=1).sum())
