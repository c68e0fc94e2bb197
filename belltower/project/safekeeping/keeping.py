# SPDX-License-Identifier: Apache-2.0
"""How many backups are kept: older ones go, and with them only chunks that no backup left needs."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from belltower.kernel.errors import Refusal
from belltower.project.safekeeping import checking, manifest
from belltower.project.safekeeping.errors import DamagedBackup
from belltower.project.safekeeping.store import Store


@dataclass(frozen=True, slots=True)
class Swept:
    """What retention did: backups that went, chunks and bytes that were freed, and why nothing was swept, if so."""

    gone: tuple[str, ...]
    chunks: int = 0
    bytes: int = 0
    because: str = ""


def keep(folder: Path, *, most: int) -> Swept:
    """Keep the newest ``most`` whole backups (at least one) and sweep what nobody needs. Raises BackupUnderWay.

    A manifest that cannot be read counts as nothing, stays, and stops the sweep: what it needs is not known.
    """
    store = Store(folder)
    with store.alone():
        whole = [id for id in manifest.ids(folder) if _is_readable(folder, id)]
        gone = whole[: max(0, len(whole) - max(1, most))]
        for id in gone:
            manifest.place(folder, id).unlink()
            with contextlib.suppress(FileNotFoundError):
                (folder / "keys" / f"{id}.sealed").unlink()
        store.flush()  # a manifest must not come back after its chunks went
        try:
            in_use = chunks_in_use(store)
        except Refusal as refusal:
            return Swept(tuple(gone), because=refusal.say("en"))
        chunks, size = store.sweep(in_use)
        _forget_halves(folder)
        return Swept(tuple(gone), chunks, size)


def chunks_in_use(store: Store) -> set[str]:
    """Every chunk that some backup of the folder needs. Raises DamagedBackup where that cannot be told."""
    found: set[str] = set()
    for id in manifest.ids(store.folder):
        backup = manifest.read(store.folder, id)
        found.update(backup.catalogue.chunks)
        for saved in checking.files_of(store, backup):
            found.update(saved.chunks)
    return found


def _is_readable(folder: Path, id: str) -> bool:
    try:
        manifest.read(folder, id)
    except DamagedBackup:
        return False
    return True


def _forget_halves(folder: Path) -> None:
    """Remove what a kill left between the sealed keys and the manifest of a backup."""
    whole = set(manifest.ids(folder))
    for path in [*(folder / "keys").glob("*"), *(folder / "manifests").glob("*.part")]:
        if path.suffix == ".part" or path.stem not in whole:
            path.unlink(missing_ok=True)
