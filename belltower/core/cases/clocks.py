# SPDX-License-Identifier: Apache-2.0
"""The clocks of a case, derived from its history: one for each run of a stage, with all that was counted and all that was not.

Natural time runs always. Working hours run in the city's hours on the days that its calendar works. Of working days the
first that may be counted is the civil day after the one on which the stage began; a day on which the clock stood still for any
time is not counted; the limit is used up with the end of the n-th day that is (as for findings, core/standards/due.py). What is due
at an instant is in time at that instant. A suspended case stands still in its stage. The limit is the one in force on the
civil day on which the stage began: later tables do not touch it. Nothing here is stored, and no clock is asked for the time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import groupby
from zoneinfo import ZoneInfo

from belltower.core.cases.limits import Limit, LimitTable, Unit
from belltower.core.cases.table import Stage, State, stage_of
from belltower.kernel.calendar import ONE_DAY, DayVerdict, WorkingCalendar
from belltower.kernel.city import Hours
from belltower.kernel.instants import civil_day, day_bounds, parse_instant
from belltower.kernel.working_time import NONE, WorkingTime


@dataclass(frozen=True, slots=True)
class Moment:
    """A step of a case: the state after it, and who held the case from then on (None: the duty desk)."""

    at: datetime
    state: State
    holder_id: int | None


class Why(StrEnum):
    """Why a span was counted, or not. A day is broken where the clock stood still for some of it; under way, until it ends."""

    COUNTED = "counted"
    SUSPENDED = "suspended"
    OUTSIDE_HOURS = "outside_hours"
    DAY_OFF = "day_off"
    FIRST_DAY = "first_day"
    BROKEN_DAY = "broken_day"
    UNDER_WAY = "under_way"


@dataclass(frozen=True, slots=True)
class Segment:
    """A half-open span of a clock that was counted, or why it was not, and who held the case meanwhile.

    Of working units, but where it is suspended, it lies within one civil ``day``, of which ``verdict`` is the calendar's.
    """

    begin: datetime
    end: datetime
    holder_id: int | None
    why: Why
    day: date | None = None
    verdict: DayVerdict | None = None

    @property
    def length(self) -> timedelta:
        return self.end - self.begin


@dataclass(frozen=True, slots=True)
class Stretch:
    """A half-open span in which nothing happened to a case; ``end`` None: it lasts."""

    begin: datetime
    end: datetime | None
    holder_id: int | None
    is_suspended: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A stage from its beginning to its end (None: it runs), in stretches that follow each other."""

    stage: Stage
    stretches: tuple[Stretch, ...]

    @property
    def began_at(self) -> datetime:
        return self.stretches[0].begin

    @property
    def ended_at(self) -> datetime | None:
        return self.stretches[-1].end


@dataclass(frozen=True, slots=True)
class Clock:
    """One run of a stage, and the proof of when its limit is used up (``proving.check``).

    ``spans`` cover it without gap from ``began_at`` to its end, or to the instant that was asked about (``seen_at``). ``ahead`` goes on
    from there, as things stand, until the limit is used up; of a clock that stands still, as if it were resumed at ``seen_at``.
    ``used_up_at`` is when the limit is used up (None: no limit, or the clock stands still before that), and ``due_if_resumed_now`` when
    it would be, of a clock that stands still at ``seen_at``. ``used`` and ``left`` are in the
    limit's unit: of working days, each counted day is a day; ``left`` below nothing is by how much it is over. Without a
    limit natural time is counted, and ``left`` is None. ``fingerprint`` is the calendar's.
    """

    stage: Stage
    began_at: datetime
    ended_at: datetime | None
    seen_at: datetime
    limit: Limit | None
    is_suspended: bool
    spans: tuple[Segment, ...]
    ahead: tuple[Segment, ...]
    used: timedelta
    used_up_at: datetime | None
    due_if_resumed_now: datetime | None
    is_provisional: bool
    fingerprint: str
    zone: ZoneInfo

    @property
    def segments(self) -> tuple[Segment, ...]:
        """What was counted so far."""
        return tuple(one for one in self.spans if one.why is Why.COUNTED)

    @property
    def pauses(self) -> tuple[Segment, ...]:
        """What was not, and why."""
        return tuple(one for one in self.spans if one.why is not Why.COUNTED)

    @property
    def unit(self) -> Unit:
        return self.limit.unit if self.limit else Unit.NATURAL

    @property
    def left(self) -> timedelta | None:
        return self.limit.amount - self.used if self.limit else None

    @property
    def due_at(self) -> datetime | None:
        """When it ends, as things stand; None without a limit, and while it is suspended."""
        return None if self.is_suspended else self.used_up_at

    def is_overdue(self, now: datetime) -> bool:
        """Whether the limit was used up before ``now``, or before the stage ended. Suspending afterwards changes nothing."""
        until = min(now, self.ended_at) if self.ended_at else now
        return self.used_up_at is not None and self.used_up_at < until


