# SPDX-License-Identifier: Apache-2.0
"""From a clause as it was written to one that is judged, and back: bodies, digests, and the revisions in force on a day."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import yaml
from django.db.models import Q

from belltower.core.places.kinds import register
from belltower.core.standards.clauses import Clause, Document
from belltower.core.standards.errors import BadStandard
from belltower.core.standards.models import HELD, KeptDocument, Revision
from belltower.core.standards.reading import read_document
from belltower.kernel import written
from belltower.kernel.texts import Text
from belltower.kernel.written import Part

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class InForce:
    """A revision that holds on a day, and the clause that it says; ``clause_id`` is the kept clause's."""

    revision_id: int
    clause_id: int
    clause: Clause


def bodies_of(text: str, *, file: str) -> dict[str, Any]:
    """The clauses of a document's YAML as they were written, by id. The document was read before (read_document)."""

    def refusing(line: int, reason: Text) -> BadStandard:
        return BadStandard(file=file, line=line, reason=reason)

    whole = written.read(text, refusing, name="document")
    bodies = (plain(part) for part in whole.each("clauses"))
    return {body["id"]: body for body in bodies}


def plain(part: Part) -> Any:
    """A part of YAML as JSON has it; days and instants as ISO 8601."""
    if isinstance(part.value, dict):
        return {name: plain(each) for name, each in part.value.items()}
    if isinstance(part.value, list):
        return [plain(each) for each in part.value]
    return part.value.isoformat() if isinstance(part.value, date) else part.value


def digest_of(body: Mapping[str, Any]) -> str:
    """SHA-256 of a body, however its keys are ordered."""
    said = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def document_of(
    key: str, title: Mapping[str, str], issued_by: Mapping[str, str], bodies: Iterable[Any], *, file: str
) -> Document:
    """A document of these bodies, read as a file would be. Raises BadStandard, whose line counts in ``as_yaml``."""
    whole = {"id": key, "title": dict(title), "issued_by": dict(issued_by), "clauses": list(bodies)}
    return read_document(as_yaml(whole), file=file, register=register())


def as_yaml(body: Any) -> str:
    """A body as a person would write it, keys in their order."""
    return yaml.safe_dump(_days(body), allow_unicode=True, sort_keys=False, width=120)


def clause_of(revision: Revision) -> Clause:
    """The clause that a revision says. Raises BadStandard where packs no longer declare what it speaks of."""
    document = revision.clause.document
    return _clause(revision.digest, document.key, json.dumps([document.title, document.issued_by, revision.body]))


def revisions_on(day: date) -> list[InForce]:
    """The clauses in force on ``day`` with their values of that day, by id.

    One that cannot be read any more, because a pack is gone, is left out and logged: nothing is known of it.
    """
    found = []
    for revision in held_on(day).select_related("clause__document").order_by("clause__key"):
        try:
            clause = clause_of(revision)
        except BadStandard as refusal:
            logger.error("%s cannot be judged: %s", revision.clause.key, refusal)
            continue
        if clause.values_on(day) is not None:
            found.append(InForce(revision.pk, revision.clause_id, clause))
    return found


def held_on(day: date) -> Any:
    """Revisions that hold on ``day``: at most one of each clause."""
    return Revision.objects.filter(state__in=HELD, since__lte=day).filter(Q(until=None) | Q(until__gt=day))


def documents_on(day: date) -> list[Document]:
    """The documents with their clauses in force on ``day``: what books, quizzes and forms are made of."""
    clauses: dict[str, list[Clause]] = {}
    for revision in held_on(day).select_related("clause__document").order_by("clause__key"):
        clauses.setdefault(revision.clause.document.key, []).append(clause_of(revision))
    rows = KeptDocument.objects.filter(key__in=clauses)
    return [
        Document(row.key, Text.read(row.title), Text.read(row.issued_by), tuple(clauses[row.key]), row.key)
        for row in rows
    ]


@lru_cache(maxsize=1_000)
def _clause(digest: str, document: str, said: str) -> Clause:
    title, issued_by, body = json.loads(said)
    return document_of(document, title, issued_by, [body], file=f"{document} ({digest[:8]})").clauses[0]


def _days(body: Any) -> Any:
    """ISO texts of days as days again, so that YAML writes them without quotes."""
    if isinstance(body, dict):
        return {name: _days(each) for name, each in body.items()}
    if isinstance(body, list):
        return [_days(each) for each in body]
    if isinstance(body, str) and _DAY.fullmatch(body):
        try:
            return date.fromisoformat(body)
        except ValueError:
            return body
    return body
