# SPDX-License-Identifier: Apache-2.0
"""What is true of one case at the end of a period: from its history, by its clocks. Pure; nothing is stored, nobody asks the time.

A stay in a stage is *settled* at one instant: when it came to its proper end within its limit, or when the limit ran out
before. So each stay belongs to one period exactly, and what happens later never changes an earlier period's figure. A stay
that was left aside in time (declined, merged, refused, put right by itself) is settled never.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from belltower.core.cases.clocks import Stretch, used_up
from belltower.core.cases.limits import LimitTable
from belltower.core.cases.table import Stage, State, Step, stage_of
from belltower.kernel.instants import civil_day
from belltower.kernel.working_time import WorkingTime


@dataclass(frozen=True, slots=True)
class Turn:
    """A step as rates read it; ``grade`` is what an evaluation came to."""

    at: datetime
    step: Step
    state: State
    grade: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """One case: its steps in order, and what residents rated it, 1 to 5, each with its instant."""

    case_id: int
    kind: str
    grade: str
    turns: tuple[Turn, ...]
    ratings: tuple[tuple[datetime, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open, in UTC. Nothing that happened at ``end`` or later is looked at."""

    begin: datetime
    end: datetime

    def holds(self, at: datetime | None) -> bool:
        return at is not None and self.begin <= at < self.end


@dataclass(frozen=True)
class Clockwork:
    """What the clocks of a city go by."""

    table: LimitTable
    working: WorkingTime

    @property
    def zone(self) -> ZoneInfo:
        return self.working.zone

    def due(self, history: History, stage: Stage, stretches: Sequence[Stretch]) -> datetime | None:
        """When the limit of the stage runs out; None: no limit, or the stay ends or stands still before."""
        limit = self.table.limit(history.kind, history.grade, stage, civil_day(stretches[0].begin, self.zone))
        return used_up(stretches, limit, self.working) if limit else None


@dataclass(frozen=True, slots=True)
class Stay:
    """One run of a stage, as it stood at the end of the period: ``into`` is the state that ended it, None while it lasts.

    ``late_at`` is when its limit ran out before it ended.
    """

    stage: Stage
    ended_at: datetime | None
    into: State | None
    late_at: datetime | None

    @property
    def is_done(self) -> bool:
        """Whether it came to its proper end."""
        return self.into in _PROPER[self.stage]

    @property
    def settled_at(self) -> datetime | None:
        return self.late_at or (self.ended_at if self.is_done else None)


_PROPER = {
    Stage.FILING: {State.FILED},
    Stage.DISPATCHING: {State.DISPATCHED},
    Stage.HANDLING: {State.ANSWERED, State.VERIFIED},
    Stage.REWORK: {State.ANSWERED, State.VERIFIED},
    Stage.CHECKING: {State.RETURNED, State.VERIFIED},
    Stage.CLOSING: {State.CLOSED},
}


class Facts:
    """A case at the end of a period. Of a history whose first step comes later there are none: look at ``exists`` first."""

    def __init__(self, history: History, period: Period, clockwork: Clockwork) -> None:
        self.history, self.period, self._clockwork = history, period, clockwork
        self.turns = [turn for turn in history.turns if turn.at < period.end]

    @property
    def exists(self) -> bool:
        return bool(self.turns)

    @property
    def state(self) -> State:
        return self.turns[-1].state

    def first(self, *steps: Step) -> datetime | None:
        """When one of these steps was first taken."""
        return next((turn.at for turn in self.turns if turn.step in steps), None)

    def has(self, *steps: Step) -> bool:
        return self.first(*steps) is not None

    @cached_property
    def stays(self) -> list[Stay]:
        """Every run of a stage, in order."""
        found: list[Stay] = []
        stage: Stage | None = None
        begun = 0
        for index, turn in enumerate(self.turns):
            after = stage_of(turn.state, stage)
            if after != stage:
                if stage:
                    found.append(self._stay(stage, begun, index))
                stage, begun = after, index
        return [*found, self._stay(stage, begun, len(self.turns))] if stage else found

    def settled(self, *stages: Stage) -> list[Stay]:
        """The stays in these stages that were settled in the period."""
        return [one for one in self.stays if one.stage in stages and self.period.holds(one.settled_at)]

    @cached_property
    def closed_at(self) -> datetime | None:
        """When it was last closed; None where it does not stand closed."""
        if self.state is not State.CLOSED:
            return None
        since = self.turns[-1].at
        for turn in reversed(self.turns):
            if turn.state is not State.CLOSED:
                break
            since = turn.at
        return since

    @cached_property
    def is_late(self) -> bool:
        """Whether any of its clocks ran out."""
        return any(one.late_at for one in self.stays)

    @cached_property
    def due_at(self) -> datetime | None:
        """When it had to be closed, as far as is settled: when it was closed, or when its first clock ran out before."""
        instants = [one.late_at for one in self.stays if one.late_at]
        return min([*instants, self.closed_at] if self.closed_at else instants, default=None)

    @property
    def evaluation(self) -> str | None:
        """The grade of the evaluation after it was last closed."""
        since = [turn for turn in self.turns if self.closed_at and turn.at >= self.closed_at]
        return next((turn.grade for turn in reversed(since) if turn.step is Step.EVALUATE), None)

    @cached_property
    def stars(self) -> float | None:
        """The mean of what residents gave in the period, 1 to 5."""
        given = [stars for at, stars in self.history.ratings if self.period.holds(at)]
        return sum(given) / len(given) if given else None

    def _stay(self, stage: Stage, begun: int, ended: int) -> Stay:
        """The run of the turns from ``begun`` up to ``ended``, which is the one that ends it."""
        ends = [turn.at for turn in self.turns[begun + 1 : ended + 1]]
        stretches = [
            Stretch(turn.at, ends[number] if number < len(ends) else None, None, turn.state is State.SUSPENDED)
            for number, turn in enumerate(self.turns[begun:ended])
        ]
        until = stretches[-1].end
        due = self._clockwork.due(self.history, stage, stretches)
        late_at = due if due is not None and due < (until or self.period.end) else None
        return Stay(stage, until, self.turns[ended].state if until else None, late_at)
