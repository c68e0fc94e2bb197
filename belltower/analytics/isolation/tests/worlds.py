# SPDX-License-Identifier: Apache-2.0
"""Small networks: one that a person can draw, and random ones."""

from __future__ import annotations

import numpy as np

from belltower.analytics.isolation.network import Network, Priority


def street() -> Network:
    """Source 0 -v0- 1 =p0= 2 -v1- 3 =p1= 4 -v2- 5 =p2= 6, and a way round: 0 -v3- 6. A hospital at 4, a home at 2, a school at 6.

    Valves 0 and 3 stand beside the source; v3 is hard to shut.
    """
    return Network(
        nodes=7,
        pipes=np.array([[1, 2], [3, 4], [5, 6]]),
        valves=np.array([[0, 1], [2, 3], [4, 5], [0, 6]]),
        effort=np.array([1, 1, 1, 5]),
        is_shut=np.zeros(4, dtype=bool),
        sources=np.array([0]),
        customers=np.array([2, 4, 6]),
        priority=np.array([Priority.HOME, Priority.HOSPITAL, Priority.SCHOOL]),
    )


def random_network(chance: np.random.Generator, *, valves: int = 8) -> Network:
    """Up to twelve nodes joined anyhow, loops and doubles included; some valves are shut already."""
    nodes = int(chance.integers(4, 13))
    pipes = chance.integers(0, nodes, (int(chance.integers(2, 9)), 2))
    ends = chance.integers(0, nodes, (int(chance.integers(1, valves + 1)), 2))
    customers = chance.integers(0, nodes, 6)
    return Network(
        nodes, pipes, ends, chance.integers(1, 6, len(ends)), chance.random(len(ends)) < 0.1,
        np.unique(chance.integers(0, nodes, int(chance.integers(1, 3)))), customers, chance.integers(0, 4, 6),
    )  # fmt: skip
