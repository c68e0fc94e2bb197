# SPDX-License-Identifier: Apache-2.0
"""The fast engine says what the slow one says, byte for byte, however the log is cut and wherever it was restarted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belltower.analytics.alarms import engine, reference
from belltower.analytics.alarms.definitions import AlarmPoint, Definitions, define
from belltower.analytics.alarms.log import Log, command, log_of, reading, tick
from belltower.analytics.alarms.refusals import BadLog, BadPoint, UnreadableState
from belltower.analytics.alarms.state import State, carried, fresh, from_bytes
from belltower.analytics.alarms.states import Command, Kind
from belltower.analytics.alarms.tests.worlds import logs, worlds
from belltower.analytics.alarms.transitions import Transitions, joined

FOR_EVER = 2**60
PROOF = settings(
    deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    engine.warm_up()


def judged(step, definitions: Definitions, log: Log) -> tuple[State, Transitions]:
    return step(fresh(definitions, position=log.first), log, FOR_EVER, definitions)


@PROOF
@given(st.data())
def test_the_fast_engine_says_what_the_slow_one_says(data: st.DataObject) -> None:
    definitions = data.draw(worlds())
    log = data.draw(logs(definitions))
    fast, slow = judged(engine.step, definitions, log), judged(reference.step, definitions, log)
    assert fast[1].rows.tolist().__repr__() == slow[1].rows.tolist().__repr__()
    assert fast[1].to_bytes() == slow[1].to_bytes()
    assert fast[0].to_bytes() == slow[0].to_bytes()


@PROOF
@given(st.data())
def test_any_cut_and_any_restart_gives_the_same(data: st.DataObject) -> None:
    """Each batch begins from the bytes that the one before it left; batches may be empty."""
    definitions = data.draw(worlds())
    log = data.draw(logs(definitions))
    whole = judged(engine.step, definitions, log)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(log)), max_size=6)))
    state, parts = fresh(definitions, position=log.first), []
    for begin, end in pairwise([0, *cuts, len(log)]):
        step = data.draw(st.sampled_from([engine.step, reference.step]))
        state, made = step(from_bytes(state.to_bytes()), log.cut(begin, end), FOR_EVER, definitions)
        parts.append(made)
    assert joined(parts).to_bytes() == whole[1].to_bytes()
    assert state.to_bytes() == whole[0].to_bytes()


@PROOF
@given(st.data())
def test_an_alarms_own_instants_never_go_back_and_its_moves_join(data: st.DataObject) -> None:
    """Each alarm's transitions begin where the one before ended; the whole is ordered by position, instant, alarm."""
    definitions = data.draw(worlds())
    rows = judged(engine.step, definitions, data.draw(logs(definitions)))[1].rows
    order = [(row["position"], row["at"], row["alarm"]) for row in rows]
    assert order == sorted(order)
    for alarm in range(len(definitions.points)):
        own = rows[rows["alarm"] == alarm]
        assert (np.diff(own["at"]) >= 0).all()
        assert own["before"].tolist() == [0, *own["after"].tolist()][: len(own)]
