# SPDX-License-Identifier: Apache-2.0
"""From chosen loads to what hangs where, and no more moves than it takes: the count of poles is proven, the moves are not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from belltower.planners.consolidation.groups import Group
from belltower.planners.consolidation.model import Model

Hanging = dict[int, int]
"""Device to pole, by their places in the problem; a lamp that was given up is not in it."""


def hang(model: Model, columns: Iterable[int]) -> Hanging:
    """Every device of these loads on one pole: its own where that is among them."""
    hanging: Hanging = {}
    for pole, load in (model.loads[column] for column in columns):
        for device in load:
            if device not in hanging or model.rules.home[device] == pole:
                hanging[device] = pole
    return hanging


def as_today(model: Model, group: Group) -> Hanging:
    """Nothing moves: the plan that is always there."""
    return {device: model.rules.home[device] for device in group.devices}


def tidy(model: Model, group: Group, hanging: Hanging) -> Hanging:
    """The same poles with fewer changes: what need not move goes home, and a lamp is given up only with its pole."""
    on: dict[int, set[int]] = defaultdict(set)
    for device, pole in hanging.items():
        on[pole].add(device)
    for device in group.devices:
        home, now = model.rules.home[device], hanging.get(device)
        if now == home or not on.get(home) or not model.rules.fits(home, [*on[home], device]):
            continue
        if now is not None:
            on[now].discard(device)
        on[home].add(device)
        hanging[device] = home
        if now is not None and model.is_told(device) and not _all_lit(model, group, on):
            on[home].discard(device)
            on[now].add(device)
            hanging[device] = now
    return hanging


def _all_lit(model: Model, group: Group, on: dict[int, set[int]]) -> bool:
    lit = {pole for pole, devices in on.items() if any(model.is_told(one) for one in devices)}
    return all(model.windows[number].poles & lit for number in group.windows)
