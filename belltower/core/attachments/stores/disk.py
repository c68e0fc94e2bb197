# SPDX-License-Identifier: Apache-2.0
"""Content in a folder: written under another name, synced, and only then given its own."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from belltower.core.attachments.receiving import incoming
from belltower.core.attachments.stores import PART, Held, place_of
from belltower.kernel.identity import uuid7


class Disk:
    """A folder on a local or network disk."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def keep(self, file: Path, digest: str) -> None:
        """Take it in by renaming where that is possible, so that no reader ever sees half of it."""
        target = self._root / place_of(digest)
        if target.exists() and target.stat().st_size == file.stat().st_size:
            return
        self._make(target.parent)
        beside = self._beside(file)
        os.chmod(beside, 0o400)
        os.replace(beside, target)
        sync_folder(target.parent)

    def read(self, digest: str, start: int = 0, end: int | None = None) -> Parts:
        """The file is opened at once, so that one that is missing is known before anything is answered."""
        file = (self._root / place_of(digest)).open("rb")
        file.seek(start)
        return Parts(file, (os.fstat(file.fileno()).st_size if end is None else end) - start)

    def size(self, digest: str) -> int | None:
        try:
            return (self._root / place_of(digest)).stat().st_size
        except FileNotFoundError:
            return None

    def remove(self, digest: str) -> None:
        target = self._root / place_of(digest)
        with contextlib.suppress(FileNotFoundError):
            target.unlink()
            sync_folder(target.parent)

    def each(self) -> Iterator[Held]:
        for path in (self._root / "sha256").glob("??/??/*"):
            with contextlib.suppress(FileNotFoundError):  # taken away while we look
                found = path.stat()
                yield Held(path.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def _beside(self, file: Path) -> Path:
        """``file`` under a second name on the disk of this store, with the same bytes, synced."""
        beside = incoming(self._root) / f"{uuid7().hex}.part"
        try:
            os.link(file, beside)
        except OSError:  # another disk
            with file.open("rb") as source, beside.open("xb") as target:
                shutil.copyfileobj(source, target, PART)
                target.flush()
                os.fsync(target.fileno())
        return beside

    def _make(self, folder: Path) -> None:
        """The folder and those above it, each one's own name synced into the one above."""
        missing = []
        at = folder
        while not at.exists():
            missing.append(at)
            at = at.parent
        for one in reversed(missing):
            one.mkdir(mode=0o700, exist_ok=True)
            sync_folder(one.parent)


class Parts:
    """The next so many bytes of an open file, in parts; the file is closed with the last, or when nobody wants more."""

    def __init__(self, file: IO[bytes], count: int) -> None:
        self._file, self._left = file, count

    def __iter__(self) -> Parts:
        return self

    def __next__(self) -> bytes:
        part = self._file.read(min(PART, self._left)) if self._left > 0 else b""
        if not part:
            self.close()
            raise StopIteration
        self._left -= len(part)
        return part

    def close(self) -> None:
        self._file.close()
        self._left = 0


def sync_folder(folder: Path) -> None:
    """Let names given in ``folder`` outlive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
