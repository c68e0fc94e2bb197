# SPDX-License-Identifier: Apache-2.0
"""The hydraulic twin: seconds for the steady state of 10,000 junctions, how far its pressures lie from STANET's in the cases that
pandapipes carries, and at which place of a ranking of sections simulated leaks stand."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import Any

import numpy as np

from belltower.analytics.networks.pandapipes import SCHUTTERWALD, carried_by_the_package, read
from belltower.analytics.twin.files import gas_network
from belltower.analytics.twin.network import BAR_PA, NORMAL_PA, Floats, Friction, Gas, GasNetwork, Numbers, ambient_pa
from belltower.analytics.twin.ranking import rank
from belltower.analytics.twin.residuals import Doubt, leak_signature, residuals
from belltower.analytics.twin.solving import SteadyState, solve
from belltower.kernel.errors import Unreadable
from benchmarks.ground import report

SENSORS, LEAKS_KG_S = 30, (0.005, 0.02, 0.05)
DOUBT = Doubt(sensor_pa=20.0, drawn_share=0.2, friction_share=0.1)


def main() -> None:
    """Print the figures; solve_s is the median of warm runs in time of the processor, max_deviation a share of the absolute pressure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 runs and 10 leaks instead of 9 and 100")
    runs, leaks = (3, 10) if parser.parse_args().quick else (9, 100)
    network = streets(np.random.default_rng(1), side=100)
    solve(network)
    took = []
    for _ in range(runs):
        began = time.process_time()
        state = solve(network)
        took.append(time.process_time() - began)
    report(junctions=network.nodes, pipes=len(network.pipes), steps=state.steps, imbalance_kg_s=f"{state.imbalance:.1e}",
           solve_s=round(float(np.median(took)), 3), solve_s_best=round(min(took), 3), **against_stanet(), **ranked(leaks))  # fmt: skip


def against_stanet() -> dict[str, Any]:
    """The greatest deviation of all cases, how many there are, and which parts of others are not modelled."""
    folder = carried_by_the_package("stanet_test_networks/gas_cases")
    if folder is None:
        print("pandapipes' files are not installed: no comparison")
        return {}
    worst, cases, left_out = 0.0, 0, 0
    for file in sorted(folder.rglob("*.json")):
        net = read(file.read_text(encoding="utf-8"))
        friction = Friction.COLEBROOK if file.stem.endswith("PC") else Friction.NIKURADSE
        try:
            network = gas_network(net, friction=friction)
        except Unreadable as reason:
            print(f"  left out {file.stem}: {reason}")
            left_out += 1
            continue
        published = net.table("junction").numbers("p_stanet") * BAR_PA + ambient_pa(network.height_m)
        away = np.nanmax(np.abs(solve(network).pressure - published) / published)
        print(f"  {file.stem:20} {away:.1e}")
        worst, cases = max(worst, float(away)), cases + 1
    town = gas_network(read((folder.parents[1] / SCHUTTERWALD).read_text(encoding="utf-8")))
    began = time.perf_counter()
    solve(town)
    return {"max_deviation": float(f"{worst:.1e}"), "cases": cases, "cases_left_out": left_out,
            "schutterwald_s": round(time.perf_counter() - began, 3)}  # fmt: skip


def ranked(leaks: int) -> dict[str, float]:
    """Simulated leaks in 400 crossings of 10 cm pipes that draw 0.8 kg/s, with 30 sensors of 20 Pa; draws and friction as uncertain as is stated."""
    chance = np.random.default_rng(4)
    network = streets(chance, side=20)
    network = replace(network, diameter_m=np.full(len(network.pipes), 0.1), drawn=network.drawn * 10)
    state = solve(network)
    sensors = np.setdiff1d(chance.choice(network.nodes, SENSORS, replace=False), network.fixed)
    signature = leak_signature(state, sensors)
    figures: dict[str, float] = {"sections": len(network.pipes), "leaks": leaks}
    for size in LEAKS_KG_S:
        at = np.array([_place(network, chance, state, sensors, signature, size) for _ in range(leaks)])
        figures |= {f"hit_at_{k}_{size * 1000:g}g": round(float((at <= k).mean()), 3) for k in (1, 10, 50)}
    return figures


def _place(
    network: GasNetwork,
    chance: np.random.Generator,
    state: SteadyState,
    sensors: Numbers,
    signature: Floats,
    size: float,
) -> int:
    """At which place the true section stands, of one leak among what is not known."""
    pipe = int(chance.integers(len(network.pipes)))
    drawn = network.drawn * (1 + DOUBT.drawn_share * chance.normal(size=network.nodes))
    drawn[network.pipes[pipe]] += size / 2
    length = network.length_m * np.maximum(1 + DOUBT.friction_share * chance.normal(size=len(network.pipes)), 0.1)
    true = solve(replace(network, drawn=drawn, length_m=length)).pressure[sensors]
    found = residuals(state, sensors, true + DOUBT.sensor_pa * chance.normal(size=len(sensors)), DOUBT)
    return rank(found, signature, network.pipes).place_of(pipe)


def streets(chance: np.random.Generator, *, side: int) -> GasNetwork:
    """Streets of ``side`` by ``side`` crossings, three of ten cross streets missing, three sources at 3 bar; 20 g/s by 100 homes."""
    at = np.arange(side * side).reshape(side, side)
    across = np.stack([at[1:, :-1].ravel(), at[1:, 1:].ravel()], 1)
    parts = [
        across[chance.random(len(across)) < 0.7],
        np.stack([at[0, :-1], at[0, 1:]], 1),
        np.stack([at[:-1].ravel(), at[1:].ravel()], 1),
    ]
    pipes, nodes = np.concatenate(parts), side * side
    count = len(pipes)
    sources = np.array([0, nodes // 2 + side // 2, nodes - 1])
    return GasNetwork(
        pipes, chance.uniform(50, 200, count), chance.choice([0.1, 0.15, 0.2, 0.3], count), np.full(count, 1e-4), np.zeros(count),
        np.ones(count, dtype=bool), np.zeros(nodes), np.full(nodes, 283.15), chance.uniform(0, 4e-4, nodes), sources,
        np.full(3, 3 * BAR_PA + NORMAL_PA), Gas(0.78, 1.1e-5, -2.2e-8),
    )  # fmt: skip


if __name__ == "__main__":
    main()
