# SPDX-License-Identifier: Apache-2.0
"""Hot topics: messages about the same matter at the same place and time, with a name, a span, a heat that ages, and a trend.

Heat counts people, not messages: who writes ten times is one. docs/why/messages.md compares with a plainer way.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from belltower.analytics.text.duplicates import pairs_of
from belltower.analytics.text.extracting import places
from belltower.analytics.text.vectors import Vectors, grams_of, vectors_of, vocabulary_of

ALIKE, ALIKE_HERE, ALIKE_ELSEWHERE = 0.26, 0.13, 0.6
"""Cosine from which two messages are about the same matter: anywhere, where both name the same rare place, and where
each names another: the same complaint about another house is another matter, unless it is the same words."""
HALF_LIFE = timedelta(days=30)
APART = timedelta(days=120)
"""A matter that nobody spoke of for so long begins anew."""
FEWEST = 3
_LEAST_PAIR = 0.08
_TRENDING = 1.5
_RARE = 40
_NAME_LIMIT = 40


@dataclass(frozen=True, slots=True)
class Told:
    """A message as topics see it; ``author`` is whoever wrote it (None: each its own), ``votes`` those for less those against."""

    subject: str
    text: str
    at: datetime
    votes: int = 0
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Topic:
    """A matter: messages by number in the order of time, what it is called, where, when, how hot, and whether it grows.

    ``trend`` is rising, steady or falling: the people of the last half-life beside those of the one before.
    """

    name: str
    place: str
    messages: tuple[int, ...]
    people: int
    began_at: datetime
    last_at: datetime
    heat: float
    trend: str


def topics(told: Sequence[Told], *, now: datetime, fewest: int = FEWEST) -> list[Topic]:
    """The matters that at least ``fewest`` people wrote about, the hottest at ``now`` first."""
    if not told:
        return []
    vectors = _vectors(told)
    named = _rare_places(told)
    found = (_topic(told, rows, named, vectors, now) for rows in _clusters(told, vectors, named))
    return sorted((one for one in found if one.people >= fewest), key=lambda one: (-one.heat, one.messages))


def heat(told: Sequence[Told], now: datetime) -> float:
    """Each person's latest message counts 1 and the logarithm of its votes, halved for every HALF_LIFE that has passed."""
    latest: dict[Any, Told] = {}
    for at, one in enumerate(told):
        who = one.author if one.author is not None else at
        if who not in latest or latest[who].at < one.at:
            latest[who] = one
    return math.fsum(
        (1 + math.log1p(max(one.votes, 0))) * 0.5 ** (_age(one.at, now) / HALF_LIFE) for one in latest.values()
    )


def trend(told: Sequence[Told], now: datetime) -> str:
    """Rising, steady or falling: people of the last HALF_LIFE beside those of the one before."""
    recent = _people([one for one in told if now - HALF_LIFE < one.at <= now])
    before = _people([one for one in told if now - 2 * HALF_LIFE < one.at <= now - HALF_LIFE])
    if recent > _TRENDING * before:
        return "rising"
    return "falling" if before > _TRENDING * recent else "steady"


def _age(at: datetime, now: datetime) -> timedelta:
    return max(now - at, timedelta(0))


def _people(told: Sequence[Told]) -> int:
    return len({one.author if one.author is not None else at for at, one in enumerate(told)})


def _vectors(told: Sequence[Told]) -> Vectors:
    """Subjects count threefold, as for the classifier; grams of up to three letters."""
    grams = grams_of([f"{one.subject}\n{one.text}" for one in told], longest=3)
    return vectors_of(grams, vocabulary_of(grams))


