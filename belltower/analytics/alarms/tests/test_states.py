# SPDX-License-Identifier: Apache-2.0
"""The standard's whole table: from every state, by every cause, for ordinary and latching alarms, by both engines."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from belltower.analytics.alarms import engine, reference
from belltower.analytics.alarms.definitions import AlarmPoint, define
from belltower.analytics.alarms.log import Event, command, log_of, reading, tick
from belltower.analytics.alarms.state import fresh
from belltower.analytics.alarms.states import HIDDEN, LIFE, AlarmState, Cause, Command, Kind

NORM, UNACK, ACKED, RTN, LATCH, LATCH_ACK, SHELF, SUPP, OOS = AlarmState
HIGH, LOW = 11.5, 1.5  # no numbers of commands, beside which they stand in the table
ACK, RESET = Command.ACKNOWLEDGE, Command.RESET
UNTIL = 1000

# How to bring an alarm into each state (a number is a reading), and whether its condition holds then.
INTO: dict[tuple[AlarmState, bool], dict[bool, list[object]]] = {
    # (state, latching): {condition holds: what leads there}
    (NORM, False): {False: [LOW]},
    (UNACK, False): {True: [HIGH]},
    (ACKED, False): {True: [HIGH, ACK]},
    (RTN, False): {False: [HIGH, LOW]},
    (SHELF, False): {True: [HIGH, Command.SHELVE], False: [LOW, Command.SHELVE]},
    (SUPP, False): {True: [HIGH, Command.SUPPRESS], False: [LOW, Command.SUPPRESS]},
    (OOS, False): {True: [HIGH, Command.OUT_OF_SERVICE], False: [LOW, Command.OUT_OF_SERVICE]},
    (NORM, True): {False: [LOW]},
    (UNACK, True): {True: [HIGH]},
    (ACKED, True): {True: [HIGH, ACK]},
    (RTN, True): {False: [HIGH, LOW, RESET]},
    (LATCH, True): {False: [HIGH, LOW]},
    (LATCH_ACK, True): {False: [HIGH, LOW, ACK]},
    (SHELF, True): {True: [HIGH, Command.SHELVE], False: [LOW, Command.SHELVE]},
    (SUPP, True): {True: [HIGH, Command.SUPPRESS], False: [LOW, Command.SUPPRESS]},
    (OOS, True): {True: [HIGH, Command.OUT_OF_SERVICE], False: [LOW, Command.OUT_OF_SERVICE]},
}


@dataclass(frozen=True)
class Row:
    """One line of the table: ``after`` None means that nothing changes."""

    before: AlarmState
    what: object
    after: AlarmState | None
    latching: bool = False
    holds: bool | None = None


def both(before: AlarmState, what: object, after: AlarmState | None) -> list[Row]:
    return [Row(before, what, after, latching) for latching in (False, True) if (before, latching) in INTO]


SHOWN = (NORM, UNACK, ACKED, RTN, LATCH, LATCH_ACK)
TABLE: list[Row] = [
    # The condition comes.
    *both(NORM, HIGH, UNACK), *both(RTN, HIGH, UNACK), *both(LATCH, HIGH, UNACK), *both(LATCH_ACK, HIGH, UNACK),
    *both(UNACK, HIGH, None), *both(ACKED, HIGH, None),
    # The condition goes.
    Row(UNACK, LOW, RTN), Row(ACKED, LOW, NORM), Row(UNACK, LOW, LATCH, True), Row(ACKED, LOW, LATCH_ACK, True),
    *both(NORM, LOW, None), *both(RTN, LOW, None), *both(LATCH, LOW, None), *both(LATCH_ACK, LOW, None),
    # Somebody acknowledges.
    *both(UNACK, ACK, ACKED), *both(RTN, ACK, NORM), *both(LATCH, ACK, LATCH_ACK),
    *both(NORM, ACK, None), *both(ACKED, ACK, None), *both(LATCH_ACK, ACK, None),
    # Somebody resets.
    *both(LATCH, RESET, RTN), *both(LATCH_ACK, RESET, NORM),
    *both(NORM, RESET, None), *both(UNACK, RESET, None), *both(ACKED, RESET, None), *both(RTN, RESET, None),
    # Hidden from every state, by each of the three.
    *(row for state in SHOWN for row in both(state, Command.SHELVE, SHELF)),
    *(row for state in SHOWN for row in both(state, Command.SUPPRESS, SUPP)),
    *(row for state in SHOWN for row in both(state, Command.OUT_OF_SERVICE, OOS)),
    # A hidden alarm is not acknowledged, not reset, and does not call.
    *(row for state in HIDDEN for what in (HIGH, LOW, ACK, RESET) for row in both(state, what, None)),
    # It wakes by what holds then.
    *(Row(state, what, UNACK if holds else NORM, holds=holds)
      for state, what in ((SHELF, Command.UNSHELVE), (SHELF, "later"), (SUPP, Command.UNSUPPRESS),
                          (OOS, Command.RETURN_TO_SERVICE))
      for holds in (True, False)),
    # What does not hide it cannot be ended; the stronger of two shows.
    *(row for state in SHOWN for what in (Command.UNSHELVE, Command.UNSUPPRESS, Command.RETURN_TO_SERVICE)
      for row in both(state, what, None)),
    *both(SHELF, Command.SHELVE, None), *both(SHELF, Command.SUPPRESS, SUPP), *both(SHELF, Command.OUT_OF_SERVICE, OOS),
    *both(SHELF, Command.UNSUPPRESS, None), *both(SHELF, Command.RETURN_TO_SERVICE, None),
    *both(SUPP, Command.SHELVE, None), *both(SUPP, Command.SUPPRESS, None), *both(SUPP, Command.OUT_OF_SERVICE, OOS),
    *both(SUPP, Command.UNSHELVE, None), *both(SUPP, Command.RETURN_TO_SERVICE, None),
    *both(OOS, Command.SHELVE, None), *both(OOS, Command.SUPPRESS, None), *both(OOS, Command.OUT_OF_SERVICE, None),
    *both(OOS, Command.UNSHELVE, None), *both(OOS, Command.UNSUPPRESS, None),
]  # fmt: skip


def name(row: Row) -> str:
    what = row.what.name if isinstance(row.what, Command) else str(row.what)
    return f"{row.before.name}-{what}-{'latching' if row.latching else 'ordinary'}-{row.holds}"


def event(what: object, at: int) -> Event:
    if what == "later":
        return tick(UNTIL + 5)
    if isinstance(what, Command):
        return command(0, what, at, until=UNTIL)
    return reading(0, at, float(str(what)))


@pytest.mark.parametrize("step", [engine.step, reference.step], ids=["fast", "slow"])
@pytest.mark.parametrize("row", TABLE, ids=name)
def test_the_whole_table(row: Row, step) -> None:
    definitions = define([AlarmPoint(alarm=1, stream=1, kind=Kind.HI, limit=10.0, latching=row.latching)])
    ways = INTO[row.before, row.latching]
    for way in [ways[row.holds]] if row.holds is not None else ways.values():
        log = log_of([event(what, 10 + number) for number, what in enumerate([*way, row.what])])
        before, _ = step(fresh(definitions), log.cut(0, len(way)), 10_000, definitions)
        assert before.alarms["state"][0] == row.before
        after, made = step(before, log.cut(len(way), len(way) + 1), 10_000, definitions)
        assert made.rows["after"].tolist() == ([] if row.after is None else [row.after])
        assert after.alarms["state"][0] == (row.before if row.after is None else row.after)


def test_the_table_has_a_row_for_every_state_and_every_thing_that_happens() -> None:
    told = {(row.before, row.what, row.latching) for row in TABLE if row.what != "later"}
    for state, latching in INTO:
        for what in (HIGH, LOW, *Command):
            woken = {SHELF: Command.UNSHELVE, SUPP: Command.UNSUPPRESS, OOS: Command.RETURN_TO_SERVICE}.get(state)
            if not (latching and what == woken):
                assert (state, what, latching) in told, (state, what, latching)


def test_every_move_of_the_data_is_in_the_table() -> None:
    by = {Cause.ALARM: HIGH, Cause.RETURN: LOW, Cause.ACKNOWLEDGE: ACK, Cause.RESET: RESET}
    told = {(row.before, row.what, row.latching): row.after for row in TABLE}
    for (state, cause), after in LIFE.items():
        for latching in (False, True):
            if (state, latching) in INTO:
                assert told[state, by[cause], latching] is after[latching]


@pytest.mark.parametrize("step", [engine.step, reference.step], ids=["fast", "slow"])
@pytest.mark.parametrize("beneath", [UNACK, ACKED, LATCH, LATCH_ACK])
@pytest.mark.parametrize("by", [Command.SHELVE, Command.SUPPRESS, Command.OUT_OF_SERVICE])
def test_a_latch_outlives_whatever_hides_it(beneath: AlarmState, by: Command, step) -> None:
    """Its condition is gone when it wakes, and it is latched, unacknowledged."""
    definitions = define([AlarmPoint(alarm=1, stream=1, kind=Kind.HI, limit=10.0, latching=True)])
    [way] = INTO[beneath, True].values()
    end = {Command.SHELVE: Command.UNSHELVE, Command.SUPPRESS: Command.UNSUPPRESS}.get(by, Command.RETURN_TO_SERVICE)
    log = log_of([event(what, 10 + number) for number, what in enumerate([*way, by, LOW, end])])
    after, _ = step(fresh(definitions), log, 10_000, definitions)
    assert after.alarms["state"][0] == LATCH
