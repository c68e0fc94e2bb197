# SPDX-License-Identifier: Apache-2.0
"""The trend of an alarm's stream as a drawing (SVG), with its limits and what happened: coordinates only, no mark-up."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 720, 240, 56, 12, 12, 26
MOST_POINTS = 700


@dataclass(frozen=True, slots=True)
class Mark:
    """A line across (a limit), a line down (a transition), or a label of an axis: where, and what it says."""

    at: float
    word: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Trend:
    """A drawing of WIDTH x HEIGHT units. ``paths`` are polylines, one for each unbroken run of readings."""

    paths: list[str]
    limits: list[Mark]
    events: list[Mark]
    ticks: list[Mark]
    values: list[Mark]
    count: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


def draw(
    at: NDArray[np.int64], value: NDArray[np.float64], *, since: datetime, until: datetime,
    limits: Sequence[tuple[float, str]], events: Sequence[tuple[datetime, str]], silent_after: timedelta | None,
    clock: str = "%H:%M", zone: object = UTC,
) -> Trend:  # fmt: skip
    """The trend of these readings (microseconds, ascending; NaN left out). Longer silences than given break the line.

    Where there are more than can be seen, the least and the greatest of each step are kept, so that no peak is lost.
    """
    keep = np.isfinite(value)
    at, value = thinned(at[keep], value[keep], MOST_POINTS)
    begin, end = _micros(since), max(_micros(until), _micros(since) + 1)
    low, high = _range(value, [limit for limit, _ in limits])

    def x(instant: float) -> float:
        return round(LEFT + (instant - begin) / (end - begin) * (WIDTH - LEFT - RIGHT), 1)

    def y(reading: float) -> float:
        return round(HEIGHT - BOTTOM - (reading - low) / (high - low) * (HEIGHT - TOP - BOTTOM), 1)

    gap = silent_after / timedelta(microseconds=1) if silent_after else math.inf
    breaks = np.flatnonzero(np.diff(at) > gap) + 1
    runs = zip(np.split(at, breaks), np.split(value, breaks), strict=True)
    paths = [" ".join(f"{x(a)},{y(v)}" for a, v in zip(*(one.tolist() for one in run), strict=True)) for run in runs]
    times = [since + (until - since) * step / 4 for step in range(5)]
    return Trend(
        paths=[path for path in paths if path],
        limits=[Mark(y(limit), word) for limit, word in limits],
        events=[Mark(x(_micros(when)), "", state) for when, state in events if since <= when <= until],
        ticks=[Mark(x(_micros(one)), one.astimezone(zone).strftime(clock)) for one in times],  # type: ignore[arg-type]
        values=[Mark(y(one), f"{one:.10g}") for one in rounded(low, high)],
        count=int(keep.sum()),
    )


def rounded(low: float, high: float) -> list[float]:
    """Two to six round values between them, as people write an axis: 0, 20, 40."""
    rough = (high - low) / 4
    size = 10.0 ** math.floor(math.log10(rough))
    step = size * next(one for one in (1, 2, 5, 10) if one * size >= rough * 0.999)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [number * step for number in range(first, last + 1)]


def thinned(
    at: NDArray[np.int64], value: NDArray[np.float64], most: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """At most about ``most`` of the readings: of each of ``most / 2`` steps the least and the greatest, in order of time."""
    if len(at) <= most:
        return at, value
    steps = np.array_split(np.arange(len(at)), most // 2)
    picked = np.unique([place for step in steps for place in (step[value[step].argmin()], step[value[step].argmax()])])
    return at[picked], value[picked]


def _range(value: NDArray[np.float64], limits: list[float]) -> tuple[float, float]:
    """From the least to the greatest of readings and limits, with a little air."""
    known = np.concatenate([value, np.array(limits, dtype=np.float64)])
    if not len(known):
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    air = (high - low) * 0.08 or max(abs(high) * 0.1, 1.0)
    return low - air, high + air


def _micros(at: datetime) -> float:
    return at.timestamp() * 1_000_000
