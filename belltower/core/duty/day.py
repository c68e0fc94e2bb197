# SPDX-License-Identifier: Apache-2.0
"""A civil day of a desk: who was on it, what was handed over, the log, calls, and how alarms were answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Q, Subquery

from belltower.core.alarms.models import AlarmState, Transition
from belltower.core.duty import rules
from belltower.core.duty.answer_limits import AnswerLimit, limit_on, limits
from belltower.core.duty.models import Call, Desk, HandOver, LogLine, Shift
from belltower.core.duty.rules import Answered, Tally
from belltower.core.duty.standing import alarms_of
from belltower.core.places import city
from belltower.kernel.instants import civil_day, day_bounds

MOST_ALARMS = 2_000
"""Alarms of a day that are looked at one by one; how many more there were, the day says."""


@dataclass(frozen=True, slots=True)
class CallSeen:
    """A call, and how it was answered by the limit of the day on which it rang."""

    call: Call
    answered: Answered
    limit: AnswerLimit | None


@dataclass(frozen=True, slots=True)
class AlarmSeen:
    """An alarm that was raised that day, when it was acknowledged, and how that was by its own time to respond."""

    raised: Transition
    acknowledged_at: datetime | None
    answered: Answered


@dataclass(frozen=True, slots=True)
class DayOfDesk:
    """All of a desk's day as it is known ``at``; a day that is not over is told as far as it goes."""

    desk: Desk
    day: date
    at: datetime
    begin: datetime
    end: datetime
    shifts: tuple[Shift, ...]
    hand_overs: tuple[HandOver, ...]
    lines: tuple[LogLine, ...]
    calls: tuple[CallSeen, ...]
    alarms: tuple[AlarmSeen, ...]
    alarms_left_out: int
    unwatched: tuple[tuple[datetime, datetime], ...]

    @property
    def call_tally(self) -> Tally:
        return rules.tally(one.answered for one in self.calls)

    @property
    def alarm_tally(self) -> Tally:
        return rules.tally(one.answered for one in self.alarms)


def day_of(desk: Desk, day: date, now: datetime) -> DayOfDesk:
    """That civil day of the desk as it is known ``now``. Six queries."""
    begin, end = day_bounds(day, city.current().tz)
    within = Q(began_at__lt=end) & (Q(ended_at=None) | Q(ended_at__gt=begin))
    shifts = tuple(desk.shifts.filter(within).order_by("began_at", "pk"))
    raised = _raised(desk, begin, end)
    until = min(end, now)
    return DayOfDesk(
        desk, day, now, begin, end, shifts,
        tuple(HandOver.objects.filter(shift__desk=desk, offered_at__gte=begin, offered_at__lt=end).order_by("offered_at", "pk")),
        tuple(LogLine.objects.filter(shift__desk=desk, at__gte=begin, at__lt=end)),
        tuple(calls_seen(Call.objects.filter(shift__desk=desk, rang_at__gte=begin, rang_at__lt=end), now)),
        tuple(_seen(one, now) for one in raised[:MOST_ALARMS]), max(0, len(raised) - MOST_ALARMS),
        tuple(rules.unwatched([(one.began_at, one.ended_at) for one in shifts], begin, until)) if begin < until else (),
    )  # fmt: skip


def calls_seen(calls: Iterable[Call], now: datetime) -> Iterable[CallSeen]:
    """Each call with how it was answered."""
    known, zone = limits(), city.current().tz
    for call in calls:
        limit = limit_on(known, civil_day(call.rang_at, zone))
        how = rules.answered(call.rang_at, call.answered_at, limit.within if limit else None, now=now)
        yield CallSeen(call, how, limit)


def _raised(desk: Desk, begin: datetime, end: datetime) -> list[Transition]:
    """The times at which alarms of the desk began to call, each with when it was next acknowledged."""
    answers = Transition.objects.filter(alarm=OuterRef("alarm"), pk__gt=OuterRef("pk"), cause="acknowledge").order_by(
        "pk"
    )
    found = Transition.objects.filter(
        alarm__in=alarms_of(desk), at__gte=begin, at__lt=end, cause="alarm", after=AlarmState.UNACKNOWLEDGED
    )
    rows = found.annotate(answered=Subquery(answers.values("at")[:1])).select_related("alarm__definition")
    return list(rows.order_by("at", "pk"))


def _seen(raised: Transition, now: datetime) -> AlarmSeen:
    at: datetime | None = raised.answered  # type: ignore[attr-defined]  # an annotation
    within = raised.alarm.definition.time_to_respond
    return AlarmSeen(raised, at, rules.answered(raised.at, at, within, now=now))
