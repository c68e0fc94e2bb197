# SPDX-License-Identifier: Apache-2.0
"""Judgement about duty: when a desk may be left, what a successor has yet to look at, what was answered in time. No look-ups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from belltower.kernel.texts import Text

_UNBROKEN = Text(zh="这个值班台全天候不得无人", en="it is never to be without somebody")
_STANDING = Text(zh="尚有 {n} 条报警", en="{n} alarms stand")


class Answered(StrEnum):
    """How something that called was answered: in time, late, not (and its time is over), or not yet."""

    IN_TIME = "in_time"
    LATE = "late"
    NOT = "not"
    WAITING = "waiting"
    NO_LIMIT = "no_limit"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were answered how. ``share`` is of those whose time is over or that were answered; None of none."""

    in_time: int = 0
    late: int = 0
    unanswered: int = 0
    waiting: int = 0
    no_limit: int = 0

    @property
    def among(self) -> int:
        return self.in_time + self.late + self.unanswered

    @property
    def share(self) -> float | None:
        return self.in_time / self.among if self.among else None


def why_not_left(standing: int, *, is_unbroken: bool) -> Text | None:
    """Why a desk may not be left without a successor; None where it may."""
    if is_unbroken:
        return _UNBROKEN
    return _STANDING.format(n=standing) if standing else None


def not_looked_at(standing: Iterable[UUID], seen: Collection[UUID]) -> list[UUID]:
    """The alarms that stand and that the successor did not say to have looked at."""
    return [one for one in standing if one not in seen]


def answered(rang_at: datetime, answered_at: datetime | None, within: timedelta | None, *, now: datetime) -> Answered:
    """How one call, or alarm, was answered as it is known ``now``. An answer at the very end of its time is in time."""
    if within is None:
        return Answered.NO_LIMIT
    if answered_at is not None:
        return Answered.IN_TIME if answered_at - rang_at <= within else Answered.LATE
    return Answered.WAITING if now - rang_at <= within else Answered.NOT


def tally(found: Iterable[Answered]) -> Tally:
    """How many of each there are."""
    every = list(found)
    return Tally(
        every.count(Answered.IN_TIME), every.count(Answered.LATE), every.count(Answered.NOT),
        every.count(Answered.WAITING), every.count(Answered.NO_LIMIT),
    )  # fmt: skip


def unwatched(
    spells: Sequence[tuple[datetime, datetime | None]], begin: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """The spans from ``begin`` to ``end`` in which nobody was on the desk. ``spells`` are shifts, the open one without an end."""
    found: list[tuple[datetime, datetime]] = []
    covered = begin
    for since, until in sorted(spells, key=lambda one: one[0]):
        if since > covered:
            found.append((covered, min(since, end)))
        covered = max(covered, end if until is None else until)
        if covered >= end:
            break
    if covered < end:
        found.append((covered, end))
    return [(since, until) for since, until in found if since < until]
