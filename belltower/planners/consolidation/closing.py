# SPDX-License-Identifier: Apache-2.0
"""A good plan without a solver: poles are emptied one after another where others can take what hangs on them.

For groups that the solver does not answer in its time. It proves nothing; the bound is from the prices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from belltower.planners.consolidation.groups import Group
from belltower.planners.consolidation.hanging import Hanging, as_today
from belltower.planners.consolidation.model import Model


def close_poles(model: Model, group: Group, worth: Mapping[int, float]) -> Hanging:
    """What hangs where once no pole can be emptied onto the others. ``worth``: how much a pole is wanted; the least goes first."""
    street = _Street(model, group, worth)
    order = sorted(group.poles, key=lambda pole: (worth.get(pole, 0.0), len(street.on[pole])))
    for pole in order:
        street.empty(pole)
    return street.hanging


class _Street:
    def __init__(self, model: Model, group: Group, worth: Mapping[int, float]) -> None:
        self.model, self.worth = model, worth
        self.hanging = as_today(model, group)
        self.on: dict[int, set[int]] = defaultdict(set)
        for device, pole in self.hanging.items():
            self.on[pole].add(device)
        self.windows: dict[int, list[int]] = defaultdict(list)
        for number in group.windows:
            for pole in model.windows[number].poles:
                self.windows[pole].append(number)

    def empty(self, pole: int) -> None:
        """Hang all of a pole's devices elsewhere, or leave everything as it was."""
        devices = sorted(self.on[pole], key=lambda one: len(self.model.choices[one]))
        moved: list[tuple[int, int | None]] = []
        for device in devices:
            if not self._move(device, pole, moved):
                break
        if len(moved) < len(devices) or not all(self._is_lit(number) for number in self.windows[pole]):
            self._undo(pole, moved)

    def _move(self, device: int, pole: int, moved: list[tuple[int, int | None]]) -> bool:
        if self.model.problem.devices[device].may_go:
            self.on[pole].discard(device)
            del self.hanging[device]
            moved.append((device, None))
            return True
        for other in sorted(self.model.choices[device], key=lambda one: -self.worth.get(one, 0.0)):
            if other != pole and self.on[other] and self.model.rules.fits(other, [*self.on[other], device]):
                self.on[pole].discard(device)
                self.on[other].add(device)
                self.hanging[device] = other
                moved.append((device, other))
                return True
        return False

    def _undo(self, pole: int, moved: list[tuple[int, int | None]]) -> None:
        for device, other in moved:
            if other is not None:
                self.on[other].discard(device)
            self.on[pole].add(device)
            self.hanging[device] = pole

    def _is_lit(self, number: int) -> bool:
        told = self.model.is_told
        return any(told(one) for pole in self.model.windows[number].poles for one in self.on.get(pole, ()))
