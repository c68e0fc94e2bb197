# SPDX-License-Identifier: Apache-2.0
"""Judgements of work outside: when an act can have been done, and in which order tasks stand. No look-ups here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from belltower.core.cases.duplicates import Told, metres_between
from belltower.core.cases.table import Step
from belltower.core.evidence.models import Role
from belltower.kernel.texts import Text

Thing = TypeVar("Thing")
OUTSIDE = (Step.TAKE, Step.REFUSE, Step.ANSWER, Step.VERIFY, Step.SEND_BACK, Step.CLOSE)
"""The steps that are taken outside; the others are the desk's."""
NEXT = {Step.TAKE: (Step.ANSWER,), Step.VERIFY: (Step.CLOSE,)}
"""What the same person may do right after, off-line as well."""
_ROLES = {Step.TAKE: Role.BEFORE, Step.REFUSE: Role.BEFORE, Step.ANSWER: Role.AFTER}


class Order(StrEnum):
    """In which order tasks stand."""

    NEAR = "near"
    DUE = "due"

    @property
    def text(self) -> Text:
        return _ORDERS[self]


_ORDERS = {Order.NEAR: Text(zh="先近后远", en="Nearest first"), Order.DUE: Text(zh="先到期在前", en="Due first")}


@dataclass(frozen=True, slots=True)
class Place:
    """Degrees, WGS 84."""

    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class Task(Generic[Thing]):
    """Something to do: where (None: nobody knows), until when (None: no limit), and how far away (metres)."""

    thing: Thing
    place: Place | None
    due_at: datetime | None
    metres: float | None = None


def role_of(step: Step) -> Role:
    """What a photo that comes with that step shows."""
    return _ROLES.get(step, Role.CHECK)


def happened(said: datetime | None, *, based_at: datetime, now: datetime) -> datetime:
    """When an act was done: as told, but not before the step that it is based on, nor later than now."""
    return now if said is None else min(max(said, based_at), now)


def ordered(tasks: Iterable[Task[Thing]], order: Order, now: datetime) -> list[Task[Thing]]:
    """By distance, or by deadline, and then by the other; what has neither place nor limit comes last."""
    if order is Order.NEAR:
        return sorted(tasks, key=lambda one: (*_metres(one), *_due(one, now)))
    return sorted(tasks, key=lambda one: (*_due(one, now), *_metres(one)))


def metres(here: Place | None, there: Place | None, now: datetime) -> float | None:
    """How far apart; None where one of the two is not known."""
    if here is None or there is None:
        return None
    return metres_between(Told(here.lon, here.lat, "", now), Told(there.lon, there.lat, "", now))


def _metres(task: Task[Thing]) -> tuple[bool, float]:
    return task.metres is None, task.metres or 0.0


def _due(task: Task[Thing], now: datetime) -> tuple[bool, float]:
    return task.due_at is None, (task.due_at - now).total_seconds() if task.due_at else 0.0
