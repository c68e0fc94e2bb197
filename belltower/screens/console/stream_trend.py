# SPDX-License-Identifier: Apache-2.0
"""The trend of a stream as a drawing (SVG): readings as a line, or roll-ups as means within their least and greatest."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import numpy as np
from numpy.typing import NDArray

from belltower.core.observations.lake.rows import micros
from belltower.core.observations.reading import Readings
from belltower.core.observations.rollups import WIDTHS, Every, RollUps
from belltower.screens.console.alarm_trend import (
    BOTTOM,
    HEIGHT,
    LEFT,
    MOST_POINTS,
    RIGHT,
    TOP,
    WIDTH,
    Mark,
    rounded,
    thinned,
)  # fmt: skip

Numbers = NDArray[np.float64]
Instants = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing of WIDTH x HEIGHT units: lines, bands around them, dots for what stands alone, and both axes."""

    lines: list[str]
    bands: list[str]
    dots: list[tuple[float, float]]
    ticks: list[Mark]
    values: list[Mark]
    count: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class _Scale:
    """From instants and values to the drawing's units."""

    begin: int
    end: int
    low: float
    high: float

    def x(self, at: Instants) -> Numbers:
        return np.round(LEFT + (at - self.begin) / (self.end - self.begin) * (WIDTH - LEFT - RIGHT), 1)

    def y(self, value: Numbers) -> Numbers:
        return np.round(HEIGHT - BOTTOM - (value - self.low) / (self.high - self.low) * (HEIGHT - TOP - BOTTOM), 1)

    def points(self, at: Instants, value: Numbers) -> str:
        return " ".join(f"{x},{y}" for x, y in zip(self.x(at).tolist(), self.y(value).tolist(), strict=True))


def of_readings(
    found: Readings, *, since: datetime, until: datetime, silent_after: timedelta | None, zone: tzinfo
) -> Drawing:
    """Readings as a line, broken where the stream was silent; of more than can be seen the peaks are kept."""
    is_number = np.isfinite(found.value)
    at, value = thinned(found.at[is_number], found.value[is_number], MOST_POINTS)
    gap = silent_after / timedelta(microseconds=1) if silent_after else np.inf
    scale = _scale(value, value, since, until)
    return _drawing(scale, at, value, None, gap, int(is_number.sum()), since, until, zone)


def of_rollups(
    found: RollUps, every: Every, *, since: datetime, until: datetime, silent_after: timedelta | None, zone: tzinfo
) -> Drawing:
    """Means as a line within the band from the least to the greatest, broken where the stream was silent."""
    gap = _gap(found.at, every, silent_after)
    # The mean of a span stands at its middle, within what is shown.
    at = np.clip(found.at + WIDTHS[every] // 2, micros(since), micros(until))
    scale = _scale(found.min, found.max, since, until)
    return _drawing(scale, at, found.mean, (found.min, found.max), gap, int(found.count.sum()), since, until, zone)


def _gap(at: Instants, every: Every, silent_after: timedelta | None) -> float:
    """From which distance (µs) on two spans are not joined: a stream may report less often than once a span."""
    usual = 3 * float(np.median(np.diff(at))) if len(at) > 1 else 0.0
    silent = silent_after / timedelta(microseconds=1) if silent_after else usual
    return max(1.5 * WIDTHS[every], silent)


def _drawing(
    scale: _Scale, at: Instants, value: Numbers, band: tuple[Numbers, Numbers] | None, gap: float, count: int,
    since: datetime, until: datetime, zone: tzinfo,
) -> Drawing:  # fmt: skip
    lines, bands, dots = [], [], []
    for run in np.split(np.arange(len(at)), np.flatnonzero(np.diff(at) > gap) + 1):
        if len(run) == 1:
            dots.append((float(scale.x(at[run])[0]), float(scale.y(value[run])[0])))
        elif len(run):
            lines.append(scale.points(at[run], value[run]))
        if band and len(run):
            low, high = band[0][run], band[1][run]
            bands.append(f"{scale.points(at[run], high)} {scale.points(at[run][::-1], low[::-1])}")
    return Drawing(lines, bands, dots, _ticks(scale, since, until, zone), _values(scale), count)


def _scale(low: Numbers, high: Numbers, since: datetime, until: datetime) -> _Scale:
    least, most = (float(low.min()), float(high.max())) if len(low) else (0.0, 1.0)
    air = (most - least) * 0.08 or max(abs(most) * 0.1, 1.0)
    return _Scale(micros(since), max(micros(until), micros(since) + 1), least - air, most + air)


def _ticks(scale: _Scale, since: datetime, until: datetime, zone: tzinfo) -> list[Mark]:
    times = [since + (until - since) * step / 4 for step in range(5)]
    clock = _clock(until - since)
    places = scale.x(np.array([micros(one) for one in times], np.int64)).tolist()
    return [Mark(x, one.astimezone(zone).strftime(clock)) for x, one in zip(places, times, strict=True)]


def _clock(length: timedelta) -> str:
    if length <= timedelta(minutes=10):
        return "%H:%M:%S"
    if length <= timedelta(hours=36):
        return "%H:%M"
    return "%m-%d %H:%M" if length <= timedelta(days=10) else "%Y-%m-%d"


def _values(scale: _Scale) -> list[Mark]:
    shown = np.array(rounded(scale.low, scale.high))
    return [Mark(y, f"{one:.10g}") for y, one in zip(scale.y(shown).tolist(), shown.tolist(), strict=True)]
