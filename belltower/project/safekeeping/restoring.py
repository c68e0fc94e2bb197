# SPDX-License-Identifier: Apache-2.0
"""Bringing a backup back into an empty home: everything is looked at first, and a half is never taken for a whole."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import psycopg

from belltower.kernel.texts import Text
from belltower.project import roles
from belltower.project.postgres import Postgres
from belltower.project.safekeeping import checking, dumping, keys, ledger_check, manifest, mark, snapshot
from belltower.project.safekeeping.errors import (
    DamagedBackup,
    NotAnEmptyHome,
    NotAsItWas,
    OtherKeys,
    UnfitForRestore,
)
from belltower.project.safekeeping.manifest import DATABASE, FILES, Manifest, Saved
from belltower.project.safekeeping.store import BadChunk, Store, write_whole

Progress = Callable[[int, int | None, Text], None]
_ROOM = 3  # a database with its indexes takes up to so many times its dump
CHECKING = Text(zh="核对备份（数据块）", en="Checking the backup (chunks)")
FILLING = Text(zh="恢复数据库（字节）", en="Restoring the database (bytes)")
COPYING = Text(zh="恢复文件（字节）", en="Restoring files (bytes)")
COMPARING = Text(zh="与备份比对", en="Comparing with the backup")
_KEEP_AWAY = Text(zh="请勿使用恢复的目录，并报告此问题。", en="Do not use the restored folder, and report this.")


def restore(
    folder: Path,
    id: str,
    home: Path,
    *,
    held: keys.Keys,
    url: str | None = None,
    progress: Progress = lambda done, total, doing: None,
) -> Manifest:
    """Bring the backup ``id`` of ``folder`` back into the empty ``home``, with the installation's keys ``held``.

    The database goes to the embedded server of that home, or with ``url`` to the empty database there, whose owner that
    address must be. Raises NoBackup, DamagedBackup, OtherKeys, NotAnEmptyHome, UnfitForRestore before anything is
    touched; ProgramFailed and NotAsItWas later, and then the home keeps the mark of a half restore.
    """
    refuse_used_home(home)
    if keys.SECRET not in held:
        raise OtherKeys(backup=id, reason=f"there is no {keys.SECRET} among them")
    refuse_other_keys(manifest.read(folder, id), held)
    secret = held[keys.SECRET].decode()
    backup = checking.check(folder, id, secret=secret, told=lambda done, total: progress(done, total, CHECKING))
    files = {saved.path: saved for saved in checking.files_of(Store(folder), backup)}
    _refuse_full_disk(backup, home)
    if url:
        refuse_unfit_server(backup, url)
    with _marked(home, backup):
        _put_keys(home, held)
        _put_files(Store(folder), files, home, progress)
        with _server(home, url) as address:
            dumping.restore(told(Store(folder), files[DATABASE], FILLING, progress), address)
            settle(address)
            progress(0, None, COMPARING)
            refuse_difference(backup, address)
            refuse_broken_ledger(backup, home, address)
    return backup


def refuse_used_home(home: Path) -> None:
    """Raise NotAnEmptyHome, or HalfRestored, unless nothing is there."""
    mark.refuse_half_restored(home)
    if home.exists() and not home.is_dir():
        raise NotAnEmptyHome(home=home, reason="it is a file")
    if home.exists() and (there := sorted(path.name for path in home.iterdir())):
        raise NotAnEmptyHome(home=home, reason=f"it holds {', '.join(there[:5])}")


def refuse_other_keys(backup: Manifest, held: keys.Keys) -> None:
    """Raise OtherKeys unless these are the keys that the backup was made with, all of them."""
    found = keys.fingerprints(held)
    for name, expected in backup.keys.items():
        if name not in found:
            raise OtherKeys(backup=backup.id, reason=f"{name} is missing")
        if found[name] != expected:
            raise OtherKeys(backup=backup.id, reason=f"{name} is another one")


def refuse_unfit_server(backup: Manifest, url: str) -> None:
    """Raise UnfitForRestore where the database is not empty, too old, or without our roles."""
    try:
        with psycopg.connect(url) as connection:
            there = connection.execute(
                "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
            ).fetchone()
            version, missing = connection.info.server_version, roles.missing_roles(connection)
    except psycopg.OperationalError as error:
        raise UnfitForRestore(backup=backup.id, reason=" ".join(str(error).split())) from None
    if there and there[0]:
        raise UnfitForRestore(backup=backup.id, reason=f"the database is not empty ({there[0]} tables)")
    if version // 10000 < backup.server // 10000:
        reason = f"the server is PostgreSQL {version // 10000}, the backup is of {backup.server // 10000}"
        raise UnfitForRestore(backup=backup.id, reason=reason)
    if missing:
        raise UnfitForRestore(backup=backup.id, reason=f"the server has no role {', '.join(missing)}")


def _refuse_full_disk(backup: Manifest, home: Path) -> None:
    there = next(folder for folder in (home, *home.parents) if folder.is_dir())
    free = shutil.disk_usage(there).free
    if free < backup.size * _ROOM:
        reason = f"{backup.size * _ROOM / 2**30:.1f} GiB are needed and {free / 2**30:.1f} GiB are free"
        raise UnfitForRestore(backup=backup.id, reason=reason)


@contextlib.contextmanager
def _marked(home: Path, backup: Manifest) -> Iterator[None]:
    """The home says that it is being restored until all is done; nothing serves such a home."""
    mark.put(home, mark.NAME, backup.id)
    yield
    mark.take_away(home, mark.NAME)


def _put_keys(home: Path, held: keys.Keys) -> None:
    for name, value in held.items():
        write_whole(home / name, value)


def _put_files(store: Store, files: dict[str, Saved], home: Path, progress: Progress) -> None:
    wanted = [saved for path, saved in files.items() if path != DATABASE]
    total, done = sum(saved.size for saved in wanted), 0
    for saved in wanted:
        path = home / saved.path.removeprefix(FILES)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for part in _content(store, saved):
                file.write(part)
                done += len(part)
                progress(done, total, COPYING)
        os.utime(path, ns=(saved.mtime_ns, saved.mtime_ns))


def _content(store: Store, saved: Saved) -> Iterator[bytes]:
    """A file's content, hashed on the way. Raises DamagedBackup."""
    whole = hashlib.sha256()
    try:
        for part in store.get(saved.chunks):
            whole.update(part)
            yield part
    except BadChunk as bad:
        raise DamagedBackup(backup=store.folder.name, reason=f"{saved.path}: {bad}") from None
    if whole.hexdigest() != saved.sha256:
        raise DamagedBackup(backup=store.folder.name, reason=f"{saved.path} is not what it was")


