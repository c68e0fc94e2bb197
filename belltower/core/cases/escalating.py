# SPDX-License-Identifier: Apache-2.0
"""What the clock does with cases: it escalates what is overdue rung by rung, resumes what was suspended until now, and looks
after findings whose event was missed.

Each takes so many at a time, the longest overdue first; what is left, the next round takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.db.models import Q

from belltower.core.access.people import today
from belltower.core.cases.acting import clock
from belltower.core.cases.actions import advance
from belltower.core.cases.ladder import Ladder, Rung, Whom, ladder_on, ladders, rungs_due
from belltower.core.cases.models import Case
from belltower.core.cases.opening import Opened, findings_without_case, follow_findings
from belltower.core.cases.steps import Told
from belltower.core.cases.table import RUNNING, State, Step
from belltower.core.places import city
from belltower.core.places.models import Responsibility, Role
from belltower.core.places.responsibilities import resolve
from belltower.core.places.rules import Decision
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.standards.models import Finding
from belltower.kernel.instants import day_bounds

BATCH = 500
MISSED_AFTER = timedelta(minutes=10)
"""So long after a finding opened, its event has been handled or was lost."""
_ROLES = {Whom.TERRITORY: Role.TERRITORY, Whom.SECTOR: Role.SECTOR, Whom.ENTERPRISE: Role.ENTERPRISE}


def escalate_overdue(now: datetime, *, declared: Sequence[Ladder] | None = None, most: int = BATCH) -> int:
    """Climb every rung that is due for at most so many cases; how many steps were taken. Called again, it takes none twice."""
    known = ladders() if declared is None else declared
    with seen_as(EVERYTHING):
        due = Case.objects.filter(overdue(known, now)).order_by("due_at", "pk").values_list("pk", flat=True)[:most]
        return sum(_each(due, lambda case: _climb(case, known, now)))


def resume_suspended(now: datetime, *, most: int = BATCH) -> int:
    """Resume at most so many cases that were suspended until now; how many."""
    with seen_as(EVERYTHING):
        due = Case.objects.filter(state=State.SUSPENDED, suspended_until__lte=now).order_by("suspended_until", "pk")
        return sum(_each(due.values_list("pk", flat=True)[:most], lambda case: _resume(case, now)))


def open_missed(now: datetime, *, most: int = BATCH) -> Opened:
    """Open the cases of at most so many findings that have none although they stand open for a while."""
    with seen_as(EVERYTHING):
        missed = Finding.objects.filter(findings_without_case(), opened_at__lt=now - MISSED_AFTER).order_by("pk")
        uids = list(missed.values_list("uid", flat=True)[:most])
    return follow_findings(uids, now=now) if uids else Opened()


def overdue(known: Sequence[Ladder], now: datetime) -> Q:
    """The cases for which a rung is due: what was climbed and the end of the limit say so together."""
    zone = city.current().tz
    begins = [day_bounds(one.since, zone)[0] for one in known]
    found = Q(pk__in=[])
    for ladder, (begin, end) in zip(known, pairwise([*begins, None]), strict=True):
        spell = Q(due_at__gte=begin) & (Q(due_at__lt=end) if end else Q())
        for rung in ladder.rungs:
            found |= spell & Q(rung=rung.number - 1, due_at__lte=now - rung.after)
    # Said once more outside of the rungs, so that the index of what is due is used.
    return Q(found, due_at__lte=now, ended_at=None, state__in=RUNNING)


def _each(keys: Iterable[int], do: Callable[[Case], int]) -> Iterable[int]:
    """Do it with each case as it stands then, held; one that another has just then is left to the next round."""
    for key in list(keys):
        with transaction.atomic():
            case = Case.objects.select_for_update(skip_locked=True).filter(pk=key).first()
            yield do(case) if case else 0


def _climb(case: Case, known: Sequence[Ladder], now: datetime) -> int:
    """The rungs that are due for a held case, a step each; how many."""
    if case.due_at is None or State(case.state) not in RUNNING:
        return 0
    ladder = ladder_on(known, today(case.due_at))
    rungs = rungs_due(ladder, now - case.due_at, case.rung) if ladder else []
    if ladder and rungs:
        known_by_role = _answerers(case, now)
        for rung in rungs:
            advance(case, Step.ESCALATE, Told(about=_about(case, ladder, rung, known_by_role)), acting=clock(), now=now)
    return len(rungs)


def _resume(case: Case, now: datetime) -> int:
    if case.state != State.SUSPENDED or case.suspended_until is None or case.suspended_until > now:
        return 0
    advance(case, Step.RESUME, acting=clock(), now=now)
    return 1


def _answerers(case: Case, now: datetime) -> Mapping[Role, Decision]:
    return resolve(case.asset_kind, case.area, case.asset.owner if case.asset else None, today(now))


def _about(case: Case, ladder: Ladder, rung: Rung, known: Mapping[Role, Decision]) -> dict[str, Any]:
    """What is kept of the step: the rung, whom it tells and by which rule, and whom nobody knows."""
    told = [one for whom in rung.tell if (one := _told(whom, case, known))]
    missing = [whom.value for whom in rung.tell if whom not in {one["whom"] for one in told}]
    return {"rung": rung.number, "after": rung.length, "ladder": ladder.since.isoformat(), "tell": told,
            "unknown": missing}  # fmt: skip


def _told(whom: Whom, case: Case, known: Mapping[Role, Decision]) -> dict[str, Any] | None:
    """One party to tell, by uid, and the uid of the rule that says so; of the holder None is the duty desk."""
    if whom is Whom.HOLDER:
        return {"whom": whom.value, "party": str(case.party.uid) if case.holder_id and case.party else None}
    if whom is Whom.PARENT:
        parent = case.party.parent if case.party else None
        return {"whom": whom.value, "party": str(parent.uid)} if parent else None
    decision = known.get(_ROLES[whom])
    if decision is None:
        return None
    rule = Responsibility.objects.filter(pk=decision.rule.pk).first() if decision.rule else None
    return {"whom": whom.value, "party": str(decision.party.uid), "responsibility": str(rule.uid) if rule else None}
