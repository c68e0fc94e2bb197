# SPDX-License-Identifier: Apache-2.0
"""What operations on cases answer: part of the OpenAPI document, as shapes.py is."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, WithJsonSchema

from belltower.core.cases.evaluating import Mark
from belltower.core.cases.kinds import Grade, Source
from belltower.core.cases.table import Stage, State, Step
from belltower.screens.api.alarm_shapes import AssetRef
from belltower.screens.api.shapes import Page, PartyRef, Text


def _words(of: type[StrEnum]) -> WithJsonSchema:
    """The words written out where they stand: the document has other states, grades and sources by these names."""
    return WithJsonSchema({"type": "string", "enum": [one.value for one in of]})


StateWord = Annotated[State, _words(State)]
StageWord = Annotated[Stage, _words(Stage)]
StepWord = Annotated[Step, _words(Step)]
SourceWord = Annotated[Source, _words(Source)]
MarkWord = Annotated[Mark, _words(Mark)]
GradeWord = Annotated[Grade, _words(Grade)]


class Case(BaseModel):
    """Something to put right. `party` must put it right; `is_with_desk`: the duty desk has it now. `due_at`: when the clock
    of its `stage` ends (none: it stands still, or has no limit)."""

    uid: UUID
    number: str
    kind: str
    source: SourceWord
    grade: GradeWord
    title: Text
    text: str
    address: str
    lon: float | None
    lat: float | None
    area: str | None
    asset: AssetRef | None
    party: PartyRef | None
    is_with_desk: bool
    finding: UUID | None
    alarm: UUID | None
    parent: str | None
    merged_into: str | None
    state: StateWord
    stage: StageWord | None
    due_at: datetime | None
    suspended_until: datetime | None
    rung: int
    reported_at: datetime
    changed_at: datetime
    ended_at: datetime | None


class CasePage(Page):
    items: list[Case]


class CaseStep(BaseModel):
    """One step of a case, never changed. `by` is who took it; `holder` the uid of the party that held it from then on."""

    number: int
    step: StepWord
    state: StateWord
    stage: StageWord | None
    part: str
    at: datetime
    by: str
    party: UUID | None
    holder: UUID | None
    reason: str
    about: dict[str, Any]


class CaseStepPage(Page):
    items: list[CaseStep]


class CaseRemark(BaseModel):
    uid: UUID
    text: str
    at: datetime
    by: str
    is_public: bool


class CaseRemarkPage(Page):
    items: list[CaseRemark]
