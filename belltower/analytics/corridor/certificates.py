# SPDX-License-Identifier: Apache-2.0
"""Why a point is within reach, or is not: enough for a stranger to check each answer without the grid (checking.py)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.corridor.index import Corridor


@dataclass(frozen=True, slots=True)
class Hit:
    """The point is ``distance_m`` from ``foot``, which lies on ``segment``."""

    segment: int
    foot: tuple[float, float]
    distance_m: float


@dataclass(frozen=True, slots=True)
class Miss:
    """All segments but those ``compared`` are farther than ``clear_m`` from ``centre``, which the point is near to.

    Nothing compared is the usual case; each one compared is farther from the point than the reach.
    """

    centre: tuple[float, float]
    clear_m: float
    compared: tuple[int, ...]


Certificate = Hit | Miss


def certify(place: Corridor, east: float, north: float, segment: int) -> Certificate:
    """The certificate of what within() or nearest() said of one point. Raises ValueError for a point without a place."""
    if not (math.isfinite(east) and math.isfinite(north)):
        raise ValueError("A point without a place is neither within reach nor out of it.")
    if segment >= 0:
        x, y, distance = (float(part[0]) for part in feet(place, *(np.array([v]) for v in (east, north, segment))))
        return Hit(segment, (x, y), distance)
    return _miss(place, east, north)


def feet(
    place: Corridor, east: NDArray[np.float64], north: NDArray[np.float64], segment: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Of points within reach the nearest point of their segment, east and north in metres, and its distance."""
    line = place.lines[segment]
    along = np.clip(((east - line[:, 0]) * line[:, 2] + (north - line[:, 1]) * line[:, 3]) * line[:, 4], 0.0, 1.0)
    x, y = line[:, 0] + along * line[:, 2], line[:, 1] + along * line[:, 3]
    return x, y, np.hypot(east - x, north - y)


def _miss(place: Corridor, east: float, north: float) -> Miss:
    across, up = (east - place.west) / place.cell_m, (north - place.south) / place.cell_m
    if not (0 <= across < place.columns and 0 <= up < place.rows):
        return Miss((east, north), place.reach_m, ())  # off the grid, which has a margin of reach and a cell
    column, row = int(across), int(up)
    centre = (place.west + (column + 0.5) * place.cell_m, place.south + (row + 0.5) * place.cell_m)
    code = int(place.code[row * place.columns + column])
    listed = place.listed[place.first[-3 - code] : place.first[-2 - code]].tolist() if code <= -3 else []
    return Miss(centre, place.reach_m + place.cell_m * math.sqrt(0.5), tuple(listed))
