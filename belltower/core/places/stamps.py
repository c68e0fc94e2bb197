# SPDX-License-Identifier: Apache-2.0
"""How often the assets of a place have changed: the version of whatever is made from them.

A version grows with every commit that touches an asset there. Read it before the assets: what is made then is never
older than its version says.
"""

from __future__ import annotations

from math import floor

import numpy as np
from django.db import connection

from belltower.core.places.columns import Box
from belltower.core.places.geometry import Plane

SIDE_M = 2048
"""Side of a stamped square of the metric plane; a change makes the tiles over its square new."""


EVERYWHERE = Box(-4e7, -4e7, 4e7, 4e7)
"""Instead of the box of a tile that reaches where the city's plane has no numbers (the other side of the earth)."""


def version(box: Box) -> int:
    """The sum of all changes in the squares that ``box`` (metres in the plane) touches."""
    west, south, east, north = (floor(side / SIDE_M) for side in box)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(n), 0)::bigint FROM places_stamp WHERE east BETWEEN %s AND %s AND north BETWEEN %s AND %s",
            [west, east, south, north],
        )
        return int(cursor.fetchone()[0])


def tile_box(zoom: int, x: int, y: int, plane: Plane, *, margin: float = 0.0) -> Box:
    """The box in the plane around a Web-Mercator tile and ``margin`` (a share of its side) about it.

    The tile's border is curved in the plane: 16 points of each side are taken, and a thousandth more on each side.
    """
    share = np.linspace(-margin - 0.001, 1.001 + margin, 16)
    ends = np.full(16, share[0]), np.full(16, share[-1])
    across = np.concatenate([share, share, *ends])
    down = np.concatenate([*ends, share, share])
    east, north = plane.to_plane(*degrees((x + across) / 2.0**zoom, (y + down) / 2.0**zoom))
    if not (np.isfinite(east).all() and np.isfinite(north).all()):
        return EVERYWHERE
    return Box(float(np.min(east)), float(np.min(north)), float(np.max(east)), float(np.max(north)))


def degrees(across: np.ndarray, down: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude of shares (0 to 1, from the north-west corner) of the Web-Mercator square."""
    return np.clip(across, 0, 1) * 360.0 - 180.0, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * np.clip(down, 0, 1)))))
