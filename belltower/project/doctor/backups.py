# SPDX-License-Identifier: Apache-2.0
"""Checks of the backups: there is a place for them, the newest is of last night, and the folder can be reached."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from belltower.project import installation
from belltower.project.doctor.finding import Finding, fine, note, wrong
from belltower.project.safekeeping import state

_GUIDE = "docs/guides/backup.md"


def backups() -> Iterator[Finding]:
    """The state of this installation's backups, as its home remembers them."""
    chosen = installation.read()
    made = state.of_folder(state.remembered(chosen.home), chosen.backup_to)
    yield judge_backups(made, chosen.backup_to, now=datetime.now(UTC))
    if chosen.backup_to and made and not chosen.backup_to.is_dir():
        yield wrong("backup folder", f"{chosen.backup_to} is not there", "Plug the disk in, or mount it.")


def judge_backups(made: list[state.Remembered], to: Path | None, *, now: datetime) -> Finding:
    """What these backups (newest first), made for the folder ``to``, mean at ``now``."""
    if not made:
        if to is None:
            return note("backups", "none, and no folder is set", f"Set BELLTOWER_BACKUP_TO, {_GUIDE}.")
        return wrong("backups", f"none yet in {to}", "Make one: belltower backup make")
    hours = (now - made[0].taken).total_seconds() / 3600
    saw = f"the newest is {hours:.0f} h old ({made[0].id} in {made[0].to})"
    if not state.is_too_old(made, now=now):
        return fine("backups", saw)
    mend = "Open the jobs page: a failed backup says why. Make one: belltower backup make"
    return wrong("backups", saw, mend) if to else note("backups", saw, f"Set BELLTOWER_BACKUP_TO, {_GUIDE}.")
