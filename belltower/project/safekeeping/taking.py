# SPDX-License-Identifier: Apache-2.0
"""Taking a backup: the database at one snapshot, the files, the keys; read back; and only then called one."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from belltower.core.observations.lake.lock import still
from belltower.kernel.texts import Text
from belltower.project.safekeeping import checking, dumping, keys, manifest, snapshot
from belltower.project.safekeeping.errors import DamagedBackup, NotABackupFolder
from belltower.project.safekeeping.manifest import DATABASE, FILES, Manifest, Saved
from belltower.project.safekeeping.store import Store, Stored, write_whole

Progress = Callable[[int, int | None, Text], None]
COVERED = ("files", "lake")  # folders of the home that are saved with the database
_OWNER = "belltower-backups.json"
_PART = 2**20
_TRIES = 3
COUNTING = Text(zh="清点数据表", en="Counting tables")
DUMPING = Text(zh="保存数据库（字节）", en="Saving the database (bytes)")
COPYING = Text(zh="保存文件（字节）", en="Saving files (bytes)")
REREADING = Text(zh="回读核对（数据块）", en="Reading back (chunks)")


@dataclass(frozen=True, slots=True)
class Source:
    """What is saved: an installation's home, the address of its database, its keys.

    ``elsewhere`` are folders that lie outside the home, by the path in a home to which they would be restored;
    ``out_of_reach`` names what belongs to the installation and cannot be saved from here.
    """

    home: Path
    url: str
    keys: keys.Keys
    elsewhere: dict[str, Path] = field(default_factory=dict)
    out_of_reach: tuple[str, ...] = ()

    @property
    def folders(self) -> dict[str, Path]:
        """Every folder that is saved, by its path in a home."""
        return {**{name: self.home / name for name in COVERED}, **self.elsewhere}

    @property
    def secret(self) -> str:
        return self.keys[keys.SECRET].decode()

    @property
    def installation(self) -> str:
        """A fingerprint that tells this installation from others."""
        return keys.fingerprint(self.keys[keys.SECRET])


@dataclass(slots=True)
class _Catalogue:
    """Files put away so far; those that an earlier backup saw unchanged are taken from there, not read again."""

    store: Store
    before: dict[str, Saved]
    files: list[Saved] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    size: int = 0
    new_bytes: int = 0
    new_on_disk: int = 0

    def add(self, saved: Saved, stored: Stored | None) -> None:
        self.files.append(saved)
        self.size += saved.size
        if stored:
            self.new_bytes += stored.new_bytes
            self.new_on_disk += stored.new_on_disk


def take(
    source: Source, to: Path, *, lid: keys.Lid | None, progress: Progress = lambda done, total, doing: None
) -> Manifest:
    """Save ``source`` in the folder ``to`` and return the manifest of the new backup, every chunk of it read back.

    ``lid`` says how the keys are sealed; None leaves them out. Raises NotABackupFolder, BackupUnderWay, ProgramFailed,
    and DamagedBackup where what was written does not read back (then there is no new backup, and the next one mends it).
    """
    refuse_foreign_folder(source, to)
    store = Store(to)
    # The lake's files are read after the database: until then none moves into it or goes.
    with store.alone(), still(source.url):
        _claim(source, to)
        with snapshot.taken(source.url) as moment:
            id = manifest.new_id(moment.at)
            contents = moment.contents(lambda done, total: progress(done, total, COUNTING))
            catalogue = _Catalogue(store, _files_of_the_last(to), left_out=list(source.out_of_reach))
            _save_database(catalogue, source.url, moment, progress)
        _save_files(catalogue, source, progress)
        listed = store.put(saved.as_line() for saved in sorted(catalogue.files, key=lambda one: one.path))
        sealed = _seal(source, to, id, lid)
        store.flush()
        made = Manifest(
            id=id, installation=source.installation, taken_at=moment.at.astimezone(UTC).isoformat(),
            ended_at=datetime.now(UTC).isoformat(), program=importlib.metadata.version("belltower"), server=moment.server,
            contents=contents, catalogue=Saved("catalogue", listed.size, listed.sha256, listed.chunks),
            files=len(catalogue.files), size=catalogue.size, new_bytes=catalogue.new_bytes,
            new_on_disk=catalogue.new_on_disk + listed.new_on_disk, keys=keys.fingerprints(source.keys), sealed=sealed,
            left_out=tuple(catalogue.left_out),
        )  # fmt: skip
        _read_back(store, made, catalogue, progress)
        manifest.write(to, made, secret=source.secret)
    return made


def refuse_foreign_folder(source: Source, to: Path) -> None:
    """Raise NotABackupFolder where ``to`` lies in the home, or holds anything but this installation's backups."""
    folder, home = to.resolve(), source.home.resolve()
    if any(folder.is_relative_to(home / name) for name in (*COVERED, "postgres", "keys")):
        raise NotABackupFolder(folder=to, reason="it is part of what is saved")
    if owner := owner_of(folder):
        if owner != source.installation:
            raise NotABackupFolder(folder=to, reason="it holds the backups of another installation")
    elif folder.exists() and (not folder.is_dir() or any(path.name != "lock" for path in folder.iterdir())):
        raise NotABackupFolder(folder=to, reason="there is something else in it")


