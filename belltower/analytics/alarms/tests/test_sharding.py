# SPDX-License-Identifier: Apache-2.0
"""A log judged in shards by suppression group says what one engine says, bit for bit."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belltower.analytics.alarms import engine
from belltower.analytics.alarms.definitions import AlarmPoint, define
from belltower.analytics.alarms.sharding import groups, judge_in_shards, shards_of
from belltower.analytics.alarms.state import fresh
from belltower.analytics.alarms.states import Kind
from belltower.analytics.alarms.tests.worlds import logs, worlds

FOR_EVER = 2**60


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_shards_say_what_the_whole_says(data: st.DataObject) -> None:
    definitions = data.draw(worlds())
    log = data.draw(logs(definitions))
    state = fresh(definitions, position=log.first)
    whole = engine.step(state, log, FOR_EVER, definitions)
    parts = judge_in_shards(engine.step, state, log, FOR_EVER, definitions, shards=data.draw(st.integers(1, 4)))
    assert parts[1].to_bytes() == whole[1].to_bytes()
    assert parts[0].to_bytes() == whole[0].to_bytes()


def test_alarms_that_share_a_stream_or_a_suppressor_stay_together() -> None:
    definitions = define([
        AlarmPoint(alarm=1, stream=1, kind=Kind.HI), AlarmPoint(alarm=2, stream=2, kind=Kind.HI, suppressed_by=1),
        AlarmPoint(alarm=3, stream=3, kind=Kind.DISCREPANCY, reference=2), AlarmPoint(alarm=4, stream=4, kind=Kind.HI),
    ])  # fmt: skip
    first, second, third, alone = groups(definitions).tolist()
    assert first == second == third != alone
    assert sorted(len(shard.alarms) for shard in shards_of(definitions, 2)) in ([1, 3], [4])
