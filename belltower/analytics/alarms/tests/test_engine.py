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
from belltower.analytics.alarms.sharding import judge_in_shards
from belltower.analytics.alarms.state import State, carried, fresh, from_bytes
from belltower.analytics.alarms.states import Command, Kind
from belltower.analytics.alarms.tests.worlds import logs, worlds
from belltower.analytics.alarms.transitions import Transitions, joined

FOR_EVER = 2**60
PROOF = settings(
    deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
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


def one_alarm(**said) -> Definitions:
    return define([AlarmPoint(alarm=7, stream=3, **{"kind": Kind.HI, "limit": 10.0, **said})])


def test_a_step_leaves_the_state_that_it_was_given() -> None:
    definitions = one_alarm()
    before = fresh(definitions)
    kept = before.to_bytes()
    engine.step(before, log_of([reading(0, 5, 11.0)]), 9, definitions)
    assert before.to_bytes() == kept


def test_more_transitions_than_there_is_room_for_are_all_said() -> None:
    """Three thousand streams fall silent in one tick, and each hides another alarm of its own."""
    many = 3_000
    points = [AlarmPoint(alarm=i, stream=i, kind=Kind.STALE, stale_after_us=5) for i in range(many)]
    points += [AlarmPoint(alarm=many + i, stream=i, kind=Kind.HI, limit=1.0, suppressed_by=i) for i in range(many)]
    definitions = define(points)
    log = log_of([reading(i, 1 + i % 3, 2.0) for i in range(many)] + [tick(100)])
    fast, slow = judged(engine.step, definitions, log), reference_of_many(definitions, log)
    assert len(fast[1]) == 3 * many
    assert (fast[0].to_bytes(), fast[1].to_bytes()) == slow


def reference_of_many(definitions: Definitions, log: Log) -> tuple[bytes, bytes]:
    """The slow engine, a hundred alarms at a time; silence asks all of them at every timer, which takes its time."""
    state, made = judge_in_shards(reference.step, fresh(definitions), log, FOR_EVER, definitions, shards=60)
    return state.to_bytes(), made.to_bytes()


@pytest.mark.parametrize("step", [engine.step, reference.step], ids=["fast", "slow"])
@pytest.mark.parametrize(
    ("event", "why"),
    [
        (reading(1, 5, 1.0), "no such stream"),
        (reading(-1, 5, 1.0), "no such stream"),
        (reading(0, 0, 1.0), "instant"),
        (reading(0, -5, 1.0), "instant"),
        (reading(0, 2**63 - 1, 1.0), "instant"),
        (command(1, Command.ACKNOWLEDGE, 5), "no such alarm"),
        (command(0, 99, 5), "unknown"),
        (command(0, Command.SHELVE, 5), "needs an end"),
        (tick(101), "ahead of now"),
    ],
)
def test_an_impossible_entry_is_refused_and_nothing_is_judged(step, event, why: str) -> None:
    definitions = one_alarm()
    with pytest.raises(BadLog, match=why) as refused:
        step(fresh(definitions), log_of([reading(0, 5, 11.0), event]), 100, definitions)
    assert refused.value.facts["position"] == 1


@pytest.mark.parametrize("step", [engine.step, reference.step], ids=["fast", "slow"])
def test_what_was_judged_is_not_judged_twice(step) -> None:
    definitions = one_alarm()
    log = log_of([reading(0, 5, 11.0)])
    state, _ = step(fresh(definitions), log, 9, definitions)
    with pytest.raises(BadLog, match="judged before"):
        step(state, log, 9, definitions)


@pytest.mark.parametrize("harm", ["cut", "flipped", "foreign", "empty"])
def test_a_damaged_state_is_refused(harm: str) -> None:
    data = bytearray(fresh(one_alarm()).to_bytes())
    if harm == "flipped":
        data[-9] ^= 1
    harmed = {"cut": data[:-1], "flipped": data, "foreign": b"\x00" * len(data), "empty": b""}[harm]
    with pytest.raises(UnreadableState):
        from_bytes(bytes(harmed))


@pytest.mark.parametrize("step", [engine.step, reference.step], ids=["fast", "slow"])
def test_the_state_of_other_definitions_is_refused(step) -> None:
    with pytest.raises(UnreadableState, match="other definitions"):
        step(fresh(define([])), log_of([]), 9, one_alarm())


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"limit": float("nan")}, "finite"),
        ({"deadband": -1.0}, "dead band"),
        ({"kind": Kind.STALE}, "silence needs a length"),
        ({"kind": Kind.DISCREPANCY}, "second stream"),
        ({"kind": Kind.DISCREPANCY, "reference": 3}, "its own stream"),
        ({"reference": 4}, "only deviation"),
        ({"on_delay_us": -1}, "on_delay_us"),
        ({"suppressed_by": 7}, "suppresses itself"),
        ({"suppressed_by": 8}, "not defined"),
    ],
)
def test_an_alarm_that_cannot_be_judged_is_refused(said: dict[str, object], why: str) -> None:
    with pytest.raises(BadPoint, match=why):
        one_alarm(**said)


def test_alarms_that_would_hide_one_another_are_refused() -> None:
    circle = [AlarmPoint(alarm=i, stream=1, kind=Kind.HI, suppressed_by=(i + 1) % 3) for i in range(3)]
    with pytest.raises(BadPoint, match="circle"):
        define(circle)


def test_changed_definitions_keep_what_alarms_knew_by_their_ids() -> None:
    before = define([AlarmPoint(alarm=i, stream=i, kind=Kind.HI, limit=10.0) for i in (5, 7)])
    state, _ = engine.step(fresh(before), log_of([reading(1, 5, 11.0)]), 9, before)
    after = define([AlarmPoint(alarm=i, stream=i, kind=Kind.HI, limit=10.0) for i in (6, 7, 8)])
    moved = carried(state, before, after)
    assert moved.alarms["state"].tolist() == [0, 1, 0]
    assert moved.streams["last_at"].tolist() == [0, 5, 0]
    assert moved.position == state.position
