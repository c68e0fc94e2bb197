# SPDX-License-Identifier: Apache-2.0
"""Which poles, devices and windows hang together: what shares nothing is solved, and proven, by itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from belltower.planners.consolidation.light import Window


@dataclass(slots=True)
class Group:
    """Devices, the poles that they may hang on, and the windows that those could light; by their places."""

    devices: list[int] = field(default_factory=list)
    poles: list[int] = field(default_factory=list)
    windows: list[int] = field(default_factory=list)


def groups(choices: Sequence[Sequence[int]], windows: Sequence[Window], poles: int) -> list[Group]:
    """Every device in exactly one group, in the order of the devices."""
    above = list(range(poles))
    for reachable in [*choices, *(sorted(window.poles) for window in windows)]:
        first = _top(above, reachable[0])
        for pole in reachable[1:]:
            above[_top(above, pole)] = first
    found: dict[int, Group] = defaultdict(Group)
    for device, reachable in enumerate(choices):
        found[_top(above, reachable[0])].devices.append(device)
    for number, window in enumerate(windows):
        found[_top(above, min(window.poles))].windows.append(number)
    for pole in range(poles):
        if (top := _top(above, pole)) in found:
            found[top].poles.append(pole)
    return list(found.values())


def _top(above: list[int], one: int) -> int:
    while above[one] != one:
        above[one] = one = above[above[one]]
    return one
