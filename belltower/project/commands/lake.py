# SPDX-License-Identifier: Apache-2.0
"""`belltower lake close|compact|verify|days`: days of readings in files, and whether they are what was verified."""

from __future__ import annotations

import sys
from datetime import date, datetime

import click

from belltower.kernel.actors import Actor
from belltower.kernel.instants import now
from belltower.project import database

BY = Actor.system("belltower lake")
_DAYS = click.argument("days", nargs=-1, type=click.DateTime(["%Y-%m-%d"]))


@click.group()
def command() -> None:
    """Readings of days that are over, as Parquet files below `lake` of the home."""


@command.command()
@_DAYS
def close(days: tuple[datetime, ...]) -> None:
    """Put DAYS (UTC; left out: those that are due) into their files and out of the database."""
    with database.ready():
        from belltower.core.observations.lake import keeping

        _close([day.date() for day in days] or keeping.due(now()))


@command.command()
def compact() -> None:
    """Merge what came late for closed days, and what was changed or deleted since, into new files."""
    with database.ready():
        from belltower.core.observations.lake import keeping

        _close(keeping.merging())


@command.command()
def verify() -> None:
    """Read every file and compare count and SHA-256 with the manifest; the exit status is 1 when one differs."""
    with database.ready():
        from belltower.core.observations.lake import keeping

        faults = list(keeping.verify(lambda row: click.echo(f"  {row.day} {row.rows:,} rows", err=True)))
    for fault in faults:
        click.echo(f"BAD   {fault.day}  {fault.file}: {fault.reason}")
    click.echo("whole" if not faults else f"{len(faults)} files are not what was verified", err=bool(faults))
    sys.exit(1 if faults else 0)


@command.command("days")
def list_days() -> None:
    """The closed days: rows, SHA-256, file; then what is still beside them in the database."""
    with database.ready():
        from belltower.core.observations.lake import keeping
        from belltower.core.observations.models import LakeDay

        for row in LakeDay.objects.all():
            click.echo(f"{row.day}  {row.rows:>13,} rows  {bytes(row.digest).hex()[:16]}  {row.file}")
        for day in keeping.merging():
            click.echo(f"{day}  late or revised: `belltower lake compact` merges it", err=True)


def _close(days: list[date]) -> None:
    from belltower.core.observations.lake.closing import close_day

    for day in days:
        made = close_day(day, by=BY, now=now())
        click.echo(f"{day}  {made.rows:,} rows  {made.file}" if made else f"{day}  no readings")
    if not days:
        click.echo("nothing to do", err=True)
