# SPDX-License-Identifier: Apache-2.0
"""Small towns of pipes and points that lie where it is hard: on ends, edges of cells, edges of the reach."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.corridor.segments import Segments, segments


def town(chance: np.random.Generator, *, pipes: int = 40, side_m: float = 1_000.0) -> Segments:
    """Pipes in all directions; some touch, one has no length."""
    lines = [(pipe, chance.uniform(0, side_m, (chance.integers(2, 6), 2))) for pipe in range(pipes)]
    return segments([*lines, (pipes, [(0.0, 0.0)]), (pipes + 1, [(100.0, 100.0), (200.0, 100.0)])])


def places(chance: np.random.Generator, town: Segments, reach_m: float, count: int = 3_000) -> NDArray[np.float64]:
    """Points (n, 2) anywhere, beyond the town, on pipes, at the edge of the reach, and on corners of cells."""
    anywhere = chance.uniform(-300, 1_300, (count, 2))
    which = chance.integers(0, len(town), count)
    along, angle = chance.uniform(0, 1, (count, 1)), chance.uniform(0, 2 * np.pi, count)
    on = town.ends[which, :2] + along * (town.ends[which, 2:] - town.ends[which, :2])
    around = on + reach_m * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    corners = np.round(anywhere / 25.0) * 25.0
    beside = [(150.0, 100.0 + reach_m), (150.0, 100.0 + reach_m + 1e-3), (150.0, 100.0 + reach_m - 1e-3)]
    return np.concatenate([anywhere, on, around, corners, np.array(beside)])
