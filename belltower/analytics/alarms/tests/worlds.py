# SPDX-License-Identifier: Apache-2.0
"""Random definitions and logs for the proofs: small numbers, so that edges, ties and equal instants are common."""

from __future__ import annotations

from hypothesis import strategies as st

from belltower.analytics.alarms.definitions import AlarmPoint, Definitions, define
from belltower.analytics.alarms.log import Event, Log, log_of
from belltower.analytics.alarms.states import Command, EventKind, Kind

STREAMS = 3
DELAYS = st.sampled_from([0, 0, 1, 2, 5, 9])
ROUND = [float(number) for number in range(-3, 7)]
VALUES = st.sampled_from([*ROUND, *ROUND, 0.1, 0.30000000000000004, 1e308, -1e308, float("nan"), float("inf")])


@st.composite
def worlds(draw: st.DrawFn) -> Definitions:
    """Up to seven alarms of every kind over three streams; suppression only by a lower number, so never in a circle."""
    points = [draw(points_of(number)) for number in range(draw(st.integers(1, 7)))]
    return define(points, chatter_within_us=draw(st.sampled_from([6, 20])))


@st.composite
def points_of(draw: st.DrawFn, number: int) -> AlarmPoint:
    kind = draw(st.sampled_from(Kind))
    stream = draw(st.integers(0, STREAMS - 1))
    other = draw(st.sampled_from([one for one in range(STREAMS) if one != stream]))
    has_other = kind is Kind.DISCREPANCY or (kind is Kind.DEVIATION and draw(st.booleans()))
    stale = draw(st.sampled_from([0, 3, 8])) or (4 if kind is Kind.STALE else 0)
    return AlarmPoint(
        alarm=number, stream=stream, kind=kind, reference=other if has_other else None,
        limit=draw(st.sampled_from([0.0, 1.0, 2.0, 3.0])) * (1e6 if kind is Kind.RATE else 1.0),
        deadband=draw(st.sampled_from([0.0, 0.0, 1.0, 2.0])), set_point=draw(st.sampled_from([0.0, 1.5])),
        on_delay_us=draw(DELAYS), off_delay_us=draw(DELAYS), stale_after_us=stale, armed_us=draw(st.sampled_from([0, 2])),
        priority=draw(st.integers(1, 4)), latching=draw(st.booleans()),
        suppressed_by=draw(st.integers(0, number - 1)) if number and draw(st.integers(0, 2)) == 0 else None,
    )  # fmt: skip


@st.composite
def logs(draw: st.DrawFn, definitions: Definitions, *, longest: int = 60) -> Log:
    """A log whose clock mostly goes on, sometimes stands still, and sometimes a reading comes from before."""
    steps = draw(st.lists(st.tuples(st.integers(0, 9), st.sampled_from([0, 0, 1, 1, 2, 3, 12, -2])), max_size=longest))
    now, events = 5, []
    for what, forth in steps:
        at = max(1, now + forth)
        now = max(now, at)
        events.append(draw(_event(definitions, what, at)))
    return log_of(events, first=draw(st.sampled_from([0, 1000])))


@st.composite
def _event(draw: st.DrawFn, definitions: Definitions, what: int, at: int) -> Event:
    if what == 0:
        return Event(EventKind.TICK, 0, at)
    if what <= 3:
        alarm = draw(st.integers(0, len(definitions.points) - 1))
        return Event(
            EventKind.COMMAND, alarm, at, 0.0, draw(st.sampled_from(Command)), at + draw(st.sampled_from([0, 1, 4, 9]))
        )
    stream = draw(st.integers(0, len(definitions.stream_ids) - 1))
    return Event(EventKind.READING, stream, at, draw(VALUES), draw(st.sampled_from([0, 0, 0, 1, 2])))
