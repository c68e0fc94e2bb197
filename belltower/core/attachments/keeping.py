# SPDX-License-Identifier: Apache-2.0
"""How an installation keeps its attachments: where, how large they may be, and what scans them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from django.conf import settings

MIB = 1 << 20
LARGEST_MIB: Mapping[str, int] = MappingProxyType({"picture": 25, "document": 50, "video": 300, "text": 10})


@dataclass(frozen=True, slots=True)
class ObjectStore:
    """An S3-compatible place: a bucket, a prefix in it, and how it is reached."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str = "us-east-1"
    key: str | None = None
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Keeping:
    """The settings of this room (docs/reference/settings.md).

    ``folder`` is always there: files arrive in it, and stay in it unless there is an object store. ``scanner`` is
    ``clamd:<socket or host:port>`` or ``command:<program and arguments>``.
    """

    folder: Path
    objects: ObjectStore | None = None
    largest_mib: Mapping[str, int] = field(default_factory=lambda: LARGEST_MIB)
    scanner: str | None = None

    def largest(self, family: str) -> int:
        """The largest size of a file of that family, in bytes."""
        return self.largest_mib[family] * MIB

    @property
    def largest_of_all(self) -> int:
        return max(self.largest_mib.values()) * MIB


def keeping() -> Keeping:
    """How this installation keeps its attachments."""
    kept: Keeping = settings.BELLTOWER_ATTACHMENTS
    return kept
