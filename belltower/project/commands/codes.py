# SPDX-License-Identifier: Apache-2.0
"""`belltower codes load`: the classes of parts and matters of an official standard."""

from __future__ import annotations

from pathlib import Path

import click

from belltower.kernel.actors import Actor
from belltower.project import database


@click.group()
def command() -> None:
    """Classes of parts and matters by an official standard."""


@command.command()
@click.argument("file", type=click.Path(path_type=Path), required=False)
def load(file: Path | None) -> None:
    """Load a YAML or CSV catalogue; without FILE, the small sample that comes along. Again changes nothing."""
    with database.ready():
        from belltower.core.places.catalogue import SAMPLE, load_codes

        report = load_codes(file or SAMPLE, by=Actor.system("belltower codes load"))
    click.echo(f"{report.created} new, {report.changed} changed, {report.unchanged} unchanged")
    for one in report.kept_out:
        click.echo(f"row {one.row} ({one.code}) kept out: {one.reason.zh} / {one.reason.en}", err=True)
