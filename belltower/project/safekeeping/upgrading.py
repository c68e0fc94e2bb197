# SPDX-License-Identifier: Apache-2.0
"""An upgrade with a way back: a backup first, then the migrations, then a comparison; and the undoing of it."""

from __future__ import annotations

import contextlib
import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.project import database, installation
from belltower.project.installation import Installation
from belltower.project.postgres import Postgres
from belltower.project.safekeeping import checking, dumping, ledger_check, mark, restoring, snapshot, wishes
from belltower.project.safekeeping.errors import NotAsItWas
from belltower.project.safekeeping.manifest import DATABASE, Contents, Manifest
from belltower.project.safekeeping.store import Store, write_whole

Progress = Callable[[int, int | None, Text], None]
STATE = "upgrade.json"
FOLDER = "before-upgrades"  # of the home: on the same disk, for going back; not instead of backups
MIGRATING = Text(zh="升级数据表", en="Migrating")
VERIFYING = Text(zh="核对结果", en="Verifying")
_UNDO = Text(
    zh="数据已有备份：运行 belltower upgrade --undo 回到升级前。",
    en="A backup was made first: `belltower upgrade --undo` goes back to before.",
)
# What may hold fewer rows after a migration: queues, caches and counts that are made anew.
MAY_SHRINK = (
    "procrastinate_", "django_", "ledger_pending", "places_pyramid", "places_stamp", "places_stored_tile", "auth_permission",
)  # fmt: skip


class NewerThanTheProgram(Refusal):
    """The database was migrated by a later version of the program."""

    code = "newer_than_the_program"
    sentence = Text(
        zh="数据库由更新的版本升级过（{migrations}）。请安装那个版本；本版本不作任何改动。",
        en="The database was migrated by a later version ({migrations}). Install that one; this one changes nothing.",
    )


class StillServed(Refusal):
    """Somebody serves the city while it should be upgraded."""

    code = "still_served"
    sentence = Text(
        zh="城市仍在运行（{workers} 个工作进程）。请先停止 belltower run，再升级。",
        en="The city is still being served ({workers} workers are alive). Stop `belltower run` first, then upgrade.",
    )


class NothingToUndo(Refusal):
    """No upgrade was noted in this home."""

    code = "nothing_to_undo"
    sentence = Text(
        zh="{home} 中没有可撤销的升级。请用 belltower restore 从备份恢复。",
        en="There is no upgrade to undo in {home}. Use `belltower restore` with a backup.",
    )


