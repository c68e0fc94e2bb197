# SPDX-License-Identifier: Apache-2.0
"""Nearest ten and all within 500 m, among a million assets: ``python -m benchmarks.near [--quick] [--as enterprise]``.

Asked as everyone (who sees all) and then as one enterprise, in whose scope the database hides the others' assets.
"""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.ground import EVERYONE, fresh_database, report, viewers
from benchmarks.mixed_city import SIDE_M, build

if TYPE_CHECKING:
    from belltower.core.places.scope import Scope

ASSETS, QUESTIONS = 1_000_000, 400
QUICK_ASSETS, QUICK_QUESTIONS = 60_000, 150
MOST = 1000
"""The most rows that the API gives at once."""


def main(arguments: list[str]) -> None:
    quick = "--quick" in arguments
    with fresh_database():
        build(QUICK_ASSETS if quick else ASSETS)
        figures = {}
        for who, scope in viewers(arguments):
            figures |= ask(QUICK_QUESTIONS if quick else QUESTIONS, who, scope)
        report(**figures)


def ask(questions: int, who: str, scope: Scope) -> dict[str, float]:
    """Ask at places spread as the assets are; the 95th percentiles in milliseconds."""
    from belltower.core.places import near as plain
    from belltower.core.places.scope import seen_as

    with seen_as(scope):
        return _ask(_places(questions), plain, who, scope)


def _ask(places: list[tuple[float, float]], plain: Any, who: str, scope: Scope) -> dict[str, float]:
    near = SimpleNamespace(
        nearest=functools.partial(plain.nearest, scope=scope), within=functools.partial(plain.within, scope=scope)
    )
    kinds = ["street_light", "waste_bin"]
    rare = ["city_station"]
    figures = {
        "nearest 10": _measure(places, lambda lon, lat: near.nearest(lon, lat, count=10)),
        "nearest 10 of two kinds": _measure(places, lambda lon, lat: near.nearest(lon, lat, count=10, kinds=kinds)),
        "nearest 10 of a rare kind": _measure(places, lambda lon, lat: near.nearest(lon, lat, count=10, kinds=rare)),
        "within 500 m": _measure(places, lambda lon, lat: near.within(lon, lat, 500, most=MOST)),
        "within 500 m, all": _measure(places, lambda lon, lat: near.within(lon, lat, 500)),
        "within 500 m of two kinds": _measure(
            places, lambda lon, lat: near.within(lon, lat, 500, kinds=kinds, most=MOST)
        ),
    }
    print(f"{'as ' + who:28} {'p50 ms':>8} {'p95 ms':>8} {'worst':>8} {'rows':>7}")
    for name, (took, rows) in figures.items():
        print(f"{name:28} {np.percentile(took, 50):8.2f} {np.percentile(took, 95):8.2f} {max(took):8.2f} {rows:7.0f}")
    mark = "" if who == EVERYONE else f"_as_{who}"
    return {
        f"nearest_p95_ms{mark}": round(float(np.percentile(figures["nearest 10"][0], 95)), 2),
        f"within_p95_ms{mark}": round(float(np.percentile(figures["within 500 m"][0], 95)), 2),
    }


def _places(count: int) -> list[tuple[float, float]]:
    from belltower.core.places import city

    chance = np.random.default_rng(11)
    plane = city.plane()
    east, north = (float(value) for value in plane.to_plane(*city.current().centre))
    lon, lat = plane.to_geographic(
        east + chance.uniform(-SIDE_M / 2, SIDE_M / 2, count), north + chance.uniform(-SIDE_M / 2, SIDE_M / 2, count)
    )
    return list(zip(lon.tolist(), lat.tolist(), strict=True))


def _measure(
    places: list[tuple[float, float]], question: Callable[[float, float], list[object]]
) -> tuple[list[float], float]:
    """Milliseconds of each answer, and how many rows it has on average; the first few warm the caches."""
    for lon, lat in places[:10]:
        question(lon, lat)
    took, rows = [], 0
    for lon, lat in places:
        began = time.perf_counter()
        rows += len(question(lon, lat))
        took.append((time.perf_counter() - began) * 1000)
    return took, rows / len(places)


if __name__ == "__main__":
    main(sys.argv[1:])
