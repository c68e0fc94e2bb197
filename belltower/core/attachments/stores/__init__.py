# SPDX-License-Identifier: Apache-2.0
"""Where content is kept: one file a digest, on disk or in an object store; both promise the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from belltower.core.attachments.keeping import Keeping, keeping

PART = 1 << 18  # bytes read at a time


@dataclass(frozen=True, slots=True)
class Held:
    """One content as the store has it."""

    digest: str
    size: int
    since: datetime


class Content(Protocol):
    """The bytes of a content in parts; to be closed by who does not read them to their end."""

    def __iter__(self) -> Iterator[bytes]: ...

    def __next__(self) -> bytes: ...

    def close(self) -> None: ...


class Store(Protocol):
    """A content is there whole under its digest, or not at all; it never changes, and is kept once."""

    def keep(self, file: Path, digest: str) -> None:
        """Take in the content of ``file`` (on disk already) under ``digest``; nothing to do when it is there.

        The store may share the file's bytes: nobody writes to it any more.
        """

    def read(self, digest: str, start: int = 0, end: int | None = None) -> Content:
        """The bytes from ``start`` up to (not including) ``end``, in parts. Raises FileNotFoundError."""

    def size(self, digest: str) -> int | None:
        """How many bytes it has; None when it is not there."""

    def remove(self, digest: str) -> None:
        """Forget the content; nothing to do when it is not there."""

    def each(self) -> Iterator[Held]:
        """Everything that is kept, in no order."""


def store() -> Store:
    """The store of this installation."""
    return open_store(keeping())


def place_of(digest: str) -> str:
    """Where a digest lies, below the root: two levels of folders, so that none grows beyond measure."""
    return f"sha256/{digest[:2]}/{digest[2:4]}/{digest}"


def open_store(kept: Keeping) -> Store:
    """The store that these settings describe."""
    if kept.objects is None:
        from belltower.core.attachments.stores.disk import Disk

        return Disk(kept.folder)
    return _objects(kept)


_reached: dict[str, Store] = {}


def _objects(kept: Keeping) -> Store:
    """The object store, reached once a process: it keeps connections of its own."""
    from belltower.core.attachments.stores.objects import Objects

    assert kept.objects
    return _reached.setdefault(repr((kept.objects, kept.objects.secret)), Objects(kept.objects))
