# SPDX-License-Identifier: Apache-2.0
"""Prices that prove how few poles can be: whole millionths of a pole, for each device and each window.

Whatever the prices are, no plan has fewer poles than they sum up to, once from each pole is taken what its dearest load
is worth above one pole. The best prices are those of the linear programme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from belltower.planners.consolidation.groups import Group
from belltower.planners.consolidation.model import Model

UNIT = 1_000_000
SMALL = 9
"""A group of so many devices or fewer is proven by trying everything; it needs no prices."""


@dataclass(slots=True)
class Prices:
    """What each device and each window is worth; those that are not named are worth nothing."""

    devices: dict[int, int] = field(default_factory=dict)
    windows: dict[int, int] = field(default_factory=dict)

    def set_from(self, model: Model, group: Group, rows: NDArray[np.float64]) -> None:
        """Take over the linear programme's prices of one group, rounded down; nothing where not all loads were looked at."""
        if len(rows) == 0 or model.crowded & set(group.poles):
            rows = np.zeros(len(model.choice.least))
        after_poles = len(model.problem.devices) + len(model.problem.poles)
        for device in group.devices:
            self.devices[device] = _allowed(int(np.floor(rows[device] * UNIT)), model, device)
        for window in group.windows:
            self.windows[window] = max(0, int(np.floor(rows[after_poles + window] * UNIT)))

    def bound(self, model: Model, group: Group) -> int:
        """No plan of this group has fewer poles."""
        worth = sum(self.devices.get(one, 0) for one in group.devices) + sum(
            self.windows.get(one, 0) for one in group.windows
        )
        lit = _lit(model, group, self.windows)
        for pole in group.poles:
            dearest = max((self._load(model, column, lit) for column in model.of_pole.get(pole, ())), default=0)
            worth -= max(0, dearest - UNIT)
        return max(0, -(-worth // UNIT))

    def _load(self, model: Model, column: int, lit: Mapping[int, int]) -> int:
        pole, load = model.loads[column]
        light = lit.get(pole, 0) if any(model.is_told(one) for one in load) else 0
        return light + sum(self.devices.get(one, 0) for one in load)


def _allowed(price: int, model: Model, device: int) -> int:
    """A lamp that may be given up is worth nothing by itself; what may hang twice in the programme is not worth less than nothing."""
    if model.problem.devices[device].may_go:
        return min(0, price)
    return price if model.is_told(device) else max(0, price)


def _lit(model: Model, group: Group, prices: Mapping[int, int]) -> dict[int, int]:
    """For each pole the worth of the windows that a lamp there lights."""
    worth: dict[int, int] = {}
    for number in group.windows:
        for pole in model.windows[number].poles:
            worth[pole] = worth.get(pole, 0) + prices.get(number, 0)
    return worth
