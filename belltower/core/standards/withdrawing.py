# SPDX-License-Identifier: Apache-2.0
"""The verb withdraw: a clause, or all clauses of a document, hold until before a day, with nothing in their place."""

from __future__ import annotations

from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone

from belltower.core.ledger.entries import action
from belltower.core.standards.errors import BadDay, NothingInForce, SecondPerson
from belltower.core.standards.judging import today
from belltower.core.standards.models import KeptClause, KeptDocument, Revision, RevisionState
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text

_PAST = Text(zh="不能早于今天（{today}）", en="it is before today ({today})")


@action("standards.withdraw_clause")
def withdraw_clause(clause: KeptClause, until: date, *, by: Actor, now: datetime | None = None) -> None:
    """Let a clause hold until before ``until``, today or later; a revision that was to begin later never does.

    Nothing of what held is edited. No pack brings it back: what its pack says anew waits for a review. Raises
    NothingInForce, SecondPerson where ``by`` wrote what holds, or BadDay.
    """
    _not_past(until, now or timezone.now())
    if not _withdraw(clause, until, by):
        raise NothingInForce(name=clause.key)


@action("standards.withdraw_document")
def withdraw_document(document: KeptDocument, until: date, *, by: Actor, now: datetime | None = None) -> int:
    """Withdraw every clause of a document, all or none; how many. Raises as ``withdraw_clause``."""
    _not_past(until, now or timezone.now())
    number = sum(_withdraw(clause, until, by) for clause in document.clauses.all())
    if not number:
        raise NothingInForce(name=document.key)
    return number


def _withdraw(clause: KeptClause, until: date, by: Actor) -> bool:
    """Whether anything of the clause was to hold on that day or after it."""
    still = Revision.objects.filter(Q(until=None) | Q(until__gt=until), clause=clause, state=RevisionState.IN_FORCE)
    rows = list(still.select_for_update(of=("self",)))
    for row in rows:
        if row.written_by == by.reference:
            raise SecondPerson(clause=clause.key, number=row.number)
        begins = row.since or until
        row.until, row.state, row.withdrawn_by = max(begins, until), RevisionState.WITHDRAWN, by.reference
        row.save(update_fields=["until", "state", "withdrawn_by"])
    return bool(rows)


def _not_past(until: date, now: datetime) -> None:
    if until < today(now):
        raise BadDay(day=until, reason=_PAST.format(today=today(now)))
