# SPDX-License-Identifier: Apache-2.0
"""What operations answer about files beside assets. Fields are added here, never removed or retyped."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from belltower.core.attachments.models import Scan, State
from belltower.screens.api.shapes import Page, Position


class Attachment(BaseModel):
    """A file beside an asset. `content` of a picture or film is a copy that does not say where it was taken."""

    uid: UUID
    subject: str = Field(description="what it shows: `places.asset:<uid>`")
    name: str
    media_type: str = Field(description="what its bytes are, whatever it was called")
    size: int = Field(description="bytes of the original")
    digest: str = Field(description="SHA-256 of the original, in hex: what the ledger commits to")
    taken_at: datetime | None = Field(description="by the camera; its civil time is read in the city's zone")
    position: Position | None = Field(description="where it was taken, for who may have the original")
    camera: str | None = Field(description="for who may have the original")
    put_by: str = Field(description="`person:<uid>`, `service:<uid>` or `system:<name>`")
    put_at: datetime
    state: State
    reason: str
    scan: Scan
    has_thumbnail: bool
    has_copy: bool
    is_prepared: bool = Field(description="the job that scans it and makes its copies is done")
    trouble: str | None = Field(description="why no copy could be made: `cannot_decode`")


class AttachmentPage(Page):
    items: list[Attachment]
