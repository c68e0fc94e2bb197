# SPDX-License-Identifier: Apache-2.0
"""`belltower keys rotate|rewrap`: the master key that wraps the keys of people's data."""

from __future__ import annotations

import click

from belltower.kernel.actors import Actor
from belltower.project import database

BY = Actor.system("belltower keys")


@click.group()
def command() -> None:
    """The master key of personal data."""


@command.command()
def rotate() -> None:
    """Make a new master key and wrap every person's key by it; the old one stays in the file until you remove it."""
    with database.ready():
        from belltower.core.ledger import personal

        masters = personal.masters()
        if masters.is_given:
            raise click.ClickException(
                "The master key is given by BELLTOWER_MASTER_KEY: put a new one first there, then `belltower keys rewrap`."
            )
        current = masters.add_new()
        count = personal.rewrap(by=BY)
        click.echo(f"{count} keys wrapped by {current.name}. Back up {masters.path}, then remove its other lines.")


@command.command()
def rewrap() -> None:
    """Wrap every person's key by the first master key there is; safe to repeat."""
    with database.ready():
        from belltower.core.ledger import personal

        click.echo(f"{personal.rewrap(by=BY)} keys wrapped by {personal.masters().current().name}")
