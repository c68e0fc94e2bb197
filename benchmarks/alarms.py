# SPDX-License-Identifier: Apache-2.0
"""Readings a second and core through full ISA-18.2 logic over 100,000 streams, the ratio to the slow reference, and durable
transitions a second end to end."""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import time
from collections.abc import Callable

import numpy as np

from belltower.analytics.alarms import engine, reference
from belltower.analytics.alarms.definitions import POINT, Definitions
from belltower.analytics.alarms.log import Log
from belltower.analytics.alarms.state import State, fresh
from belltower.analytics.alarms.states import Command, EventKind, Kind, Quality
from belltower.analytics.alarms.transitions import Transitions
from benchmarks.alarm_life import transitions_per_s
from benchmarks.ground import fresh_database, report

MICROS = 1_000_000
BEGIN = 1_700_000_000 * MICROS
KINDS = [
    Kind.HIHI,
    Kind.HI,
    Kind.LO,
    Kind.LOLO,
    Kind.HI,
    Kind.DEVIATION,
    Kind.RATE,
    Kind.STALE,
    Kind.HI,
    Kind.DISCREPANCY,
]
clock = time.process_time
"""Time of the processor, not of the wall: the engine is one thread, and others may use the machine as well."""
Step = Callable[[State, Log, int, Definitions], tuple[State, Transitions]]


def main() -> None:
    """Print the figures: best and median of rounds over one log, the same bytes from the reference on a slice of it, and
    what the desk's runner commits (alarm_life, seconds of the wall)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="4 million readings in 3 rounds instead of 20 million in 7"
    )
    parser.add_argument("--streams", type=int, default=100_000)
    parser.add_argument(
        "--slice", type=int, default=0, help="events replayed by the reference (default 200,000; quick 50,000)"
    )
    asked = parser.parse_args()
    size, rounds = (4_000_000, 3) if asked.quick else (20_000_000, 7)
    definitions = make_definitions(asked.streams)
    log = make_log(definitions, size)
    engine.warm_up()
    speeds, made = timed(engine.step, definitions, log, rounds)
    replayed = asked.slice or (50_000 if asked.quick else 200_000)
    fast, slow = ratio(definitions, log, replayed)
    with fresh_database():
        durable = transitions_per_s(10 if asked.quick else 50)
    report(
        readings=size, streams=asked.streams, alarms=len(definitions.points), transitions=len(made), rounds=rounds, load=round(os.getloadavg()[0], 1),
        readings_per_s_core=round(max(speeds)), readings_per_s_core_median=round(statistics.median(speeds)),
        transitions_per_s=durable["transitions_per_s"], transition_cpu_ms=durable["transition_cpu_ms"],
        transitions_stored=durable["transitions"],
        transitions_in_memory_per_s=round(len(made) / size * max(speeds)), reference_per_s=round(slow),
        reference_replayed=replayed, vs_reference=round(max(speeds) / slow, 1), vs_reference_same_slice=round(fast / slow, 1),
        digest=hashlib.sha256(made.to_bytes()).hexdigest()[:16],
    )  # fmt: skip


def make_definitions(streams: int) -> Definitions:
    """One alarm a stream, all kinds mixed, and on every tenth stream a second one that the first suppresses."""
    second = np.arange(0, streams, 10)
    points = np.zeros(streams + len(second), dtype=POINT)
    points["stream"] = np.concatenate([np.arange(streams), second])
    points["reference"] = points["suppressed_by"] = -1
    points["kind"] = np.array(KINDS, dtype=np.uint8)[points["stream"] % len(KINDS)]
    points["kind"][streams:] = Kind.HI
    points["suppressed_by"][streams:] = second
    paired = points["kind"] == Kind.DISCREPANCY
    points["reference"][paired] = points["stream"][paired] - 1
    high = np.isin(points["kind"], (Kind.HI, Kind.HIHI, Kind.DEVIATION, Kind.DISCREPANCY))
    points["limit"] = np.where(high, 3.2, -3.2)
    points["limit"][points["kind"] == Kind.RATE] = 0.8
    points["deadband"], points["priority"], points["latching"] = (
        0.2,
        1 + points["stream"] % 4,
        points["stream"] % 7 == 0,
    )
    points["on_delay_us"] = np.where(points["stream"] % 3 == 0, 30 * MICROS, 0)
    points["off_delay_us"] = np.where(points["stream"] % 5 == 0, 60 * MICROS, 0)
    points["stale_after_us"] = 900 * MICROS
    points["on_delay_us"][points["kind"] == Kind.STALE] = 0
    ids = np.arange(len(points), dtype=np.int64)
    return Definitions(points, ids, np.arange(streams, dtype=np.int64))


def make_log(definitions: Definitions, size: int) -> Log:
    """Every stream reports about once a minute in random order, one reading in a thousand late and one bad; a command in
    ten thousand entries, a tick each second of the log's time."""
    chance = np.random.default_rng(18)
    streams = len(definitions.stream_ids)
    index = chance.integers(0, streams, size, dtype=np.int32)
    at = BEGIN + np.arange(size, dtype=np.int64) * (60 * MICROS) // streams
    kind, code = np.zeros(size, dtype=np.uint8), np.zeros(size, dtype=np.uint8)
    value = chance.normal(size=size)
    lot = chance.integers(0, 10_000, size, dtype=np.int32)
    at[lot < 10] -= 600 * MICROS
    code[(lot >= 10) & (lot < 20)] = Quality.BAD
    orders = lot == 20
    kind[orders], code[orders] = EventKind.COMMAND, chance.integers(1, max(Command) + 1, int(orders.sum()))
    arg = np.where(orders, at + 300 * MICROS, 0)
    ticks = np.arange(0, size, max(1, streams // 60))
    kind[ticks], index[ticks], code[ticks] = EventKind.TICK, 0, 0
    at[ticks] = BEGIN + ticks * (60 * MICROS) // streams
    return Log(0, kind, index, at, value, code, arg)


def timed(step: Step, definitions: Definitions, log: Log, rounds: int) -> tuple[list[float], Transitions]:
    """Readings a second of processor time of each round, checks and the copy of the state included, and what the last one said."""
    speeds, made, count = [], None, int((log.kind == EventKind.READING).sum())
    for _ in range(rounds):
        state = fresh(definitions)
        began = clock()
        _, made = step(state, log, 2**60, definitions)
        speeds.append(count / (clock() - began))
    assert made is not None
    return speeds, made


def ratio(definitions: Definitions, log: Log, replayed: int) -> tuple[float, float]:
    """Readings a second of both engines on the first entries of the log; the same bytes, or the figures are worth nothing.

    Both begin from the state half-way, with alarms standing; putting the reference's objects up is not counted against it.
    """
    half = len(log) // 2
    state, _ = engine.step(fresh(definitions), log.cut(0, half), 2**60, definitions)
    part = log.cut(half, half + replayed)
    return _compare(state, part, definitions)


def _compare(state: State, part: Log, definitions: Definitions) -> tuple[float, float]:
    began = clock()
    fast_state, fast_made = engine.step(state, part, 2**60, definitions)
    fast = len(part) / (clock() - began)
    desk = reference.Desk(state, definitions)
    events = part.events()
    began = clock()
    for row, event in enumerate(events):
        desk.take(event, part.position(row))
    slow = len(part) / (clock() - began)
    if desk.transitions().to_bytes() != fast_made.to_bytes() or desk.state(state).to_bytes() != fast_state.to_bytes():
        raise SystemExit("the two engines differ")
    return fast, slow


if __name__ == "__main__":
    main()
