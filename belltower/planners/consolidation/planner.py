# SPDX-License-Identifier: Apache-2.0
"""Plans the fewest poles: a load is chosen for each pole that stays, so that every device hangs and every kerb stays lit.

One linear programme over the city gives prices, which prove the bound, and mostly the plan itself. A group (what shares no
device, pole or window with the rest) whose answer is in parts is solved again by itself, in whole numbers.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from belltower.planners.consolidation.choosing import WHOLE, Answer, solve
from belltower.planners.consolidation.closing import close_poles
from belltower.planners.consolidation.groups import Group
from belltower.planners.consolidation.hanging import Hanging, hang, tidy
from belltower.planners.consolidation.model import Model, model_of
from belltower.planners.consolidation.problem import PoleProblem
from belltower.planners.consolidation.proving import SMALL, Prices
from belltower.planners.plan import PlanFile, Status, gap


def plan_poles(problem: PoleProblem, *, seconds: float = 60.0, seed: int = 0) -> PlanFile:
    """The fewest poles that carry everything, with what proves it. ``seconds``: the time limit of the search."""
    until = time.monotonic() + seconds
    model = model_of(problem)
    if not problem.devices:
        return _file(model, _Found())
    relaxed = solve(model.choice, whole=False, seconds=seconds, seed=seed)
    found = _Found()
    for group in sorted(model.groups, key=lambda one: len(one.devices)):
        _plan_group(model, group, relaxed, found, until=until, seed=seed)
    return _file(model, found)


@dataclass(slots=True)
class _Found:
    """The plan as it grows; ``proofs``: of each group how many poles its plan keeps, and its bound."""

    hanging: Hanging = field(default_factory=dict)
    prices: Prices = field(default_factory=Prices)
    proofs: list[tuple[Group, int, int]] = field(default_factory=list)


def _plan_group(model: Model, group: Group, relaxed: Answer, found: _Found, *, until: float, seed: int) -> None:
    columns = model.columns(group)
    parts = np.zeros(len(columns)) if relaxed.taken is None else relaxed.taken[columns]
    taken = None if relaxed.taken is None else _whole(columns, parts)
    is_best = taken is not None
    if taken is None:
        answer = solve(model.choice.part(columns), whole=True, seconds=until - time.monotonic(), seed=seed)
        taken = None if answer.taken is None else _whole(columns, answer.taken)
        is_best = answer.is_best and taken is not None
    hanging = {} if taken is None else tidy(model, group, hang(model, taken))
    if not is_best:
        closed = tidy(model, group, close_poles(model, group, _wanted(model, columns, parts)))
        hanging = closed if taken is None else min(hanging, closed, key=_poles)
    found.hanging.update(hanging)
    proven = _bound(model, group, relaxed, found.prices, poles=_poles(hanging), is_best=is_best)
    found.proofs.append((group, _poles(hanging), proven))


def _poles(hanging: Hanging) -> int:
    return len(set(hanging.values()))


def _wanted(model: Model, columns: list[int], parts: NDArray[np.float64]) -> dict[int, float]:
    """How much of each pole the linear programme keeps."""
    wanted: dict[int, float] = defaultdict(float)
    for column, part in zip(columns, parts, strict=True):
        wanted[model.loads[column][0]] += float(part)
    return wanted


def _whole(columns: list[int], taken: NDArray[np.float64]) -> list[int] | None:
    """The columns that are taken; None where one is taken in part."""
    if np.abs(taken - np.round(taken)).max(initial=0.0) > WHOLE:
        return None
    return [columns[place] for place in np.flatnonzero(np.round(taken) > 0)]


def _bound(model: Model, group: Group, relaxed: Answer, prices: Prices, *, poles: int, is_best: bool) -> int:
    """What the certificate will prove of this group: of a small one the best itself, of another what its prices say."""
    if is_best and len(group.devices) <= SMALL:
        return poles
    prices.set_from(model, group, relaxed.prices)
    return prices.bound(model, group)


def _file(model: Model, found: _Found) -> PlanFile:
    value, bound = sum(poles for _, poles, _ in found.proofs), sum(proven for _, _, proven in found.proofs)
    problem = model.problem
    return PlanFile(
        kind="consolidation",
        problem=problem.as_json(),
        plan={
            "status": Status.PROVEN if value == bound else Status.BOUNDED,
            "value": value,
            "bound": bound,
            "gap": gap(value, bound),
            "poles_today": len(set(model.rules.home)),
            "hangs": {problem.devices[one].id: problem.poles[pole].id for one, pole in sorted(found.hanging.items())},
            "given_up": [one.id for place, one in enumerate(problem.devices) if place not in found.hanging],
            "groups": len(found.proofs),
            "unproven": [_told(model, *proof) for proof in found.proofs if proof[1] != proof[2]],
        },
        certificate={
            "device_prices": {problem.devices[one].id: price for one, price in sorted(found.prices.devices.items())},
            "windows": [
                [window.kerb, window.at, found.prices.windows.get(number, 0)]
                for number, window in enumerate(model.windows)
            ],
        },
    )


def _told(model: Model, group: Group, poles: int, bound: int) -> dict[str, object]:
    """A group that stayed open: its poles today, how many are kept and must be."""
    return {"poles": [model.problem.poles[pole].id for pole in group.poles], "value": poles, "bound": bound}
