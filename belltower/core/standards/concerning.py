# SPDX-License-Identifier: Apache-2.0
"""Whom of a clause's subjects a change may concern, one function for each kind of check. More may be named than come out
otherwise, never fewer; where that is anybody, or not worth finding out, everybody is (None), and the clause is judged whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection

from belltower.core.standards import signal, things
from belltower.core.standards.changes import NOBODY, Changes, What, Whom, either
from belltower.core.standards.checks import (
    Counted,
    IndicatorCheck,
    Over,
    ReachCheck,
    SignalCheck,
    SpatialCheck,
    WatchCheck,
)
from belltower.core.standards.clauses import Clause
from belltower.core.standards.findings import Letter
from belltower.core.standards.judging import today
from belltower.core.standards.models import Verdict
from belltower.core.standards.revisions import InForce
from belltower.core.standards.space import Shapes
from belltower.kernel.packs import Register

_ROUNDER = 1.001
"""Circles around what reaches an area are drawn a little too large (coverage.py)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a clause: what changed since ``then``, when it was judged last. ``looks``: also at what leaves no note."""

    one: InForce
    changes: Changes
    then: datetime
    now: datetime
    register: Register
    looks: bool

    @property
    def clause(self) -> Clause:
        return self.one.clause

    @property
    def itself(self) -> Whom:
        """Those of its own subjects that were made or changed; areas are not told apart."""
        if self.clause.is_of_areas:
            return self.changes.of(What.AREA)
        return self.changes.of(What.ASSET, self.clause.applies_to)

    def metres(self, name: str) -> float:
        """A value of the day that is a distance."""
        said = (self.clause.values_on(today(self.now)) or {})[name]
        assert isinstance(said, float)
        return said


def whom(asked: Asked) -> Whom:
    """Whom the clause must be asked about again."""
    check = asked.clause.check
    if isinstance(check, IndicatorCheck):
        return _indicator(asked, check)
    exempt = asked.changes.of(What.CLAUSE, asked.clause.id)
    return either(exempt, asked.itself, _WHOM[type(check)](asked, check))


def _spatial(asked: Asked, check: SpatialCheck) -> Whom:
    """Who lies near where one of the others is, or was."""
    return _near(asked, check.of, asked.metres(check.distance) if check.distance else 0.0)


def _reach(asked: Asked, check: ReachCheck) -> Whom:
    """Who lies within reach of where something is, or was; and who is not reached, as its evidence tells how far it is.

    Along streets everybody: a way may lead anywhere, and the streets are read whole for one subject as for all.
    """
    if check.over is not Over.STRAIGHT:
        streets = {kind for each in asked.register.streets for kind in (each.kind, *each.barriers)}
        return NOBODY if all(asked.changes.of(What.ASSET, kind) == NOBODY for kind in {check.by, *streets}) else None
    if asked.changes.of(What.ASSET, check.by) == NOBODY:
        return NOBODY
    near = _near(asked, check.by, asked.metres(check.reach) * _ROUNDER)
    bad = Verdict.objects.filter(clause_id=asked.one.clause_id).exclude(letter=Letter.HOLDS)
    return either(near, frozenset(bad.values_list("subject", flat=True)))


def _watch(asked: Asked, check: WatchCheck) -> Whom:
    """To whom, or in which area, it was done. What the end of a window brings, the judge says (Judged.until)."""
    return asked.changes.of(What.DONE_IN if asked.clause.is_of_areas else What.DONE, check.activity)


def _indicator(asked: Asked, check: IndicatorCheck) -> Whom:
    """Everybody, once anything that is counted changed: a rate is one sum over all of it. Of readings see Judged.until."""
    about, name = asked.clause.applies_to, check.name or ""
    counted = [(What.LIES, about), (What.DONE, name), (What.DONE_IN, name)]
    if check.of is Counted.ASSETS:
        counted = [(What.ASSET, about)]
    notes = (*counted, (What.AREA, ""), (What.CLAUSE, asked.clause.id))
    return NOBODY if all(asked.changes.of(what, of) == NOBODY for what, of in notes) else None


def _signal(asked: Asked, check: SignalCheck) -> Whom:
    """Whose alarm or stream changed; and where it is looked at, who was heard again, fell silent, or is on the shelf."""
    noted = asked.changes.of(What.ALARM, asked.clause.applies_to)
    if not asked.looks:
        return noted
    return either(noted, signal.moved_unnoted(asked.one, asked.then, asked.now))


def _near(asked: Asked, kind: str, metres: float) -> Whom:
    """Subjects within ``metres`` of where the changed things of a kind are and were."""
    changed = asked.changes.of(What.ASSET, kind)
    if not changed:
        return changed
    shapes = np.concatenate([_there(changed), things.in_plane(asked.changes.was.get(kind, ()))])
    return frozenset(things.near(asked.clause.applies_to, shapes, metres, is_of_areas=asked.clause.is_of_areas))


def _there(ids: frozenset[int]) -> Shapes:
    with connection.cursor() as cursor:
        cursor.execute("SELECT geometry FROM places_asset WHERE id = ANY (%s)", [sorted(ids)])
        return things.in_plane([one for (one,) in cursor.fetchall()])


_WHOM: Mapping[type, Callable[[Asked, Any], Whom]] = {
    SpatialCheck: _spatial, ReachCheck: _reach, WatchCheck: _watch, SignalCheck: _signal,
}  # fmt: skip
