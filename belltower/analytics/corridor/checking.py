# SPDX-License-Identifier: Apache-2.0
"""A stranger's check of certificates: no grid, no compiled loop, every segment looked at."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.corridor.certificates import Certificate, Hit, Miss
from belltower.analytics.corridor.segments import Segments

_TOLERANCE_M = 1e-6


def check(certificate: Certificate, segments: Segments, *, at: tuple[float, float], reach_m: float) -> bool:
    """Whether the certificate proves that the point ``at`` is, or is not, within ``reach_m`` of the segments."""
    if isinstance(certificate, Hit):
        return _is_hit(certificate, segments, at, reach_m)
    return _is_miss(certificate, segments, at, reach_m)


def distances(segments: Segments, at: tuple[float, float]) -> NDArray[np.float64]:
    """Metres from the point to each segment, the plain way."""
    begin, end = segments.ends[:, :2], segments.ends[:, 2:]
    across, to_point = end - begin, np.asarray(at) - begin
    length = np.hypot(across[:, 0], across[:, 1])
    unit = across / np.where(length > 0, length, 1.0)[:, None]
    along = np.clip((to_point * unit).sum(axis=1), 0.0, length)
    rest = to_point - along[:, None] * unit
    apart: NDArray[np.float64] = np.hypot(rest[:, 0], rest[:, 1])
    return apart


def _is_hit(hit: Hit, segments: Segments, at: tuple[float, float], reach_m: float) -> bool:
    if not 0 <= hit.segment < len(segments):
        return False
    one = Segments(segments.ends[hit.segment : hit.segment + 1], segments.pipe[hit.segment : hit.segment + 1])
    lies_on = float(distances(one, hit.foot)[0]) <= _TOLERANCE_M
    distance = math.dist(at, hit.foot)
    return lies_on and abs(distance - hit.distance_m) <= _TOLERANCE_M and distance <= reach_m + _TOLERANCE_M


def _is_miss(miss: Miss, segments: Segments, at: tuple[float, float], reach_m: float) -> bool:
    """By the triangle: what is farther than clear_m from the centre is farther than the reach from the point."""
    if math.dist(at, miss.centre) > miss.clear_m - reach_m + _TOLERANCE_M:
        return False
    rest = np.ones(len(segments), dtype=bool)
    rest[list(miss.compared)] = False
    is_clear = bool((distances(segments, miss.centre)[rest] > miss.clear_m - _TOLERANCE_M).all())
    return is_clear and bool((distances(segments, at)[~rest] > reach_m - _TOLERANCE_M).all())
