# SPDX-License-Identifier: Apache-2.0
"""`belltower restore FOLDER --into HOME`: a backup brought back, whole or not at all."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from belltower.project import installation
from belltower.project.commands.backup import FOLDER, telling

if TYPE_CHECKING:
    from belltower.project.safekeeping.keys import Keys
    from belltower.project.safekeeping.manifest import Manifest

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("restore")
@FOLDER
@click.option("--into", "home", required=True, type=click.Path(path_type=Path), help="An empty folder: the new home.")
@click.option("--backup", "id", help="This one (the newest); see `belltower backup list`.")
@click.option("--passphrase-file", type=_FILE, help="Opens keys that were sealed with it.")
@click.option("--identity", type=_FILE, help="Opens keys that were sealed to its recipient.")
@click.option(
    "--keys", "keys_folder", type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The folder in which you kept the keys of a backup without.",
)  # fmt: skip
def command(
    folder: Path,
    home: Path,
    id: str | None,
    passphrase_file: Path | None,
    identity: Path | None,
    keys_folder: Path | None,
) -> None:
    """Bring a backup back into an empty home; refuses a damaged one, with the reason, before it touches anything.

    The database goes to the embedded server, or to the empty database of DATABASE_OWNER_URL where that is set.
    """
    from belltower.project.safekeeping import manifest, restoring

    began = time.monotonic()
    restoring.refuse_used_home(home)
    backup = manifest.read(folder, id) if id else manifest.latest(folder)
    held = _keys(folder, backup, passphrase_file, identity, keys_folder)
    url = installation.secret(os.environ, "DATABASE_OWNER_URL")
    restoring.restore(folder, backup.id, home.absolute(), held=held, url=url, progress=telling())
    head, rows = backup.contents.head, sum(backup.contents.tables.values())
    said = f"head {head.size:,} {head.root[:16]}" if head else "no ledger head"
    click.echo(
        f"restored {backup.id}: {rows:,} rows, {backup.files - 1:,} files, {said}  ({time.monotonic() - began:.1f} s)"
    )
    click.echo(f"已恢复。启动：BELLTOWER_HOME={home} belltower run --no-demo")


def _keys(
    folder: Path, backup: Manifest, passphrase_file: Path | None, identity: Path | None, keys_folder: Path | None
) -> Keys:
    from belltower.project.safekeeping import checking, keys
    from belltower.project.safekeeping.errors import DamagedBackup, KeysStaySealed

    if keys_folder:
        return keys.in_folder(keys_folder)
    if backup.sealed is None:
        raise KeysStaySealed(
            backup=backup.id, reason="it was made without them; name the folder you keep them in (--keys)"
        )
    opener = keys.Opener(
        passphrase=keys.read_line(passphrase_file) if passphrase_file else "",
        identity=keys.read_line(identity) if identity else "",
    )
    try:
        sealed = checking.sealed_keys(folder, backup).read_bytes()
    except FileNotFoundError:
        raise DamagedBackup(backup=backup.id, reason="its sealed keys are missing") from None
    return keys.open_sealed(sealed, opener, backup=backup.id)
