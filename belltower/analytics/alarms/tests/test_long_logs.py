# SPDX-License-Identifier: Apache-2.0
"""Long random logs over many alarms: everything that can happen does happen, and both engines say the same of it."""

from __future__ import annotations

import numpy as np
import pytest

from belltower.analytics.alarms import engine, reference
from belltower.analytics.alarms.definitions import AlarmPoint, Definitions, define
from belltower.analytics.alarms.log import Log, joined, log_of, readings, tick
from belltower.analytics.alarms.state import fresh
from belltower.analytics.alarms.states import AlarmState, Cause, Command, EventKind, Kind

FOR_EVER = 2**60


def a_district(chance: np.random.Generator) -> Definitions:
    """Sixty alarms of all kinds on twenty streams; every third is suppressed by the one before it."""
    points = []
    for number in range(60):
        kind, stream = list(Kind)[number % len(Kind)], number % 20
        points.append(AlarmPoint(
            alarm=number, stream=stream, kind=kind, limit=2.0 if kind not in (Kind.LO, Kind.LOLO) else -2.0, deadband=0.5,
            reference=(stream + 1) % 20 if kind is Kind.DISCREPANCY else None, latching=number % 4 == 0,
            on_delay_us=int(chance.choice([0, 300])), off_delay_us=int(chance.choice([0, 300])), priority=1 + number % 4,
            stale_after_us=int(chance.choice([400, 2000])), armed_us=1, suppressed_by=number - 1 if number % 3 == 2 else None,
        ))  # fmt: skip
    return define(points, chatter_within_us=2_000)


def a_day(chance: np.random.Generator, size: int) -> Log:
    kind = chance.choice([EventKind.READING] * 16 + [EventKind.COMMAND, EventKind.TICK], size).astype(np.uint8)
    commands, ticks = kind == EventKind.COMMAND, kind == EventKind.TICK
    index = chance.integers(0, 20, size).astype(np.int32)
    index[commands], index[ticks] = chance.integers(0, 60, int(commands.sum())), 0
    at = 100 + np.cumsum(chance.integers(0, 25, size)) - np.where(chance.random(size) < 0.02, 50, 0)
    value = np.where(chance.random(size) < 0.01, np.nan, chance.normal(size=size, scale=1.6))
    code = np.where(commands, chance.integers(1, max(Command) + 1, size), chance.choice([0] * 30 + [1, 2], size))
    return Log(0, kind, index, at, value, code.astype(np.uint8), at + chance.integers(1, 60_000, size))


@pytest.mark.parametrize("seed", [18, 2, 191])
def test_everything_happens_and_both_say_the_same(seed: int) -> None:
    chance = np.random.default_rng(seed)
    definitions, log = a_district(chance), a_day(chance, 12_000)
    fast, slow = (step(fresh(definitions), log, FOR_EVER, definitions) for step in (engine.step, reference.step))
    assert fast[1].to_bytes() == slow[1].to_bytes()
    assert fast[0].to_bytes() == slow[0].to_bytes()
    assert set(fast[1].rows["cause"].tolist()) == set(Cause)
    assert set(fast[1].rows["after"].tolist()) == set(AlarmState)
    assert fast[1].rows["chatters"].max() > 0
    assert min(int(fast[0].counts[name][0]) for name in ("late", "bad", "idle")) > 0


@pytest.mark.parametrize("step", [engine.step, reference.step], ids=["fast", "slow"])
def test_where_nothing_is_defined_nothing_is_said(step) -> None:
    """Readings of streams that no alarm listens to are left out; the clock goes on."""
    nothing = define([])
    unheard = readings(nothing.streams_at(np.array([4, 5])), np.array([1, 2]), np.array([1.0, 2.0]))
    state, made = step(fresh(nothing), joined([unheard, log_of([tick(9)])], first=0), 10, nothing)
    assert (len(unheard), len(made), state.position) == (0, 0, 1)