def _rare_places(told: Sequence[Told]) -> list[frozenset[str]]:
    """The places that each message names, but those that very many do."""
    named = [frozenset(places(f"{one.subject}\n{one.text}")) for one in told]
    counted = Counter(name for each in named for name in each)
    most = max(_RARE, len(told) // 50)
    return [frozenset(name for name in each if counted[name] <= most) for each in named]


def _clusters(told: Sequence[Told], vectors: Vectors, named: Sequence[frozenset[str]]) -> list[list[int]]:
    """Messages put together from the likest pair down, as long as the middles of both sides are alike too."""
    found = sorted(pairs_of(vectors, least=_LEAST_PAIR), key=lambda pair: (-pair.likeness, pair.first, pair.second))
    sides: dict[int, _Side] = {}
    lead = list(range(len(told)))

    def side(at: int) -> _Side:
        while lead[at] != at:
            lead[at] = lead[lead[at]]
            at = lead[at]
        return sides.setdefault(at, _Side(at, vectors, told, named))

    for pair in found:
        a, b = side(pair.first), side(pair.second)
        if a is not b and a.may_join(b):
            a, b = (a, b) if len(a.rows) >= len(b.rows) else (b, a)
            a.take(b)
            lead[b.lead] = a.lead
            del sides[b.lead]
    return [sorted(one.rows, key=lambda at: (told[at].at, at)) for one in sides.values() if len(one.rows) > 1]


class _Side:
    """A growing cluster: its rows, the sum of their vectors, the places they name, and from when to when."""

    def __init__(self, at: int, vectors: Vectors, told: Sequence[Told], named: Sequence[frozenset[str]]) -> None:
        begin, end = vectors.begins[at], vectors.begins[at + 1]
        self.lead, self.rows = at, [at]
        self.sum = dict(zip(vectors.columns[begin:end].tolist(), vectors.values[begin:end].tolist(), strict=True))
        self.places = Counter(named[at])
        self.first = self.last = told[at].at

    def may_join(self, other: _Side) -> bool:
        if max(self.first, other.first) - min(self.last, other.last) > APART:
            return False
        is_here = any(2 * count >= len(self.rows) and 2 * other.places[place] >= len(other.rows)
                      for place, count in self.places.items() if place in other.places)  # fmt: skip
        is_elsewhere = bool(self.places and other.places) and not self.places.keys() & other.places.keys()
        needed = ALIKE_HERE if is_here else ALIKE_ELSEWHERE if is_elsewhere else ALIKE
        return self._cosine(other) >= needed

    def _cosine(self, other: _Side) -> float:
        """Of the middles, made smaller by how much of each side agrees within itself: the mean of all cosines across."""
        small, large = (self.sum, other.sum) if len(self.sum) <= len(other.sum) else (other.sum, self.sum)
        across = math.fsum(value * large.get(column, 0.0) for column, value in small.items())
        return across / (len(self.rows) * len(other.rows))

    def take(self, other: _Side) -> None:
        for column, value in other.sum.items():
            self.sum[column] = self.sum.get(column, 0.0) + value
        self.rows += other.rows
        self.places += other.places
        self.first, self.last = min(self.first, other.first), max(self.last, other.last)


def _topic(
    told: Sequence[Told], rows: Sequence[int], named: Sequence[frozenset[str]], vectors: Vectors, now: datetime
) -> Topic:
    mine = [told[at] for at in rows]
    counted = Counter(place for at in rows for place in named[at])
    place = min(counted, key=lambda name: (-counted[name], -len(name), name)) if counted else ""
    return Topic(
        _middle(told, rows, vectors), place if counted[place] * 3 >= len(rows) else "", tuple(rows), _people(mine),
        mine[0].at, mine[-1].at, heat(mine, now), trend(mine, now),
    )  # fmt: skip


def _middle(told: Sequence[Told], rows: Sequence[int], vectors: Vectors) -> str:
    """The subject of the message nearest to all others: people's own words, and of equals the shortest."""
    total = np.zeros(int(vectors.columns.max()) + 1 if len(vectors.columns) else 1)
    spans = [slice(vectors.begins[at], vectors.begins[at + 1]) for at in rows]
    for span in spans:
        total[vectors.columns[span]] += vectors.values[span]
    near = [float(total[vectors.columns[span]] @ vectors.values[span]) for span in spans]
    subjects = [
        (round(value, 3), -len(told[at].subject), told[at].subject) for value, at in zip(near, rows, strict=True)
    ]
    name = max(subjects)[2].strip()
    return name if len(name) <= _NAME_LIMIT else name[: _NAME_LIMIT - 1] + "…"
