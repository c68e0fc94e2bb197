# SPDX-License-Identifier: Apache-2.0
"""What operations on alarms answer: part of the OpenAPI document, as shapes.py is."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from belltower.core.alarms.models import AlarmState, Condition, What
from belltower.screens.api.shapes import Page, Text

Priority = Literal[1, 2, 3, 4]


class StreamRef(BaseModel):
    uid: UUID
    key: str | None
    name: str
    unit: str


class AssetRef(BaseModel):
    uid: UUID
    kind: str
    key: str


class Alarm(BaseModel):
    """How an alarm stands. `may` are the commands that its state allows; `cap` is where its CAP 1.2 message is, null for
    one that was never raised. `since` and `raised_at` go by the clock of the readings."""

    uid: UUID
    title: Text
    condition: Condition
    priority: Priority
    state: AlarmState
    since: datetime | None
    raised_at: datetime | None
    value: float | None
    occurrences: int
    chatters: int
    shelved_until: datetime | None
    assigned_to: UUID | None
    is_enabled: bool
    definition: UUID
    stream: StreamRef
    asset: AssetRef | None
    may: list[What]
    cap: str | None


class AlarmPage(Page):
    items: list[Alarm]


class Transition(BaseModel):
    """One step of its life. `at` is the instant of the reading, command or tick that made it."""

    at: datetime
    recorded_at: datetime
    before: AlarmState
    after: AlarmState
    cause: str
    value: float | None


class TransitionPage(Page):
    items: list[Transition]


class Command(BaseModel):
    """What somebody did about it; `taken_at` is null while the engine has not taken it."""

    what: What
    at: datetime
    by: str
    note: str
    until: datetime | None
    assignee: UUID | None
    taken_at: datetime | None


class CommandPage(Page):
    items: list[Command]


class AlarmDefinition(BaseModel):
    """When an alarm is raised, and why: limits in the unit of its stream (for `rate` per second), spans in seconds."""

    uid: UUID
    alarm: UUID
    title: Text
    condition: Condition
    priority: Priority
    is_enabled: bool
    stream: StreamRef
    limit: float | None
    set_point: float | None
    against: UUID | None
    deadband: float
    on_delay_s: float
    off_delay_s: float
    stale_after_s: float | None
    is_latching: bool
    cause: str
    consequence: str
    response: str
    time_to_respond_s: float | None
    suppressed_when: str
    revision: int
    changed_at: datetime


class AlarmDefinitionPage(Page):
    items: list[AlarmDefinition]
