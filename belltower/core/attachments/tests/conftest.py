# SPDX-License-Identifier: Apache-2.0
"""A store of each test's own, and a short way to put something into it."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from belltower.core.attachments.actions import put
from belltower.core.attachments.keeping import Keeping
from belltower.core.attachments.models import Attachment, Subject
from belltower.kernel.actors import Actor
from belltower.kernel.identity import uuid7

BY = Actor.system("test")
NOW = datetime(2026, 5, 4, 8, 0, tzinfo=UTC)
Put = Callable[..., Attachment]


@pytest.fixture
def kept(tmp_path: Path, settings) -> Keeping:
    settings.BELLTOWER_ATTACHMENTS = Keeping(folder=tmp_path / "attachments")
    return settings.BELLTOWER_ATTACHMENTS


@pytest.fixture
def scanned_by(kept: Keeping, settings) -> Callable[[str], None]:
    def scan(setting: str) -> None:
        settings.BELLTOWER_ATTACHMENTS = replace(kept, scanner=setting)

    return scan


@pytest.fixture
def put_one(db: None, kept: Keeping) -> Put:
    """Put content; everything else may be left out."""

    def put_it(content: bytes, name: str = "lamp.jpg", **more) -> Attachment:
        more = {"subject": Subject("places.asset", uuid7()), "by": BY, "now": NOW} | more
        return put(io.BytesIO(content), name, **more)

    return put_it