def clocks(
    moments: Sequence[Moment], *, kind: str, grade: str, table: LimitTable, calendar: WorkingCalendar, hours: Sequence[Hours],
    zone: ZoneInfo, now: datetime,
) -> list[Clock]:  # fmt: skip
    """Every clock of a case with these steps, the first first, as it stands at ``now`` (never before the last step).

    Raises ValueError where steps go back in time, BadInstant for a naive instant.
    """
    working, found = WorkingTime(calendar, tuple(hours), zone), runs(moments)
    seen_at = max(parse_instant(now), moments[-1].at) if moments else parse_instant(now)
    limits = (table.limit(kind, grade, run.stage, civil_day(run.began_at, zone)) for run in found)
    return [_clock(run, limit, working, run.ended_at or seen_at) for run, limit in zip(found, limits, strict=True)]


def due_now(
    moments: Sequence[Moment], *, kind: str, grade: str, table: LimitTable, calendar: WorkingCalendar, hours: Sequence[Hours],
    zone: ZoneInfo,
) -> datetime | None:  # fmt: skip
    """When the clock that runs since the last step ends: ``due_at`` of the last of ``clocks``, without its proof.

    None where none runs, where it stands still, and where there is no limit. Raises what ``clocks`` does.
    """
    found = runs(moments)
    if not found or found[-1].ended_at is not None or found[-1].stretches[-1].is_suspended:
        return None
    run = found[-1]
    limit = table.limit(kind, grade, run.stage, civil_day(run.began_at, zone))
    return used_up(run.stretches, limit, WorkingTime(calendar, tuple(hours), zone)) if limit else None


def runs(moments: Sequence[Moment]) -> list[Run]:
    """The stages that the steps went through, in order. Raises ValueError where they go back in time."""
    staged: list[tuple[Stage | None, Stretch]] = []
    stage, instants = None, [parse_instant(one.at) for one in moments]
    for index, (moment, at) in enumerate(zip(moments, instants, strict=True)):
        end = instants[index + 1] if index + 1 < len(instants) else None
        if end is not None and end < at:
            raise ValueError(f"Step {index + 2} at {end} is before step {index + 1} at {at}.")
        stage = stage_of(moment.state, stage)
        staged.append((stage, Stretch(at, end, moment.holder_id, moment.state is State.SUSPENDED)))
    grouped = groupby(staged, key=lambda one: one[0])
    return [Run(stage, tuple(stretch for _, stretch in each)) for stage, each in grouped if stage is not None]


def used_up(stretches: Sequence[Stretch], limit: Limit, working: WorkingTime) -> datetime | None:
    """The first instant at which so much was counted as the limit allows; None where they end, or stand still, before it."""
    if limit.unit is Unit.WORKING_DAYS:
        return _days_used_up(stretches, limit.amount.days, working)
    left = limit.amount
    for begin, end in _running(stretches):
        for opens, closes in [(begin, end)] if limit.unit is Unit.NATURAL else working.since(begin, end):
            if closes is None or closes - opens >= left:
                return opens + left
            left -= closes - opens
    return None


def _days_used_up(stretches: Sequence[Stretch], count: int, working: WorkingTime) -> datetime | None:
    began = civil_day(stretches[0].begin, working.zone)
    for day in _whole_days(stretches, began, working.zone):
        count -= working.calendar.verdict(day).is_working
        if not count:
            return day_bounds(day, working.zone)[1]
    return None


def _whole_days(stretches: Sequence[Stretch], began: date, zone: ZoneInfo) -> Iterator[date]:
    """The civil days after the first through which the clock ran without standing still."""
    for begin, end in _running(stretches):
        day = civil_day(begin, zone)
        if day == began or day_bounds(day, zone)[0] < begin:
            day += ONE_DAY
        last = civil_day(end, zone) if end else date.max  # the day that it ends in is not whole
        while day < last:
            yield day
            day += ONE_DAY


def _running(stretches: Sequence[Stretch]) -> list[tuple[datetime, datetime | None]]:
    """The spans in which the clock ran, as long as they go: a hand-over does not part them, nor a pause of no length."""
    found: list[tuple[datetime, datetime | None]] = []
    for one in stretches:
        if one.is_suspended or one.begin == one.end:
            continue
        if found and found[-1][1] == one.begin:
            found[-1] = found[-1][0], one.end
        else:
            found.append((one.begin, one.end))
    return found