def owner_of(folder: Path) -> str | None:
    """The fingerprint of the installation whose backups a folder holds, if it holds any."""
    try:
        return str(json.loads((folder / _OWNER).read_text())["installation"])
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (ValueError, KeyError):
        return ""


def _claim(source: Source, to: Path) -> None:
    if not (to / _OWNER).exists():
        said = {"what": "belltower backups", "format": manifest.FORMAT, "installation": source.installation}
        write_whole(to / _OWNER, json.dumps(said, indent=1).encode())


def _files_of_the_last(to: Path) -> dict[str, Saved]:
    """The files of the newest backup by path; none where there is none that can be read."""
    with contextlib.suppress(Exception):
        last = manifest.latest(to)
        return {saved.path: saved for saved in checking.files_of(Store(to), last)}
    return {}


def _save_database(catalogue: _Catalogue, url: str, moment: snapshot.Snapshot, progress: Progress) -> None:
    row = moment.connection.execute("SELECT pg_database_size(current_database())").fetchone()
    parts = dumping.dump(url, snapshot=moment.name, server=moment.server)
    stored = catalogue.store.put(_told(parts, row[0] if row else None, DUMPING, progress))
    catalogue.add(Saved(DATABASE, stored.size, stored.sha256, stored.chunks), stored)


def _told(parts: Iterator[bytes], total: int | None, doing: Text, progress: Progress) -> Iterator[bytes]:
    done = 0
    for part in parts:
        done += len(part)
        # A dump may be larger or smaller than its tables; never say more than all.
        progress(done if total is None else min(done, total), total, doing)
        yield part


def _save_files(catalogue: _Catalogue, source: Source, progress: Progress) -> None:
    paths = [
        (FILES + name + "/" + path.relative_to(folder).as_posix(), path)
        for name, folder in source.folders.items()
        for path in _walk(folder)
    ]
    total, done = sum(path.lstat().st_size for _, path in paths if path.exists()), 0
    for name, path in paths:
        progress(min(done, total), total, COPYING)
        if saved := _save_file(catalogue, name, path):
            done += saved.size


def _walk(folder: Path) -> Iterator[Path]:
    """Every file below ``folder``, in order of path; links are not followed."""
    for where, folders, names in os.walk(folder):
        folders.sort()
        yield from (Path(where) / name for name in sorted(names))


def _save_file(catalogue: _Catalogue, name: str, path: Path) -> Saved | None:
    """Put one file away. What is no plain file, or vanished meanwhile, or never holds still, is named as left out."""
    for _ in range(_TRIES):
        try:
            found = path.lstat()
            if not path.is_file() or path.is_symlink():
                break
            known = catalogue.before.get(name)
            if known and _is_unchanged(catalogue.store, known, found):
                catalogue.add(known, None)
                return known
            with path.open("rb") as file:
                stored = catalogue.store.put(iter(lambda: file.read(_PART), b""))
            if stored.size == found.st_size and path.lstat().st_mtime_ns == found.st_mtime_ns:
                saved = Saved(name, stored.size, stored.sha256, stored.chunks, found.st_mtime_ns)
                catalogue.add(saved, stored)
                return saved
        except FileNotFoundError:
            return None  # it was being made when the snapshot was taken; nothing in the snapshot speaks of it
    catalogue.left_out.append(name)
    return None


def _is_unchanged(store: Store, known: Saved, found: os.stat_result) -> bool:
    """Whether a file is as the last backup saw it, and all of it is still in the store."""
    is_same = (known.size, known.mtime_ns) == (found.st_size, found.st_mtime_ns)
    return is_same and all(store.path(digest).exists() for digest in known.chunks)


def _seal(source: Source, to: Path, id: str, lid: keys.Lid | None) -> dict[str, str] | None:
    if lid is None:
        return None
    sealed = keys.seal(source.keys, lid, backup=id)
    write_whole(to / "keys" / f"{id}.sealed", sealed)
    return {"to": lid.to, "sha256": checking.sha256(sealed)}


def _read_back(store: Store, made: Manifest, catalogue: _Catalogue, progress: Progress) -> None:
    """Read every chunk of the new backup from the disk. Raises DamagedBackup; a bad chunk is set aside for the next."""
    digests = list(dict.fromkeys([*made.catalogue.chunks, *(one for saved in catalogue.files for one in saved.chunks)]))
    for done, (digest, (_, fault)) in enumerate(zip(digests, store.reread(digests), strict=True)):
        progress(done, len(digests), REREADING)
        if fault:
            store.set_aside(digest)
            raise DamagedBackup(backup=made.id, reason=f"{fault}; it was set aside, the next backup writes it anew")
