# SPDX-License-Identifier: Apache-2.0
"""A file on its way in: counted and digested while it is written under a name that nobody looks for.

While a file is being written its process holds a lock on it, and the lock dies with the process: "nobody holds it" is
the exact mark of what a killed upload left, with no clock and no guess.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Protocol

from belltower.core.attachments.errors import AttachmentTooLarge, EmptyAttachment
from belltower.core.attachments.keeping import MIB
from belltower.kernel.identity import uuid7

_PART = 1 << 18
_JUST_MADE_S = 60.0  # between a file's making and its lock lies an instant in which it must not be swept away


class Readable(Protocol):
    """Something that gives bytes; Django's uploads, files and sockets are."""

    def read(self, count: int, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Received:
    """A file that arrived whole: on disk, under a name of its own, gone when the block around it ends."""

    path: Path
    name: str
    digest: str
    size: int


@contextmanager
def receive(stream: Readable, name: str, *, folder: Path, most: int) -> Iterator[Received]:
    """Write ``stream`` down, at most ``most`` bytes. Raises AttachmentTooLarge, EmptyAttachment."""
    sweep(folder)
    with arriving(folder) as (path, file):
        size, digest = _write(stream, file, name, most)
        if not size:
            raise EmptyAttachment(file=name)
        yield Received(path, name, digest, size)


@contextmanager
def arriving(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new file in the folder of arrivals, locked while it is written and gone afterwards."""
    path = incoming(folder) / f"{uuid7().hex}.part"
    with path.open("xb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield path, file
        finally:
            path.unlink(missing_ok=True)


def incoming(folder: Path) -> Path:
    """Where files arrive, made when it is not there yet."""
    place = folder / "incoming"
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place


def sweep(folder: Path) -> int:
    """Take away what killed uploads left; how many there were."""
    return sum(map(_swept, incoming(folder).glob("*.part")))


def left_behind(folder: Path) -> list[Path]:
    """What killed uploads left and nobody has swept yet."""
    return [path for path in (folder / "incoming").glob("*.part") if _is_left(path)]


def _swept(path: Path) -> bool:
    if not _is_left(path):
        return False
    path.unlink(missing_ok=True)
    return True


def _is_left(path: Path) -> bool:
    """Whether no living process writes this file."""
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        if time.time() - os.fstat(file.fileno()).st_mtime < _JUST_MADE_S:
            return False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
    return False


def _write(stream: Readable, file: IO[bytes], name: str, most: int) -> tuple[int, str]:
    """Copy and digest in one pass, and sync; bytes and digest."""
    digest, size = hashlib.sha256(), 0
    while part := stream.read(_PART):
        size += len(part)
        if size > most:
            raise AttachmentTooLarge(file=name, most_mib=most // MIB)
        digest.update(part)
        file.write(part)
    file.flush()
    os.fsync(file.fileno())
    return size, digest.hexdigest()
