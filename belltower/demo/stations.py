# SPDX-License-Identifier: Apache-2.0
"""The demo's 72 city stations (城市驿站): 14 in service, 2 being built, 56 planned; 43 with a toilet, 29 for rest only.

The numbers are those told of the reference city in 2021 (secondary source); the places are invented.
"""

from __future__ import annotations

import numpy as np
import shapely

from belltower.demo.furniture import spread, titled
from belltower.demo.network import BuiltUp
from belltower.demo.outlines import place_names
from belltower.demo.things import Things

LIVES = ["in_service"] * 14 + ["being_built"] * 2 + ["planned"] * 56
CLASSES = ["with_toilet"] * 43 + ["rest_only"] * 29


def stations(core: BuiltUp, rng: np.random.Generator) -> Things:
    """All stations, as far from each other as the core's streets allow."""
    served = core.streets.nodes[np.unique(core.streets.start)]
    middle = int(np.hypot(*(served - core.town.centre).T).argmin())
    places = served[spread(served, len(LIVES), middle)] + (12, -12)
    classes = rng.permutation(CLASSES).tolist()
    return Things(
        kind="city_station",
        keys=[f"{core.town.code}-Y{number:03}" for number in range(1, len(LIVES) + 1)],
        shapes=shapely.points(places),
        owners="demo-bureau",
        names=titled(place_names(len(LIVES), rng), "驿站", "Station"),
        lives=LIVES,
        fields=[
            {"class": each, "opening_hours": "06:00-22:00", **_offers(number)} for number, each in enumerate(classes)
        ],
    )


def _offers(number: int) -> dict[str, bool]:
    """What a station has; nobody looked into those that are planned."""
    if LIVES[number] != "in_service":
        return {}
    return {"wash_basin": True, "lockers": True, "microwave": number % 2 == 0, "drinking_water": number != 5,
            "first_aid": number % 6 != 4, "air_conditioning": number != 9}  # fmt: skip
