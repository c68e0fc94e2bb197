# SPDX-License-Identifier: Apache-2.0
"""What operations on grants answer: part of the OpenAPI document, as shapes.py is."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from pydantic import BaseModel

from belltower.core.access.models import RoleName
from belltower.screens.api.shapes import AreaRef, Page, PartyRef


class UserRef(BaseModel):
    uid: UUID
    username: str


class Grant(BaseModel):
    """A role held from a day until (not including) another. Without `area` in the whole city; without `party` for every
    owner's assets, but for an enterprise user only those of their own party."""

    uid: UUID
    user: UserRef
    role: RoleName
    area: AreaRef | None
    party: PartyRef | None
    valid_from: date
    valid_until: date | None
    why: str


class GrantPage(Page):
    items: list[Grant]
