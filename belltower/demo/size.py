# SPDX-License-Identifier: Apache-2.0
"""How big a demo city is: about 25 thousand, 240 thousand or 2.6 million assets."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Size(StrEnum):
    TOWN = "town"
    CITY = "city"
    MEGA = "mega"


@dataclass(frozen=True, slots=True)
class Extent:
    """The built-up places of one size: blocks a side and metres a block, of the core, the seats and small towns."""

    core_lines: int
    seat_lines: int
    town_lines: int  # none where 0
    block_m: float
    grids_within_m: float  # of the centre, communities are cut into unit grids


EXTENTS = {
    Size.TOWN: Extent(core_lines=21, seat_lines=6, town_lines=0, block_m=210.0, grids_within_m=0),
    Size.CITY: Extent(core_lines=54, seat_lines=24, town_lines=0, block_m=200.0, grids_within_m=2_500),
    Size.MEGA: Extent(core_lines=84, seat_lines=54, town_lines=20, block_m=170.0, grids_within_m=6_000),
}
