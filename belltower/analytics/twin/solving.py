# SPDX-License-Identifier: Apache-2.0
"""Steady state by the global gradient method (Todini and Pilati 1988) on squared pressures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csc_array, csr_array, diags_array
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from belltower.analytics.twin.network import NORMAL_K, NORMAL_PA, Floats, Friction, GasNetwork, Numbers
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text

GRAVITY = 9.81
LAMINAR, TURBULENT = 2000.0, 4000.0
"""Reynolds numbers between which friction goes over from one law to the other, so that it does not jump."""
MOST_STEPS = 60
_FULL_STEPS = 10
"""Steps that are taken whole; later ones by half, where the friction's change between laminar and turbulent makes flows swing."""
_SMALL = 1e-3
"""A flow in kg/s by which changes are measured where all flows are smaller."""
_OPEN_VALVE = 1e5
"""Pa2 a kg/s: what a valve without length is taken to cost, some hundredths of a pascal, so that its flow is determined."""


class NotSolved(Refusal):
    """A network whose steady state was not found: what is drawn does not fit through, or the figures are wrong."""

    code = "twin_not_solved"
    sentence = Text(
        zh="{steps} 步后管网水力计算仍未收敛（不平衡 {imbalance} kg/s）。请检查用气量、管径和气源压力。",
        en="The network's steady state was not found in {steps} steps (imbalance {imbalance} kg/s). Check what is drawn, the diameters "
        "and the pressures of the sources.",
    )


@dataclass(frozen=True, slots=True, eq=False)
class SteadyState:
    """Absolute pressures (NaN where no open way leads to a source), kg/s along each pipe, and how far the balance is off.

    ``cut_off`` are the nodes without a source; what is drawn there is not met. ``slope`` of an open pipe: by how much
    the difference of squared pressures grows with its flow.
    """

    network: GasNetwork
    pressure: Floats
    flow: Floats
    slope: Floats
    steps: int
    imbalance: float
    cut_off: Numbers


def solve(network: GasNetwork, *, tolerance: float = 1e-9) -> SteadyState:
    """The steady state; the flows' last change is below ``tolerance`` of the greatest. Raises NotSolved."""
    alive = _with_source(network)
    rows = np.flatnonzero(network.is_open & alive[network.pipes].all(axis=1))
    free = np.setdiff1d(np.flatnonzero(alive), network.fixed)
    squared, flow, slope, steps, change = _newton(network, rows, free, tolerance)
    balance = np.bincount(network.pipes[rows, 1], flow, network.nodes) - np.bincount(
        network.pipes[rows, 0], flow, network.nodes
    )
    imbalance = float(np.abs((balance - network.drawn)[free]).max(initial=0.0))
    if not (change <= tolerance and (squared[alive] > 0).all()):
        raise NotSolved(steps=steps, imbalance=f"{imbalance:.3g}")
    whole, slopes = np.zeros(len(network.pipes)), np.full(len(network.pipes), np.nan)
    whole[rows], slopes[rows] = flow, slope
    pressure = np.where(alive, np.sqrt(np.where(alive, squared, 1.0)), np.nan)
    return SteadyState(network, pressure, whole, slopes, steps, imbalance, np.flatnonzero(~alive))


def incidence(network: GasNetwork, rows: Numbers) -> csr_array:
    """Pipes by nodes: +1 where a pipe begins, -1 where it ends."""
    at = np.repeat(np.arange(len(rows)), 2)
    signs = np.tile([1.0, -1.0], len(rows))
    return csr_array(coo_array((signs, (at, network.pipes[rows].ravel())), shape=(len(rows), network.nodes)))


def _with_source(network: GasNetwork) -> NDArray[np.bool_]:
    ends = network.pipes[network.is_open]
    joined = coo_array(
        (np.ones(len(ends), dtype=np.int8), (ends[:, 0], ends[:, 1])), shape=(network.nodes, network.nodes)
    )
    _, part = connected_components(joined, directed=False)
    alive: NDArray[np.bool_] = np.isin(part, part[network.fixed])
    return alive


