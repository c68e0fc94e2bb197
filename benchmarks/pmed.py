# SPDX-License-Identifier: Apache-2.0
"""OR-Library p-median files, each planned to proof: ``python -m benchmarks.pmed [DIR] [--seconds 120] [--check]``.

DIR holds ``pmedN.txt`` and, for comparison, ``optima.txt``; left out: ``bench_pmed`` below $BELLTOWER_DATA. ``--check`` asks the
checker about every certificate as well. ``--quick`` makes a graph of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import time
from pathlib import Path

import numpy as np

from belltower.planners.coverage import checker
from belltower.planners.coverage.planning import Effort, plan_coverage
from belltower.planners.coverage.problem import Ints, Limits, Over, Places, Problem, State, Streets, Task
from benchmarks.ground import report


def read(text: str) -> Problem:
    """An OR-Library file: nodes, edges and p, then the edges; of an edge that is given twice the last holds."""
    nodes, _, at_most, *rest = (int(word) for word in text.split())
    edges: dict[tuple[int, int], int] = {}
    for a, b, length in zip(rest[::3], rest[1::3], rest[2::3], strict=True):
        edges[min(a, b) - 1, max(a, b) - 1] = length
    ends = np.array(list(edges), dtype=np.int64)
    return problem_of(nodes, ends, np.array(list(edges.values()), dtype=np.int64), at_most)


def problem_of(nodes: int, ends: Ints, length: Ints, at_most: int) -> Problem:
    """Everybody lives at a node, and every node is a site; each stands on the end of one of its edges."""
    segment = np.full(nodes, -1, dtype=np.int64)
    along = np.zeros(nodes, dtype=np.int64)
    for side in (1, 0):
        segment[ends[:, side]] = np.arange(len(ends))
        along[ends[:, side]] = length if side else 0
    none, one = np.zeros(nodes, dtype=np.int64), np.ones(nodes, dtype=np.int64)
    places = Places([str(n + 1) for n in range(nodes)], none, none, segment, along, none)
    streets = Streets(nodes, ends[:, 0], ends[:, 1], length, np.ones(len(ends), dtype=bool))
    return Problem(
        task=Task.MEAN_WAY, over=Over.STREETS, demand=places, people=one, areas=none, sites=places, radius=one, cost=one,
        classes=["site"] * nodes, states=[State.FREE] * nodes, streets=streets, limits=Limits(at_most=at_most),
    )  # fmt: skip


def invented(nodes: int, at_most: int, seed: int) -> Problem:
    """As Beasley made them: nodes squared over 50 edges between random nodes, 1 to 100 long, after a chain through all."""
    chance = np.random.default_rng(seed)
    chain = np.column_stack([np.arange(nodes - 1), np.arange(1, nodes)])
    other = chance.integers(0, nodes, (nodes * nodes // 50, 2))
    ends = np.unique(np.sort(np.concatenate([chain, other[other[:, 0] != other[:, 1]]]), axis=1), axis=0)
    return problem_of(nodes, ends, chance.integers(1, 101, len(ends)), at_most)


def files(folder: Path) -> list[tuple[str, Problem]]:
    """In the order of their numbers."""
    found = sorted(folder.glob("pmed*.txt"), key=lambda path: int(re.sub(r"\D", "", path.stem) or 0))
    return [(path.stem, read(path.read_text())) for path in found]


def optima(folder: Path) -> dict[str, int]:
    """What the library says is the best; empty without its file."""
    file = folder / "optima.txt"
    lines = file.read_text().splitlines() if file.is_file() else []
    return {words[0]: int(words[1]) for line in lines if len(words := line.split()) == 2 and words[1].isdigit()}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pmed", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    folder = asked.folder or Path(os.environ.get("BELLTOWER_DATA", ".")) / "bench_pmed"
    if asked.quick or not folder.is_dir():
        known, some = {}, [(f"invented{n}_{p}", invented(n, p, 1)) for n, p in ((100, 5), (200, 20), (300, 5))]
    else:
        known, some = optima(folder), files(folder)
    proven, worst, slowest, wrong = 0, 0.0, 0.0, 0
    for name, problem in some:
        began = time.perf_counter()
        plan = plan_coverage(problem, Effort(seconds=asked.seconds))
        took, said = time.perf_counter() - began, plan.plan
        proven += said["status"] == "proven"
        worst, slowest = max(worst, said["gap"]), max(slowest, took)
        best = known.get(name)
        wrong += said["status"] == "proven" and best is not None and best != said["value"]
        checked = f", certificate {checker.check(json.loads(plan.text()))['gap']:.3%}" if asked.check else ""
        print(
            f"{name:<14} n={len(problem.sites):<4} p={problem.limits.at_most:<4} {said['value']:>7,} bound {said['bound']:>7,} "
            f"library {best if best is not None else '-':>6}  {said['status']}, {took:6.2f} s{checked}",
            flush=True,
        )
    report(proven=proven, total=len(some), worst_gap=round(worst, 6), slowest_s=round(slowest, 2), contradictions=wrong)


if __name__ == "__main__":
    main()
