# SPDX-License-Identifier: Apache-2.0
"""A million machines against 5,000 km of pipe at 10 m and 50 m: points a second and core, beside shapely's STRtree in the same
run, answer by answer; in the dense middle of the town (the figures that count) and over all of the country."""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from belltower.analytics.corridor.certificates import certify
from belltower.analytics.corridor.checking import check
from belltower.analytics.corridor.index import Corridor, corridor, nearest, warm_up, within
from belltower.analytics.corridor.segments import Segments, segments
from benchmarks.ground import report

SIDE_M, STEP_M, PIECES, SPREAD_M = 60_000.0, 25.0, 40, 5_000.0
clock = time.process_time
"""Time of the processor, not of the wall: the loop is one thread, and others may use the machine as well."""


def main() -> None:
    """Print the figures of both widths; best and median of the rounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="200,000 points in 5 rounds instead of a million in 15")
    quick = parser.parse_args().quick
    count, rounds = (200_000, 5) if quick else (1_000_000, 15)
    chance = np.random.default_rng(7)
    pipes = country(chance, km=5_000)
    crowds = {"": _crowd(chance, count, in_town=True), "_country": _crowd(chance, count, in_town=False)}
    warm_up()
    figures: dict[str, Any] = {"points": count, "segments": len(pipes), "load": round(os.getloadavg()[0], 1)}
    tree = shapely.STRtree(shapely.linestrings(pipes.ends.reshape(-1, 2, 2)))
    ratios, mismatches, memory = [], 0, 0
    for reach_m in (10.0, 50.0):
        began = clock()
        place = corridor(pipes, reach_m=reach_m)
        figures[f"built_s_{reach_m:.0f}m"] = round(clock() - began, 2)
        memory = max(memory, place.nbytes)
        for name, points in crowds.items():
            speeds, found = timed(partial(within, place, *points), rounds, count)
            slow, truth = _strtree(tree, points, reach_m)
            mismatches += int(((found >= 0) != truth).sum())
            ratios.append(max(speeds) / slow)
            figures |= {f"points_per_s_{reach_m:.0f}m{name}": round(max(speeds)),
                        f"points_per_s_{reach_m:.0f}m{name}_median": round(statistics.median(speeds)),
                        f"strtree_per_s_{reach_m:.0f}m{name}": round(slow), f"hits_{reach_m:.0f}m{name}": int(truth.sum())}  # fmt: skip
        mismatches += disproved(place, crowds[""], found=within(place, *crowds[""]), sample=20 if quick else 100)
    whole = corridor(pipes, reach_m=50.0, is_complete=True)
    speeds, _ = timed(partial(nearest, whole, *crowds[""]), 3, count)
    report(**figures, nearest_per_s_50m=round(max(speeds)), vs_strtree=round(min(ratios), 1), mismatches=mismatches,
           memory_mb=round(memory / 1e6, 1))  # fmt: skip


def country(chance: np.random.Generator, *, km: int) -> Segments:
    """Pipes of 1 km in steps of 25 m along a grid of streets, half of them in a town in the middle (16 km a km2 at its heart)."""
    lines = []
    for pipe in range(km):
        start = SIDE_M / 2 + chance.normal(0, SPREAD_M, 2) if pipe % 2 else chance.uniform(0, SIDE_M, 2)
        turns = np.where(chance.random(PIECES) < 0.1, chance.choice([-1, 1], PIECES), 0)
        heading = (chance.integers(0, 4) + np.cumsum(turns)) * (np.pi / 2)
        steps = STEP_M * np.stack([np.cos(heading), np.sin(heading)], axis=1)
        lines.append((pipe, np.vstack([start, start + np.cumsum(steps, axis=0)])))
    return segments(lines)


def _crowd(
    chance: np.random.Generator, count: int, *, in_town: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where machines are, in random order: as the town's pipes lie, or anywhere."""
    if in_town:
        return chance.normal(SIDE_M / 2, SPREAD_M, count), chance.normal(SIDE_M / 2, SPREAD_M, count)
    return chance.uniform(0, SIDE_M, count), chance.uniform(0, SIDE_M, count)


def timed(judge: Callable[[], Any], rounds: int, count: int) -> tuple[list[float], Any]:
    """Points a second of processor time of each round, and the last answer."""
    speeds, answer = [], None
    for _ in range(rounds):
        began = clock()
        answer = judge()
        speeds.append(count / (clock() - began))
    return speeds, answer


def _strtree(
    tree: shapely.STRtree, points: tuple[NDArray[np.float64], ...], reach_m: float
) -> tuple[float, NDArray[np.bool_]]:
    """The same question to shapely; making its points is not counted."""
    made = shapely.points(*points)
    began = clock()
    hit, _ = tree.query(made, predicate="dwithin", distance=reach_m)
    took = clock() - began
    truth = np.zeros(len(made), dtype=bool)
    truth[hit] = True
    return len(made) / took, truth


def disproved(
    place: Corridor, points: tuple[NDArray[np.float64], ...], *, found: NDArray[np.int32], sample: int
) -> int:
    """How many of a sample of certificates the independent checker does not accept."""
    wrong = 0
    for one in np.linspace(0, len(found) - 1, sample).astype(int):
        at = (float(points[0][one]), float(points[1][one]))
        proof = certify(place, *at, int(found[one]))
        wrong += not check(proof, place.segments, at=at, reach_m=place.reach_m)
    return wrong


if __name__ == "__main__":
    main()
