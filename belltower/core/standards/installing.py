# SPDX-License-Identifier: Apache-2.0
"""Packs' written standards brought into the city: what is new or changed becomes a revision, what is the same stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Q

from belltower.core.ledger.entries import action
from belltower.core.places.kinds import register
from belltower.core.standards.clauses import Clause, Document
from belltower.core.standards.errors import BadStandard
from belltower.core.standards.examples import wrong_examples
from belltower.core.standards.judging import today
from belltower.core.standards.models import HELD, KeptClause, KeptDocument, Origin, Revision, RevisionState
from belltower.core.standards.reading import read_document
from belltower.core.standards.revisions import bodies_of, digest_of
from belltower.kernel.actors import Actor
from belltower.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class Installed:
    """How many clauses were in force already as they are, came into force, wait for a review, and were withdrawn."""

    unchanged: int = 0
    in_force: int = 0
    for_review: int = 0
    withdrawn: int = 0

    def __add__(self, other: Installed) -> Installed:
        return Installed(
            self.unchanged + other.unchanged, self.in_force + other.in_force, self.for_review + other.for_review,
            self.withdrawn + other.withdrawn,
        )  # fmt: skip


@action("standards.install")
def install(files: Iterable[tuple[str, str]], *, by: Actor, now: datetime) -> Installed:
    """Install the documents in ``files`` (name and YAML), all or none; done again, it changes nothing.

    A file that was brought into the city as it is, is not read again: reading and trying 130 clauses takes seconds.
    A clause that is new holds from the first day of its values, so that the past is judged too; a changed one from today.
    One that the bureau has revised or withdrawn itself is not overruled: the pack's then waits for a review. Clauses that a pack's
    document no longer has are withdrawn today. Raises BadStandard, also for an example that comes out wrong.
    """
    laid_down = dict(KeptDocument.objects.exclude(laid_down="").values_list("laid_down", "key"))
    new = {_digest(text): (file, text) for file, text in files}
    same = [laid_down[digest] for digest in new if digest in laid_down]
    read = [
        (digest, _checked(file, text), bodies_of(text, file=file))
        for digest, (file, text) in new.items()
        if digest not in laid_down
    ]
    total = Installed(unchanged=_of_packs(same))
    for digest, document, bodies in read:
        total += _install(document, bodies, by, now)
        KeptDocument.objects.filter(key=document.id).update(laid_down=digest)
    return total


def first_day(clause: Clause) -> date:
    """The first day on which all that the clause says is known."""
    said = [clause.rectify_within.since[0][0], *(dated.since[0][0] for dated in clause.values.values())]
    return max(said)


def supersede(clause: KeptClause, since: date) -> None:
    """What was in force of a clause holds until before ``since``; what was to hold from later on never does."""
    held = Revision.objects.filter(Q(until=None) | Q(until__gt=since), clause=clause, state__in=HELD)
    held.filter(since__gte=since).update(until=F("since"), state=RevisionState.SUPERSEDED)
    held.filter(since__lt=since).update(until=since)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _of_packs(documents: list[str]) -> int:
    """How many clauses packs have in these documents."""
    held = Revision.objects.filter(clause__document__key__in=documents, origin=Origin.PACK)
    return held.exclude(state=RevisionState.WITHDRAWN, withdrawn_by="").values("clause").distinct().count()


def _checked(file: str, text: str) -> Document:
    document = read_document(text, file=file, register=register())
    for clause, name, found in wrong_examples(document, register()):
        why = Text(
            zh=f"例子“{name.say('zh')}”的结果是 {found or '不适用'}",
            en=f"the example '{name.say('en')}' came out as {found or 'not meant'}",
        )
        raise BadStandard(file=file, line=clause.line, reason=why)
    return document


def _install(document: Document, bodies: dict[str, Any], by: Actor, now: datetime) -> Installed:
    row, _ = KeptDocument.objects.get_or_create(
        key=document.id, defaults={"title": document.title.as_json(), "issued_by": document.issued_by.as_json()}
    )
    title, issued_by = document.title.as_json(), document.issued_by.as_json()
    if (row.title, row.issued_by) != (title, issued_by):
        row.title, row.issued_by = title, issued_by
        row.save()
    total = Installed()
    for clause in document.clauses:
        total += _revise(row, clause, bodies[clause.id], by, now)
    gone = KeptClause.objects.filter(document=row, revisions__origin=Origin.PACK).exclude(key__in=bodies).distinct()
    return total + Installed(withdrawn=sum(_withdraw(clause, today(now)) for clause in gone))


def _revise(document: KeptDocument, clause: Clause, body: Any, by: Actor, now: datetime) -> Installed:
    kept, _ = KeptClause.objects.get_or_create(key=clause.id, defaults={"document": document})
    digest, revisions = digest_of(body), list(kept.revisions.order_by("-number"))
    of_packs = next((one for one in revisions if one.origin == Origin.PACK), None)
    is_there = of_packs is not None and (of_packs.state != RevisionState.WITHDRAWN or bool(of_packs.withdrawn_by))
    if of_packs and of_packs.digest == digest and is_there:
        return Installed(unchanged=1)
    row = Revision(
        clause=kept, number=revisions[0].number + 1 if revisions else 1, body=body, digest=digest, origin=Origin.PACK,
        state=RevisionState.IN_REVIEW, written_by=by.reference, written_at=now,
    )  # fmt: skip
    held = next((one for one in revisions if one.state in HELD), None)
    if held and (held.origin == Origin.CONSOLE or held.withdrawn_by):
        row.save()
        return Installed(for_review=1)
    row.since = today(now) if held else first_day(clause)
    row.state, row.reviewed_by, row.reviewed_at = RevisionState.IN_FORCE, by.reference, now
    if held:
        supersede(kept, row.since)
    row.save()
    return Installed(in_force=1)


def _withdraw(clause: KeptClause, day: date) -> int:
    """Whether it was in force until now; the bureau's own revision stays."""
    held = clause.revisions.filter(Q(until=None) | Q(until__gt=day), state=RevisionState.IN_FORCE)
    if not held.exists() or held.filter(origin=Origin.CONSOLE).exists():
        return 0
    held.filter(since__gt=day).update(until=F("since"), state=RevisionState.WITHDRAWN)
    held.filter(since__lte=day).update(until=day, state=RevisionState.WITHDRAWN)
    return 1
