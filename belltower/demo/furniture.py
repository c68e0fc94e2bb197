# SPDX-License-Identifier: Apache-2.0
"""What stands along the demo's streets: lights about 35 m apart, signals at crossings, cabinets, cameras, bins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from belltower.demo.network import TRUNK, Points, Streets, Town
from belltower.demo.things import Things
from belltower.kernel.texts import Text

LIGHT_SPACING_M = 35.0
_KERB_M = np.array([14.0, 9.0, 6.0])  # from the middle of the street, by rank
_HEIGHT_M = np.array([12, 10, 8])
_WATTAGE = np.array([180, 120, 60])


def along(streets: Streets, spacing_m: float) -> tuple[NDArray[np.int64], Points, NDArray[np.int64]]:
    """Places at about ``spacing_m`` along the streets: their segments, points at alternating kerbs, numbers within."""
    counts = np.maximum(1, np.rint(streets.lengths / spacing_m).astype(np.int64))
    segment = np.repeat(np.arange(len(counts)), counts)
    number = np.arange(len(segment)) - np.repeat(np.cumsum(counts) - counts, counts)
    begin, end = streets.nodes[streets.start[segment]], streets.nodes[streets.end[segment]]
    way = end - begin
    share = ((number + 0.5) / counts[segment])[:, None]
    aside = np.stack([-way[:, 1], way[:, 0]], axis=1) / np.hypot(*way.T)[:, None]
    side = np.where(number % 2 == 0, 1.0, -1.0) * _KERB_M[streets.rank[segment]]
    return segment, begin + share * way + aside * side[:, None], number


def lights(town: Town, streets: Streets, names: Sequence[Text]) -> Things:
    """Street lights, higher and brighter on greater streets."""
    segment, places, number = along(streets, LIGHT_SPACING_M)
    ranks = streets.rank[segment]
    roads = streets.road[segment].tolist()
    return Things(
        kind="street_light",
        keys=[f"{town.code}-L{n:06}" for n in range(1, len(segment) + 1)],
        shapes=shapely.points(places),
        owners="demo-lighting",
        fields=[
            {
                "height": height,
                "lamp": "LED",
                "wattage": wattage,
                "lights": 2 if rank == TRUNK else 1,
                "street": names[road].zh,
            }
            for height, wattage, rank, road in zip(
                _HEIGHT_M[ranks].tolist(), _WATTAGE[ranks].tolist(), ranks.tolist(), roads, strict=True
            )
        ],
    )
