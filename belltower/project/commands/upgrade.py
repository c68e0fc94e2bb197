# SPDX-License-Identifier: Apache-2.0
"""`belltower upgrade`: a backup, then the migrations, then a comparison; `--undo` goes back to before."""

from __future__ import annotations

import time
from pathlib import Path

import click

from belltower.project import database
from belltower.project.commands.backup import lid_of, telling

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("upgrade")
@click.option("--undo", "is_undo", is_flag=True, help="Put the database of before the last upgrade back.")
@click.option("--check", "is_check", is_flag=True, help="Only say what there is to do.")
@click.option(
    "--backup-to", type=click.Path(file_okay=False, path_type=Path), help="Where the backup before it goes (the home)."
)
@click.option("--passphrase-file", type=_FILE, help="Seal that backup's keys with the passphrase in this file.")
@click.option("--recipient", help="Seal that backup's keys to this recipient.")
@click.option("--without-keys", is_flag=True, help="Leave the keys out of that backup.")
def command(
    is_undo: bool, is_check: bool, backup_to: Path | None, passphrase_file: Path | None, recipient: str | None,
    without_keys: bool,
) -> None:  # fmt: skip
    """Bring the city's database to this version of the program. Stop `belltower run` first."""
    from belltower.project.safekeeping import upgrading, wishes

    if is_undo:
        _undo()
        return
    wished = (
        wishes.Wishes(backup_to.absolute(), lid_of(passphrase_file, recipient), without_keys) if backup_to else None
    )
    began = time.monotonic()
    with database.running(alone=True):
        if is_check:
            click.echo("\n".join(upgrading.missing()) or "nothing to do")
            return
        done = upgrading.upgrade(wished, progress=telling())
    if done is None:
        click.echo("已是最新，无需升级。Nothing to do: the database is of this version.")
        return
    click.echo(f"backup {done.backup.id}, {len(done.applied)} migrations, {done.entries:,} entries verified")
    for name in done.gone:
        click.echo(f"! the table {name} is no more; its rows are in the backup", err=True)
    click.echo(f"升级完成。回到升级前：belltower upgrade --undo  ({time.monotonic() - began:.1f} s)")


def _undo() -> None:
    from belltower.project.safekeeping import upgrading

    undone = upgrading.undo(progress=telling())
    click.echo(f"已回到升级前（备份 {undone.backup}，程序 {undone.program}）。请安装该版本的程序后再启动。")
    click.echo(
        f"Back to before (backup {undone.backup}). Install version {undone.program} of the program, then start it."
    )
    if undone.aside:
        click.echo(f"The upgraded database is kept in {undone.aside}; what was written since is only there.")
