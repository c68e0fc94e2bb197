# SPDX-License-Identifier: Apache-2.0
"""`belltower streams`: make the datastreams that packs declare, for every asset that has them not yet."""

from __future__ import annotations

import click

from belltower.kernel.actors import Actor
from belltower.project import database

BY = Actor.system("belltower streams")


@click.group()
def command() -> None:
    """Datastreams of what packs declare."""


@command.command()
@click.argument("kinds", nargs=-1)
def declare(kinds: tuple[str, ...]) -> None:
    """Make what is missing, for assets of KINDS; left out: of every kind with declared streams. Repeatable."""
    with database.ready():
        from belltower.core.observations.declaring import declare_streams, declared_on
        from belltower.core.places.kinds import register

        for kind in kinds:
            register().kind(kind)
        for kind in kinds or sorted(name for name in register().kinds if declared_on(name)):
            click.echo(f"{kind}: {declare_streams(kind, by=BY):,}")
