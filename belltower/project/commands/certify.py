# SPDX-License-Identifier: Apache-2.0
"""`belltower certify PLAN.json`: does the plan's certificate prove what the plan says? No solver, no database."""

from __future__ import annotations

import json
from pathlib import Path

import click

from belltower.planners.certifying import certify
from belltower.planners.plan import digest

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("files", nargs=-1, required=True, type=FILE)
@click.option(
    "--problem", type=FILE, help="The problem that the plan must answer; left out: the one in the plan's file."
)
def command(files: tuple[Path, ...], problem: Path | None) -> None:
    """Check the plans in FILES from nothing but what they hold; the exit status is 1 when one does not stand.

    The same needs no Belltower either: give the file to planners/KIND/checker.py and any Python.
    """
    wanted = digest(json.loads(problem.read_text(encoding="utf-8"))) if problem else None
    for file in files:
        found = certify(file.read_text(encoding="utf-8"), file=str(file), problem_digest=wanted)
        click.echo(f"{file}: {found['says']['zh']}\n{file}: {found['says']['en']}")
