# SPDX-License-Identifier: Apache-2.0
"""A database that is ready to work with: running, reachable, migrated, and Django set up on it."""

from __future__ import annotations

import contextlib
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


@contextlib.contextmanager
def ready(settings: dict[str, str] | None = None) -> Iterator[Postgres | None]:
    """As running(), with migrations applied and Django set up; commands that touch the city begin with it."""
    with running(settings) as server:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "belltower.project.settings")
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", verbosity=0, interactive=False)
        try:
            yield server
        finally:
            connections.close_all()
