# SPDX-License-Identifier: Apache-2.0
"""`belltower backup FOLDER`, and `belltower backup verify|list|identity`: backups that are whole and checked."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from belltower.kernel.texts import Text
from belltower.project import database, installation

if TYPE_CHECKING:
    from belltower.project.safekeeping.keys import Lid
    from belltower.project.safekeeping.manifest import Manifest

FOLDER = click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_TELL_EVERY_S = 1.0


class _OrFolder(click.Group):
    """`belltower backup FOLDER` is `belltower backup make FOLDER`."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("--help", "-h"):
            args = ["make", *args]
        return super().parse_args(context, args)


@click.group(cls=_OrFolder)
def command() -> None:
    """Save the city: database, files and keys, at one moment. `belltower backup FOLDER` makes one."""


@command.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, path_type=Path))
@click.option("--passphrase-file", type=_FILE, help="Seal the keys with the passphrase in this file.")
@click.option(
    "--recipient", help="Seal the keys to this recipient (see `belltower backup identity`), or a file with it."
)
@click.option("--without-keys", is_flag=True, help="Leave the keys out: you keep them somewhere else.")
@click.option("--keep", type=click.IntRange(1), help="Afterwards keep only so many backups.")
def make(
    folder: Path | None, passphrase_file: Path | None, recipient: str | None, without_keys: bool, keep: int | None
) -> None:
    """Make a backup in FOLDER (or where BELLTOWER_BACKUP_TO says); only what is new is written, all of it is read back."""
    from belltower.project.safekeeping import wishes

    lid = lid_of(passphrase_file, recipient)
    chosen = installation.read()
    wished = wishes.Wishes(folder.absolute(), lid, without_keys, keep) if folder else wishes.of(chosen)
    began = time.monotonic()
    with database.running():
        made, swept = wishes.make(wished, progress=telling())
    _tell(made, time.monotonic() - began)
    if swept.gone:
        click.echo(f"  {len(swept.gone)} older ones removed, {swept.bytes / 2**20:,.1f} MiB freed")
    if swept.because:
        click.echo(f"! {swept.because}", err=True)


@command.command()
@FOLDER
@click.option("--backup", "id", help="This one (the newest).")
@click.option("--all", "is_all", is_flag=True, help="All of them.")
def verify(folder: Path, id: str | None, is_all: bool) -> None:
    """Read a backup back and compare every SHA-256; the exit status is 1 when something is wrong."""
    from belltower.kernel.errors import Refusal
    from belltower.project.safekeeping import checking, manifest, state
    from belltower.project.safekeeping.restoring import CHECKING

    chosen = [id] if id else manifest.ids(folder) if is_all else [manifest.latest(folder).id]
    home, tell, bad = _home_of(folder), telling(), 0
    secret = installation.read().secret_key if home else None
    if secret is None:
        click.echo(
            "! The installation's secret key is not here: hashes are checked, the manifest's seal is not.", err=True
        )
    for one in chosen:
        try:
            backup = checking.check(folder, one, secret=secret, told=lambda done, total: tell(done, total, CHECKING))
        except Refusal as refusal:
            click.echo(f"BAD   {one}\n{refusal.say('zh')}\n{refusal.say('en')}  [{refusal.code}]", err=True)
            bad += 1
        else:
            click.echo(f"whole {one}  {backup.files:,} files  {backup.size / 2**20:,.1f} MiB")
            if home:
                state.remember(home, backup, folder.absolute(), verified_at=datetime.now(UTC))
    sys.exit(1 if bad or not chosen else 0)


@command.command("list")
@FOLDER
def list_backups(folder: Path) -> None:
    """The whole backups of FOLDER, newest last."""
    from belltower.kernel.errors import Refusal
    from belltower.project.safekeeping import manifest

    for id in manifest.ids(folder):
        try:
            _tell_one(manifest.read(folder, id))
        except Refusal as refusal:
            click.echo(f"BAD   {id}  {refusal.say('en')}")


@command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def identity(file: Path) -> None:
    """Make an identity in FILE and print its recipient: who holds FILE opens keys that are sealed to it."""
    from belltower.project.safekeeping import keys

    private, public = keys.make_identity()
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as written:
        written.write(private + "\n")
    click.echo(public)
    click.echo(f"Keep {file} away from this machine: without it the keys of a backup cannot be opened.", err=True)


def lid_of(passphrase_file: Path | None, recipient: str | None) -> Lid | None:
    from belltower.project.safekeeping import keys

    if passphrase_file and recipient:
        raise click.UsageError("either --passphrase-file or --recipient")
    if passphrase_file:
        passphrase = keys.read_line(passphrase_file)
        if not passphrase:
            raise click.BadParameter(f"{passphrase_file} is empty")
        return keys.Lid(passphrase=passphrase)
    if recipient is None:
        return None
    said = keys.read_line(Path(recipient)) if Path(recipient).is_file() else recipient
    if not keys.is_recipient(said):
        raise click.BadParameter("a recipient looks like belltower-recipient:... (`belltower backup identity FILE`)")
    return keys.Lid(recipient=said)


def _home_of(folder: Path) -> Path | None:
    """This installation's home, where the folder's backups are its own."""
    from belltower.project.safekeeping import keys, taking

    home = Path(os.environ.get("BELLTOWER_HOME", "var"))
    if not (home / keys.SECRET).exists() and "BELLTOWER_SECRET_KEY" not in os.environ:
        return None  # asking for the installation would make one
    chosen = installation.read()
    ours = keys.fingerprint(chosen.secret_key.encode())
    return chosen.home if taking.owner_of(folder) == ours else None


def _tell(made: Manifest, seconds: float) -> None:
    speed = made.size / 2**20 / max(seconds, 0.001)
    _tell_one(made)
    click.echo(
        f"  {made.shared:.1%} shared with earlier ones, {made.new_on_disk / 2**20:,.1f} MiB written,"
        f" all read back  ({seconds:.1f} s, {speed:,.0f} MB/s)"
    )
    for name in made.left_out:
        click.echo(f"! not in it: {name}", err=True)


def _tell_one(one: Manifest) -> None:
    head = one.contents.head
    said = f"head {head.size:,} {head.root[:16]}" if head else "no ledger head"
    rows, keys = sum(one.contents.tables.values()), one.sealed["to"][:32] if one.sealed else "elsewhere"
    click.echo(f"{one.id}  {rows:,} rows  {one.files:,} files  {one.size / 2**20:,.1f} MiB  {said}  keys: {keys}")


def telling() -> Callable[[int, int | None, Text], None]:
    """Says what is done and how far it is, at most once a second."""
    told = time.monotonic()

    def tell(done: int, total: int | None, doing: Text | None) -> None:
        nonlocal told
        if doing and time.monotonic() - told >= _TELL_EVERY_S:
            told = time.monotonic()
            click.echo(f"  {doing.zh} {doing.en} {done:,}" + (f" / {total:,}" if total else ""), err=True)

    return tell
