# SPDX-License-Identifier: Apache-2.0
"""Poles of five owners onto fewer, proven: ``python -m benchmarks.consolidation [--quick] [--full] [--seed N]``.

17,000 simulated poles (planners/consolidation/simulated.py), first where nobody counts the light, then with every kerb kept as lit
as it is; every plan is checked by its checker. With ``--full`` also more and closer poles, until it no longer closes.
Where $BELLTOWER_DATA is there, downtown Washington: the carriers of the plan beside the poles that really were combined.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from belltower.planners.consolidation.checker import check
from belltower.planners.consolidation.planner import plan_poles
from belltower.planners.consolidation.simulated import simulated
from benchmarks.ground import report

if TYPE_CHECKING:
    from belltower.planners.consolidation.problem import PoleProblem

POLES, QUICK_POLES, SEED = 17_000, 3_000, 20_220_930
FURTHER = {
    "100,000 poles": {"poles": 100_000},
    "17,000 poles, twice as close": {"poles": 17_000, "per_block": 14.0},
    "17,000 poles, four times as close": {"poles": 17_000, "per_block": 28.0},
    "17,000 poles, lamps every 6 to 16 m": {"poles": 17_000, "lamp_gaps_m": (6, 16)},
}
HERE = Path(__file__).parent
BESIDE_A_SIGNAL_M = 40.0


def main() -> None:
    """Print what each city took, and the figures that are promised."""
    asked = argparse.ArgumentParser(prog="python -m benchmarks.consolidation")
    asked.add_argument("--quick", action="store_true")
    asked.add_argument("--full", action="store_true", help="also more and closer poles")
    asked.add_argument("--seed", type=int, default=SEED)
    given = asked.parse_args()
    poles = QUICK_POLES if given.quick else POLES
    print(f"{poles:,} simulated poles of five owners, seed {given.seed}")
    plan_poles(simulated(100, seed=1, with_kerbs=True))  # the solver is loaded before the clock runs
    plain_s, plain = measured("without kerbs", simulated(poles, seed=given.seed, with_kerbs=False))
    kerb_s, kerb = measured("with kerbs", simulated(poles, seed=given.seed, with_kerbs=True))
    for name, size in FURTHER.items() if given.full else ():
        measured(name, simulated(seed=given.seed, with_kerbs=True, **size))  # type: ignore[arg-type]
    data = Path(os.environ.get("BELLTOWER_DATA", HERE.parents[1] / "shared" / "data")) / "street_furniture"
    real = washington(data) if data.is_dir() else {}
    report(plain_s=plain_s, kerb_s=kerb_s, gap=round(max(plain["gap"], kerb["gap"]), 5), **real)


def measured(name: str, problem: PoleProblem) -> tuple[float, dict[str, Any]]:
    """Seconds from the problem to the plan and its certificate, and the plan; checked outside that time."""
    began = time.perf_counter()
    file = plan_poles(problem, seconds=120.0)
    took = round(time.perf_counter() - began, 2)
    began = time.perf_counter()
    check(json.loads(file.text()))
    checked, plan = time.perf_counter() - began, file.plan
    fewer = 100 * (plan["poles_today"] - plan["value"]) / plan["poles_today"]
    print(
        f"{name}: {took:.2f} s, {plan['poles_today']:,} poles, {plan['value']:,} kept ({fewer:.1f} % fewer), bound {plan['bound']:,}, "
        f"{plan['status']}, {plan['groups']:,} groups, {len(plan['given_up'])} lamps given up; checked in {checked:.1f} s",
        flush=True,
    )
    return took, dict(plan)


def washington(data: Path) -> dict[str, float]:
    """Which lamp poles carry something of the signals: in the plan, and in the city (TRAFFICCOMBO = YES)."""
    from belltower.project.planning.poles import read_poles

    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(data, folder, dirs_exist_ok=True)
        rules = shutil.copy(HERE / "washington_poles.yaml", folder)
        _, problem, aside = read_poles(Path(rules))
    print(f"downtown Washington: {len(problem.poles):,} poles, {len(aside)} rows kept aside")
    _, plan = measured("Washington", problem)
    carried = defaultdict(set)
    for device, pole in plan["hangs"].items():
        carried[pole].add(device.split(":")[0])
    chosen = {pole for pole, kinds in carried.items() if "lamp" in kinds and len(kinds) > 1}
    combined, lamps = _combined(data)
    beside = lamps & _beside_signals(data)
    _agreement("all lamp poles", lamps, chosen, combined)
    return _agreement(f"lamp poles within {BESIDE_A_SIGNAL_M:.0f} m of a signalled crossing", beside, chosen, combined)


def _combined(data: Path) -> tuple[set[str], set[str]]:
    rows = _rows(data / "streetlights_downtown.csv")
    lamps = {f"lamp:{row['OID_']}" for row in rows}
    return {f"lamp:{row['OID_']}" for row in rows if row["TRAFFICCOMBO"] == "YES"}, lamps


def _beside_signals(data: Path) -> set[str]:
    """Lamps near a crossing with signals: its own point is the middle of the crossing."""
    import numpy as np
    from scipy.spatial import cKDTree

    from belltower.kernel.plane import MetricPlane

    plane = MetricPlane("EPSG:26985")
    signals, lamps = _rows(data / "traffic_signals.csv"), _rows(data / "streetlights_downtown.csv")
    crossings = np.column_stack(plane.to_plane(*_degrees(signals, "LONGITUDE", "LATITUDE")))
    places = np.column_stack(plane.to_plane(*_degrees(lamps, "XCOORD", "YCOORD")))
    away, _ = cKDTree(crossings).query(places)
    return {f"lamp:{row['OID_']}" for row, far in zip(lamps, away, strict=True) if far <= BESIDE_A_SIGNAL_M}


def _degrees(rows: list[dict[str, str]], lon: str, lat: str) -> tuple[list[float], list[float]]:
    return [float(row[lon]) for row in rows], [float(row[lat]) for row in rows]


def _rows(path: Path) -> list[dict[str, str]]:
    import csv

    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _agreement(name: str, among: set[str], chosen: set[str], combined: set[str]) -> dict[str, float]:
    """Precision, recall and Cohen's kappa (0: as by chance, 1: the same)."""
    chosen, combined, count = chosen & among, combined & among, max(1, len(among))
    both, neither = len(chosen & combined), len(among - chosen - combined)
    same = (both + neither) / count
    chance = (len(chosen) * len(combined) + (count - len(chosen)) * (count - len(combined))) / count**2
    figures = {
        "precision": round(both / max(1, len(chosen)), 3),
        "recall": round(both / max(1, len(combined)), 3),
        "kappa": round((same - chance) / max(1e-9, 1 - chance), 3),
    }
    print(
        f"{name}: {len(among):,}; the plan hangs something of the signals on {len(chosen)}, the city on {len(combined)}, both on {both}: {figures}"
    )
    return figures


if __name__ == "__main__":
    main()
