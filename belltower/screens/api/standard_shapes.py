# SPDX-License-Identifier: Apache-2.0
"""What operations on standards, findings and activities answer: part of the OpenAPI document, as shapes.py is."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from belltower.core.places.models import Role
from belltower.core.standards.clauses import Grade, Verified
from belltower.core.standards.models import FindingOutcome, FindingState, RevisionState
from belltower.screens.api.alarm_shapes import AssetRef
from belltower.screens.api.shapes import Page, PartyRef, Text


class Standard(BaseModel):
    """A document, and the ids of its clauses that were ever written down."""

    key: str
    title: Text
    issued_by: Text
    origin: str
    clauses: list[str]


class StandardPage(Page):
    items: list[Standard]


class ClauseRevision(BaseModel):
    """A clause as one of its revisions says it. `body` is the whole of it, as its YAML would be read."""

    uid: UUID
    clause: str
    document: str
    number: int
    state: RevisionState
    since: date | None
    until: date | None
    digest: str
    body: dict[str, Any]


class ClauseRevisionPage(Page):
    items: list[ClauseRevision]


class Finding(BaseModel):
    """A clause that a subject breaks. No `asset`: the area is the subject. `outcome` is unknown while it cannot be told any
    more whether it does. `evidence` is a copy of the values and rows that decided."""

    uid: UUID
    clause: str
    document: str
    title: Text
    kind: str
    asset: AssetRef | None
    area: str | None
    state: FindingState
    outcome: FindingOutcome
    grade: Grade
    opened_at: datetime
    holds_since: datetime | None
    closed_at: datetime | None
    closed_because: str
    seen_at: datetime
    times_opened: int
    due_at: datetime | None
    role: Role
    party: PartyRef | None
    evidence: dict[str, Any]


class FindingPage(Page):
    items: list[Finding]


class Source(BaseModel):
    document: str
    clause: str
    seen: date
    verified: Verified


class Explanation(BaseModel):
    """Why it is broken. `text`, `values` and `check` are those of the clause in force on `day`, when it was last found to be otherwise;
    `because` is the rule by which the party answers."""

    finding: Finding
    text: Text
    source: Source
    day: date
    values: dict[str, Any]
    check: dict[str, Any]
    rectify_within: str | None
    because: Text | None


class Activity(BaseModel):
    uid: UUID
    activity: str
    asset: AssetRef | None
    area: str | None
    at: datetime
    fields: dict[str, Any]
    source: str
    recorded_at: datetime


class ActivityPage(Page):
    items: list[Activity]


class RefusedActivity(BaseModel):
    """One that was not recorded: its place in what was sent, the first being 0, and why."""

    at: int
    code: str
    title: Text


class Recorded(BaseModel):
    """How many were recorded, how many had been before, and those that were refused."""

    recorded: int
    known: int
    refused: list[RefusedActivity]
