# SPDX-License-Identifier: Apache-2.0
"""Which valves, who is without gas, what when one is stuck; against every set of valves, and against a stranger's check."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from belltower.analytics.isolation import reference
from belltower.analytics.isolation.checking import check
from belltower.analytics.isolation.generated import with_valves
from belltower.analytics.isolation.isolating import around, cheapest
from belltower.analytics.isolation.network import Priority, segments
from belltower.analytics.isolation.tests.worlds import random_network, street


def test_the_valves_around_a_pipe_and_who_is_without_gas() -> None:
    told = around(segments(street()), 1)
    assert (told.valves.tolist(), told.without_gas.tolist(), told.is_possible) == ([1, 2], [1], True)


def test_past_a_stuck_valve_the_next_one_and_hospitals_and_schools_come_first() -> None:
    told = around(segments(street()), 1, stuck={1, 2})
    assert told.valves.tolist() == [0, 3]
    assert told.without_gas.tolist() == [1, 2, 0]


def test_the_cheapest_cut_avoids_what_is_hard_to_shut() -> None:
    """Around pipe 2 stand v2 and the hard v3; nothing else parts it. Pipe 0 needs v0 and the cheapest of the way round."""
    place = segments(street())
    assert (cheapest(place, 2).valves.tolist(), cheapest(place, 2).effort) == ([2, 3], 6)
    assert (cheapest(place, 0).valves.tolist(), cheapest(place, 0).effort) == ([0, 1], 2)
    assert cheapest(place, 0, stuck={1}).valves.tolist() == [0, 2]


def test_where_a_source_cannot_be_parted_it_says_so() -> None:
    place = segments(street())
    assert not around(place, 0, stuck={0}).is_possible
    assert not cheapest(place, 0, stuck={0}).is_possible


def test_a_valve_that_is_shut_already_lets_nothing_pass() -> None:
    network = replace(street(), is_shut=np.array([False, False, False, True]))
    told = around(segments(network), 0)
    assert told.valves.tolist() == [0, 1]
    assert sorted(told.without_gas.tolist()) == [0, 1, 2]


@pytest.mark.parametrize("seed", range(60))
def test_a_random_network_is_answered_as_by_trying_every_set_of_valves(seed: int) -> None:
    chance = np.random.default_rng(seed)
    network = random_network(chance, valves=7)
    place = segments(network)
    pipe, stuck = (
        int(chance.integers(len(network.pipes))),
        {int(chance.integers(len(network.valves)))} if seed % 2 else set(),
    )
    near, cheap = around(place, pipe, stuck=stuck), cheapest(place, pipe, stuck=stuck)
    assert set(near.valves.tolist()) == reference.around(network, pipe, stuck)
    least = reference.least_effort(network, pipe, stuck)
    assert (cheap.effort if cheap.is_possible else None) == least
    assert near.is_possible == (least is not None)
    for told in (near, cheap):
        fed = reference.fed(network, set(told.valves.tolist()))
        without = [number for number, node in enumerate(network.customers.tolist()) if node not in fed]
        assert sorted(told.without_gas.tolist()) == without
        assert sorted(network.priority[told.without_gas]) == network.priority[told.without_gas].tolist()


def test_a_stranger_checks_an_isolation_and_notices_false_ones() -> None:
    network = street()
    told = cheapest(segments(network), 0)
    said = check(network, told)
    assert (said.is_parted, said.are_customers_right, said.in_vain) == (True, True, ())
    assert not check(network, replace(told, valves=told.valves[:1])).is_parted
    assert not check(network, replace(told, without_gas=told.without_gas[:0])).are_customers_right
    assert check(network, replace(told, valves=np.array([0, 1, 2]))).in_vain == (1, 2)


def test_valves_are_generated_by_the_rule_and_leave_the_network_whole() -> None:
    """A cross of three long pipes and a short one: valves at the three, none at the house; and one beside the source."""
    network = with_valves(
        nodes=5, pipes=np.array([[0, 1], [0, 2], [0, 3], [0, 4]]), length_m=np.array([100.0, 30.0, 100.0, 8.0]),
        sources=np.array([1]), customers=np.array([4]), priority=np.array([Priority.HOME]),
    )  # fmt: skip
    assert len(network.valves) == 4
    assert sorted(network.effort.tolist()) == [1, 1, 1, 3]
    assert reference.fed(network, ()) == set(range(network.nodes))
    told = around(segments(network), 3)
    assert (len(told.valves), told.is_possible, told.without_gas.tolist()) == (3, True, [0])


@pytest.mark.parametrize(
    "wrong", [{"effort": np.array([1, 1, 1, 0])}, {"sources": np.array([9])}, {"effort": np.array([1])}]
)
def test_networks_that_cannot_be_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"node|whole number|effort"):
        replace(street(), **wrong)  # type: ignore[arg-type]


def test_a_pipe_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no pipe 7"):
        around(segments(street()), 7)
