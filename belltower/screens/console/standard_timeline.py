# SPDX-License-Identifier: Apache-2.0
"""The values of a clause over the years as a drawing (SVG): what held, what holds, and what is announced, with today in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from belltower.core.standards.clauses import Dated

WIDTH, LEFT, RIGHT, TOP, ROW = 760, 8, 8, 26, 46
_AIR = timedelta(days=400)  # left and right of what is dated, so that a first and a last value have a length
MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class Span:
    """One value while it holds; ``until`` None: until another is laid down. ``when`` is past, now or announced."""

    since: date
    until: date | None
    value: Any
    when: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A span as it is drawn, in units of the drawing."""

    x: float
    width: float
    span: Span
    said: str

    @property
    def is_wide(self) -> bool:
        """Whether the value can be written into it."""
        return self.width > 14 + 9 * len(self.said)

    @property
    def word_x(self) -> float:
        return self.x + 7


@dataclass(frozen=True, slots=True)
class Line:
    """One value's name and its bars, at ``y``."""

    name: str
    y: int
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """A drawing of ``width`` x ``height`` units."""

    lines: tuple[Line, ...]
    ticks: tuple[tuple[float, str], ...]
    today: float
    height: int
    width: int = WIDTH


def spans_of(dated: Dated[Any], today: date) -> tuple[Span, ...]:
    """Each value with the days on which it begins and ends, the earliest first."""
    starts = [*dated.since]
    ends = [day for day, _ in starts[1:]] + [None]
    return tuple(
        Span(day, end, value, when(day, end, today)) for (day, value), end in zip(starts, ends, strict=True)
    )  # fmt: skip


def when(since: date, until: date | None, today: date) -> str:
    """Whether such a span is past, now, or announced."""
    if since > today:
        return "announced"
    return "now" if until is None or until > today else "past"


def drawn(values: Mapping[str, Dated[Any]], today: date, say: Callable[[str, Any], str]) -> Timeline | None:
    """The time line of all values on one axis, each written as ``say(name, value)``; None where there are none."""
    rows = {name: spans_of(dated, today) for name, dated in values.items()}
    days = [span.since for spans in rows.values() for span in spans]
    if not days:
        return None
    begin, end = min(*days, today) - _AIR / 4, max(*days, today) + _AIR
    scale = (WIDTH - LEFT - RIGHT) / (end - begin).days

    def x(day: date) -> float:
        return round(LEFT + (day - begin).days * scale, 1)

    lines = tuple(
        Line(name, TOP + number * ROW, tuple(_bar(span, x, end, say(name, span.value)) for span in spans))
        for number, (name, spans) in enumerate(rows.items())
    )
    return Timeline(lines, _ticks(begin, end, x), x(today), TOP + len(rows) * ROW + 4)


def _bar(span: Span, x: Callable[[date], float], end: date, said: str) -> Bar:
    left, right = x(span.since), x(span.until or end)
    return Bar(left, round(right - left, 1), span, said)


def _ticks(begin: date, end: date, x: Callable[[date], float]) -> tuple[tuple[float, str], ...]:
    years = [*range(begin.year + 1, end.year + 1)]
    step = -(-len(years) // MOST_TICKS) if years else 1
    return tuple((x(date(year, 1, 1)), str(year)) for year in years[::step])
