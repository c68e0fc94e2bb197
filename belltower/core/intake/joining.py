# SPDX-License-Identifier: Apache-2.0
"""Which known case a row is of: the same number, the same matter told twice at once, or what the file itself calls a duplicate. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from belltower.core.intake.mapping import Said
from belltower.core.intake.models import Joined

Key = TypeVar("Key", bound=Hashable)
AT_ONCE = timedelta(minutes=10)
"""Within so short a time two reports of one kind at one place are of one thing."""
WITHIN = timedelta(days=90)
"""Longer before it, what a file calls a duplicate is of another thing."""


@dataclass(frozen=True, slots=True)
class Known(Generic[Key]):
    """A row that has a case, or is about to: what it is compared by."""

    case: Key
    number: str
    place: str
    kind: str
    reported_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A row whose case is looked for."""

    number: str
    place: str
    kind: str
    state: Said
    reported_at: datetime


class Matters(Generic[Key]):
    """The rows that are known, to be asked in the order of time."""

    def __init__(self, known: Iterable[Known[Key]] = ()) -> None:
        self._numbers: dict[str, Key] = {}
        self._matters: dict[tuple[str, str], list[Known[Key]]] = {}
        for one in sorted(known, key=lambda each: each.reported_at):
            self.add(one)

    def add(self, one: Known[Key]) -> None:
        """Know another, which was reported last."""
        self._numbers.setdefault(one.number, one.case)
        if one.place:
            self._matters.setdefault((one.place, one.kind), []).append(one)

    def find(self, asked: Asked) -> tuple[Key, Joined] | None:
        """The case that the row is of, and by what; None: it is one of its own.

        A row without a place is joined by its number only. Of what the file calls a duplicate the newest case is taken
        that was open when it came, or else the newest before it.
        """
        if (case := self._numbers.get(asked.number)) is not None:
            return case, Joined.SAME_NUMBER
        before = [
            one for one in self._matters.get((asked.place, asked.kind), ()) if one.reported_at <= asked.reported_at
        ]
        if before and asked.reported_at - before[-1].reported_at <= AT_ONCE:
            return before[-1].case, Joined.SAME_MATTER
        if asked.state is not Said.DUPLICATE:
            return None
        recent = [one for one in before if asked.reported_at - one.reported_at <= WITHIN]
        still = [one for one in recent if one.closed_at is None or one.closed_at >= asked.reported_at]
        return ((still or recent)[-1].case, Joined.SAID) if recent else None
