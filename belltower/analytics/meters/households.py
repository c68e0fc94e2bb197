# SPDX-License-Identifier: Apache-2.0
"""Simulated households with known truth: what a meter would have pulsed with and without a leak. Nothing here was measured."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.meters.pulses import MINUTES, PULSE_M3


@dataclass(frozen=True, slots=True)
class Habits:
    """How a simulated household uses gas: uses a day, litres an hour and minutes of each (assumed, from and to)."""

    meals: tuple[int, int] = (1, 4)
    meal_lph: tuple[float, float] = (200.0, 600.0)
    meal_minutes: tuple[float, float] = (10.0, 60.0)
    showers: tuple[int, int] = (0, 5)
    shower_lph: tuple[float, float] = (1200.0, 2200.0)
    shower_minutes: tuple[float, float] = (3.0, 20.0)
    soup_share: float = 0.1
    soup_lph: tuple[float, float] = (45.0, 90.0)
    soup_minutes: tuple[float, float] = (60.0, 240.0)


def simulated_days(
    chance: np.random.Generator, *, days: int, leak_lph: float = 0.0, habits: Habits = Habits()
) -> Iterator[list[tuple[int, int]]]:
    """Pulses of consecutive days of one household as (minute, pulses); the leak wavers by 3 % with the pressure."""
    carried = chance.uniform(0, PULSE_M3 * 1000)
    for _ in range(days):
        flow = _uses(chance, habits)
        waver = 1 + 0.03 * np.sin(np.linspace(0, 2 * np.pi, MINUTES) + chance.uniform(0, 2 * np.pi))
        volume = carried + np.cumsum((flow + leak_lph * waver) / 60)
        pulses = np.diff(np.floor(volume / (PULSE_M3 * 1000)), prepend=0)
        carried = float(volume[-1] % (PULSE_M3 * 1000))
        yield [(int(minute), int(pulses[minute])) for minute in np.flatnonzero(pulses)]


def _uses(chance: np.random.Generator, habits: Habits) -> NDArray[np.float64]:
    """Litres an hour in each minute of a day; nobody cooks between 23:00 and 05:30."""
    flow = np.zeros(MINUTES)
    lots = [(int(chance.integers(*habits.meals, endpoint=True)), habits.meal_lph, habits.meal_minutes),
            (int(chance.integers(*habits.showers, endpoint=True)), habits.shower_lph, habits.shower_minutes),
            (int(chance.random() < habits.soup_share), habits.soup_lph, habits.soup_minutes)]  # fmt: skip
    for times, lph, minutes in lots:
        for _ in range(times):
            begin, lasts = int(chance.uniform(330, 1320)), int(chance.uniform(*minutes))
            flow[begin : begin + lasts] += chance.uniform(*lph)
    return flow
