# SPDX-License-Identifier: Apache-2.0
"""What a clause says of one example, in plain Python: the slow, plain meaning of each kind of check, needing no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

from belltower.analytics.alarms import log as logs
from belltower.analytics.alarms.definitions import AlarmPoint, define
from belltower.analytics.alarms.reference import step
from belltower.analytics.alarms.state import fresh
from belltower.analytics.alarms.states import Kind as SignalKind
from belltower.core.standards.checks import (
    AttributeCheck,
    CadenceCheck,
    Condition,
    IndicatorCheck,
    Must,
    Predicate,
    ReachCheck,
    SignalCheck,
    SpatialCheck,
    WatchCheck,
    bound,
)
from belltower.core.standards.clauses import Clause, Document, Done, Example, Outcome
from belltower.core.standards.predicates.binding import Given
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.judging import judge, known
from belltower.core.standards.predicates.nodes import Kind
from belltower.core.standards.rates import Rate, outcome_of_rate
from belltower.core.standards.reading_parts import fields_of, fields_of_subject
from belltower.kernel.packs import Register
from belltower.kernel.texts import Text

Truth = bool | None
"""True, false, or None for unknown."""
_MICROSECOND = timedelta(microseconds=1)
_FIRST_US = 1_000_000_000
"""Where examples of signals begin on the engine's clock, which takes 0 for never."""


def wrong_examples(document: Document, register: Register) -> Iterator[tuple[Clause, Text, Outcome | None]]:
    """The examples that do not come out as written: the clause, the example's name, and what came out."""
    for clause in document.clauses:
        for example in clause.examples:
            found = outcome_of_example(clause, example, register)
            if found is not example.outcome:
                yield clause, example.name, found


def outcome_of_example(clause: Clause, example: Example, register: Register) -> Outcome | None:
    """What the clause says of the example; None where it is not meant, or the clause is not in force on its day."""
    values = clause.values_on(example.on)
    if values is None:
        return None
    return _Example(clause, example, values, register).outcome()


def outcome_of_truth(is_meant: Truth, holds: Truth) -> Outcome | None:
    """The outcome for a thing: None where it is certainly not meant, unknown where either is not known."""
    if is_meant is False:
        return None
    if is_meant is None or holds is None:
        return Outcome.UNKNOWN
    return Outcome.HOLDS if holds else Outcome.BROKEN


def any_of(found: Iterable[Truth]) -> Truth:
    """True if one is, false if all are, else unknown."""
    seen = set(found)
    return True if True in seen else None if None in seen else False


def opposite(found: Truth) -> Truth:
    """Unknown stays unknown."""
    return None if found is None else not found


