# SPDX-License-Identifier: Apache-2.0
"""What a clause says of the whole city: one function for each kind of check, found by the kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from belltower.core.places import city
from belltower.core.standards.checks import Check
from belltower.core.standards.clauses import Clause
from belltower.core.standards.findings import Letter
from belltower.kernel.instants import civil_day
from belltower.kernel.packs import Register

__all__ = ["Broken", "Judge", "Judged", "Letter", "judge", "judges", "today"]


@dataclass(frozen=True, slots=True)
class Broken:
    """A subject that does not hold: an asset (``area_id`` is the one it lies in), or where ``asset_id`` is None an area.

    ``outcome`` is ``broken`` or ``unknown``; ``evidence`` is small JSON, a copy of the rows and values that decided. It
    must stay the same while they do: nothing in it may only be there because time went on.
    """

    asset_id: int | None
    area_id: int | None
    outcome: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """The subjects that hold, with the areas they lie in (None: in none), and those that do not. What is not meant is in neither.

    ``until``: from then on the passing of time alone may make it otherwise; None: it does not on this day.
    """

    holding: Sequence[tuple[int, int | None]]
    not_holding: Sequence[Broken]
    until: datetime | None = None

    @property
    def holds(self) -> dict[int | None, int]:
        """How many hold, by area."""
        return dict(Counter(area for _, area in self.holding))


class Judge(Protocol):
    """Judges one kind of check. ``subjects`` None: the whole city; else only these assets or areas, as the clause has it."""

    def __call__(
        self, clause: Clause, *, now: datetime, register: Register, subjects: Sequence[int] | None
    ) -> Judged: ...


_JUDGES: dict[type, Judge] = {}


def judges(*kinds: type) -> Callable[[Judge], Judge]:
    """Make the decorated function the judge of checks of these classes."""

    def take(judge: Judge) -> Judge:
        _JUDGES.update(dict.fromkeys(kinds, judge))
        return judge

    return take


def is_judged(check: Check) -> bool:
    """Whether there is a judge for it."""
    return type(check) in _JUDGES


def judge(clause: Clause, *, now: datetime, register: Register, subjects: Sequence[int] | None = None) -> Judged | None:
    """What the clause says of the city ``now``, with the values of this civil day; None where it is not in force yet.

    Exemptions are not looked at here: a pass takes them off.
    """
    if clause.values_on(today(now)) is None:
        return None
    return _JUDGES[type(clause.check)](clause, now=now, register=register, subjects=subjects)


def today(now: datetime) -> date:
    """The civil day of the city."""
    return civil_day(now, city.current().tz)
