# SPDX-License-Identifier: Apache-2.0
"""The days of a campaign as a drawing (SVG): found, put right and overdue, with the days on which nothing was judged hatched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from belltower.core.campaigns.progress import Day, Score
from belltower.screens.console.alarm_trend import Mark

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 220, 46, 12, 12, 26


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the drawing: its name (a CSS class and a word), its points, and where it ends."""

    name: str
    word: object
    points: str
    end: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing of ``width`` x ``height`` units. ``gaps`` are bands (x, width, day) of days on which nothing was judged."""

    lines: list[Line]
    gaps: list[tuple[float, float, date]]
    days: list[tuple[float, float, Day]]
    ticks: list[Mark]
    values: list[Mark]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    floor: int = HEIGHT - BOTTOM


_LINES: tuple[tuple[str, object, Callable[[Score], int]], ...] = (
    ("found", _("Found so far"), lambda one: one.found),
    ("right", _("Put right"), lambda one: one.put_right),
    ("overdue", _("Overdue"), lambda one: one.overdue),
)


def drawn(days: Sequence[Day], first: date, last: date) -> Chart | None:
    """The days told so far, on an axis of the whole campaign; None before there is one."""
    if not days:
        return None
    most = max(1, max(one.score.found for one in days))
    step = (WIDTH - LEFT - RIGHT) / ((last - first).days + 1)

    def x(day: date) -> float:
        return round(LEFT + ((day - first).days + 0.5) * step, 1)

    def y(number: int) -> float:
        return round(HEIGHT - BOTTOM - number / most * (HEIGHT - TOP - BOTTOM), 1)

    lines = []
    for name, word, of in _LINES:
        points = [(x(one.day), y(of(one.score))) for one in days]
        lines.append(Line(name, word, " ".join(f"{a},{b}" for a, b in points), points[-1]))
    middle = first + (last - first) // 2
    return Chart(
        lines,
        [(round(x(one.day) - step / 2, 1), round(step, 1), one.day) for one in days if one.judged is None],
        [(round(x(one.day) - step / 2, 1), round(step, 1), one) for one in days],
        [Mark(x(day), f"{day:%Y-%m-%d}") for day in dict.fromkeys((first, middle, last))],
        [Mark(y(number), f"{number:,}") for number in dict.fromkeys((0, most // 2, most))],
    )
