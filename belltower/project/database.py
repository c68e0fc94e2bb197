# SPDX-License-Identifier: Apache-2.0
"""A database that is ready to work with: running, reachable, migrated, and Django set up on it."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator

from belltower.project import installation
from belltower.project.postgres import DatabaseInUse, Postgres


@contextlib.contextmanager
def running(settings: dict[str, str] | None = None) -> Iterator[Postgres | None]:
    """The installation's database, running. Yields our own server, or None where another process serves it.

    With DATABASE_URL set there is nothing to start. When a city is being served already, its server is used.
    """
    chosen = installation.read()
    if chosen.database_url:
        yield None
        return
    server = Postgres(chosen.postgres_folder, settings=settings or {})
    try:
        server.start()
    except DatabaseInUse:
        yield None
        return
    try:
        yield server
    finally:
        server.stop()


def set_up_django() -> None:
    """Django's settings and rooms, loaded; needs no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "belltower.project.settings")
    import django

    django.setup()


def url() -> str:
    """The address of this installation's database, ours or DATABASE_URL."""
    chosen = installation.read()
    return chosen.database_url or Postgres(chosen.postgres_folder).url()


@functools.cache
def migrations_of_the_code() -> frozenset[tuple[str, str]]:
    """Every migration (room, name) that this version of the program expects to find applied."""
    set_up_django()
    from django.db.migrations.loader import MigrationLoader

    return frozenset(MigrationLoader(None).disk_migrations)


def migrate() -> None:
    """Bring the database to this version of the program; one process at a time, the others wait."""
    set_up_django()
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('belltower migrations'))")
        try:
            call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('belltower migrations'))")


@contextlib.contextmanager
def ready(settings: dict[str, str] | None = None) -> Iterator[Postgres | None]:
    """As running(), with migrations applied and Django set up; commands that touch the city begin with it."""
    with running(settings) as server:
        migrate()
        from django.db import connections

        try:
            yield server
        finally:
            connections.close_all()