@dataclass(frozen=True, slots=True)
class Noted:
    """The upgrade that may be undone: its backup, and the folder of the database that was put aside, once it was."""

    backup: str
    folder: str
    program: str
    begun_at: str
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did: the backup before it, the migrations applied, tables that are no more, entries verified."""

    backup: Manifest
    applied: tuple[str, ...]
    gone: tuple[str, ...]
    entries: int


def missing() -> tuple[str, ...]:
    """Migrations of this program that the database lacks. Raises NewerThanTheProgram, DatabaseUnreachable."""
    ours = {f"{room} {name}" for room, name in database.migrations_of_the_code()}
    applied = set(_applied(_owner()))
    # Squashed and renamed ones of libraries are theirs to judge; ours are numbered and never taken back.
    rooms = {one.split()[0] for one in ours}
    if beyond := sorted(one for one in applied - ours if one.split()[0] in rooms):
        raise NewerThanTheProgram(migrations=", ".join(beyond[:5]))
    return tuple(sorted(ours - applied))


def upgrade(wished: wishes.Wishes | None, *, progress: Progress) -> Upgraded | None:
    """Bring a city that nobody serves to this version of the program; None where there is nothing to do.

    The backup goes where ``wished`` says, else into the home. Raises StillServed, NewerThanTheProgram, what
    taking.take() raises, TablesBusy, and NotAsItWas with the way back. The database must be running.
    """
    chosen, lacking = installation.read(), missing()
    if not lacking:
        return None
    _refuse_served()
    wished = wished or wishes.Wishes(chosen.home / FOLDER, None, is_without_keys=True)
    made, _ = wishes.make(wished, progress=progress)
    _note(chosen, Noted(made.id, str(wished.to), made.program, datetime.now(UTC).isoformat()))
    progress(0, None, MIGRATING)
    try:
        database.migrate_as_owner(_owner())
    except Refusal:
        raise
    except Exception as error:
        raise NotAsItWas(reason=database.one_line(error)[:500], advice=_UNDO) from error
    progress(0, None, VERIFYING)
    gone = refuse_loss(made.contents, _contents(_owner()))
    return Upgraded(made, lacking, gone, _verify_ledger(chosen, made))


def refuse_loss(before: Contents, after: Contents) -> tuple[str, ...]:
    """Raise NotAsItWas where a table holds fewer rows than before; returns the names of tables that are no more."""
    fewer = {
        name: (count, after.tables[name])
        for name, count in before.tables.items()
        if name in after.tables and after.tables[name] < count and not name.startswith(MAY_SHRINK)
    }
    if fewer:
        said = ", ".join(f"{name} {old} → {new}" for name, (old, new) in sorted(fewer.items()))
        raise NotAsItWas(reason=f"rows of {said}", advice=_UNDO)
    return tuple(sorted(name for name, count in before.tables.items() if count and name not in after.tables))


def undo(*, progress: Progress) -> Noted:
    """Put the database of before the last upgrade back; the one that was upgraded is kept aside.

    Nothing may serve the city, and the embedded database must not be running. Raises NothingToUndo and what a restore
    raises; undone half, it is simply done again.
    """
    chosen = installation.read()
    noted = _noted(chosen)
    folder = Path(noted.folder)
    backup = checking.check(
        folder,
        noted.backup,
        secret=chosen.secret_key,
        told=lambda done, total: progress(done, total, restoring.CHECKING),
    )
    saved = {one.path: one for one in checking.files_of(Store(folder), backup)}[DATABASE]
    mark.put(chosen.home, mark.UNDO, backup.id)
    if chosen.database_url is None:
        noted = _put_aside(chosen, noted)
    with _server(chosen) as (address, first):
        parts = restoring.told(Store(folder), saved, restoring.FILLING, progress)
        dumping.restore(itertools.chain(first, parts), address)
        restoring.settle(address)
        restoring.refuse_difference(backup, address)
    (chosen.home / STATE).unlink()
    mark.take_away(chosen.home, mark.UNDO)
    return noted


@contextlib.contextmanager
def _server(chosen: Installation) -> Iterator[tuple[str, list[bytes]]]:
    """The address to put the database back to, and what must be said to it first."""
    if chosen.database_url:
        yield _owner(), [b"DROP SCHEMA public CASCADE;\nCREATE SCHEMA public;\n"]  # in the restore's own transaction
        return
    with Postgres(chosen.postgres_folder) as server:
        yield server.url(), []


def _put_aside(chosen: Installation, noted: Noted) -> Noted:
    """Move the upgraded database aside, once; what stands in its place after that is a half of this very undoing."""
    if noted.aside:
        shutil.rmtree(chosen.postgres_folder, ignore_errors=True)
        return noted
    aside = chosen.home / f"postgres-upgraded-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    noted = Noted(**{**asdict(noted), "aside": str(aside)})
    _note(chosen, noted)
    if chosen.postgres_folder.exists():
        chosen.postgres_folder.rename(aside)
    return noted


def _refuse_served() -> None:
    """Raise StillServed where a worker was heard of lately. The embedded server tells by itself (DatabaseInUse)."""
    if installation.read().database_url is None:
        return
    with psycopg.connect(_owner()) as connection:
        row = connection.execute(
            "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds'"
        ).fetchone()
    if row and row[0]:
        raise StillServed(workers=row[0])


def _verify_ledger(chosen: Installation, made: Manifest) -> int:
    """Verify the ledger against its head of before, if it had one; how many entries. Raises NotAsItWas."""
    report = ledger_check.verify(chosen.home, _owner(), made.contents.head)
    if report.findings:
        raise NotAsItWas(reason="; ".join(report.findings[:3]), advice=_UNDO)
    return report.checked


def _owner() -> str:
    """The address of the tables' owner. Raises OwnerUnknown."""
    url = database.owner_url()
    if url is None:
        raise wishes.OwnerUnknown
    return url


def _applied(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return list(_migrations_of(connection))


def _migrations_of(connection: psycopg.Connection) -> Iterator[str]:
    try:
        yield from (f"{room} {name}" for room, name in connection.execute("SELECT app, name FROM django_migrations"))
    except psycopg.errors.UndefinedTable:
        return


def _contents(url: str) -> Contents:
    with psycopg.connect(url, options="-c belltower.sees=all") as connection:
        return snapshot.contents(connection)


def _note(chosen: Installation, noted: Noted) -> None:
    write_whole(chosen.home / STATE, json.dumps(asdict(noted), indent=1).encode())


def _noted(chosen: Installation) -> Noted:
    try:
        return Noted(**json.loads((chosen.home / STATE).read_text()))
    except FileNotFoundError:
        raise NothingToUndo(home=chosen.home) from None
