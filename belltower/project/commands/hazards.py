# SPDX-License-Identifier: Apache-2.0
"""`belltower hazards`: a sheet of hazards (隐患台账) becomes cases with clocks; what came of them as JSON."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from belltower.kernel.actors import Actor
from belltower.kernel.instants import now
from belltower.project import database

BY = Actor.system("belltower hazards")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def command() -> None:
    """The hazard ledger: import sheets, and report what was put right and verified."""


@command.command("import")
@click.argument("file", type=_FILE)
@click.option("--column", "columns", multiple=True, metavar="TARGET=COL", help="Which column is what, such as text=隐患内容; left out: by its name.")  # fmt: skip
def import_(file: Path, columns: tuple[str, ...]) -> None:
    """Take the hazards of FILE (XLSX or CSV), all or none; rows that cannot be read or graded are kept aside, and printed."""
    with database.ready():
        from belltower.core.cases.acting import Acting
        from belltower.core.cases.table import Part
        from belltower.core.hazards.actions import import_sheet
        from belltower.core.places.scope import EVERYTHING, seen_as

        said = dict(one.split("=", 1) for one in columns if "=" in one)
        sheet = import_sheet(file, acting=Acting(BY, fixed=Part.DESK), now=now(), columns=said or None)
        with seen_as(EVERYTHING):
            for one in sheet.aside.all():
                click.echo(f"{file.name}, row {one.row}: {one.why.zh} / {one.why.en}", err=True)
    told = {"rows": sheet.rows, "taken": sheet.taken, "known": sheet.known, "kept_aside": sheet.kept_aside}
    click.echo(json.dumps(told))
    if sheet.rows and not sheet.taken and not sheet.known:
        sys.exit(1)


@command.command()
@click.option("--by", type=click.Choice(["area", "enterprise", "kind", "month"]), default="area", show_default=True)
def report(by: str) -> None:
    """Print the closing report as JSON."""
    with database.ready():
        from belltower.core.hazards.reporting import By
        from belltower.core.hazards.reporting import report as count
        from belltower.core.places.scope import EVERYTHING, seen_as

        with seen_as(EVERYTHING):
            rows, total = count(By(by), now=now())
    told = [
        {"key": row.key, "title": row.title.as_json(), **asdict(row.counted), "share": row.counted.share}
        for row in rows
    ]
    click.echo(json.dumps({"by": by, "rows": told, "total": asdict(total)}, ensure_ascii=False))
