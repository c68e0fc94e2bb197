# SPDX-License-Identifier: Apache-2.0
"""Rates counted from histories: pure functions, one pass over the cases for all rates."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from belltower.core.rates.conditions import CONDITIONS
from belltower.core.rates.defining import Definition
from belltower.core.rates.facts import Clockwork, Facts, History, Period
from belltower.core.standards.rates import Rate

SMALL = 100
"""Of fewer cases than this, the interval is shown with the share."""


class Side(StrEnum):
    """Which cases behind a figure: the numerator's, or the denominator's."""

    COUNTED = "counted"
    AMONG = "among"


@dataclass(frozen=True, slots=True)
class Figure:
    """A rate as it came out; ``rate.share`` is None where there is nothing to count: not known."""

    definition: Definition
    rate: Rate

    @property
    def is_small(self) -> bool:
        return 0 < self.rate.among < SMALL


def count(
    histories: Iterable[History], rows: Sequence[Definition], period: Period, clockwork: Clockwork
) -> list[Figure]:
    """Every rate over these cases, in the order of the rows."""
    among, counted = [0] * len(rows), [0] * len(rows)
    for history in histories:
        known = _Known(Facts(history, period, clockwork))
        for number, row in enumerate(rows):
            if known.all(row.of):
                among[number] += 1
                counted[number] += known.all(row.counted)
    return [Figure(row, Rate(counted[number], among[number])) for number, row in enumerate(rows)]


def behind(
    histories: Iterable[History], row: Definition, side: Side, period: Period, clockwork: Clockwork
) -> list[int]:
    """The cases behind a figure, by primary key, in the order of the histories."""
    wanted = row.of + row.counted if side is Side.COUNTED else row.of
    return [one.case_id for one in histories if _Known(Facts(one, period, clockwork)).all(wanted)]


class _Known:
    """Conditions of one case, each looked at once."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._found: dict[str, bool] = {}

    def all(self, names: Iterable[str]) -> bool:
        return self._facts.exists and all(self._one(name) for name in names)

    def _one(self, name: str) -> bool:
        if name not in self._found:
            self._found[name] = CONDITIONS[name].holds(self._facts)
        return self._found[name]
