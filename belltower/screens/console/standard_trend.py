# SPDX-License-Identifier: Apache-2.0
"""The compliance of a clause from day to day as a drawing (SVG), and the same in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from belltower.screens.console.alarm_trend import Mark
from belltower.screens.console.standard_standing import Tally

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 200, 52, 12, 10, 26


@dataclass(frozen=True, slots=True)
class ComplianceTrend:
    """A drawing of ``width`` x ``height`` units; ``dots`` are each day's share, which the line joins."""

    line: str
    dots: list[tuple[float, float, str]]
    ticks: list[Mark]
    values: list[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT


def drawn(days: Sequence[tuple[date, Tally]]) -> ComplianceTrend | None:
    """The share that holds on each day; None where there are fewer than two days with anything judged."""
    rated = [(day, tally.rate, tally.said) for day, tally in days if tally.rate is not None]
    if len(rated) < 2:
        return None
    first, last = rated[0][0], rated[-1][0]
    low, high = _range([rate for _, rate, _ in rated])
    dots = [(_x(day, first, last), _y(rate, low, high), f"{day} · {said}") for day, rate, said in rated]
    middle = first + (last - first) / 2
    return ComplianceTrend(
        " ".join(f"{x},{y}" for x, y, _ in dots),
        dots,
        [Mark(_x(day, first, last), f"{day:%Y-%m-%d}") for day in dict.fromkeys((first, middle, last))],
        [Mark(_y(rate, low, high), f"{rate * 100:.3g} %") for rate in (low, (low + high) / 2, high)],
    )


def _range(rates: Sequence[float]) -> tuple[float, float]:
    """From a little below the least to a little above the greatest, within 0 and 1, at least a per cent wide."""
    air = max((max(rates) - min(rates)) * 0.1, 0.005)
    return max(0.0, min(rates) - air), min(1.0, max(rates) + air)


def _x(day: date, first: date, last: date) -> float:
    return round(LEFT + (day - first).days / (last - first).days * (WIDTH - LEFT - RIGHT), 1)


def _y(rate: float, low: float, high: float) -> float:
    return round(HEIGHT - BOTTOM - (rate - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)
