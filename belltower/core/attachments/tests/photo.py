# SPDX-License-Identifier: Apache-2.0
"""Attachments that are there already, for the tests of higher rooms."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from belltower.core.attachments import works
from belltower.core.attachments.actions import put
from belltower.core.attachments.models import Attachment, Subject
from belltower.core.attachments.tests import files
from belltower.core.jobs.work import RunningJob
from belltower.kernel.actors import Actor
from belltower.kernel.identity import uuid7
from belltower.kernel.texts import Text

BY = Actor.system("test")
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)


class Thing(Protocol):
    uid: UUID


class Nobody:
    """Listens to no progress."""

    def report(self, done: int, total: int | None, doing: Text | None) -> bool:
        return False


def prepared(row: Attachment) -> Attachment:
    """What the worker does, here and now."""
    works.prepare(RunningJob(uid=uuid7(), by=BY, attempt=1, line=Nobody()), attachment=str(row.uid))
    row.refresh_from_db()
    return row


def attached(
    thing: Thing, content: bytes | None = None, name: str = "lamp.jpg", noun: str = "places.asset"
) -> Attachment:
    """A file beside a ``thing``, ready to be shown; a photo that says where it was taken, when none is given."""
    content = content or files.picture(told=files.exif())
    return prepared(put(io.BytesIO(content), name, subject=Subject(noun, thing.uid), by=BY, now=NOW))
