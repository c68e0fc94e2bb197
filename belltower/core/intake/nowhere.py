# SPDX-License-Identifier: Apache-2.0
"""Points that stand for an unknown place: told by a rule, and by counting what a file repeats. Pure, no look-ups."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from math import isfinite

Point = tuple[float, float]
"""Longitude and latitude in degrees as the file has them."""
MOST_ADDRESSES, LEAST_SHARE, LEAST_ROWS = 5, 0.005, 20


class Nowhere(StrEnum):
    """Why a point is no place."""

    MISSING = "missing"
    NO_PLACE = "no_place"
    WHOLE = "whole_degree"
    REPEATED = "repeated"


def by_rule(lon: float | None, lat: float | None) -> Nowhere | None:
    """Why two numbers tell no place by themselves; None where they may.

    Nobody measures a place to be at whole degrees of both axes: that is somebody's default (0, 0; -77, 39).
    """
    if lon is None or lat is None:
        return Nowhere.MISSING
    if not (isfinite(lon) and isfinite(lat)) or abs(lon) > 180 or abs(lat) > 90:
        return Nowhere.NO_PLACE
    return Nowhere.WHOLE if lon == round(lon) and lat == round(lat) else None


class Counting:
    """Counts what a file says of each point, to find those that it uses for whatever it does not know."""

    def __init__(self) -> None:
        self._rows: dict[Point, int] = {}
        self._addresses: dict[Point, set[str]] = {}
        self._total, self._has_addresses = 0, False

    def add(self, told: Iterable[tuple[float | None, float | None, str]]) -> None:
        """Rows as (lon, lat, address)."""
        for lon, lat, address in told:
            if lon is None or lat is None or by_rule(lon, lat):
                continue
            point = (lon, lat)
            self._total += 1
            self._rows[point] = self._rows.get(point, 0) + 1
            if address:
                self._has_addresses = True
                known = self._addresses.setdefault(point, set())
                if len(known) < MOST_ADDRESSES:
                    known.add(plain(address))

    def repeated(self) -> set[Point]:
        """Points at which so many different addresses lie that it is nobody's.

        A point with one address is a place however often it comes: an office at which hundreds of papers arrive. Where a
        file has no addresses, a point of LEAST_SHARE of all rows, and at least LEAST_ROWS, is taken for a default.
        """
        if self._has_addresses:
            return {point for point, known in self._addresses.items() if len(known) >= MOST_ADDRESSES}
        least = max(LEAST_ROWS, LEAST_SHARE * self._total)
        return {point for point, rows in self._rows.items() if rows >= least}


def plain(address: str) -> str:
    """An address as it is compared: capitals, without what stands after the street, and without punctuation."""
    return re.sub(r"[^\w]+", " ", address.split(",")[0].upper()).strip()


def key_of(lon: float | None, lat: float | None, address: str) -> str:
    """What tells one place from another: the address where there is one, else the point to about 10 m; empty where neither."""
    return plain(address)[:120] or (f"{lon:.4f} {lat:.4f}" if lon is not None and lat is not None else "")
