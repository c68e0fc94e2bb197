# SPDX-License-Identifier: Apache-2.0
"""`belltower cases`: past cases from another system's file, how much of them was on time, and a case's file on paper."""

from __future__ import annotations

import json
from pathlib import Path

import click

from belltower.kernel.actors import Actor
from belltower.kernel.instants import now
from belltower.project import database
from belltower.project.printing import FONTS

BY = Actor.system("belltower cases")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """Cases: past ones from a file, how much of them was on time, and a case's file on paper."""


@command.command("import")
@click.argument("file", type=_FILE)
@click.option("--mapping", metavar="M", help="A ready mapping's name or a YAML file; left out: the ready one that fits the columns.")  # fmt: skip
@click.option("--aside", type=click.Path(dir_okay=False, path_type=Path), help="The CSV file of rows that cannot be read; left out: one below the home.")  # fmt: skip
def import_(file: Path, mapping: str | None, aside: Path | None) -> None:
    """Make cases of the rows of FILE (CSV, XLSX): each once, whatever ends it and however often it is run."""
    with database.ready():
        from belltower.core.intake.summary import counts
        from belltower.core.intake.taking import take_in

        aside = aside or _beside(file)
        intake = take_in(file, mapping=mapping, aside=aside, by=BY, now=now(), tell=_tell)
        told = counts(intake) | ({"aside": str(aside)} if intake.kept_aside else {})
        click.echo(json.dumps(told, ensure_ascii=False))


@command.command("on-time")
@click.option("--digest", metavar="D", help="The beginning of the file's digest; left out: the file that was taken in last.")  # fmt: skip
def on_time(digest: str | None) -> None:
    """Print, as JSON, the share on time by the file's own dates and by our clocks, and each difference by its reason."""
    with database.ready():
        from belltower.core.intake.on_time import on_time as judge
        from belltower.core.intake.summary import find

        click.echo(json.dumps(judge(find(digest) if digest else None), ensure_ascii=False))


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


def _beside(file: Path) -> Path:
    from belltower.project.installation import read

    return read().home / "intake" / f"{file.stem}-kept-aside.csv"


def _tell(rows: int) -> None:
    click.echo(f"{rows:,} rows read", err=True)
