# SPDX-License-Identifier: Apache-2.0
"""A part of the map as an address states it: west, south, east, north in degrees."""

from __future__ import annotations

import math

Box = tuple[float, float, float, float]


def read_box(words: str) -> Box | None:
    """Four numbers with commas between; None where it is left out or cannot be understood."""
    try:
        west, south, east, north = (float(word) for word in words.split(","))
    except ValueError:
        return None
    return (west, south, east, north) if all(map(math.isfinite, (west, south, east, north))) else None
