# SPDX-License-Identifier: Apache-2.0
"""Steady states: by hand, against STANET's results that pandapipes carries, and where there is none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from belltower.analytics.networks.pandapipes import SCHUTTERWALD, carried_by_the_package, read
from belltower.analytics.twin.files import gas_network
from belltower.analytics.twin.network import BAR_PA, NORMAL_K, NORMAL_PA, Friction, ambient_pa
from belltower.analytics.twin.solving import NotSolved, solve
from belltower.analytics.twin.tests.worlds import GAS, line, streets
from belltower.kernel.errors import Unreadable

CASES = carried_by_the_package("stanet_test_networks/gas_cases")
FILES = sorted(CASES.rglob("*.json")) if CASES else []
WITH_PUMPS = {"versatility_PC", "pumps_N", "pump_N"}


def test_one_pipe_is_what_the_formula_gives() -> None:
    network = line(drawn=0.05)
    state = solve(network)
    begin, end = state.pressure
    mean = 2 / 3 * (begin + end - begin * end / (begin + end))
    rub = (2 * np.log10(1e-4 / 0.371)) ** -2 + 64 * np.pi * 0.1 * GAS.viscosity / (4 * 0.05)
    drop = (
        rub
        * 1000
        / 0.1
        * (0.05 / (np.pi / 4 * 0.01)) ** 2
        * NORMAL_PA
        * 283.15
        * (1 - 2.2e-8 * mean)
        / (GAS.density * NORMAL_K)
    )
    assert begin**2 - end**2 == pytest.approx(drop, rel=1e-9)
    assert state.flow.tolist() == pytest.approx([0.05])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_pressures_agree_with_stanet(file: object) -> None:
    """Within 0.02 % of the absolute pressure; the three cases with pumps are refused, not guessed."""
    net = read(file.read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    stem: str = file.stem  # type: ignore[attr-defined]
    friction = Friction.COLEBROOK if stem.endswith("PC") else Friction.NIKURADSE
    if stem in WITH_PUMPS:
        with pytest.raises(Unreadable, match="pump"):
            gas_network(net, friction=friction)
        return
    network = gas_network(net, friction=friction)
    state = solve(network)
    published = net.table("junction").numbers("p_stanet") * BAR_PA + ambient_pa(network.height_m)
    known = np.isfinite(published)
    assert known.sum() >= 2
    assert state.pressure[known] == pytest.approx(published[known], rel=2e-4)


def test_the_reference_cases_are_there() -> None:
    assert len(FILES) == 22, "pandapipes' files are not installed: make setup"


def test_a_real_town_is_solved_and_balances() -> None:
    path = carried_by_the_package(SCHUTTERWALD)
    assert path is not None
    network = gas_network(read(path.read_text(encoding="utf-8")))
    state = solve(network)
    assert state.imbalance < 1e-9
    source = np.bincount(network.pipes[:, 0], state.flow, network.nodes) - np.bincount(
        network.pipes[:, 1], state.flow, network.nodes
    )
    assert source[network.fixed].sum() == pytest.approx(network.drawn.sum(), rel=1e-6)
    assert np.nanmax(state.pressure) == pytest.approx(network.fixed_pa[0], rel=1e-3)


def test_a_network_at_rest_has_one_pressure() -> None:
    state = solve(line(nodes=5, drawn=0.0))
    assert state.pressure == pytest.approx(np.full(5, 3 * BAR_PA + NORMAL_PA))


def test_gas_is_lighter_at_the_top_of_a_hill() -> None:
    network = replace(line(drawn=0.0), height_m=np.array([0.0, 100.0]))
    below, above = solve(network).pressure
    density = GAS.density * below / NORMAL_PA * NORMAL_K / 283.15
    assert below - above == pytest.approx(density * 9.81 * 100, rel=0.01)


def test_what_is_cut_off_has_no_pressure_and_is_named() -> None:
    network = line(nodes=4, drawn=0.05)
    state = solve(replace(network, is_open=np.array([True, False, True])))
    assert state.cut_off.tolist() == [2, 3]
    assert np.isnan(state.pressure[2:]).all()
    assert state.pressure[1] == pytest.approx(state.pressure[0])


def test_more_than_fits_through_is_refused() -> None:
    with pytest.raises(NotSolved, match="was not found"):
        solve(line(drawn=50.0))


@pytest.mark.parametrize("friction", list(Friction))
def test_streets_balance_at_every_crossing(friction: Friction) -> None:
    state = solve(replace(streets(np.random.default_rng(2)), friction=friction))
    assert state.imbalance < 1e-9
    assert state.steps < 25


@pytest.mark.parametrize(
    "wrong", [{"diameter_m": np.array([0.0])}, {"pipes": np.array([[0, 9]])}, {"loss": np.zeros(2)}]
)
def test_networks_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"needs|must end|above 0"):
        replace(line(), **wrong)  # type: ignore[arg-type]
