# SPDX-License-Identifier: Apache-2.0
"""Leaks behind household meters: F1 on real meters with its interval, beside the published model's; device-days a second; what
is the smallest leak that is found, and how often a simulated household without one is suspected."""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from belltower.analytics.meters.detecting import RULES, Rules, Verdict, detect, warm_up
from belltower.analytics.meters.evaluating import PUBLISHED_F1, evaluate
from belltower.analytics.meters.households import simulated_days
from belltower.analytics.meters.pulses import MeterDays, meter_days
from belltower.analytics.meters.reports import read_labels, read_pulses
from benchmarks.ground import report

DATA = Path(os.environ.get("BELLTOWER_DATA", "../shared/data")) / "meters"
FOLDS, HOURS = 5, (6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0)
LEAKS_LPH = (5.0, 7.5, 8.0, 9.0, 10.0, 15.0, 20.0, 30.0, 38.0, 40.0, 60.0)


def main() -> None:
    """Print the figures. Without BELLTOWER_DATA only those of simulated meters, and says so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the simulated days")
    homes = 30 if parser.parse_args().quick else 300
    warm_up()
    figures: dict[str, Any] = {}
    if (DATA / "pulse_data_for_evaluation.csv").is_file():
        figures |= on_real_meters()
    else:
        print(f"no real meters: {DATA.name} is not there (BELLTOWER_DATA), so F1 is not measured")
    report(**figures, device_days_per_s=round(speed(homes)), **simulated(homes))


def on_real_meters() -> dict[str, Any]:
    """F1 of the rules as they stand, and when the hours are chosen on other meters than those that are judged."""
    with (DATA / "pulse_data_for_evaluation.csv").open(encoding="utf-8", newline="") as lines:
        began = time.process_time()
        days = read_pulses(lines).days
        took = time.process_time() - began
    with (DATA / "evaluation_dataset.csv").open(encoding="utf-8", newline="") as lines:
        leaks = read_labels(lines)
    fixed = evaluate(days, detect(days).verdict, leaks)
    crossed = evaluate(days, crossed_over(days, leaks), leaks)
    print(f"as they stand:  {fixed.as_json()}\nhours by folds: {crossed.as_json()}")
    f1 = crossed.as_json()["f1"]
    return {
        "f1": f1["value"], "f1_low": f1["low"], "f1_high": f1["high"], "published_f1": PUBLISHED_F1,
        "f1_as_they_stand": fixed.as_json()["f1"]["value"], "days": len(days),
        "leaks": sum(leaks.get(key, False) for key in zip(days.device, days.day, strict=True)),
        "reports_read_per_s": round(len(days) / took),
    }  # fmt: skip


def crossed_over(days: MeterDays, leaks: dict[tuple[str, str], bool]) -> NDArray[np.int8]:
    """The verdict on each meter with the hours that do best on the meters of the other folds."""
    names = sorted(set(days.device))
    fold_of = dict(zip(names, np.random.default_rng(3).permutation(len(names)) % FOLDS, strict=True))
    fold = np.array([fold_of[device] for device in days.device])
    by_hours = {hours: detect(days, Rules(hours=hours)).verdict for hours in HOURS}
    verdict = np.full(len(days), Verdict.UNKNOWN, dtype=np.int8)
    for one in range(FOLDS):
        others = {
            (d, n): leaks[d, n]
            for d, n, f in zip(days.device, days.day, fold, strict=True)
            if f != one and (d, n) in leaks
        }
        scores = {hours: evaluate(days, said, others).f1.value or 0.0 for hours, said in by_hours.items()}
        verdict[fold == one] = by_hours[max(HOURS, key=lambda hours: scores[hours])][fold == one]
    return verdict


def speed(homes: int) -> float:
    """Device-days scored a second of processor time, once they are arrays: simulated days, each a hundred times."""
    days = _town(np.random.default_rng(5), homes, days=10, leak_lph=10.0)
    size, times = len(days.minute), 100
    first = np.append((np.arange(times)[:, None] * size + days.first[:-1]).ravel(), times * size)
    many = MeterDays(list(days.device) * times, list(days.day) * times, first, np.tile(days.minute, times),
                     np.tile(days.count, times), np.tile(days.is_known, times))  # fmt: skip
    best = 0.0
    for _ in range(5):
        began = time.process_time()
        detect(many)
        best = max(best, len(many) / (time.process_time() - began))
    return best


def simulated(homes: int) -> dict[str, Any]:
    """Share of simulated days with a leak that are suspected, the smallest leak found on 90 of 100, and false alarms."""
    chance = np.random.default_rng(9)
    found = {
        lph: float((detect(_town(chance, homes, days=5, leak_lph=lph)).verdict == Verdict.SUSPECT).mean())
        for lph in LEAKS_LPH
    }
    tight = _town(chance, homes * 2, days=30, leak_lph=0.0)
    false = int((detect(tight).verdict == Verdict.SUSPECT).sum())
    print("simulated leaks found on a day:", {f"{lph} L/h": round(share, 2) for lph, share in found.items()})
    enough = [lph for lph, share in found.items() if share >= 0.9]
    return {"smallest_found_lph": min(enough, default=float("nan")), "simulated_meter_years": round(len(tight) / 365, 1),
            "false_alarms_per_meter_year": round(false * 365 / len(tight), 3), "hours": RULES.hours}  # fmt: skip


def _town(chance: np.random.Generator, homes: int, *, days: int, leak_lph: float) -> MeterDays:
    return meter_days(
        (f"{home}", f"{day}", pulses)
        for home in range(homes)
        for day, pulses in enumerate(simulated_days(chance, days=days, leak_lph=leak_lph))
    )


if __name__ == "__main__":
    main()
