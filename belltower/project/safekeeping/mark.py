# SPDX-License-Identifier: Apache-2.0
"""Marks of a home whose database is being put there: by a restore, or by undoing an upgrade. Whatever opens a home looks."""

from __future__ import annotations

import os
from pathlib import Path

from belltower.project.safekeeping.errors import HalfRestored, HalfUndone

NAME = "restore-under-way"
UNDO = "undo-under-way"


def refuse_half_restored(home: Path) -> None:
    """Raise HalfRestored or HalfUndone for a home in which that was interrupted, or is going on."""
    for name, refusal in ((NAME, HalfRestored), (UNDO, HalfUndone)):
        if (home / name).exists():
            raise refusal(home=home, backup=(home / name).read_text().strip())


def put(home: Path, name: str, backup: str) -> None:
    """Put a mark that survives a crash of the machine."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (home / name).open("w") as file:
        file.write(backup)
        file.flush()
        os.fsync(file.fileno())
    _keep(home)


def take_away(home: Path, name: str) -> None:
    """Take the mark away, once everything before is on the disk."""
    os.sync()
    (home / name).unlink()
    _keep(home)


def _keep(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
