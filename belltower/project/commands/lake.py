# SPDX-License-Identifier: Apache-2.0
"""`belltower lake close|compact|keep|verify|days`: days of readings in files, what is kept of them, and whether they are whole."""

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


@command.command()
@click.option("--dry-run", is_flag=True, help="Tell what would be made and what would go; change nothing.")
def keep(dry_run: bool) -> None:
    """Tell for how long each kind of stream is kept; make the roll-ups that are wanting, remove what is past its time."""
    with database.ready():
        from belltower.core.observations.lake import retaining

        _tell_what_is_kept()
        if dry_run:
            _tell_the_plan()
            return
        done = retaining.keep(by=BY)
        click.echo(f"{done.rolled_up} roll-ups made, {done.removed:,} rows removed from {done.thinned} files")
        if done.waiting:
            click.echo(f"{done.waiting} steps wait: readings of those days still move", err=True)


def _tell_what_is_kept() -> None:
    from belltower.core.observations.lake import retention

    shown = {None: "for ever", 0: "-"}
    click.echo(f"{'days kept of':32}" + "".join(f"{what:>10}" for what in (retention.READINGS, *retention.WIDTHS)))
    for kind, keeps in sorted(retention.keepings().items()):
        days = [retention.days_kept(keeps, what) for what in (retention.READINGS, *retention.WIDTHS)]
        click.echo(f"{kind or '(streams of no pack)':32}" + "".join(f"{shown.get(one, one):>10}" for one in days))


def _tell_the_plan() -> None:
    from belltower.core.observations.lake import removing, retention
    from belltower.core.observations.reading import city_zone

    plan = retention.plan(now(), city_zone())
    for one in plan.rolling:
        click.echo(f"{one.day}  would roll up by {one.every}")
    for each in plan.removing:
        for kind, rows in removing.count(each).items():
            click.echo(f"{each.day}  would remove {rows:,} {each.what} of {kind or '(streams of no pack)'}")
    if not plan:
        click.echo("nothing to do", err=True)


def _close(days: list[date]) -> None:
    from belltower.core.observations.lake.closing import close_day

    for day in days:
        made = close_day(day, by=BY, now=now())
        click.echo(f"{day}  {made.rows:,} rows  {made.file}" if made else f"{day}  no readings")
    if not days:
        click.echo("nothing to do", err=True)
