# SPDX-License-Identifier: Apache-2.0
"""Which known cases a new report may repeat: by place or asset, kind, time and words. Values in, values out; nobody is merged here."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import product
from math import cos, floor, hypot, radians

NEAR_M = 200.0
"""Farther away, it is another thing."""
RECENT = timedelta(days=30)
"""Longer ago, it is another time; what is still open counts whenever it was reported."""
LEAST = 0.5
MOST = 5
COMPARED = 60
"""With so many neighbours, the newest, each is compared when pairs are looked for: a crowded corner stays affordable."""
_CELL = NEAR_M / 100_000  # degrees: no less than NEAR_M of latitude, and of longitude up to 26 degrees; see _around
_DEGREE_M = 111_320.0  # of latitude; within 0.6 % everywhere


@dataclass(frozen=True, slots=True)
class Told:
    """What is compared: a place in degrees (WGS 84; None where nobody knows it), a kind, an instant, words.

    ``asset`` is whose case it is, ``finding`` what the city found: cases of two findings are never one, since each follows its own.
    """

    lon: float | None
    lat: float | None
    kind: str
    at: datetime
    text: str = ""
    number: str = ""
    is_open: bool = True
    asset: int | None = None
    finding: int | None = None


@dataclass(frozen=True, slots=True)
class Pair:
    """Two known cases that may be one, the later one first."""

    later: str
    earlier: str
    score: float
    metres: float


@dataclass(frozen=True, slots=True)
class Likeness:
    """A known case, how like it is (0 to 1), and how far away (metres)."""

    number: str
    score: float
    metres: float


def likely_duplicates(
    new: Told, known: Iterable[Told], *, near_m: float = NEAR_M, recent: timedelta = RECENT
) -> list[Likeness]:
    """The at most MOST known cases that ``new`` may repeat, the likest first.

    Half of the score is the place (1 at the same, 0 at ``near_m``), a quarter the kind, a quarter the words; two of
    another kind are alike only where their words are. Nothing is like what has no place, but what is about the same asset.
    """
    found = [one for each in known if (one := _likeness(new, each, near_m, recent)) and one.score >= LEAST]
    return sorted(found, key=lambda one: (-one.score, one.metres, one.number))[:MOST]


def likely_pairs(known: Sequence[Told], *, most: int) -> list[Pair]:
    """At most so many pairs of these cases that may be one, the likest first; each pair once."""
    found: dict[frozenset[str], Pair] = {}
    near = _by_place(known)
    for one in known:
        for like in likely_duplicates(one, _around(one, near)):
            other = near[("case", like.number)][0]
            later, earlier = sorted((one, other), key=lambda each: (each.at, each.number), reverse=True)
            found.setdefault(
                frozenset((one.number, other.number)), Pair(later.number, earlier.number, like.score, like.metres)
            )
    return sorted(found.values(), key=lambda pair: (-pair.score, pair.metres, pair.later))[:most]


def likeness_of_words(one: str, other: str) -> float:
    """0 to 1: shared pairs of characters over all of them (Jaccard); blanks and punctuation do not count."""
    mine, theirs = _pairs(one), _pairs(other)
    return len(mine & theirs) / len(mine | theirs) if mine and theirs else 0.0


def metres_between(one: Told, other: Told) -> float | None:
    """How far apart, on a plane that is flat over a neighbourhood; None where a place is not known."""
    if one.lon is None or one.lat is None or other.lon is None or other.lat is None:
        return None
    east = (one.lon - other.lon) * cos(radians(one.lat))
    return hypot(east, one.lat - other.lat) * _DEGREE_M


def _likeness(new: Told, known: Told, near_m: float, recent: timedelta) -> Likeness | None:
    metres = 0.0 if new.asset is not None and new.asset == known.asset else metres_between(new, known)
    if new.finding is not None and known.finding is not None:
        return None
    if metres is None or metres > near_m or (not known.is_open and abs(new.at - known.at) > recent):
        return None
    words = likeness_of_words(new.text, known.text)
    score = 0.5 * (1 - metres / near_m) + 0.25 * (new.kind == known.kind) + 0.25 * words
    return Likeness(known.number, score, metres)


def _by_place(known: Iterable[Told]) -> Mapping[tuple[object, ...], list[Told]]:
    """The cases by cell of a grid, by asset and by number, the newest first."""
    found: defaultdict[tuple[object, ...], list[Told]] = defaultdict(list)
    for one in sorted(known, key=lambda each: each.at, reverse=True):
        found[("case", one.number)].append(one)
        if one.asset is not None:
            found[("asset", one.asset)].append(one)
        if one.lon is not None and one.lat is not None:
            found[("cell", *_cell(one.lon, one.lat))].append(one)
    return found


def _around(one: Told, near: Mapping[tuple[object, ...], list[Told]]) -> list[Told]:
    """Its neighbours, at most COMPARED: those of its asset, then those of its cell and of the cells around it."""
    keys: list[tuple[object, ...]] = [("asset", one.asset)] if one.asset is not None else []
    if one.lon is not None and one.lat is not None:
        east, north = _cell(one.lon, one.lat)
        wide = 1 if abs(one.lat) < 26 else 2  # up to 60 degrees from the equator
        keys += [("cell", east + x, north + y) for x, y in product(range(-wide, wide + 1), (-1, 0, 1))]
    found = {each.number: each for key in keys for each in near.get(key, ()) if each.number != one.number}
    return list(found.values())[:COMPARED]


def _cell(lon: float, lat: float) -> tuple[int, int]:
    return floor(lon / _CELL), floor(lat / _CELL)


@lru_cache(maxsize=4096)
def _pairs(text: str) -> frozenset[str]:
    plain = re.sub(r"[\W_]+", "", text.lower())
    return frozenset(plain[at : at + 2] for at in range(len(plain) - 1))
