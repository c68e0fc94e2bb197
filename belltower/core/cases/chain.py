# SPDX-License-Identifier: Apache-2.0
"""The chain of responsibility of one case: the rungs of the ladder that are climbed or come next, when, and whom each would tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from belltower.core.access.people import today
from belltower.core.cases.ladder import Ladder, Rung, Whom, ladder_on, ladders
from belltower.core.cases.models import Case
from belltower.core.cases.table import RUNNING, State
from belltower.core.places.models import Party, Role
from belltower.core.places.responsibilities import known_to_viewer, resolve
from belltower.kernel.texts import Text

_ROLES = {Whom.TERRITORY: Role.TERRITORY, Whom.SECTOR: Role.SECTOR, Whom.ENTERPRISE: Role.ENTERPRISE}
DESK = Text(zh="值班台", en="Duty desk")


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a rung tells: in what part, and who that is; None where nobody is known, or the viewer may not know them."""

    whom: Whom
    who: Text | None


@dataclass(frozen=True, slots=True)
class Ahead:
    """A rung of a case's ladder: when it is climbed if nothing happens before, and whom it tells."""

    rung: Rung
    at: datetime
    is_climbed: bool
    tells: tuple[Named, ...]


def rungs_of(case: Case, now: datetime, *, declared: Sequence[Ladder] | None = None) -> list[Ahead]:
    """The rungs of the clock that runs, lowest first; none where no clock runs, or it stands still.

    Whom each tells is as the rules of responsibility say today; a step that was taken keeps whom it told.
    """
    if case.due_at is None or State(case.state) not in RUNNING:
        return []
    ladder = ladder_on(ladders() if declared is None else declared, today(case.due_at))
    if ladder is None:
        return []
    known = _who(case, now)
    return [
        Ahead(
            rung,
            case.due_at + rung.after,
            rung.number <= case.rung,
            tuple(Named(one, known.get(one)) for one in rung.tell),
        )
        for rung in ladder.rungs
    ]


def _who(case: Case, now: datetime) -> dict[Whom, Text]:
    """Who each part is now, as far as the viewer may know."""
    owner = case.asset.owner if case.asset else None
    decided = known_to_viewer(resolve(case.asset_kind, case.area, owner, today(now)))
    found = {whom: decided[role].party.title for whom, role in _ROLES.items() if role in decided}
    if case.holder_id is None:
        found[Whom.HOLDER] = DESK
    elif case.party is not None:
        found[Whom.HOLDER] = case.party.title
    above = Party.objects.filter(pk=case.party.parent_id).first() if case.party and case.party.parent_id else None
    return {**found, Whom.PARENT: above.title} if above else found
