# SPDX-License-Identifier: Apache-2.0
"""Which known cases a new report may repeat: by place, kind, time and words. Values in, values out; nobody is merged here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, hypot, radians

NEAR_M = 200.0
"""Farther away, it is another thing."""
RECENT = timedelta(days=30)
"""Longer ago, it is another time; what is still open counts whenever it was reported."""
LEAST = 0.5
MOST = 5
_DEGREE_M = 111_320.0  # of latitude; within 0.6 % everywhere


@dataclass(frozen=True, slots=True)
class Told:
    """What is compared: a place in degrees (WGS 84; None where nobody knows it), a kind, an instant, words."""

    lon: float | None
    lat: float | None
    kind: str
    at: datetime
    text: str = ""
    number: str = ""
    is_open: bool = True


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
    another kind are alike only where their words are. Nothing is like what has no place.
    """
    found = [one for each in known if (one := _likeness(new, each, near_m, recent)) and one.score >= LEAST]
    return sorted(found, key=lambda one: (-one.score, one.metres, one.number))[:MOST]


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
    metres = metres_between(new, known)
    if metres is None or metres > near_m or (not known.is_open and abs(new.at - known.at) > recent):
        return None
    words = likeness_of_words(new.text, known.text)
    score = 0.5 * (1 - metres / near_m) + 0.25 * (new.kind == known.kind) + 0.25 * words
    return Likeness(known.number, score, metres)


def _pairs(text: str) -> set[str]:
    plain = re.sub(r"[\W_]+", "", text.lower())
    return {plain[at : at + 2] for at in range(len(plain) - 1)}
