# SPDX-License-Identifier: Apache-2.0
"""The same answers the slow way, in plain Python over nodes and pipes: every set of valves is tried. For small networks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import combinations

from belltower.analytics.isolation.network import Network


def fed(network: Network, shut: Collection[int]) -> set[int]:
    """The nodes that have gas when ``shut`` valves are shut."""
    return _reached(network, network.sources.tolist(), shut)


def around(network: Network, pipe: int, stuck: Collection[int]) -> set[int]:
    """The valves met first when walking from ``pipe``; a stuck one is walked through."""
    every = set(range(len(network.valves)))
    inside = _reached(network, network.pipes[pipe].tolist(), every - set(stuck))
    ends = network.valves.tolist()
    return {v for v in every if not network.is_shut[v] and (ends[v][0] in inside) != (ends[v][1] in inside)}


def least_effort(network: Network, pipe: int, stuck: Collection[int]) -> int | None:
    """The least effort that parts ``pipe`` from every source, of all sets of valves; None when no set does."""
    free = [v for v in range(len(network.valves)) if v not in stuck and not network.is_shut[v]]
    begin = int(network.pipes[pipe, 0])
    efforts = [
        int(network.effort[list(some)].sum())
        for size in range(len(free) + 1)
        for some in combinations(free, size)
        if begin not in fed(network, some)
    ]
    return min(efforts, default=None)


def _reached(network: Network, begins: Iterable[int], shut: Collection[int]) -> set[int]:
    ends = network.pipes.tolist()
    ends += [pair for v, pair in enumerate(network.valves.tolist()) if v not in shut and not network.is_shut[v]]
    neighbours: dict[int, list[int]] = {}
    for one, other in ends:
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    reached = set(begins)
    waiting = list(reached)
    while waiting:
        for other in neighbours.get(waiting.pop(), ()):
            if other not in reached:
                reached.add(other)
                waiting.append(other)
    return reached
