# SPDX-License-Identifier: Apache-2.0
"""Which standards there are: kept documents with their clauses in force, or to be; and the revisions that a clause has had."""

from __future__ import annotations

from datetime import date

from belltower.core.standards.clauses import Clause, Document
from belltower.core.standards.errors import BadStandard
from belltower.core.standards.models import HELD, KeptClause, KeptDocument, Revision
from belltower.core.standards.revisions import clause_of
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console.standard_listing import Entry

CLAUSE = Text(zh="条款", en="clause")
DOCUMENT = Text(zh="标准", en="standard")


def documents(day: date) -> tuple[Document, ...]:
    """Every document by its id, with the clauses that hold on ``day`` or begin to hold later."""
    clauses: dict[str, list[Clause]] = {}
    for revision in _shown(day):
        if clause := _read(revision):
            clauses.setdefault(revision.clause.document.key, []).append(clause)
    kept = KeptDocument.objects.order_by("key")
    return tuple(_document(one, tuple(clauses.get(one.key, ()))) for one in kept)


def document(key: str, day: date) -> Document:
    """The document of that id. Raises NotFound."""
    row = KeptDocument.objects.filter(key=key).first()
    if row is None:
        raise NotFound(noun=DOCUMENT, name=key)
    found = (_read(one) for one in _shown(day) if one.clause.document_id == row.pk)
    return _document(row, tuple(one for one in found if one))


def clause(key: str, day: date) -> tuple[Entry, Revision]:
    """The clause of that id as it holds on ``day``, or will, or held last, with its revision. Raises NotFound."""
    row = KeptClause.objects.select_related("document").filter(key=key).first()
    held = list(row.revisions.filter(state__in=HELD).order_by("since", "number")) if row else []
    held = [one for one in held if one.until is None or one.since is None or one.until > one.since]
    if row is None or not held:
        raise NotFound(noun=CLAUSE, name=key)
    now = [one for one in held if one.since and one.since <= day and (one.until is None or one.until > day)]
    to_come = [one for one in held if one.since and one.since > day]
    revision = (now or to_come or held[-1:])[0]
    found = clause_of(revision)
    return Entry(found, _document(row.document, (found,))), revision


def _shown(day: date) -> list[Revision]:
    """Of each clause the revision that holds on ``day``, else the first that will; in the order of their documents."""
    rows = Revision.objects.filter(state__in=HELD).select_related("clause__document")
    rows = rows.exclude(until__lte=day).order_by("clause__document__key", "clause_id", "since")
    found: dict[int, Revision] = {}
    for one in rows:
        found.setdefault(one.clause_id, one)
    return [*found.values()]


def _read(revision: Revision) -> Clause | None:
    """The clause of a revision; None where packs no longer declare what it speaks of."""
    try:
        return clause_of(revision)
    except BadStandard:
        return None


def _document(row: KeptDocument, clauses: tuple[Clause, ...]) -> Document:
    return Document(row.key, Text.read(row.title), Text.read(row.issued_by), clauses, row.key)