class _Example:
    """One example with the values of its day."""

    def __init__(self, clause: Clause, example: Example, values: Mapping[str, Given], register: Register) -> None:
        self.clause, self.example, self.values, self.register = clause, example, values, register
        kinds = fields_of_subject(clause.applies_to, register, is_of_areas=clause.is_of_areas)
        self.thing = known(example.fields, kinds)

    def outcome(self) -> Outcome | None:
        check, facts = self.clause.check, self.example.facts
        match check:
            case AttributeCheck():
                holds = self.judge(check.holds)
            case CadenceCheck():
                holds = self.is_in_time(check)
            case SignalCheck():
                holds = self.is_quiet(check)
            case SpatialCheck():
                holds = any_of([self.keeps(check), self.judge(check.unless) if check.unless else False])
            case ReachCheck():
                holds = self.is_reached(check)
            case WatchCheck():
                holds = self.is_watched(check)
            case IndicatorCheck():
                return outcome_of_rate(Rate(facts.counted, facts.among, facts.unknown), check, self.values)
        return outcome_of_truth(self.judge(check.where) if check.where else True, holds)

    def judge(self, predicate: Predicate | None, thing: Mapping[str, Any] | None = None) -> Truth:
        """What a predicate says of the thing that is judged, or of another; true where there is none."""
        return judge(bound(predicate, self.values, self.example.on), self.thing if thing is None else thing)

    def number(self, name: str) -> float:
        """A value that is a number."""
        value = self.values[name]
        assert isinstance(value, float)
        return value

    # Activities ---------------------------------------------------------------------------------------------------------

    def counts(self, check: CadenceCheck | WatchCheck) -> Callable[[Done], Truth]:
        """Whether an activity counts."""
        kinds = fields_of(self.register.activities[check.activity])
        return lambda done: self.judge(check.counts, known(done.fields, kinds))

    def is_in_time(self, check: CadenceCheck) -> Truth:
        within, counts = self.values[check.within], self.counts(check)
        assert isinstance(within, CivilDuration | timedelta)
        done = self.example.facts.activities
        found = any_of(counts(one) for one in done if is_within(one.at, self.example.at, within))
        since = self.example.facts.since
        is_new = since is not None and is_within(datetime.combine(since, datetime.min.time()), self.example.at, within)
        return True if is_new else found

    def is_watched(self, check: WatchCheck) -> Truth:
        window, counts, done = self.values[check.window], self.counts(check), self.example.facts.activities
        assert isinstance(window, timedelta)
        found = [
            any_of(counts(one) for one in done if begin <= one.at < end)
            for begin, end in windows_before(self.example.at + _MICROSECOND, window)
        ]
        return opposite(any_of(opposite(one) for one in found))

    # Space --------------------------------------------------------------------------------------------------------------

    def keeps(self, check: SpatialCheck) -> Truth:
        kinds = fields_of(self.register.kind(check.of))
        found = any_of(
            self.judge(check.of_where, known(other.fields, kinds))
            for other in self.example.facts.others
            if (other.is_inside if check.distance is None else self.is_close(check, other.distance_m))
        )
        return found if check.must in (Must.BE_NEAR, Must.BE_INSIDE) else opposite(found)

    def is_close(self, check: SpatialCheck, metres: float | None) -> bool:
        """Near enough to matter: exactly at the distance is near for what must be near, and far for what must keep away."""
        assert check.distance is not None
        assert metres is not None
        far = self.number(check.distance)
        return metres <= far if check.must is Must.BE_NEAR else metres < far

    def is_reached(self, check: ReachCheck) -> Truth:
        reach, facts = self.number(check.reach), self.example.facts
        if facts.nearest_m is not None:
            return facts.nearest_m <= reach
        kinds = fields_of(self.register.kind(check.by))
        return any_of(
            self.judge(check.by_where, known(one.fields, kinds))
            for one in facts.others
            if one.distance_m is not None and one.distance_m <= reach
        )

    # Signals ------------------------------------------------------------------------------------------------------------

    def is_quiet(self, check: SignalCheck) -> Truth:
        readings = self.example.facts.readings
        point = point_of(check.condition, self.values)
        definitions = define([point])
        log = logs.log_of(
            [
                logs.tick(at) if value is None else logs.reading(0, at, value)
                for at, value in ((_FIRST_US + offset // _MICROSECOND, value) for offset, value in readings)
            ]
        )
        latest = _FIRST_US + (readings[-1][0] if readings else timedelta(0)) // _MICROSECOND
        state, _ = step(fresh(definitions), log, latest, definitions)
        if bool(state.alarms["active"][0]):
            return False
        was_heard = any(value is not None and np.isfinite(value) for _, value in readings)
        return True if was_heard else None


def is_within(at: datetime, now: datetime, within: CivilDuration | timedelta) -> bool:
    """Whether ``at`` lies in the time before ``now``, both ends included: by days for a length of days, else by instants."""
    if at > now:
        return False
    if isinstance(within, CivilDuration):
        return at.date() >= within.after(now.date(), -1)
    return at >= now - within


def windows_before(now: datetime, window: timedelta) -> list[tuple[datetime, datetime]]:
    """The windows of the civil day that ended in the 24 hours up to ``now``, the earliest first; half-open, local times."""
    midnight = datetime.combine(now.date(), datetime.min.time())
    last = midnight + (now - midnight) // window * window
    count = timedelta(days=1) // window
    return [(last - window * n, last - window * (n - 1)) for n in range(count, 0, -1)]


def point_of(condition: Condition, values: Mapping[str, Given]) -> AlarmPoint:
    """The condition with the values of a day, as the alarm engine takes it."""

    def number(name: str | None) -> float:
        value = values[name] if name else 0.0
        assert isinstance(value, float)
        return value

    def length_us(name: str | None) -> int:
        value = values[name] if name else timedelta(0)
        assert isinstance(value, timedelta)
        return value // _MICROSECOND

    is_stale = condition.kind is SignalKind.STALE
    return AlarmPoint(
        alarm=0, stream=0, kind=condition.kind, limit=0.0 if is_stale else number(condition.limit),
        deadband=number(condition.deadband), set_point=number(condition.set_point),
        on_delay_us=length_us(condition.on_delay), off_delay_us=length_us(condition.off_delay),
        stale_after_us=length_us(condition.limit) if is_stale else 0, armed_us=_FIRST_US if is_stale else 0,
    )  # fmt: skip


def outcome_of(clause: Clause, fields: dict[str, object], kinds: dict[str, Kind], on: date) -> Outcome | None:
    """What an attribute clause says of one thing, in plain Python; None where it is not meant, or not in force."""
    values = clause.values_on(on)
    if values is None or not isinstance(clause.check, AttributeCheck):
        return None
    where, holds = clause.check.on(values, on)
    thing = known(fields, kinds)
    return outcome_of_truth(judge(where, thing), judge(holds, thing))
