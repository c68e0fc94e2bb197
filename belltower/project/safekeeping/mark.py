# SPDX-License-Identifier: Apache-2.0
"""The mark of a home that is being restored; whatever opens a home looks for it first."""

from __future__ import annotations

from pathlib import Path

from belltower.project.safekeeping.errors import HalfRestored

NAME = "restore-under-way"


def refuse_half_restored(home: Path) -> None:
    """Raise HalfRestored for a home whose restore was interrupted, or is going on."""
    try:
        backup = (home / NAME).read_text().strip()
    except FileNotFoundError:
        return
    raise HalfRestored(home=home, backup=backup)
