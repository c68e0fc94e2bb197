# SPDX-License-Identifier: Apache-2.0
"""The engine written to be read: one object an alarm, one event at a time. The fast one must give the same bytes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from belltower.analytics.alarms.checking import check
from belltower.analytics.alarms.definitions import Definitions, leaves_at
from belltower.analytics.alarms.log import Event, Log
from belltower.analytics.alarms.state import ALARM, State
from belltower.analytics.alarms.states import (
    CHATTERS_AT,
    LIFE,
    WAKES,
    AlarmState,
    Cause,
    Command,
    EventKind,
    Kind,
    Quality,
)
from belltower.analytics.alarms.transitions import TRANSITION, Transitions

NEVER = 0
DELAY, SILENCE, SHELF = 0, 1, 2
"""The timers of an alarm, in the order in which they fire at one instant."""


@dataclass
class Stream:
    """What was last heard: the watermark, the value, and the pair before it."""

    last_at: int
    value: float
    late: int
    bad: int
    previous_at: int = NEVER
    previous_value: float = math.nan


class Alarm:
    """One alarm point: its definition, its life, and the streams that it listens to."""

    def __init__(self, number: int, definitions: Definitions, row: np.void, streams: list[Stream]) -> None:
        point = definitions.points[number]
        self.number = number
        self.kind = Kind(int(point["kind"]))
        self.priority = int(point["priority"])
        self.is_latching = bool(point["latching"])
        self.limit, self.set_point = float(point["limit"]), float(point["set_point"])
        self.leave = leaves_at(self.kind, self.limit, float(point["deadband"]))
        self.on_delay, self.off_delay = int(point["on_delay_us"]), int(point["off_delay_us"])
        self.stale_after, self.armed = int(point["stale_after_us"]), int(point["armed_us"])
        self.own: Stream = streams[int(point["stream"])]
        self.other: Stream | None = streams[int(point["reference"])] if point["reference"] >= 0 else None
        self.suppressor: Alarm | None = None
        self.suppresses: list[Alarm] = []
        self.since, self.timer, self.shelved_until = int(row["since"]), int(row["timer"]), int(row["shelved_until"])
        self.last_raised, self.raised_before = int(row["last_raised"]), int(row["raised_before"])
        self.value = float(row["value"])
        self.occurrences, self.chatters = int(row["occurrences"]), int(row["chatters"])
        self.state, self.beneath = AlarmState(int(row["state"])), AlarmState(int(row["beneath"]))
        self.raw, self.active = bool(row["raw"]), bool(row["active"])
        self.is_suppressed, self.is_out_of_service = bool(row["suppressed"]), bool(row["out_of_service"])

    def row(self) -> tuple[object, ...]:
        """A row of ALARM."""
        return (self.since, self.timer, self.shelved_until, self.last_raised, self.raised_before, self.value,
                self.occurrences, self.chatters, self.state, self.beneath, self.raw, self.active, self.is_suppressed,
                self.is_out_of_service, 0)  # fmt: skip

    # What was heard -----------------------------------------------------------------------------------------------------

    def heard(self) -> int:
        """The instant until which all that is judged was heard; NEVER when something was not."""
        if self.kind is Kind.STALE and self.own.last_at == NEVER:
            return self.armed
        if self.kind is Kind.DISCREPANCY and self.other is not None:
            return min(self.own.last_at, self.other.last_at)
        return self.own.last_at

    def is_known_at(self, at: int) -> bool:
        """Whether silence has not yet made the last reading worthless."""
        return self.stale_after == 0 or self.heard() == NEVER or at <= self.heard() + self.stale_after

    def measure(self) -> float | None:
        """What is compared with the limit, or None when nothing can be judged now."""
        own, other = self.own, self.other
        if own.last_at == NEVER or (other is not None and other.last_at == NEVER):
            return None
        if not self.is_known_at(self.judged_at()):
            return None
        if self.kind is Kind.RATE:
            return self._rate()
        if self.kind in (Kind.DEVIATION, Kind.DISCREPANCY):
            return own.value - (other.value if other is not None else self.set_point)
        return own.value

    def _rate(self) -> float | None:
        """Change a second since the reading before; None when no time has passed, or a silence lies between."""
        own = self.own
        gap = own.last_at - own.previous_at
        if own.previous_at == NEVER or gap == 0 or (self.stale_after and gap > self.stale_after):
            return None
        return (own.value - own.previous_value) * 1e6 / gap

    def judged_at(self) -> int:
        """The instant of the newest reading that takes part."""
        return max(self.own.last_at, self.other.last_at) if self.other is not None else self.own.last_at

    def holds(self, measure: float) -> bool:
        """The condition: beyond the limit, and once it holds, until it is back by the dead band."""
        if self.kind is Kind.STALE:
            return False
        if self.kind in (Kind.LO, Kind.LOLO):
            return measure <= self.leave if self.raw else measure <= self.limit
        size = measure if self.kind in (Kind.HI, Kind.HIHI) else abs(measure)
        return size >= self.leave if self.raw else size >= self.limit

    # What is due --------------------------------------------------------------------------------------------------------

    def dues(self) -> Iterator[tuple[int, int, int]]:
        """(instant, number, which timer) of each timer that runs."""
        if self.timer != NEVER:
            yield self.timer, self.number, DELAY
        if self.kind is Kind.STALE and not self.raw and self.heard() != NEVER:
            yield self.heard() + self.stale_after, self.number, SILENCE
        if self.shelved_until != NEVER:
            yield self.shelved_until, self.number, SHELF

    def hidden_as(self) -> AlarmState | None:
        """What hides it, the strongest first."""
        if self.is_out_of_service:
            return AlarmState.OUT_OF_SERVICE
        if self.is_suppressed or (self.suppressor is not None and self.suppressor.suppresses_others()):
            return AlarmState.SUPPRESSED
        return AlarmState.SHELVED if self.shelved_until != NEVER else None

    def suppresses_others(self) -> bool:
        """An alarm that is being worked on hides nobody."""
        return self.active and not self.is_out_of_service


def is_due(timer: tuple[int, int, int], at: int, *, heard: bool) -> bool:
    """Whether a timer has ended by ``at``; silence has not for a stream that is heard at that very instant."""
    return timer[0] < at or (timer[0] == at and not (heard and timer[2] == SILENCE))


class Desk:
    """All alarms and streams, and the transitions they made so far."""

    def __init__(self, state: State, definitions: Definitions) -> None:
        self.definitions = definitions
        self.streams = [Stream(*row) for row in state.streams.tolist()]
        self.alarms = [Alarm(i, definitions, row, self.streams) for i, row in enumerate(state.alarms)]
        first, numbers = definitions.by_stream
        self.listeners = [[self.alarms[i] for i in numbers[first[s] : first[s + 1]]] for s in range(len(self.streams))]
        for alarm, by in zip(self.alarms, definitions.points["suppressed_by"].tolist(), strict=True):
            if by >= 0:
                alarm.suppressor = self.alarms[by]
                self.alarms[by].suppresses.append(alarm)
        self.counts = {name: int(state.counts[name][0]) for name in state.counts.dtype.names or ()}
        self.position = 0
        self.made: list[tuple[object, ...]] = []

    # Events -------------------------------------------------------------------------------------------------------------

    def take(self, event: Event, position: int) -> None:
        """Judge one entry of the log; what it changes is sorted by instant, then alarm."""
        self.position = position
        before = len(self.made)
        if event.kind == EventKind.READING:
            self.hear(self.streams[event.index], self.listeners[event.index], event)
        elif event.kind == EventKind.COMMAND:
            self.command(self.alarms[event.index], event)
        else:
            self.counts["ticks"] += 1
            self.fire_until(event.at, self.alarms)
        self.made[before:] = sorted(self.made[before:], key=lambda made: (made[1], made[3]))
        self.counts["position"] = position + 1

    def hear(self, stream: Stream, listeners: list[Alarm], event: Event) -> None:
        """A reading: late and bad ones are counted, others fire what was due before them and are judged."""
        self.counts["readings"] += 1
        if event.at < stream.last_at:
            self.counts["late"] += 1
            stream.late += 1
            return
        if event.code == Quality.BAD or not math.isfinite(event.value):
            self.counts["bad"] += 1
            stream.bad += 1
            return
        self.fire_until(event.at, listeners, heard=True)
        known_until = [(alarm.heard(), alarm.heard() + alarm.stale_after) for alarm in listeners]
        stream.previous_at, stream.previous_value = stream.last_at, stream.value
        stream.last_at, stream.value = event.at, event.value
        for alarm, (heard, until) in zip(listeners, known_until, strict=True):
            if alarm.stale_after and heard != NEVER and alarm.judged_at() > until:
                alarm.timer = NEVER  # what was seen before the silence does not count towards a delay
            self.judge(alarm)

    def judge(self, alarm: Alarm) -> None:
        """Compare, start or stop a delay, and change at once where there is none."""
        measure = alarm.measure()
        if measure is None:
            return
        at = alarm.judged_at()
        holds = alarm.holds(measure)
        if holds or alarm.raw or alarm.active:
            alarm.value = measure
        if holds != alarm.raw:
            alarm.raw, alarm.timer = holds, NEVER
        if alarm.raw == alarm.active:
            alarm.timer = NEVER
        elif alarm.timer == NEVER:
            delay = alarm.on_delay if alarm.raw else alarm.off_delay
            if delay == 0:
                self.settle(alarm, at)
            else:
                alarm.timer = at + delay

    def fire_until(self, at: int, alarms: list[Alarm], *, heard: bool = False) -> None:
        """Fire the timers of these alarms that end by ``at``, earliest first; a reading just in time is no silence."""
        # Firing a timer starts no other one, so that those who wait now are all there are.
        waiting = [alarm for alarm in alarms if any(is_due(one, at, heard=heard) for one in alarm.dues())]
        while due := [one for alarm in waiting for one in alarm.dues() if is_due(one, at, heard=heard)]:
            instant, number, which = min(due)
            self.fire(self.alarms[number], instant, which)

    def fire(self, alarm: Alarm, at: int, which: int) -> None:
        """One timer has ended."""
        if which == DELAY:
            alarm.timer = NEVER
            if alarm.is_known_at(at):
                self.settle(alarm, at)
        elif which == SILENCE:
            alarm.raw, alarm.timer = True, NEVER
            if alarm.own.last_at != NEVER:
                alarm.value = alarm.own.value
            if not alarm.active:
                self.settle(alarm, at)
        else:
            alarm.shelved_until = NEVER
            self.show(alarm, at, Cause.SHELF_EXPIRED)

    def command(self, alarm: Alarm, event: Event) -> None:
        """An operator or a rule acts on one alarm, after the timers that ended before."""
        self.counts["commands"] += 1
        self.fire_until(event.at, [alarm])
        if not self.has_effect(alarm, Command(event.code), event):
            self.counts["idle"] += 1

    def has_effect(self, alarm: Alarm, what: Command, event: Event) -> bool:
        """Do it, and tell whether it changed anything."""
        at = event.at
        if what is Command.ACKNOWLEDGE:
            return self.move(alarm, at, Cause.ACKNOWLEDGE)
        if what is Command.RESET:
            return self.move(alarm, at, Cause.RESET)
        if what is Command.SHELVE:
            if event.arg <= at:
                return False
            alarm.shelved_until = event.arg
            self.show(alarm, at, Cause.SHELVE)
            return True
        if what is Command.UNSHELVE:
            was_shelved, alarm.shelved_until = alarm.shelved_until != NEVER, NEVER
            self.show(alarm, at, Cause.UNSHELVE)
            return was_shelved
        if what in (Command.SUPPRESS, Command.UNSUPPRESS):
            wanted = what is Command.SUPPRESS
            changes, alarm.is_suppressed = alarm.is_suppressed != wanted, wanted
            self.show(alarm, at, Cause.SUPPRESS if wanted else Cause.UNSUPPRESS)
            return changes
        wanted = what is Command.OUT_OF_SERVICE
        changes, alarm.is_out_of_service = alarm.is_out_of_service != wanted, wanted
        self.show(alarm, at, Cause.OUT_OF_SERVICE if wanted else Cause.RETURN_TO_SERVICE)
        if changes and alarm.active:
            self.tell(alarm, at)
        return changes

    # Moves --------------------------------------------------------------------------------------------------------------

    def settle(self, alarm: Alarm, at: int) -> None:
        """The condition has held, or been gone, for long enough."""
        alarm.active = alarm.raw
        self.move(alarm, at, Cause.ALARM if alarm.active else Cause.RETURN)
        if not alarm.is_out_of_service:
            self.tell(alarm, at)

    def tell(self, alarm: Alarm, at: int) -> None:
        """Those whom it suppresses hide, or wake."""
        hides = alarm.suppresses_others()
        for one in alarm.suppresses:
            self.show(one, at, Cause.SUPPRESSOR_ALARM if hides else Cause.SUPPRESSOR_CLEAR)

    def move(self, alarm: Alarm, at: int, cause: Cause) -> bool:
        """Follow the table of LIFE; a hidden alarm has no entry there and stays."""
        after = LIFE.get((alarm.state, cause))
        if after is None:
            return False
        self.enter(alarm, after[alarm.is_latching], at, cause)
        return True

    def show(self, alarm: Alarm, at: int, cause: Cause) -> None:
        """Hide the alarm, or wake it in the right state, when what hides it has changed."""
        hidden = alarm.hidden_as()
        if hidden is not None:
            if alarm.state < AlarmState.SHELVED:
                alarm.beneath = alarm.state
            if hidden != alarm.state:
                self.enter(alarm, hidden, at, cause)
        elif alarm.state >= AlarmState.SHELVED:
            latched = alarm.beneath in (AlarmState.LATCHED_UNACKNOWLEDGED, AlarmState.LATCHED_ACKNOWLEDGED)
            called = alarm.beneath in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)
            alarm.beneath = AlarmState.NORMAL
            self.enter(alarm, WAKES[alarm.active, latched or (called and alarm.is_latching)], at, cause)

    def enter(self, alarm: Alarm, after: AlarmState, at: int, cause: Cause) -> None:
        """Write the transition down. An alarm's own instants never go back."""
        at = max(at, alarm.since)
        before, alarm.state, alarm.since = alarm.state, after, at
        if after is AlarmState.UNACKNOWLEDGED:
            self.count(alarm, at)
        self.made.append((self.position, at, alarm.value, alarm.number, before, after, cause, alarm.priority,
                          alarm.occurrences, alarm.chatters))  # fmt: skip

    def count(self, alarm: Alarm, at: int) -> None:
        """One more call; it chatters when the last CHATTERS_AT of them lie within the time for that."""
        assert CHATTERS_AT == 3  # last_raised, raised_before and this one
        alarm.occurrences += 1
        if alarm.raised_before != NEVER and at - alarm.raised_before <= self.definitions.chatter_within_us:
            alarm.chatters += 1
        alarm.raised_before, alarm.last_raised = alarm.last_raised, at

    def transitions(self) -> Transitions:
        """What was made so far."""
        return Transitions(np.array(self.made, dtype=TRANSITION))

    def state(self, before: State) -> State:
        """All of it as arrays again."""
        after = before.copy()
        after.streams[:] = [(one.last_at, one.value, one.late, one.bad) for one in self.streams]
        after.alarms[:] = np.array([alarm.row() for alarm in self.alarms], dtype=ALARM)
        for name, count in self.counts.items():
            after.counts[name] = count
        return after


def step(state: State, batch: Log, now: int, definitions: Definitions) -> tuple[State, Transitions]:
    """As engine.step, slowly. Raises BadLog and UnreadableState before anything is judged."""
    check(state, batch, now, definitions)
    desk = Desk(state, definitions)
    for row, event in enumerate(batch.events()):
        desk.take(event, batch.position(row))
    return desk.state(state), desk.transitions()
