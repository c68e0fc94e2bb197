# SPDX-License-Identifier: Apache-2.0
"""`belltower cases`: past cases from a file, how much of them was on time, a case's file on paper, and the rates of a period."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from belltower.kernel.actors import Actor
from belltower.kernel.instants import now
from belltower.project import database
from belltower.project.printing import FONTS

BY = Actor.system("belltower cases")
_DAY = click.DateTime(formats=["%Y-%m-%d"])
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


@command.command()
@click.option("--from", "since", type=_DAY, required=True, help="The first civil day.")
@click.option("--to", "until", type=_DAY, required=True, help="The last civil day, which counts too.")
@click.option("--area", default="", help="The code of an area; all below it counts too.")
@click.option("--sector", default="", help="The name of a pack, such as gas.")
@click.option("--party", default="", help="The key of who must put it right.")
@click.option("--kind", default="", help="A kind of case.")
def rates(since: datetime, until: datetime, **narrowed: Any) -> None:
    """Print every rate of the period as JSON, each with its numerator, its denominator, and what they are."""
    with database.ready():
        from belltower.core.places.scope import EVERYTHING, seen_as
        from belltower.core.rates.asking import Asked, figures
        from belltower.core.rates.telling import told

        asked = Asked(since.date(), until.date(), **narrowed)
        with seen_as(EVERYTHING):
            found = [told(one) for one in figures(asked, now())]
    whole = {"from": asked.since.isoformat(), "to": asked.until.isoformat(), **narrowed, "rates": found}
    click.echo(json.dumps(whole, ensure_ascii=False, indent=2))
