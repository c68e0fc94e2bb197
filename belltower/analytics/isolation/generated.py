# SPDX-License-Identifier: Apache-2.0
"""Valves by a stated rule, where a network file has none. They are generated, and whoever shows them must say so."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.isolation.network import Network, Numbers

RULE = "A valve on each pipe of at least {longer_m:g} m, at its end at every node where three or more pipes meet, and beside each source."


def with_valves(
    *, nodes: int, pipes: Numbers, length_m: NDArray[np.float64], sources: Numbers, customers: Numbers,
    priority: Numbers, longer_m: float = 20.0,
) -> Network:  # fmt: skip
    """The network with generated valves: a pipe's end at a crossing gets a node of its own, and a valve before it.

    Service lines shorter than ``longer_m`` get none: they are shut at the house. Effort is 1, or 3 where a pipe is shorter
    than 50 m: two valves close together are in the same crowded crossing (an assumption, not a measurement).
    """
    degree = np.bincount(pipes.ravel(), minlength=nodes)
    is_crossing = degree >= 3
    is_crossing[sources] = True
    places = np.argwhere(is_crossing[pipes] & (length_m >= longer_m)[:, None])
    moved, own = pipes.copy(), nodes + np.arange(len(places))
    moved[places[:, 0], places[:, 1]] = own
    valves = np.stack([pipes[places[:, 0], places[:, 1]], own], axis=1).astype(np.int64)
    effort = np.where(length_m[places[:, 0]] < 50.0, 3, 1).astype(np.int64)
    shut = np.zeros(len(valves), dtype=bool)
    return Network(nodes + len(places), moved, valves, effort, shut, sources, customers, priority)