def told(store: Store, saved: Saved, doing: Text, progress: Progress) -> Iterable[bytes]:
    done = 0
    for part in _content(store, saved):
        done += len(part)
        progress(done, saved.size, doing)
        yield part


@contextlib.contextmanager
def _server(home: Path, url: str | None) -> Iterator[str]:
    """The address to restore to: ``url``, or the embedded server of the home, running for as long as this block."""
    if url:
        yield url
        return
    with Postgres(home / "postgres") as server:
        yield server.url()


def settle(address: str) -> None:
    """What a dump does not carry: statistics for the planner, and rights that the program's version wants."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("ANALYZE")


def refuse_difference(backup: Manifest, address: str) -> None:
    """Raise NotAsItWas unless the database at ``address`` holds what the manifest says: head, counts, shape, migrations."""
    with psycopg.connect(address, options="-c belltower.sees=all") as connection:
        found, saved = snapshot.contents(connection), backup.contents
    different = [name for name in saved.tables if found.tables.get(name) != saved.tables[name]]
    if different:
        said = ", ".join(f"{name} {saved.tables[name]} → {found.tables.get(name)}" for name in different[:5])
        raise NotAsItWas(reason=f"rows of {said}", advice=_KEEP_AWAY)
    if found.head != saved.head:
        raise NotAsItWas(reason=f"the ledger's head is {found.head}, not {saved.head}", advice=_KEEP_AWAY)
    if found.migrations != saved.migrations:
        raise NotAsItWas(reason="its migrations are others", advice=_KEEP_AWAY)
    if found.shape != saved.shape:
        raise NotAsItWas(reason="its tables, triggers or policies are others", advice=_KEEP_AWAY)


def refuse_broken_ledger(backup: Manifest, home: Path, address: str) -> None:
    """Raise NotAsItWas unless the ledger verifies against the backup's own head; a city of before the ledger has none."""
    if "ledger_entry" not in backup.contents.tables:
        return
    report = ledger_check.verify(home, address, backup.contents.head)
    if report.findings:
        raise NotAsItWas(reason="; ".join(report.findings[:3]), advice=_KEEP_AWAY)