def _newton(
    network: GasNetwork, rows: Numbers, free: Numbers, tolerance: float
) -> tuple[Floats, Floats, Floats, int, float]:
    """Squared pressures, flows and slopes of the open pipes, steps, and the last relative change of a flow or squared pressure.

    Squared pressures are reckoned from the sources' mean on: their differences are small, and rounding would hide them.
    """
    level = float((network.fixed_pa**2).mean())
    above = np.zeros(network.nodes)
    above[network.fixed] = network.fixed_pa**2 - level
    joins = incidence(network, rows)
    inner = csc_array(joins[:, free])
    flow = 0.5 * network.gas.density * np.pi / 4 * network.diameter_m[rows] ** 2
    slope, change, step = np.ones(len(rows)), np.inf, 0
    while step < MOST_STEPS and change > tolerance:
        step += 1
        drop, slope, lift = _drops(network, rows, level + above, flow)
        known = flow + (joins[:, network.fixed] @ above[network.fixed] - drop - lift) / slope
        before = above[free]
        if len(free):
            system = csc_array(inner.T @ diags_array(1.0 / slope) @ inner)
            above[free] = factorised(system).solve(-network.drawn[free] - inner.T @ known)
        after = known + inner @ above[free] / slope
        change = max(
            float(np.abs(after - flow).max(initial=0.0) / max(np.abs(after).max(initial=0.0), _SMALL)),
            float(np.abs(above[free] - before).max(initial=0.0) / level),
        )
        flow = after if step <= _FULL_STEPS else 0.5 * (flow + after)
    return level + above, flow, slope, step, change


def factorised(system: csc_array) -> Any:
    """A factor of a symmetric system, with an order that suits networks."""
    return splu(system, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})


def _drops(network: GasNetwork, rows: Numbers, squared: Floats, flow: Floats) -> tuple[Floats, Floats, Floats]:
    """Of each open pipe the drop of squared pressure at this flow, its slope, and what height adds.

    p1^2 - p2^2 = (friction x length / diameter + loss) x (flow / area)^2 x p_n T K / (rho_n T_n), K at the mean pressure.
    """
    gas, diameter = network.gas, network.diameter_m[rows]
    begin, end = (np.sqrt(np.maximum(squared[network.pipes[rows, side]], 1.0)) for side in (0, 1))
    mean = 2.0 / 3.0 * (begin + end - begin * end / (begin + end))
    warmth = network.temperature_k[network.pipes[rows]].mean(axis=1)
    state = NORMAL_PA * warmth * gas.factor(mean) / (gas.density * NORMAL_K)
    area = np.pi / 4 * diameter**2
    size = np.abs(flow)
    rub, laminar = _friction(network, rows, size)
    turbulent = (rub * network.length_m[rows] / diameter + network.loss[rows]) * state / area**2
    creeping = np.where(
        network.length_m[rows] > 0, laminar * network.length_m[rows] / diameter * state / area**2, _OPEN_VALVE
    )
    drop = turbulent * size * flow + creeping * flow
    slope = np.maximum(2.0 * turbulent * size + creeping, 1.0)
    rise = network.height_m[network.pipes[rows, 1]] - network.height_m[network.pipes[rows, 0]]
    return drop, slope, 2.0 * GRAVITY * rise * mean**2 / state


def _friction(network: GasNetwork, rows: Numbers, size: Floats) -> tuple[Floats, Floats]:
    """(Turbulent friction factor, what laminar friction adds as a multiple of the flow).

    64 / Re x m |m| is linear in m, and is kept apart: so a pipe at rest has a slope, which is what naive methods stall without.
    """
    diameter, rough = network.diameter_m[rows], network.roughness_m[rows]
    creep = 64.0 * np.pi * diameter * network.gas.viscosity / 4.0
    relative = np.maximum(rough / (3.71 * diameter), 1e-12)
    nikuradse = 1.0 / (-2.0 * np.log10(relative)) ** 2
    if network.friction is Friction.NIKURADSE:
        return nikuradse, creep
    reynolds = np.maximum(4.0 * size / (np.pi * diameter * network.gas.viscosity), 1e-9)
    inverse = 1.0 / np.sqrt(nikuradse)
    for _ in range(12):
        inverse = -2.0 * np.log10(2.51 * np.maximum(inverse, 0.1) / reynolds + relative)
        inverse = np.maximum(inverse, 0.5)
    turbulent = np.clip((reynolds - LAMINAR) / (TURBULENT - LAMINAR), 0.0, 1.0)
    return turbulent / inverse**2, (1.0 - turbulent) * creep
