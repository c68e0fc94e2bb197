# SPDX-License-Identifier: Apache-2.0
"""Lighting along kerbs: what is lit today, and which lamps could light each part of it.

A lamp lights its kerb for half of the greatest gap to each side; so lamps stand no further apart than that gap exactly
where all between them is lit. What is lit today stays lit; what is dark today may stay dark.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from belltower.planners.consolidation.rules import Rules

PARTS = 4
"""Places along a kerb are quarters of a millimetre: then the middle between two ends of light is a whole number."""


@dataclass(frozen=True, slots=True)
class Window:
    """A point of a kerb that is lit today, and the poles whose lamps would light it."""

    kerb: str
    at: int
    poles: frozenset[int]


def windows(rules: Rules, choices: list[list[int]]) -> list[Window]:
    """As few points as suffice: where all of them are lit, all is lit that is lit today."""
    today: dict[str, set[int]] = defaultdict(set)
    could: dict[str, set[int]] = defaultdict(set)
    poles = rules.problem.poles
    for device, home, reachable in zip(rules.problem.devices, rules.home, choices, strict=True):
        if device.lights and (kerb := poles[home].kerb) is not None:
            today[kerb].add(home)
            could[kerb].update(reachable)
    return [
        window
        for kerb in rules.problem.kerbs
        if kerb.id in today
        for window in _needed(_points(rules, kerb.id, kerb.gap_mm * PARTS // 2, today[kerb.id], could[kerb.id]))
    ]


def _points(rules: Rules, kerb: str, half: int, today: set[int], could: set[int]) -> Iterable[Window]:
    """One point between each two neighbouring ends of possible light, where it is lit today."""
    at = {pole: rules.problem.poles[pole].at_mm * PARTS for pole in could}
    ends = sorted({end for place in at.values() for end in (place - half, place + half)})
    for low, high in itertools.pairwise(ends):
        middle = (low + high) // 2
        if any(abs(at[pole] - middle) <= half for pole in today):
            yield Window(kerb, middle, frozenset(pole for pole in could if abs(at[pole] - middle) <= half))


def _needed(points: Iterable[Window]) -> list[Window]:
    """Without those that are lit whenever a neighbour is: windows of a kerb are intervals, so neighbours are enough."""
    kept: list[Window] = []
    for window in points:
        while kept and window.poles <= kept[-1].poles:
            kept.pop()
        if not kept or not kept[-1].poles <= window.poles:
            kept.append(window)
    return kept
