# SPDX-License-Identifier: Apache-2.0
"""`belltower ledger verify|head|proof|growth`: check the ledger, and give out what others check it with."""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from belltower.kernel.actors import Actor
from belltower.kernel.errors import NotFound, Unreadable
from belltower.kernel.texts import Text
from belltower.project import database

if TYPE_CHECKING:
    from belltower.core.ledger.heads import TreeHead
    from belltower.core.ledger.verification import Report

BY = Actor.system("belltower ledger")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it into this file.")
_TELL_EVERY_S = 1.0


@click.group()
def command() -> None:
    """The tamper-evident log under every write."""


@command.command()
@click.option("--since", type=FILE, help="A head's file: what it covers was verified before, and is not hashed again.")
@click.option("--against", type=FILE, multiple=True, help="A head's file that was held outside; may be repeated.")
def verify(since: Path | None, against: tuple[Path, ...]) -> None:
    """Check every entry, the log, its heads, and every row; the exit status is 1 when something is found.

    Heads in the anchors' folder (BELLTOWER_ANCHOR_FOLDER) are checked against as well.
    """
    older = _head_in(since) if since else None
    outside = [_head_in(path) for path in against]
    with database.ready():
        from belltower.core.ledger import anchors, verification

        held = anchors.held_outside()
        report = verification.verify(since=older, against=[*outside, *held], progress=_telling())
    _tell(report, len(outside) + len(held) + (1 if older else 0))
    sys.exit(0 if report.is_whole else 1)


@command.command()
@OUT
def head(out: Path | None) -> None:
    """Sign the log as it is now, and print its head, or write it into a file to be kept somewhere else."""
    with database.ready():
        from belltower.core.ledger import handing_over
        from belltower.core.ledger.entries import record
        from belltower.core.ledger.heads import sign_head

        newest = sign_head(datetime.now(UTC))
        if newest is None:
            raise NotFound(noun=Text(zh="树头", en="head"), name="-")
        said = handing_over.as_file(newest)
        if out:
            out.write_text(said, encoding="utf-8")
            about = {"way": "file", "root": newest.root.hex()}
            record("ledger.anchor_head", by=BY, subject=f"ledger.head:{newest.size}", about=about)
    click.echo(f"{out}: {newest.size:,} {newest.root.hex()}" if out else said, nl=bool(out))


@command.command()
@click.argument("what")
@OUT
def proof(what: str, out: Path | None) -> None:
    """Prove WHAT: an entry by its number, or a row as it is now, as TABLE/UID (places_asset/0190...)."""
    with database.ready():
        from belltower.core.ledger.heads import sign_head

        sign_head(datetime.now(UTC))
        made = _proof_of(what)
    _give(made, out)


@command.command()
@click.argument("old", type=FILE)
@OUT
def growth(old: Path, out: Path | None) -> None:
    """Prove that the log which the head in OLD signed is the beginning of the present one."""
    older = _head_in(old)
    with database.ready():
        from belltower.core.ledger import proofs
        from belltower.core.ledger.heads import sign_head

        newer = sign_head(datetime.now(UTC))
        if newer is None:
            raise NotFound(noun=Text(zh="树头", en="head"), name="-")
        made = proofs.growth(older, newer)
    _give(made, out)


def _head_in(path: Path) -> TreeHead:
    """The head that a file holds. Raises Unreadable."""
    from belltower.core.ledger.heads import TreeHead

    try:
        return TreeHead.read(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(what=path, reason=f"{type(error).__name__}: {error}") from None


def _proof_of(what: str) -> dict[str, Any]:
    from belltower.core.ledger import proofs

    if what.isdecimal():
        return proofs.prove_entry(int(what))
    table, _, uid = what.partition("/")
    row = proofs.row_named(table, uid)
    return proofs.prove_row(proofs.last_entry_of(table, row), row)


def _give(made: dict[str, Any], out: Path | None) -> None:
    said = json.dumps(made, ensure_ascii=False, indent=2) + "\n"
    if out:
        out.write_text(said, encoding="utf-8")
        click.echo(str(out))
    else:
        click.echo(said, nl=False)


def _tell(report: Report, outside: int) -> None:
    speed = report.checked / max(report.seconds, 0.001)
    click.echo(
        f"{report.size:,} entries, {report.checked:,} of them hashed again, {report.rows:,} rows, "
        f"{report.heads:,} heads kept here, {outside:,} held outside  ({report.seconds:.1f} s, {speed:,.0f}/s)"
    )
    for one in report.findings:
        click.echo(f"{one.code}  {one.text.zh}  {one.text.en}")
    if not outside:
        click.echo(
            "! No head from outside was given (--against): a log rewritten as a whole would not be seen.", err=True
        )
    if report.is_whole:
        click.echo("Nothing was found. 未发现问题。")
    else:
        click.echo(f"{len(report.findings):,} findings. 发现 {len(report.findings):,} 处问题。")


def _telling() -> Any:
    """Says how far it is, at most once a second."""
    told = time.monotonic()

    def tell(done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= _TELL_EVERY_S:
            told = time.monotonic()
            click.echo(f"  {done:,} / {total:,}", err=True)

    return tell