def _clock(run: Run, limit: Limit | None, working: WorkingTime, seen_at: datetime) -> Clock:
    stretches = _until(run.stretches, seen_at)
    stands_still = stretches[-1].is_suspended
    on = Stretch(seen_at, None, stretches[-1].holder_id, is_suspended=False)
    at = used_up(stretches, limit, working) if limit else None
    resumed = used_up((*stretches, on), limit, working) if limit else None
    if not stands_still:
        at, resumed = resumed, None
    unit, end = limit.unit if limit else Unit.NATURAL, at or resumed or seen_at
    pieces = list(_segments((*stretches, replace(on, end=end)) if end > seen_at else stretches, unit, working))
    spans, ahead = _parted(pieces, unit, seen_at, working.zone)
    verdicts = (one.verdict for one in (*spans, *ahead) if limit and one.begin < end)
    return Clock(
        stage=run.stage, began_at=run.began_at, ended_at=run.ended_at, seen_at=seen_at, limit=limit,
        is_suspended=stands_still and run.ended_at is None, spans=spans, ahead=ahead, used=amount_of(spans, unit),
        used_up_at=at, due_if_resumed_now=None if run.ended_at else resumed,
        is_provisional=any(one.is_provisional for one in verdicts if one), fingerprint=working.calendar.fingerprint,
        zone=working.zone,
    )  # fmt: skip


def amount_of(spans: Sequence[Segment], unit: Unit) -> timedelta:
    """How much of the unit the counted ones of the spans come to; of working days a day each, in however many spans."""
    counted = [one for one in spans if one.why is Why.COUNTED]
    if unit is Unit.WORKING_DAYS:
        return timedelta(days=len({one.day for one in counted}))
    return sum((one.length for one in counted), NONE)


def _until(stretches: Sequence[Stretch], seen_at: datetime) -> tuple[Stretch, ...]:
    return (*stretches[:-1], replace(stretches[-1], end=seen_at))


def _parted(
    pieces: Sequence[Segment], unit: Unit, seen_at: datetime, zone: ZoneInfo
) -> tuple[tuple[Segment, ...], tuple[Segment, ...]]:
    """What was until ``seen_at``, and what is counted ahead: of working days, the day that is under way as a whole."""
    spans = [one for one in pieces if one.end <= seen_at]
    ahead = [one for one in pieces if one.end > seen_at]
    if unit is not Unit.WORKING_DAYS:
        return tuple(spans), tuple(ahead)
    today = civil_day(seen_at, zone)
    begun = [one for one in spans if one.day == today and one.why is Why.COUNTED]
    told = (replace(one, why=Why.UNDER_WAY) if one in begun else one for one in spans)
    return tuple(told), (*(begun if ahead else ()), *ahead)


def _segments(stretches: Sequence[Stretch], unit: Unit, working: WorkingTime) -> Iterator[Segment]:
    """Spans that cover the stretches, which all end, without gap: each counted or not, by the unit."""
    began = civil_day(stretches[0].begin, working.zone)
    still = [one for one in stretches if one.is_suspended and one.begin != one.end]
    for one in stretches:
        assert one.end is not None
        if one.is_suspended or unit is Unit.NATURAL:
            whole = Segment(one.begin, one.end, one.holder_id, Why.SUSPENDED if one.is_suspended else Why.COUNTED)
            yield from (whole,) if one.begin < one.end else ()
            continue
        for piece in _by_day(one, working):
            if unit is Unit.WORKING_HOURS:
                yield from _by_hours(piece, working)
            else:
                yield replace(piece, why=_why_of_day(piece, began, still, working.zone))


def _by_day(stretch: Stretch, working: WorkingTime) -> Iterator[Segment]:
    """The stretch, cut where civil days meet."""
    begin, end = stretch.begin, stretch.end
    assert end is not None
    day = civil_day(begin, working.zone)
    while begin < end:
        until, verdict = min(day_bounds(day, working.zone)[1], end), working.calendar.verdict(day)
        yield Segment(begin, until, stretch.holder_id, Why.COUNTED, day, verdict)
        begin, day = until, day + ONE_DAY


def _by_hours(piece: Segment, working: WorkingTime) -> Iterator[Segment]:
    """What of a day's piece lies in working hours, and what outside of them."""
    assert piece.verdict is not None
    outside, at = Why.OUTSIDE_HOURS if piece.verdict.is_working else Why.DAY_OFF, piece.begin
    for opens, closes in working.since(piece.begin, piece.end):
        if at < opens:
            yield replace(piece, begin=at, end=opens, why=outside)
        yield replace(piece, begin=opens, end=closes)
        at = closes
    if at < piece.end:
        yield replace(piece, begin=at, why=outside)


def _why_of_day(piece: Segment, began: date, still: Sequence[Stretch], zone: ZoneInfo) -> Why:
    """Whether the working day that the piece belongs to is counted; what is under way is taken to end as it began."""
    assert piece.verdict is not None
    assert piece.day is not None
    if not piece.verdict.is_working:
        return Why.DAY_OFF
    if piece.day == began:
        return Why.FIRST_DAY
    begin, end = day_bounds(piece.day, zone)
    is_broken = any(one.begin < end and (one.end is None or one.end > begin) for one in still)
    return Why.BROKEN_DAY if is_broken else Why.COUNTED
