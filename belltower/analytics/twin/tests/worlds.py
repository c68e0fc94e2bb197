# SPDX-License-Identifier: Apache-2.0
"""Networks for the twin: a pipe that can be reckoned by hand, and streets in a grid."""

from __future__ import annotations

import numpy as np

from belltower.analytics.twin.network import BAR_PA, NORMAL_PA, Friction, Gas, GasNetwork

GAS = Gas(density=0.78, viscosity=1.1e-5, slope=-2.2e-8)


def line(*, nodes: int = 2, drawn: float = 0.05, friction: Friction = Friction.NIKURADSE) -> GasNetwork:
    """Pipes of 1 km and 10 cm in a row from a source at 3 bar; everything is drawn at the end."""
    pipes = np.stack([np.arange(nodes - 1), np.arange(1, nodes)], axis=1)
    return streets_of(
        pipes, nodes=nodes, length=1000.0, drawn=np.append(np.zeros(nodes - 1), drawn), sources=[0], friction=friction
    )


def streets(chance: np.random.Generator, side: int = 12) -> GasNetwork:
    """Streets of ``side`` by ``side`` crossings with two sources; homes draw at every crossing."""
    at = np.arange(side * side).reshape(side, side)
    pipes = np.concatenate(
        [np.stack([at[:, :-1].ravel(), at[:, 1:].ravel()], 1), np.stack([at[:-1].ravel(), at[1:].ravel()], 1)]
    )
    drawn = chance.uniform(1e-4, 1e-3, side * side)
    return streets_of(pipes, nodes=side * side, length=120.0, drawn=drawn, sources=[0, side * side - 1])


def streets_of(
    pipes: np.ndarray,
    *,
    nodes: int,
    length: float,
    drawn: np.ndarray,
    sources: list[int],
    friction: Friction = Friction.NIKURADSE,
) -> GasNetwork:
    """Level pipes of 10 cm, sources at 3 bar above the air."""
    count = len(pipes)
    return GasNetwork(
        pipes, np.full(count, length), np.full(count, 0.1), np.full(count, 1e-4), np.zeros(count), np.ones(count, dtype=bool),
        np.zeros(nodes), np.full(nodes, 283.15), drawn, np.array(sources), np.full(len(sources), 3 * BAR_PA + NORMAL_PA), GAS, friction,
    )  # fmt: skip
