# SPDX-License-Identifier: Apache-2.0
"""A stranger's check of an isolation: components of pipes and valves as they stand, without segments, cuts or compiled loops."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from belltower.analytics.isolation.isolating import Isolation
from belltower.analytics.isolation.network import Network


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether the pipe is parted from every source, whether the customers named are those without gas, and what is in vain."""

    is_parted: bool
    are_customers_right: bool
    in_vain: tuple[int, ...]


def check(network: Network, told: Isolation) -> Checked:
    """Shut the valves in a drawing of the network and look. Customers that had no gas before count as without gas too.

    A valve is in vain when the pipe is parted from all sources without it; around() shuts such ones to keep what lies behind.
    """
    has_gas = _fed(network, told.valves)
    is_parted = not has_gas[network.pipes[told.pipe]].any()
    named = np.zeros(len(network.customers), dtype=bool)
    named[told.without_gas] = True
    vain = tuple(
        int(one)
        for one in told.valves
        if not _fed(network, np.setdiff1d(told.valves, [one]))[network.pipes[told.pipe]].any()
    )
    return Checked(is_parted, bool((named == ~has_gas[network.customers]).all()), vain)


def _fed(network: Network, shut: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which nodes a source reaches when ``shut`` are shut."""
    is_open = ~network.is_shut
    is_open[shut] = False
    ends = np.concatenate([network.pipes, network.valves[is_open]])
    joined = coo_array(
        (np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(network.nodes, network.nodes)
    )
    _, part = connected_components(joined, directed=False)
    fed: NDArray[np.bool_] = np.isin(part, part[network.sources])
    return fed
