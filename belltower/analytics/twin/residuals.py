# SPDX-License-Identifier: Apache-2.0
"""Measured less computed, at each node that is measured, with how much of it what we do not know could explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csc_array, diags_array

from belltower.analytics.twin.network import Floats, Numbers
from belltower.analytics.twin.solving import SteadyState, factorised, incidence


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is not known, as standard deviations: of each sensor (Pa), of what is drawn (a share of each), of friction (a share)."""

    sensor_pa: float
    drawn_share: float
    friction_share: float

    def __post_init__(self) -> None:
        if self.sensor_pa <= 0 or min(self.drawn_share, self.friction_share) < 0:
            raise ValueError("Sensors are never exact, and shares are not below 0.")


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """Of each measured node: measured less computed (Pa), its standard deviation, and their ratio. NaN where either is not known.

    ``covariance`` (Pa2): homes that draw more than was thought, and rough pipes, move many sensors at once.
    """

    nodes: Numbers
    residual_pa: Floats
    sigma_pa: Floats
    score: Floats
    covariance: Floats


def residuals(state: SteadyState, nodes: Numbers, measured_pa: Floats, doubt: Doubt) -> Residuals:
    """Compare absolute pressures measured at ``nodes`` with the twin's. A sensor that says nothing (NaN) has no residual."""
    pull, rub = _sensitivities(state, nodes)
    drawn = pull * (doubt.drawn_share * np.abs(state.network.drawn))
    covariance = drawn @ drawn.T + doubt.friction_share**2 * (rub @ rub.T) + doubt.sensor_pa**2 * np.eye(len(nodes))
    computed = state.pressure[nodes]
    residual = measured_pa - computed
    sigma = np.where(np.isnan(residual), np.nan, np.sqrt(np.diag(covariance)))
    return Residuals(nodes, residual, sigma, residual / sigma, covariance)


def leak_signature(state: SteadyState, nodes: Numbers) -> Floats:
    """(sensors, nodes): by how many Pa the pressure at each sensor changes for a kg/s more that leaves at each node."""
    return _sensitivities(state, nodes)[0]


def _sensitivities(state: SteadyState, nodes: Numbers) -> tuple[Floats, Floats]:
    """Pa a kg/s drawn at each node, and Pa when each pipe's friction doubles, at each of ``nodes``: one solve a sensor."""
    network = state.network
    rows = np.flatnonzero(np.isfinite(state.slope))
    alive = np.isfinite(state.pressure)
    free = np.setdiff1d(np.flatnonzero(alive), network.fixed)
    pull, rub = np.zeros((len(nodes), network.nodes)), np.zeros((len(nodes), len(network.pipes)))
    if not len(free):
        return pull, rub
    inner = csc_array(incidence(network, rows)[:, free])
    weights = diags_array(1.0 / state.slope[rows])
    factor = factorised(csc_array(inner.T @ weights @ inner))
    place = {int(node): number for number, node in enumerate(free)}
    drop = state.slope[rows] * state.flow[rows] / 2.0  # slope is about twice the drop over the flow
    for number, node in enumerate(nodes.tolist()):
        if node not in place:
            continue
        unit = np.zeros(len(free))
        unit[place[node]] = 1.0 / (2.0 * state.pressure[node])
        answer: NDArray[np.float64] = factor.solve(unit)
        pull[number, free] = -answer
        rub[number, rows] = -(inner @ answer) * drop / state.slope[rows]
    return pull, rub
