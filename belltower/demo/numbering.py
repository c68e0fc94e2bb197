# SPDX-License-Identifier: Apache-2.0
"""The 17-digit codes of the demo's parts: by the district of the plan, so that loading real outlines changes none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import shapely

from belltower.core.places.kinds import register
from belltower.demo.outlines import SimulatedArea
from belltower.demo.things import Things
from belltower.kernel.codes import asset_code


class Numbering:
    """Gives codes in the order in which it is asked; the same things in the same order get the same codes."""

    def __init__(self, areas: Sequence[SimulatedArea]) -> None:
        districts = [area for area in areas if area.level == "district"]
        self._codes = [district.code for district in districts]
        self._tree = shapely.STRtree([district.outline for district in districts])
        self._last: Counter[tuple[str, str]] = Counter()

    def codes(self, some: Things) -> list[str | None] | None:
        """The codes of these things; None where their kind has no official class, or one lies in no district."""
        gb_code = register().kind(some.kind).gb_code
        if gb_code is None:
            return None
        whose = np.full(len(some), -1)
        thing, district = self._tree.query(some.shapes, predicate="intersects")
        whose[thing] = district
        return [None if at < 0 else self._next(self._codes[at], gb_code) for at in whose.tolist()]

    def _next(self, district: str, gb_code: str) -> str:
        self._last[district, gb_code] += 1
        return asset_code(district, gb_code, self._last[district, gb_code])
