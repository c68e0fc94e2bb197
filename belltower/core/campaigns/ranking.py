# SPDX-License-Identifier: Apache-2.0
"""Who is further: places by the share put right. Pure; whoever had nothing to put right has no place."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from belltower.core.campaigns.progress import Judged, Lot, Score, score

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Placed(Generic[K]):
    """One in a ranking. ``place`` None: nothing had to be put right, which may be because nothing is known.

    ``judged`` are its subjects on the newest day, where they are counted.
    """

    who: K
    place: int | None
    score: Score
    judged: Judged | None = None


def ranked(scores: Mapping[K, Score], judged: Mapping[K, Judged] | None = None) -> list[Placed[K]]:
    """First the greater share put right, then the fewer overdue, then the more put right; equals share a place.

    The order of ``scores`` decides among equals, and those without a place come last.
    """
    subjects = judged or {}
    inside = sorted((one for one in scores if scores[one].among), key=lambda one: _key(scores[one]))
    placed: list[Placed[K]] = []
    for nth, who in enumerate(inside, start=1):
        is_equal = placed and _key(placed[-1].score) == _key(scores[who])
        placed.append(Placed(who, placed[-1].place if is_equal else nth, scores[who], subjects.get(who)))
    outside = [Placed(one, None, scores[one], subjects.get(one)) for one in scores if not scores[one].among]
    return placed + outside


def grouped(lots: Iterable[Lot], groups: Mapping[Lot, K]) -> dict[K, Score]:
    """The score of each group; a lot that is in none is left out."""
    parts: dict[K, list[Lot]] = {}
    for one in lots:
        if one in groups:
            parts.setdefault(groups[one], []).append(one)
    return {who: score(some) for who, some in parts.items()}


def _key(of: Score) -> tuple[Fraction, int, int]:
    return -Fraction(of.put_right, of.among), of.overdue, -of.put_right
