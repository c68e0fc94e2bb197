# SPDX-License-Identifier: Apache-2.0
"""Standards: documents and clauses, where the city breaks them, and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from django.db.models import QuerySet
from ninja import Field, Query, Router
from pydantic import StringConstraints

from belltower.core.access.rules import VIEW
from belltower.core.places.models import Area
from belltower.core.standards.clauses import Grade
from belltower.core.standards.explaining import explain, find
from belltower.core.standards.models import (
    Finding,
    FindingOutcome,
    FindingState,
    KeptClause,
    KeptDocument,
    Revision,
    RevisionState,
)
from belltower.core.standards.revisions import held_on
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.api import standard_shapes
from belltower.screens.api.doors import Request, asking
from belltower.screens.api.pages import PageQuery, page_of
from belltower.screens.api.words import AreaCode, Day, Instant, Name

router = Router(tags=["standards"])
AREA = Text(zh="区域", en="area")
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}\.[a-z][a-z0-9_]{0,39}$")]
_PLAIN = (
    "uid", "kind", "state", "outcome", "grade", "opened_at", "holds_since", "closed_at", "closed_because", "seen_at",
    "times_opened", "due_at", "role", "evidence",
)  # fmt: skip
_ASSET, _PARTY = ("uid", "kind", "key"), ("uid", "key", "name")
_COLUMNS = (
    *_PLAIN, "clause__key", "clause__document__key", "revision__body__title", "area__code",
    *(f"asset__{name}" for name in _ASSET), *(f"party__{name}" for name in _PARTY),
)  # fmt: skip
_REVISION = ("uid", "number", "state", "since", "until", "digest", "body")


class ClauseQuery(PageQuery):
    document: Key | None = None
    clause: Key | None = None
    on: Day | None = Field(None, description="those in force on that day; left out: all revisions that the caller sees")
    state: list[RevisionState] = []


class FindingQuery(PageQuery):
    state: list[FindingState] = []
    outcome: list[FindingOutcome] = []
    grade: list[Grade] = []
    document: Key | None = None
    clause: Key | None = None
    kind: Name | None = Field(None, description="the kind of asset that the clause is about")
    area: AreaCode | None = Field(None, description="the code of an area; everything below it counts too")
    asset: UUID | None = None
    party: UUID | None = Field(None, description="who answers for it")
    opened_since: Instant | None = None
    due_before: Instant | None = None


@router.get("/standards", response=standard_shapes.StandardPage, **asking(VIEW))
def list_standards(request: Request, where: Query[PageQuery]) -> dict[str, Any]:
    """Documents, each with the ids of its clauses."""
    clauses: dict[int, list[str]] = {}
    for document, key in KeptClause.objects.order_by("key").values_list("document_id", "key"):
        clauses.setdefault(document, []).append(key)

    def shown(row: Mapping[str, Any]) -> dict[str, Any]:
        plain = {name: row[name] for name in ("key", "title", "issued_by", "origin")}
        return {**plain, "clauses": clauses.get(row["pk"], [])}

    return page_of(KeptDocument.objects.all(), ("key", "title", "issued_by", "origin"), shown, at=where)


@router.get("/clauses", response=standard_shapes.ClauseRevisionPage, **asking(VIEW))
def list_clauses(request: Request, where: Query[ClauseQuery]) -> dict[str, Any]:
    """Revisions of clauses, with all that they say. Drafts and what is in review is shown to who sees the whole city."""
    rows = held_on(where.on) if where.on else Revision.objects.all()
    asked = {"clause__document__key": where.document, "clause__key": where.clause, "state__in": where.state}
    rows = rows.filter(**{name: value for name, value in asked.items() if value})
    return page_of(rows, (*_REVISION, "clause__key", "clause__document__key"), _revision, at=where)


@router.get("/findings", response=standard_shapes.FindingPage, **asking(VIEW))
def list_findings(request: Request, where: Query[FindingQuery]) -> dict[str, Any]:
    """Where the clauses are broken, of what the caller sees, the latest first; several filters narrow together."""
    return page_of(_wanted(where), _COLUMNS, shown, at=where, newest_first=True)


@router.get("/findings/{uuid:uid}", response=standard_shapes.Finding, **asking(VIEW))
def get_finding(request: Request, uid: UUID) -> dict[str, Any]:
    """One finding."""
    return _one(find(uid))


@router.get("/findings/{uuid:uid}/explain", response=standard_shapes.Explanation, **asking(VIEW))
def explain_finding(request: Request, uid: UUID) -> dict[str, Any]:
    """Why is it broken: the clause's text and values in force, its source, what decided, who answers and by which rule."""
    told = explain(find(uid))
    source = told.clause.source
    return {
        "finding": _one(told.finding),
        "text": told.clause.text.as_json(),
        "source": {
            "document": source.document,
            "clause": source.clause,
            "seen": source.seen,
            "verified": source.verified,
        },
        "day": told.day,
        "values": told.values,
        "check": told.check,
        "rectify_within": told.rectify_within,
        "because": told.because.as_json() if told.because else None,
    }


def shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A Finding."""
    asset = {name: row[f"asset__{name}"] for name in _ASSET}
    party = {name: row[f"party__{name}"] for name in _PARTY}
    return {
        **{name: row[name] for name in _PLAIN},
        "clause": row["clause__key"],
        "document": row["clause__document__key"],
        "title": row["revision__body__title"],
        "area": row["area__code"],
        "asset": asset if asset["uid"] else None,
        "party": party if party["uid"] else None,
    }


def _one(finding: Finding) -> dict[str, Any]:
    return shown(Finding.objects.filter(pk=finding.pk).values(*_COLUMNS).get())


def _revision(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{name: row[name] for name in _REVISION},
        "clause": row["clause__key"],
        "document": row["clause__document__key"],
    }


def _wanted(where: FindingQuery) -> QuerySet[Finding]:
    """The findings that were asked for, of those that the database shows. Raises NotFound for an area."""
    asked: dict[str, Any] = {
        "state__in": where.state,
        "outcome__in": where.outcome,
        "grade__in": [one.value for one in where.grade],
        "clause__document__key": where.document,
        "clause__key": where.clause,
        "kind": where.kind,
        "asset__uid": where.asset,
        "party__uid": where.party,
        "opened_at__gte": where.opened_since,
        "due_at__lt": where.due_before,
    }
    rows = Finding.objects.filter(**{name: value for name, value in asked.items() if value})
    if where.area is None:
        return rows
    area = Area.objects.current().defer("geometry", "words").filter(code=where.area).first()
    if area is None:
        raise NotFound(noun=AREA, name=where.area)
    return rows.filter(area__in=Area.objects.under(area).order_by().values("pk"))
