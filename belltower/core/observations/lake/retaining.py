# SPDX-License-Identifier: Apache-2.0
"""A night's work on the lake: roll-ups that are wanting are made, then what is past its time is removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from belltower.core.observations.lake import removing, retention, rolling
from belltower.core.observations.lake.closing import alone
from belltower.core.observations.lake.errors import DayStillMoves, RollUpsWanting
from belltower.core.observations.models import LakeDay, LakeRollUp
from belltower.core.observations.reading import city_zone
from belltower.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Done:
    """What a night did; ``waiting`` are steps that readings still moved under, left to the next one."""

    rolled_up: int = 0
    thinned: int = 0
    removed: int = 0
    waiting: int = 0


def keep(
    *, by: Actor, now: datetime | None = None, told: Callable[[int, int], None] = lambda number, total: None
) -> Done:
    """Do all that is to be done. Raises LakeBusy, LakeDamaged, DigestsDiffer; what was done until then stays done."""
    at, zone = now or timezone.now(), city_zone()
    sweep()
    plan = retention.plan(at, zone)
    steps: list[retention.Rolling | retention.Removing] = [*plan.rolling, *plan.removing]
    rolled_up = thinned = removed = waiting = 0
    for number, one in enumerate(steps):
        told(number, len(steps))
        try:
            if isinstance(one, retention.Rolling):
                rolling.roll(one, zone, by=by, now=at)
                rolled_up += 1
            else:
                removed += removing.remove(one, zone, by=by, now=at)
                thinned += 1
        except (DayStillMoves, RollUpsWanting):
            waiting += 1
    return Done(rolled_up, thinned, removed, waiting)


def sweep() -> None:
    """Take away what a killed night left beside the files that the manifest names. Raises LakeBusy."""
    with alone():
        for rows in (LakeDay, LakeRollUp):
            for file in rows.objects.exclude(file="").values_list("file", flat=True):
                rolling.tidy(file)
