# SPDX-License-Identifier: Apache-2.0
"""The network as arrays, and as segments: what hangs together when every valve is shut."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from belltower.analytics.isolation import kernels
from belltower.analytics.isolation.compiling import loops

Numbers = NDArray[np.int64]


class Priority(IntEnum):
    """Who is told first that there will be no gas."""

    HOSPITAL = 0
    SCHOOL = 1
    INDUSTRY = 2
    HOME = 3


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Nodes are numbers from 0 on. ``pipes`` (p, 2) and ``valves`` (v, 2) join two nodes each; sources and customers sit at nodes.

    ``effort`` of a valve is what it costs to shut it, a whole number above 0. A valve that ``is_shut`` already lets nothing pass.
    """

    nodes: int
    pipes: Numbers
    valves: Numbers
    effort: Numbers
    is_shut: NDArray[np.bool_]
    sources: Numbers
    customers: Numbers
    priority: Numbers

    def __post_init__(self) -> None:
        ends = [self.pipes.ravel(), self.valves.ravel(), self.sources, self.customers]
        if any(len(part) and (part.min() < 0 or part.max() >= self.nodes) for part in ends):
            raise ValueError(f"Every end, source and customer must be one of the {self.nodes} nodes.")
        if not len(self.valves) == len(self.effort) == len(self.is_shut) or len(self.customers) != len(self.priority):
            raise ValueError("Every valve needs an effort and whether it is shut, every customer a priority.")
        if (self.effort <= 0).any():
            raise ValueError("To shut a valve costs a whole number above 0.")


@dataclass(frozen=True, slots=True, eq=False)
class Segments:
    """The network cut at its valves. ``of_node`` names each node's segment; open valves are edges between segments.

    Edges of segment s are ``edge[first[s]:first[s + 1]]``: edge 2k leads along open valve ``valve[k]``, 2k + 1 back;
    ``to`` is where an edge leads; ``steps`` are the valves to the nearest source, -1 without a way to one. A valve with both sides in one segment bounds nothing and is in no list.
    """

    network: Network
    count: int
    of_node: Numbers
    valve: Numbers
    first: Numbers
    edge: Numbers
    to: Numbers
    effort: Numbers
    is_source: NDArray[np.bool_]
    steps: Numbers
    of_customer: Numbers

    @property
    def ways(self) -> tuple[Numbers, Numbers, Numbers]:
        """What walks need."""
        return self.first, self.edge, self.to


def segments(network: Network) -> Segments:
    """Cut the network at its valves, once; every question is then answered on segments."""
    begin, end = network.pipes[:, 0], network.pipes[:, 1]
    joined = coo_array((np.ones(len(begin), dtype=np.int8), (begin, end)), shape=(network.nodes, network.nodes))
    count, of_node = connected_components(joined, directed=False)
    of_node = of_node.astype(np.int64)
    sides = of_node[network.valves]
    valve = np.flatnonzero((sides[:, 0] != sides[:, 1]) & ~network.is_shut)
    origin, to = sides[valve].ravel(), sides[valve][:, ::-1].ravel()
    edge = np.argsort(origin, kind="stable")
    first = np.zeros(count + 1, dtype=np.int64)
    np.cumsum(np.bincount(origin, minlength=count), out=first[1:])
    is_source = np.zeros(count, dtype=bool)
    is_source[of_node[network.sources]] = True
    steps, queue = np.empty(count, dtype=np.int64), np.empty(count, dtype=np.int64)
    with loops.one_at_a_time():
        kernels.step_out(first, edge, to, is_source, steps, queue)
    of_customer = of_node[network.customers]
    return Segments(
        network, int(count), of_node, valve, first, edge, to, network.effort[valve], is_source, steps, of_customer
    )
