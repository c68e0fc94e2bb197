# SPDX-License-Identifier: Apache-2.0
"""What sittings show: by unit, and by question with how well it tells the able from the rest. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from belltower.core.standards.outputs.exams import Marked
from belltower.core.standards.rates import Rate

LEAST_TO_DISCRIMINATE = 30
"""Sittings of a question below which no discrimination is told: the figure would be chance."""


@dataclass(frozen=True, slots=True)
class Sat:
    """One sitting that was handed in: by whom, of which unit (its id; None of none), and what was chosen."""

    person: int
    unit: int | None
    marked: Marked
    given: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class UnitTally:
    """How a unit did. ``passed`` counts people, whose best sitting counts; ``mean`` is the mean share of points, 0 to 1."""

    unit: int | None
    passed: Rate
    mean: float
    sittings: int


@dataclass(frozen=True, slots=True)
class QuestionTally:
    """How a question was answered. ``slip`` is the wrong answer chosen most, by its text's place in the item, and how often.

    ``discrimination`` is the correlation of answering it rightly with the share right of the sitting's other questions
    (corrected point-biserial); None where too few sat it, or all did alike.
    """

    id: str
    rightly: Rate
    unanswered: int
    slip: tuple[int, int] | None
    discrimination: float | None


def by_unit(sittings: Sequence[Sat]) -> list[UnitTally]:
    """Each unit that sat, the one with most people first."""
    found: dict[int | None, list[Sat]] = defaultdict(list)
    for one in sittings:
        found[one.unit].append(one)
    tallies = [_unit(unit, some) for unit, some in found.items()]
    return sorted(tallies, key=lambda one: (-one.passed.among, one.unit or 0))


def passed(sittings: Sequence[Sat]) -> Rate:
    """How many people passed, of those who handed in."""
    people = {one.person for one in sittings}
    return Rate(len({one.person for one in sittings if one.marked.is_passed}), len(people))


def by_question(sittings: Sequence[Sat]) -> list[QuestionTally]:
    """Each question that was put, the hardest first."""
    found: dict[str, list[tuple[Sat, int]]] = defaultdict(list)
    for sat in sittings:
        for at, question in enumerate(sat.marked.exam.questions):
            found[question.item.id].append((sat, at))
    tallies = [_question(name, put) for name, put in found.items()]
    return sorted(tallies, key=lambda one: (one.rightly.share or 0, one.id))


def correlation(rightly: Sequence[bool], others: Sequence[float]) -> float | None:
    """Pearson's correlation of being right with ``others``; None where either does not vary."""
    count = len(rightly)
    if not count:
        return None
    x_mean, y_mean = sum(rightly) / count, sum(others) / count
    x_spread = sum((x - x_mean) ** 2 for x in rightly)
    y_spread = sum((y - y_mean) ** 2 for y in others)
    if x_spread <= 0 or y_spread <= 1e-12:
        return None
    together = sum((x - x_mean) * (y - y_mean) for x, y in zip(rightly, others, strict=True))
    return together / sqrt(x_spread * y_spread)


def _unit(unit: int | None, some: Sequence[Sat]) -> UnitTally:
    mean = sum(one.marked.share for one in some) / len(some)
    return UnitTally(unit, passed(some), mean, len(some))


def _question(name: str, put: Sequence[tuple[Sat, int]]) -> QuestionTally:
    rightly = [sat.marked.rightly[at] for sat, at in put]
    given = [sat.given[at] for sat, at in put]
    wrong = Counter(
        question.item.answers.index(question.answers[chosen])
        for (sat, at), chosen in zip(put, given, strict=True)
        if chosen is not None and chosen != (question := sat.marked.exam.questions[at]).right
    )
    slip = min(wrong.items(), key=lambda one: (-one[1], one[0])) if wrong else None
    return QuestionTally(
        name,
        Rate(sum(rightly), len(rightly)),
        given.count(None),
        slip,
        _discrimination(rightly, [_rest(*one) for one in put]),
    )


def _discrimination(rightly: Sequence[bool], rest: Sequence[float | None]) -> float | None:
    pairs = [(one, other) for one, other in zip(rightly, rest, strict=True) if other is not None]
    if len(pairs) < LEAST_TO_DISCRIMINATE:
        return None
    return correlation([one for one, _ in pairs], [other for _, other in pairs])


def _rest(sat: Sat, at: int) -> float | None:
    """The share right of the sitting's other questions; None where it has no other."""
    others = [is_right for place, is_right in enumerate(sat.marked.rightly) if place != at]
    return sum(others) / len(others) if others else None
