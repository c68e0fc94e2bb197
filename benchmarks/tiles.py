# SPDX-License-Identifier: Apache-2.0
"""Tiles of a million assets along a pan path, zoom 10 to 17: ``python -m benchmarks.tiles [--quick] [--as enterprise]``.

Cold is a tile that no process has made yet; cached is the same tile asked for again. Both go through the function that
the map's view calls, in the viewer's process, without the network.
"""

from __future__ import annotations

import sys
import time
from math import asinh, pi, radians, tan
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.ground import EVERYONE, fresh_database, report, viewers
from benchmarks.mixed_city import SIDE_M, build, centre

if TYPE_CHECKING:
    from belltower.core.places.scope import Scope

ASSETS, QUICK_ASSETS = 1_000_000, 60_000
STEPS, QUICK_STEPS = 24, 10
ZOOMS = range(10, 18)
SCREEN = (4, 3)
"""Tiles of 512 px that a screen of 1920 by 1080 shows."""


def main(arguments: list[str]) -> None:
    quick = "--quick" in arguments
    with fresh_database():
        build(QUICK_ASSETS if quick else ASSETS)
        figures: dict[str, float] = {}
        for who, scope in viewers(arguments):
            figures |= pan(QUICK_STEPS if quick else STEPS, who, scope)
        report(**figures)


def pan(steps: int, who: str, scope: Scope) -> dict[str, float]:
    """Walk from one corner of the city through its centre to the other, at each zoom; the 95th percentiles."""
    from belltower.core.places.scope import seen_as

    print(f"as {who}")
    with seen_as(scope):
        return _pan(steps, who, scope)


def _pan(steps: int, who: str, scope: Scope) -> dict[str, float]:
    from belltower.core.places import tiles
    from belltower.core.places.kinds import register

    kinds = list(register().layers)
    tiles.tile(*_tile(8, *centre()), kinds, scope)  # the first call connects and reads the profile
    print(f"{'zoom':>4} {'tiles':>6} {'kB p50':>7} {'kB max':>7} {'cold p50':>9} {'cold p95':>9} {'worst':>7} {'cached p95':>11}")  # fmt: skip
    cold: list[float] = []
    cached: list[float] = []
    for zoom in ZOOMS:
        path = _path(zoom, steps)
        made = [_timed(tile, kinds, scope) for tile in path]
        again = [_timed(tile, kinds, scope)[0] for tile in path]
        took, sizes = [each[0] for each in made], [each[1] / 1024 for each in made]
        print(
            f"{zoom:4} {len(path):6} {np.percentile(sizes, 50):7.0f} {max(sizes):7.0f} {np.percentile(took, 50):9.1f} "
            f"{np.percentile(took, 95):9.1f} {max(took):7.1f} {np.percentile(again, 95):11.2f}"
        )
        cold += took
        cached += again
    mark = "" if who == EVERYONE else f"_as_{who}"
    return {
        f"cold_p95_ms{mark}": round(float(np.percentile(cold, 95)), 1),
        f"cached_p95_ms{mark}": round(float(np.percentile(cached, 95)), 2),
        f"tiles{mark}": len(cold),
    }


def _timed(tile: tuple[int, int, int], kinds: list[str], scope: Scope) -> tuple[float, int]:
    """Milliseconds, and bytes as sent."""
    from belltower.core.places import tiles

    began = time.perf_counter()
    packed = tiles.tile(*tile, kinds, scope).packed
    return (time.perf_counter() - began) * 1000, len(packed)


def _path(zoom: int, steps: int) -> list[tuple[int, int, int]]:
    """The tiles of each screen along the diagonal, each once."""
    from belltower.core.places import city

    plane = city.plane()
    east, north = (float(value) for value in plane.to_plane(*centre()))
    along = np.linspace(-0.45, 0.45, steps) * SIDE_M
    found: dict[tuple[int, int, int], None] = {}
    for lon, lat in zip(*plane.to_geographic(east + along, north + along), strict=True):
        _, x, y = _tile(zoom, lon, lat)
        found |= {(zoom, x + dx, y + dy): None for dx in range(SCREEN[0]) for dy in range(SCREEN[1])}
    return list(found)


def _tile(zoom: int, lon: float, lat: float) -> tuple[int, int, int]:
    """The upper left tile of a screen about a place."""
    x, y = (lon + 180) / 360 * 2**zoom, (1 - asinh(tan(radians(lat))) / pi) / 2 * 2**zoom
    return zoom, int(x - SCREEN[0] / 2), int(y - SCREEN[1] / 2)


if __name__ == "__main__":
    main(sys.argv[1:])
