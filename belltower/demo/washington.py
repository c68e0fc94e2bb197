# SPDX-License-Identifier: Apache-2.0
"""The second demo: Washington's wards and neighbourhoods as simple outlines, empty of assets, to load real ones into."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml

from belltower.demo.outlines import SimulatedArea, cells, in_plane
from belltower.kernel.city import CityProfile
from belltower.kernel.plane import MetricPlane
from belltower.kernel.texts import Text


def areas(profile: CityProfile, plane: MetricPlane) -> list[SimulatedArea]:
    """City, wards and neighbourhoods, parents first; a ward is the union of its neighbourhoods' cells."""
    read = _read()
    outline = shapely.Polygon(in_plane(plane, read["outline"]))
    centres = [centre for places in read["wards"].values() for centre in places.values()]
    shapes = iter(cells(in_plane(plane, centres), outline))
    found: list[SimulatedArea] = []
    for ward in profile.districts:
        below = [
            SimulatedArea(f"{ward.code}{number:03}", "street", Text(en=name), ward.code, next(shapes), None)
            for number, name in enumerate(read["wards"][ward.code], start=1)
        ]
        whole = shapely.coverage_union_all(np.array([one.outline for one in below], dtype=object))
        found += [SimulatedArea(ward.code, "district", ward.name, profile.code, whole, None), *below]
    wards = np.array([one.outline for one in found if one.level == "district"], dtype=object)
    return [SimulatedArea(profile.code, "city", profile.name, None, shapely.coverage_union_all(wards), None), *found]


@cache
def _read() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "washington.yaml").read_text(encoding="utf-8"))
    return found
