# SPDX-License-Identifier: Apache-2.0
"""`belltower database serve`: the embedded database alone, for dumps, upgrades and a look with psql."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import psycopg

from belltower.project import database, installation, roles
from belltower.project.postgres import Postgres


@click.group()
def command() -> None:
    """The embedded database of this installation."""


@command.command(context_settings={"ignore_unknown_options": True})
@click.argument("program", nargs=-1, required=True, type=click.UNPROCESSED)
def serve(program: tuple[str, ...]) -> None:
    """Serve the database for as long as PROGRAM runs (after --); the exit status is its own.

    Where a city is being served already, its database is used. PROGRAM finds it by PGHOST, which is set for it: the
    socket lies elsewhere when the installation's path is too long for one. `belltower database url` is the whole address.
    """
    chosen = installation.read()
    reached = {} if chosen.database_url else {"PGHOST": str(Postgres(chosen.postgres_folder).sockets)}
    with database.running():
        sys.exit(subprocess.run(program, env={**os.environ, **reached}).returncode)


@command.command()
def url() -> None:
    """Print the address of the database as the owner of its tables (dumps need that), where it is known."""
    click.echo(database.owner_url() or database.url())


@command.command("roles")
@click.option(
    "--as", "superuser", metavar="ADDRESS", help="Run it at this address, that of a superuser; else print it."
)
def make_roles(superuser: str | None) -> None:
    """The SQL that makes the three roles on a PostgreSQL of your own; it may be run again, also after a restore.

    Run it in the database that DATABASE_URL names, as a superuser. Passwords are yours to set: psql's \\password.
    """
    if superuser is None:
        click.echo(roles.script())
        return
    with psycopg.connect(superuser, autocommit=True) as admin:
        roles.make_roles(admin)
        roles.make_leakproof(admin)
