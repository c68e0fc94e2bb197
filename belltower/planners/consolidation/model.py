# SPDX-License-Identifier: Apache-2.0
"""A problem as a choice of loads: what may hang where, the loads of each pole, and a row for all that must be kept.

Rows are the devices, then the poles (one load each), then the windows (one lamp at least).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from belltower.planners.consolidation.choosing import Choice
from belltower.planners.consolidation.groups import Group, groups
from belltower.planners.consolidation.light import Window, windows
from belltower.planners.consolidation.loads import Load, greatest_loads
from belltower.planners.consolidation.problem import PoleProblem
from belltower.planners.consolidation.rules import Rules


@dataclass(frozen=True, slots=True)
class Model:
    """``loads[i]``: the pole and the load of column i; ``of_pole``: the columns of each pole; ``crowded``: poles with too many."""

    rules: Rules
    choices: list[list[int]]
    windows: list[Window]
    groups: list[Group]
    loads: list[tuple[int, Load]]
    of_pole: dict[int, list[int]]
    crowded: frozenset[int]
    choice: Choice

    @property
    def problem(self) -> PoleProblem:
        return self.rules.problem

    def is_told(self, device: int) -> bool:
        """Whether it is a lamp whose light is counted along a kerb."""
        return _is_told(self.rules, device)

    def columns(self, group: Group) -> list[int]:
        """The columns of a group's poles."""
        return [column for pole in group.poles for column in self.of_pole.get(pole, ())]


def model_of(problem: PoleProblem) -> Model:
    """Everything that a search asks of a problem, computed once."""
    rules = Rules(problem)
    choices = rules.choices()
    always = _always_lit(rules, choices)
    needed = [window for window in windows(rules, choices) if not window.poles & always]
    loads, crowded = _loads(rules, choices)
    of_pole: dict[int, list[int]] = defaultdict(list)
    for column, (pole, _) in enumerate(loads):
        of_pole[pole].append(column)
    return Model(
        rules=rules,
        choices=choices,
        windows=needed,
        groups=groups(choices, needed, len(problem.poles)),
        loads=loads,
        of_pole=dict(of_pole),
        crowded=crowded,
        choice=_choice(rules, loads, needed),
    )


def _is_told(rules: Rules, device: int) -> bool:
    return rules.problem.devices[device].lights and rules.problem.poles[rules.home[device]].kerb is not None


def _always_lit(rules: Rules, choices: list[list[int]]) -> set[int]:
    """Poles with a lamp that can be nowhere else: what they light needs no window."""
    devices = rules.problem.devices
    return {
        reachable[0]
        for one, reachable in enumerate(choices)
        if len(reachable) == 1 and _is_told(rules, one) and not devices[one].may_go
    }


def _loads(rules: Rules, choices: list[list[int]]) -> tuple[list[tuple[int, Load]], frozenset[int]]:
    lamps: dict[int, list[int]] = defaultdict(list)
    others: dict[int, list[int]] = defaultdict(list)
    for device, reachable in enumerate(choices):
        kept = lamps if _is_told(rules, device) else others
        for pole in reachable:
            kept[pole].append(device)
    found, crowded = [], set()
    for pole in sorted({*lamps, *others}):
        loads, is_whole = greatest_loads(rules, pole, lamps=lamps[pole], others=others[pole])
        found += [(pole, load) for load in loads]
        if not is_whole:
            crowded.add(pole)
    return found, frozenset(crowded)


def _choice(rules: Rules, loads: list[tuple[int, Load]], needed: list[Window]) -> Choice:
    devices, poles = len(rules.problem.devices), len(rules.problem.poles)
    lit_by: dict[int, list[int]] = defaultdict(list)
    for number, window in enumerate(needed):
        for pole in window.poles:
            lit_by[pole].append(devices + poles + number)
    told = [_is_told(rules, one) for one in range(devices)]
    columns = [
        [*load, devices + pole, *(lit_by[pole] if any(told[one] for one in load) else ())] for pole, load in loads
    ]
    least = np.array(
        [0.0 if one.may_go else 1.0 for one in rules.problem.devices] + [0.0] * poles + [1.0] * len(needed)
    )
    most = np.array([1.0 if one else np.inf for one in told] + [1.0] * poles + [np.inf] * len(needed))
    return Choice(columns, least, most)
