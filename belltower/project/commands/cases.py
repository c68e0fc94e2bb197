# SPDX-License-Identifier: Apache-2.0
"""`belltower cases print`: the file of a case on paper."""

from __future__ import annotations

from pathlib import Path

import click

from belltower.kernel.instants import now
from belltower.project import database
from belltower.project.printing import FONTS


@click.group()
def command() -> None:
    """Cases: what is to be put right."""


@command.command("print")
@click.argument("code")
@click.option("-o", "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF to write.")
@click.option("--language", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
@click.option("--by", "publisher", default="", help="Who prints it: the bureau's name.")
def print_(code: str, out: Path, language: str, publisher: str) -> None:
    """Write the case file of CODE (a case's number or uid): its steps, clocks, evidence and entries of the ledger."""
    with database.ready():
        from belltower.core.cases.actions import find
        from belltower.core.cases.casefile import printed
        from belltower.core.places.scope import EVERYTHING, seen_as

        with seen_as(EVERYTHING):
            made = printed(find(code), now=now(), fonts=FONTS, language=language, publisher=publisher)
    out.write_bytes(made)
    click.echo(f"{out}: {len(made):,} bytes")
