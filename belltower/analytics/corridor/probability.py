# SPDX-License-Identifier: Apache-2.0
"""How surely a machine is within a pipe's zone, when neither its place nor the pipe's is known to the metre."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

CIRCULAR_50 = 1.0 / math.sqrt(2.0 * math.log(2.0))
CIRCULAR_95 = 1.0 / math.sqrt(2.0 * math.log(20.0))
"""Standard deviation of one axis for a stated radius that holds 50 or 95 of 100 fixes (errors alike in all directions)."""


def inside(
    distance_m: NDArray[np.float64] | float,
    *,
    reach_m: float,
    gnss_sigma_m: NDArray[np.float64] | float,
    map_sigma_m: NDArray[np.float64] | float,
) -> NDArray[np.float64]:
    """The probability that what was seen at ``distance_m`` from the drawn pipe is within ``reach_m`` of the real one.

    Both errors are normal across the pipe, with these standard deviations, and independent; the pipe is taken as straight
    and long. Distances that are not known (NaN) give NaN: nobody may read that as far away. Beyond a pipe's end the
    figure is too high rather than too low. Errors that all fixes share (a wrong datum) are not in it.
    """
    distance = np.asarray(distance_m, dtype=np.float64)
    spread = np.hypot(gnss_sigma_m, map_sigma_m)
    if not np.all(spread >= 0):
        raise ValueError("Errors need standard deviations of 0 m or more.")
    certain = np.where(np.isnan(distance), np.nan, (distance <= reach_m).astype(np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        likely = ndtr((reach_m - distance) / spread) - ndtr((-reach_m - distance) / spread)
    return np.where(spread > 0, likely, certain)


def reach_for(*, reach_m: float, gnss_sigma_m: float, map_sigma_m: float, at_least: float) -> float:
    """How far to look so that no machine that is inside with a probability of ``at_least`` is overlooked."""
    if not 0 < at_least < 1:
        raise ValueError(f"A probability between 0 and 1 is needed, not {at_least}.")
    spread = math.hypot(gnss_sigma_m, map_sigma_m)
    low, high = 0.0, reach_m + 9 * spread
    if float(inside(0.0, reach_m=reach_m, gnss_sigma_m=gnss_sigma_m, map_sigma_m=map_sigma_m)) < at_least:
        return 0.0
    for _ in range(60):
        middle = (low + high) / 2
        is_likely = inside(middle, reach_m=reach_m, gnss_sigma_m=gnss_sigma_m, map_sigma_m=map_sigma_m) >= at_least
        low, high = (middle, high) if is_likely else (low, middle)
    return high
