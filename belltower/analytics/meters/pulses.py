# SPDX-License-Identifier: Apache-2.0
"""Days of meters as arrays: in which minutes the meter gave how many pulses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

PULSE_M3 = 0.01
"""The volume of one pulse; seen in the data: a simulated flow of 0.207 m3 beside its 20 pulses."""
MINUTES = 1440


@dataclass(frozen=True, slots=True, eq=False)
class MeterDays:
    """Day k of ``device[k]`` has pulses in the minutes ``minute[first[k]:first[k + 1]]``, rising, ``count`` of them each.

    ``is_known``: whether the report came and was whole. A day that is not known is neither tight nor leaking.
    """

    device: Sequence[str]
    day: Sequence[str]
    first: NDArray[np.int64]
    minute: NDArray[np.int64]
    count: NDArray[np.int64]
    is_known: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.is_known)


def meter_days(days: Iterable[tuple[str, str, Sequence[tuple[int, int]] | None]]) -> MeterDays:
    """Days from (device, day, its (minute, pulses), or None where no whole report came). Pulses of one minute are added."""
    devices, names, known, first = [], [], [], [0]
    minutes: list[int] = []
    counts: list[int] = []
    for device, day, pulses in days:
        by_minute: dict[int, int] = {}
        for minute, count in pulses or ():
            if not 0 <= minute < MINUTES or count < 0:
                raise ValueError(f"A day has minutes 0 to 1439 and no negative pulses, not {count} in minute {minute}.")
            if count:
                by_minute[minute] = by_minute.get(minute, 0) + count
        minutes += sorted(by_minute)
        counts += (by_minute[minute] for minute in sorted(by_minute))
        devices.append(device)
        names.append(day)
        known.append(pulses is not None)
        first.append(len(minutes))
    numbers = [np.array(part, dtype=np.int64) for part in (first, minutes, counts)]
    return MeterDays(devices, names, numbers[0], numbers[1], numbers[2], np.array(known, dtype=bool))
