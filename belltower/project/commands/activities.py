# SPDX-License-Identifier: Apache-2.0
"""`belltower activities load`: record what was done, out of a CSV file."""

from __future__ import annotations

from pathlib import Path

import click

from belltower.kernel.actors import Actor
from belltower.kernel.instants import now
from belltower.project import database

BY = Actor.system("belltower activities")
_SHOWN = 10


@click.group()
def command() -> None:
    """What was done to assets and in areas: visits, washes, patrols."""


@command.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def load(file: Path) -> None:
    """Record what FILE tells, a CSV with the columns activity, subject, at, by and the activity's declared fields.

    SUBJECT is the asset's key or the area's code, AT an instant with its offset, BY a party's key or empty. Rows that
    cannot be read are told with their reasons, and all others are recorded; loaded again, a row counts once.
    """
    with database.ready():
        from belltower.core.activities.actions import record
        from belltower.core.activities.loading import read_csv

        done = record(read_csv(file), by=BY, now=now(), source=file.name)
    click.echo(f"{done.recorded:,} recorded, {done.known:,} known already, {len(done.refused):,} refused")
    for refused in done.refused[:_SHOWN]:
        click.echo(f"  row {refused.done.row}: {refused.why}", err=True)
    if len(done.refused) > _SHOWN:
        click.echo(f"  and {len(done.refused) - _SHOWN:,} more", err=True)
