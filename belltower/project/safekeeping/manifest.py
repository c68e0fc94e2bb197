# SPDX-License-Identifier: Apache-2.0
"""What a backup says of itself: the ledger's head, counts per table, files, keys; and how that is held against change."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from belltower.project.safekeeping.errors import DamagedBackup, NoBackup
from belltower.project.safekeeping.store import write_whole

FORMAT = 1
DATABASE = "database/belltower.dump"
FILES = "home/"
_ID = re.compile(r"^\d{8}T\d{6}Z-\d{6}$")
_SEAL = b"belltower backup manifest 1"


@dataclass(frozen=True, slots=True)
class Saved:
    """One file of a backup: where it was (``database/...`` or ``home/...``), its size in bytes, and its chunks in order."""

    path: str
    size: int
    sha256: str
    chunks: tuple[str, ...]
    mtime_ns: int = 0

    def as_line(self) -> bytes:
        """One line of the catalogue."""
        return json.dumps(asdict(self), separators=(",", ":")).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class Head:
    """The ledger's newest head as of the snapshot: entries under it, its root (hex), and entries not under it yet.

    ``signed`` is the whole signed head: with it a backup is also a head held outside.
    """

    size: int
    root: str
    pending: int = 0
    signed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contents:
    """What the database held at the snapshot; a restored one is compared with it."""

    tables: dict[str, int]
    head: Head | None
    shape: str  # SHA-256 over columns, triggers, row security, policies, constraints and indexes
    migrations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Manifest:
    """One backup. ``catalogue`` is the list of its files, itself kept in chunks: a line of JSON a file."""

    id: str
    installation: str  # a fingerprint of the secret key: whose backup this is
    taken_at: str  # the snapshot's instant, ISO 8601 in UTC
    ended_at: str
    program: str
    server: int  # PostgreSQL's version number, such as 180006
    contents: Contents
    catalogue: Saved
    files: int
    size: int  # of all files, in bytes
    new_bytes: int
    new_on_disk: int
    keys: dict[str, str] = field(default_factory=dict)  # name to fingerprint
    sealed: dict[str, str] | None = None  # {"to": ..., "sha256": ...}; None where the keys are kept elsewhere
    left_out: tuple[str, ...] = ()
    format: int = FORMAT

    @property
    def shared(self) -> float:
        """The part of its bytes that earlier backups had already, 0 to 1."""
        return 1 - self.new_bytes / self.size if self.size else 0.0

    @property
    def taken(self) -> datetime:
        return datetime.fromisoformat(self.taken_at)


def new_id(taken: datetime) -> str:
    """A name that sorts by time, to the microsecond: 20261123T041500Z-123456."""
    return f"{taken.astimezone(UTC):%Y%m%dT%H%M%SZ-%f}"


def place(folder: Path, id: str) -> Path:
    """Where the manifest of that backup lies."""
    return folder / "manifests" / f"{id}.json"


def write(folder: Path, manifest: Manifest, *, secret: str) -> None:
    """Put the manifest in its place, in one step: from then on the backup exists."""
    said = asdict(manifest)
    digest = _digest(said)
    sealed = {"manifest": said, "digest": digest, "seal": _seal(digest, secret)}
    write_whole(place(folder, manifest.id), json.dumps(sealed, indent=1, ensure_ascii=False).encode())


def read(folder: Path, id: str, *, secret: str | None = None) -> Manifest:
    """The manifest of that backup; with ``secret`` its seal is checked too. Raises NoBackup or DamagedBackup."""
    try:
        kept = json.loads(place(folder, id).read_bytes())
        said = kept["manifest"]
        if kept["digest"] != _digest(said):
            raise DamagedBackup(backup=id, reason="its manifest was changed")
        if said["format"] != FORMAT:
            raise DamagedBackup(backup=id, reason=f"its format is {said['format']}; this program reads {FORMAT}")
        if said["id"] != id:
            raise DamagedBackup(backup=id, reason=f"its manifest is that of {said['id']}")
        if secret is not None and not hmac.compare_digest(kept["seal"], _seal(kept["digest"], secret)):
            raise DamagedBackup(backup=id, reason="its manifest was not written by the installation of these keys")
        return _manifest(said)
    except FileNotFoundError:
        raise NoBackup(folder=folder, wanted=f"{id} ") from None
    except (ValueError, KeyError, TypeError):
        raise DamagedBackup(backup=id, reason="its manifest cannot be read") from None


def _manifest(said: dict[str, Any]) -> Manifest:
    contents = said.pop("contents")
    head = contents.pop("head")
    contents["migrations"] = tuple(contents["migrations"])
    return Manifest(
        contents=Contents(head=Head(**head) if head else None, **contents),
        catalogue=_saved(said.pop("catalogue")),
        left_out=tuple(said.pop("left_out")),
        **said,
    )


def _saved(said: dict[str, Any]) -> Saved:
    return Saved(**{**said, "chunks": tuple(said["chunks"])})


def read_lines(parts: Iterable[bytes]) -> Iterator[Saved]:
    """The files that a catalogue lists."""
    rest = b""
    for part in parts:
        *lines, rest = (rest + part).split(b"\n")
        for line in lines:
            yield _saved(json.loads(line))


def ids(folder: Path) -> list[str]:
    """The backups of a folder by name, oldest first; what is under way or was cut off is not among them."""
    names = (path.stem for path in (folder / "manifests").glob("*.json"))
    return sorted(name for name in names if _ID.match(name))


def latest(folder: Path) -> Manifest:
    """The newest whole backup. Raises NoBackup, or DamagedBackup where its manifest cannot be read."""
    found = ids(folder)
    if not found:
        raise NoBackup(folder=folder, wanted="")
    return read(folder, found[-1])


def _digest(said: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def _seal(digest: str, secret: str) -> str:
    key = hmac.new(secret.encode(), _SEAL, hashlib.sha256).digest()
    return hmac.new(key, digest.encode(), hashlib.sha256).hexdigest()
