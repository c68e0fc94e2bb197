# SPDX-License-Identifier: Apache-2.0
"""What may hang where: which poles each device may move to, and what a pole can carry together.

What stands today may stay. What moves must be within reach, in sight, agreed, and carried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.spatial import cKDTree

from belltower.planners.consolidation.problem import Device, Pole, PoleProblem, Sight

MOMENT_PARTS = 10_000_000
"""Pascals × square centimetres × millimetres in one newton metre."""


@dataclass(slots=True)
class Rules:
    """A problem made ready to be asked often. Poles and devices are told by their place in the problem."""

    problem: PoleProblem
    home: list[int] = field(init=False)
    conflicts: frozenset[tuple[str, str]] = field(init=False)
    refusals: frozenset[tuple[str, str]] = field(init=False)

    def __post_init__(self) -> None:
        number = {pole.id: place for place, pole in enumerate(self.problem.poles)}
        self.home = [number[device.pole] for device in self.problem.devices]
        both_ways = [pair for one, other in self.problem.conflicts for pair in ((one, other), (other, one))]
        self.conflicts = frozenset(both_ways)
        self.refusals = frozenset(self.problem.refusals)

    def choices(self) -> list[list[int]]:
        """For each device the poles that it may hang on, its own first."""
        devices = self.problem.devices
        if not devices:
            return []
        near = _near(self.problem, self.home)
        return [
            [self.home[place], *(p for p in near[place] if p != self.home[place] and self._may_move(device, place, p))]
            for place, device in enumerate(devices)
        ]

    def _may_move(self, device: Device, place: int, number: int) -> bool:
        home, pole = self.problem.poles[self.home[place]], self.problem.poles[number]
        return (
            not device.stays
            and pole.carries
            and (device.owner, pole.owner) not in self.refusals
            and (not device.lights or pole.kerb == home.kerb)
            and (home.x - pole.x) ** 2 + (home.y - pole.y) ** 2 <= device.reach_mm**2
            and _is_seen(device.sight, pole)
            and self.fits(number, [place])
        )

    def fits(self, pole: int, load: Sequence[int]) -> bool:
        """Whether ``pole`` carries these devices together; whatever hangs there alone today, it carries."""
        if all(self.home[one] == pole for one in load):
            return True
        carrier, devices = self.problem.poles[pole], [self.problem.devices[one] for one in load]
        held = [0] * len(carrier.mounts)
        for device in devices:
            held[device.layer] += 1
        return (
            all(there <= mounts for there, mounts in zip(held, carrier.mounts, strict=True))
            and self.moment(load) <= carrier.moment_nm * MOMENT_PARTS
            and sum(device.power_w for device in devices) <= carrier.power_w
            and not any(
                (one.kind, other.kind) in self.conflicts for i, one in enumerate(devices) for other in devices[:i]
            )
        )

    def moment(self, load: Sequence[int]) -> int:
        """What wind does to these devices at the pole's foot, in ten-millionths of a newton metre."""
        devices = [self.problem.devices[one] for one in load]
        return self.problem.wind_pa * sum(device.area_cm2 * device.height_mm for device in devices)


def _near(problem: PoleProblem, home: list[int]) -> list[list[int]]:
    """For each device the poles about within its reach; a millimetre more, since these are not exact."""
    places = np.array([(pole.x, pole.y) for pole in problem.poles], dtype=float)
    reach = np.array([0 if device.stays else device.reach_mm + 1 for device in problem.devices], dtype=float)
    found = cKDTree(places).query_ball_point(places[home], reach, return_sorted=True)
    return [list(map(int, poles)) for poles in found]


def _is_seen(sight: Sight | None, pole: Pole) -> bool:
    if sight is None:
        return True
    squared = (sight.x - pole.x) ** 2 + (sight.y - pole.y) ** 2
    return sight.nearest_mm**2 <= squared <= sight.furthest_mm**2
