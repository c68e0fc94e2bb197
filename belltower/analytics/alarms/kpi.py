# SPDX-License-Identifier: Apache-2.0
"""How the alarm system itself does, by EEMUA 191 and ISA-18.2: pure functions of transitions over a span of time.

An alarm is counted when it calls: each transition to UNACKNOWLEDGED. Instants are int64 microseconds, spans half-open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from belltower.analytics.alarms.states import AlarmState

HOUR_US = 3_600_000_000
MINUTE_US = 60_000_000
STANDING = (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the guides ask for, as it held on one day."""

    alarms_per_operator_hour: float
    alarms_per_operator_hour_manageable: float
    flood_alarms: int
    flood_minutes: float
    flood_share: float
    chatter_alarms: int
    chatter_seconds: float
    stale_hours: float
    stale_alarms_a_day: int
    top_ten_share: float
    priority_low_share: float
    priority_medium_share: float
    priority_high_share: float


@dataclass(frozen=True, slots=True)
class Flood:
    """More alarms than an operator can follow: from the first of them until the last, and how many."""

    began_at: int
    ended_at: int
    alarms: int


@dataclass(frozen=True, slots=True)
class Actor:
    """An alarm that calls often, and its share of all calls."""

    alarm: int
    calls: int
    share: float


@dataclass(frozen=True, slots=True)
class Health:
    """The figures of a span. ``priorities``: calls of each priority; ``chattering`` and ``stale``: indexes of alarms."""

    calls: int
    per_operator_hour: float
    floods: tuple[Flood, ...]
    flood_share: float
    chattering: tuple[int, ...]
    stale: tuple[int, ...]
    worst: tuple[Actor, ...]
    top_ten_share: float
    priorities: dict[int, int]


def limits_on(day: date) -> Limits:
    """The values of kpi.yaml that hold on ``day``; of values that begin later, the first."""
    values = {name: value["from"] for name, value in _document()["values"].items()}
    return Limits(**{name: _held(dated, day) for name, dated in values.items()})


def _held(dated: dict[date, float], day: date) -> Any:
    known = [begins for begins in sorted(dated) if begins <= day]
    return dated[known[-1] if known else min(dated)]


@cache
def _document() -> dict[str, Any]:
    return dict(yaml.safe_load(Path(__file__).with_name("kpi.yaml").read_text(encoding="utf-8")))


def calls_in(rows: NDArray[Any], since: int, until: int) -> NDArray[Any]:
    """The calls of TRANSITION rows within [since, until), in the order of their instants."""
    calls: NDArray[Any] = rows[
        (rows["after"] == AlarmState.UNACKNOWLEDGED) & (rows["at"] >= since) & (rows["at"] < until)
    ]
    ordered: NDArray[Any] = calls[np.argsort(calls["at"], kind="stable")]
    return ordered


def floods(at: NDArray[np.int64], limits: Limits) -> tuple[Flood, ...]:
    """Spans in which more than ``flood_alarms`` came within ``flood_minutes``, windows that touch taken together.

    ``at``: ascending instants of calls. A window holds calls less than its length apart.
    """
    more, width = limits.flood_alarms + 1, int(limits.flood_minutes * MINUTE_US)
    if len(at) < more:
        return ()
    begins = np.flatnonzero(at[more - 1 :] - at[: len(at) - more + 1] < width)
    if not len(begins):
        return ()
    parts = np.split(begins, np.flatnonzero(np.diff(begins) >= more) + 1)
    return tuple(Flood(int(at[p[0]]), int(at[p[-1] + more - 1]), int(p[-1] - p[0] + more)) for p in parts)


def chattering(calls: NDArray[Any], limits: Limits) -> tuple[int, ...]:
    """Alarms that called ``chatter_alarms`` times or more within ``chatter_seconds``."""
    ordered = calls[np.lexsort((calls["at"], calls["alarm"]))]
    back = limits.chatter_alarms - 1
    alarm, at = ordered["alarm"], ordered["at"]
    same = alarm[back:] == alarm[: len(alarm) - back]
    close = at[back:] - at[: len(at) - back] <= limits.chatter_seconds * 1e6
    return tuple(np.unique(alarm[back:][same & close]).tolist())


def stale(rows: NDArray[Any], until: int, limits: Limits) -> tuple[int, ...]:
    """Alarms that stand at ``until`` and whose condition has held, visibly, for longer than ``stale_hours``.

    ``rows``: all transitions before ``until`` from a time when nothing stood, or since longer than ``stale_hours``.
    """
    past = rows[rows["at"] < until]
    past = past[np.lexsort((past["at"], past["alarm"]))]
    began: dict[int, int] = {}
    for alarm, at, after in zip(past["alarm"].tolist(), past["at"].tolist(), past["after"].tolist(), strict=True):
        if after in STANDING:
            began.setdefault(alarm, at)
        else:
            began.pop(alarm, None)
    return tuple(alarm for alarm, at in sorted(began.items()) if until - at > limits.stale_hours * HOUR_US)


def worst(calls: NDArray[Any], count: int = 10) -> tuple[Actor, ...]:
    """The alarms that called most, most first; of equals the lower index first."""
    alarms, times = np.unique(calls["alarm"], return_counts=True)
    order = np.lexsort((alarms, -times))[:count]
    return tuple(Actor(int(alarms[i]), int(times[i]), float(times[i] / len(calls))) for i in order)


def health(rows: NDArray[Any], *, since: int, until: int, operators: int, limits: Limits) -> Health:
    """All figures of a span of [since, until) with ``operators`` on duty. Raises ValueError for an empty span or desk."""
    if until <= since or operators < 1:
        raise ValueError(f"a span of {until - since} us with {operators} operators has no figures")
    calls = calls_in(rows, since, until)
    found = floods(calls["at"], limits)
    priorities, times = np.unique(calls["priority"], return_counts=True)
    return Health(
        calls=len(calls),
        per_operator_hour=len(calls) / ((until - since) / HOUR_US) / operators,
        floods=found,
        flood_share=_lasting(found) / (until - since),
        chattering=chattering(calls, limits),
        stale=stale(rows, until, limits),
        worst=worst(calls),
        top_ten_share=sum(actor.share for actor in worst(calls)),
        priorities=dict(zip(priorities.tolist(), times.tolist(), strict=True)),
    )


def _lasting(found: Sequence[Flood]) -> int:
    return sum(flood.ended_at - flood.began_at for flood in found)
