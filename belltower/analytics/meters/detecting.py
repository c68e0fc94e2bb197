# SPDX-License-Identifier: Apache-2.0
"""Which days of which meters look like a leak: a steady flow, smaller than any burner holds, for hours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.meters import kernels
from belltower.analytics.meters.compiling import loops
from belltower.analytics.meters.pulses import PULSE_M3, MeterDays


class Verdict(IntEnum):
    """What a day says. ``UNKNOWN``: no whole report came, which is not the same as tight."""

    UNKNOWN = -1
    QUIET = 0
    SUSPECT = 1


@dataclass(frozen=True, slots=True)
class Rules:
    """What counts as a leak. Reasons in docs/why/leaks.md: five numbers of burners and meters.

    ``burner_lph``: litres an hour that the smallest burner needs to burn on; ``start_lph``: the least flow that is looked
    for; ``hours``: for how long it must be seen; ``share`` and ``slack_minutes``: how much intervals may differ.
    """

    burner_lph: float = 40.0
    start_lph: float = 7.5
    hours: float = 10.0
    share: float = 0.2
    slack_minutes: float = 2.0

    def __post_init__(self) -> None:
        if not 0 < self.start_lph < self.burner_lph or self.hours <= 0 or min(self.share, self.slack_minutes) < 0:
            raise ValueError(f"Rules need 0 < start_lph < burner_lph and hours above 0: {self}.")


RULES = Rules()


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Of each day the longest steady flow: its first minute, how many minutes it was seen undisturbed, litres an hour (NaN: none)."""

    verdict: NDArray[np.int8]
    since_minute: NDArray[np.int64]
    minutes: NDArray[np.int64]
    flow_lph: NDArray[np.float64]


def detect(days: MeterDays, rules: Rules = RULES) -> Found:
    """Judge every day by itself."""
    warm_up()
    return _detect(days, rules)


def _detect(days: MeterDays, rules: Rules) -> Found:
    begins, lasts, links = (np.empty(len(days), dtype=np.int64) for _ in range(3))
    shortest, longest = (PULSE_M3 * 1000 * 60 / flow for flow in (rules.burner_lph, rules.start_lph))
    alike = (shortest, longest, rules.share, rules.slack_minutes)
    kernels.longest_steady(days.first, days.minute, days.count, *alike, begins, lasts, links)
    with np.errstate(invalid="ignore"):
        flow = np.where(lasts > 0, PULSE_M3 * 1000 * 60 * links / lasts, np.nan)
    verdict = np.where(lasts >= rules.hours * 60, Verdict.SUSPECT, Verdict.QUIET)
    return Found(np.where(days.is_known, verdict, Verdict.UNKNOWN).astype(np.int8), begins, lasts, flow)


@dataclass(frozen=True, slots=True)
class Meter:
    """What several days say of one meter: of the days known how many are suspect, and the smallest steady flow of those."""

    device: str
    known: int
    suspect: int
    smallest_lph: float | None


def over_days(days: MeterDays, found: Found) -> list[Meter]:
    """Each meter over its days, the most often suspect first. A leak that nobody mends comes back every day; a use does not."""
    meters: dict[str, list[int]] = {}
    for row, device in enumerate(days.device):
        meters.setdefault(device, []).append(row)
    said = [_meter(device, found, np.array(rows)) for device, rows in meters.items()]
    return sorted(said, key=lambda one: (-one.suspect, one.device))


def _meter(device: str, found: Found, rows: NDArray[np.int64]) -> Meter:
    suspect = rows[found.verdict[rows] == Verdict.SUSPECT]
    smallest = float(found.flow_lph[suspect].min()) if len(suspect) else None
    return Meter(device, int((found.verdict[rows] != Verdict.UNKNOWN).sum()), len(suspect), smallest)


@lru_cache(maxsize=1)
def warm_up() -> None:
    """Compile, or load what was compiled before."""
    from belltower.analytics.meters.pulses import meter_days

    with loops.one_at_a_time():
        _detect(meter_days([]), RULES)
