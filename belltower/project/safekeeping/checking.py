# SPDX-License-Identifier: Apache-2.0
"""Whether a backup is what its manifest says: every chunk read and hashed, the list of files, the sealed keys."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath

from belltower.project.safekeeping import manifest
from belltower.project.safekeeping.errors import DamagedBackup
from belltower.project.safekeeping.manifest import DATABASE, FILES, Manifest, Saved
from belltower.project.safekeeping.store import BadChunk, Store

Told = Callable[[int, int], None]


def sha256(content: bytes) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(content).hexdigest()


def files_of(store: Store, backup: Manifest) -> Iterator[Saved]:
    """The files that a backup lists. Raises DamagedBackup where the list is not whole."""
    try:
        yield from manifest.read_lines(store.get(backup.catalogue.chunks))
    except BadChunk as bad:
        raise DamagedBackup(backup=backup.id, reason=f"its list of files: {bad}") from None
    except (ValueError, KeyError, TypeError):
        raise DamagedBackup(backup=backup.id, reason="its list of files cannot be read") from None


def check(folder: Path, id: str, *, secret: str | None = None, told: Told = lambda done, total: None) -> Manifest:
    """Read the whole backup and return its manifest. Raises NoBackup, or DamagedBackup with the first fault.

    With ``secret`` (the installation's secret key) the manifest's seal is checked as well: without it, a manifest that
    somebody wrote anew over changed chunks is not told from an honest one.
    """
    backup = manifest.read(folder, id, secret=secret)
    store = Store(folder)
    files = list(files_of(store, backup))
    _refuse_strange_paths(backup, files)
    _check_sealed_keys(folder, backup)
    owners = {digest: saved.path for saved in files for digest in saved.chunks}
    for done, (digest, (_, fault)) in enumerate(zip(owners, store.reread(owners), strict=True)):
        told(done, len(owners))
        if fault:
            raise DamagedBackup(backup=backup.id, reason=f"{owners[digest]}: {fault}")
    return backup


def _refuse_strange_paths(backup: Manifest, files: list[Saved]) -> None:
    """A list of files that would write outside the home, or lacks the database, is not ours."""
    paths = {saved.path for saved in files}
    for path in paths - {DATABASE}:
        parts = PurePosixPath(path).parts
        if not path.startswith(FILES) or ".." in parts or len(parts) < 3:
            raise DamagedBackup(backup=backup.id, reason=f"it lists a file at a strange place ({path})")
    if DATABASE not in paths or len(files) != backup.files or len(paths) != len(files):
        raise DamagedBackup(backup=backup.id, reason="its list of files is not whole")


def _check_sealed_keys(folder: Path, backup: Manifest) -> None:
    if backup.sealed is None:
        return
    path = sealed_keys(folder, backup)
    if not path.exists():
        raise DamagedBackup(backup=backup.id, reason="its sealed keys are missing")
    if sha256(path.read_bytes()) != backup.sealed["sha256"]:
        raise DamagedBackup(backup=backup.id, reason="its sealed keys were changed, or are those of another backup")


def sealed_keys(folder: Path, backup: Manifest) -> Path:
    """Where the sealed keys of a backup lie."""
    return folder / "keys" / f"{backup.id}.sealed"
