# SPDX-License-Identifier: Apache-2.0
"""How milestones, projects and plans stand on a day: pure judgements on days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from belltower.kernel.texts import Text


class Stand(StrEnum):
    """How a milestone stands: reached on its day or before, reached after it, past its day, or to come."""

    REACHED = "reached"
    REACHED_LATE = "reached_late"
    OVERDUE = "overdue"
    TO_COME = "to_come"


STANDS = {
    Stand.REACHED: Text(zh="已完成", en="Reached"),
    Stand.REACHED_LATE: Text(zh="逾期完成", en="Reached late"),
    Stand.OVERDUE: Text(zh="逾期未完成", en="Overdue"),
    Stand.TO_COME: Text(zh="未到期", en="Not due yet"),
}


def stand(due_on: date, reached_on: date | None, today: date) -> Stand:
    """How a milestone stands; on its very day it is not overdue yet."""
    if reached_on is not None:
        return Stand.REACHED if reached_on <= due_on else Stand.REACHED_LATE
    return Stand.OVERDUE if due_on < today else Stand.TO_COME


def first_due(due_on: date, moves: Sequence[tuple[date, date]]) -> date:
    """The day that was promised first: where the earliest of its moves (from, to) began."""
    return moves[0][0] if moves else due_on


@dataclass(frozen=True, slots=True)
class Tally:
    """How many milestones of a project or plan stand how, and how many were moved to a later day than the first promised."""

    reached: int = 0
    reached_late: int = 0
    overdue: int = 0
    to_come: int = 0
    slipped: int = 0

    @property
    def all(self) -> int:
        return self.reached + self.reached_late + self.overdue + self.to_come

    @property
    def done(self) -> int:
        return self.reached + self.reached_late


def tally(milestones: Iterable[tuple[Stand, int]]) -> Tally:
    """The tally of milestones: how each stands, and by how many days it has slipped in all."""
    counts, slipped = dict.fromkeys(Stand, 0), 0
    for how, days in milestones:
        counts[how] += 1
        slipped += days > 0
    return Tally(
        counts[Stand.REACHED], counts[Stand.REACHED_LATE], counts[Stand.OVERDUE], counts[Stand.TO_COME], slipped
    )
