# SPDX-License-Identifier: Apache-2.0
"""What an installation wants of its backups, from its settings; and the one way in which command and worker make one."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.project import attachments, database, installation
from belltower.project.installation import Installation
from belltower.project.safekeeping import keeping, keys, state, taking
from belltower.project.safekeeping.errors import KeysWouldLieOpen
from belltower.project.safekeeping.keeping import Swept
from belltower.project.safekeeping.manifest import Manifest

Progress = Callable[[int, int | None, Text], None]


class NoDestination(Refusal):
    """Nobody said where backups go."""

    code = "no_backup_destination"
    sentence = Text(
        zh="未设置备份目录。请设置 BELLTOWER_BACKUP_TO，或使用 belltower backup 目录。",
        en="No folder for backups is set. Set BELLTOWER_BACKUP_TO, or say `belltower backup FOLDER`.",
    )


class OwnerUnknown(Refusal):
    """A backup reads every row, so it needs the address of the tables' owner."""

    code = "owner_unknown"
    sentence = Text(
        zh="备份要读取全部数据，需要表所有者的地址。请设置 DATABASE_OWNER_URL。",
        en="A backup reads every row and needs the address of the tables' owner. Set DATABASE_OWNER_URL.",
    )


@dataclass(frozen=True, slots=True)
class Wishes:
    """Where backups go, how the keys are sealed (None and ``is_without_keys``: not at all), how many are kept."""

    to: Path
    lid: keys.Lid | None
    is_without_keys: bool = False
    keep: int | None = None


def of(chosen: Installation) -> Wishes:
    """What the settings say. Raises NoDestination."""
    if chosen.backup_to is None:
        raise NoDestination
    lid = keys.Lid(passphrase=chosen.backup_passphrase or "", recipient=chosen.backup_recipient or "")
    return Wishes(
        to=chosen.backup_to,
        lid=lid if lid.to else None,
        is_without_keys=chosen.is_backup_without_keys,
        keep=chosen.backup_keep,
    )


def source(chosen: Installation) -> taking.Source:
    """What is saved of this installation. Raises OwnerUnknown."""
    url = database.owner_url()
    if url is None:
        raise OwnerUnknown
    held = keys.held(chosen.home, chosen.secret_key)
    if given := installation.secret(os.environ, "BELLTOWER_MASTER_KEY"):
        held["master-key"] = given.encode()
    kept = attachments.read(chosen.files)
    elsewhere = {} if kept.folder.is_relative_to(chosen.home) else {"files/attachments": kept.folder}
    out_of_reach = (f"attachments in the bucket {kept.objects.bucket}",) if kept.objects else ()
    return taking.Source(chosen.home, url, held, elsewhere, out_of_reach)


def make(wishes: Wishes, *, progress: Progress) -> tuple[Manifest, Swept]:
    """Make one backup as wished, remember it, and let older ones go. Raises what taking.take() raises, KeysWouldLieOpen."""
    if wishes.lid is None and not wishes.is_without_keys:
        raise KeysWouldLieOpen
    chosen = installation.read()
    made = taking.take(source(chosen), wishes.to, lid=wishes.lid, progress=progress)
    swept = keeping.keep(wishes.to, most=wishes.keep) if wishes.keep else Swept(())
    state.remember(chosen.home, made, wishes.to, verified_at=datetime.now(UTC), gone=swept.gone)
    return made, swept


def is_due(chosen: Installation, *, now: datetime) -> bool:
    """Whether the schedule of the settings wants a backup now."""
    if chosen.backup_to is None or not chosen.backup_every_h:
        return False
    made = state.of_folder(state.remembered(chosen.home), chosen.backup_to)
    return state.is_due(made, every=timedelta(hours=chosen.backup_every_h), now=now)
