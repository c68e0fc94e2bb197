# SPDX-License-Identifier: Apache-2.0
"""What an installation remembers of its backups: one small file in the home, for the page, the doctor and the schedule.

It is a memory, not the truth: the truth is the folder with the backups, which may be a disk that is not plugged in.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path

from belltower.project.safekeeping.manifest import Manifest
from belltower.project.safekeeping.store import write_whole

NAME = "backups.json"
TOO_OLD = timedelta(hours=26)  # a nightly one, and two hours of grace
_MOST = 60


@dataclass(frozen=True, slots=True)
class Remembered:
    """One backup as the home remembers it; instants are ISO 8601 in UTC, sizes bytes."""

    id: str
    to: str
    taken_at: str
    verified_at: str
    size: int
    new_bytes: int
    new_on_disk: int
    files: int
    rows: int
    head_size: int | None
    head_root: str
    keys: str  # "passphrase", a recipient, or "" where they are kept elsewhere

    @property
    def verified(self) -> datetime:
        return datetime.fromisoformat(self.verified_at)

    @property
    def taken(self) -> datetime:
        return datetime.fromisoformat(self.taken_at)


def remembered(home: Path) -> list[Remembered]:
    """The backups this home remembers, newest first; none where there is no such file or it cannot be read."""
    try:
        listed = json.loads((home / NAME).read_text())
        return [Remembered(**one) for one in listed]
    except (FileNotFoundError, ValueError, TypeError):
        return []


def remember(home: Path, backup: Manifest, to: Path, *, verified_at: datetime, gone: tuple[str, ...] = ()) -> None:
    """Write down that this backup was made, or verified again, and that others are ``gone``."""
    head = backup.contents.head
    new = Remembered(
        id=backup.id, to=str(to), taken_at=backup.taken_at, verified_at=verified_at.isoformat(), size=backup.size,
        new_bytes=backup.new_bytes, new_on_disk=backup.new_on_disk, files=backup.files,
        rows=sum(backup.contents.tables.values()), head_size=head.size if head else None,
        head_root=head.root if head else "", keys=backup.sealed["to"] if backup.sealed else "",
    )  # fmt: skip
    others = [one for one in remembered(home) if one.id not in {new.id, *gone}]
    kept = sorted([new, *others], key=lambda one: one.id, reverse=True)[:_MOST]
    write_whole(home / NAME, json.dumps([asdict(one) for one in kept], indent=1, ensure_ascii=False).encode())


def of_folder(backups: list[Remembered], to: Path | None) -> list[Remembered]:
    """Those that lie where backups of this installation go; all of them where no such folder is set."""
    return [one for one in backups if to is None or one.to == str(to)]


def is_too_old(backups: list[Remembered], *, now: datetime) -> bool:
    """Whether the newest backup is older than 26 hours, or there is none."""
    return not backups or now - max(one.taken for one in backups) > TOO_OLD


def is_due(backups: list[Remembered], *, every: timedelta, now: datetime) -> bool:
    """Whether the next backup of a schedule is due."""
    return not backups or now - max(one.taken for one in backups) >= every
