# SPDX-License-Identifier: Apache-2.0
"""A database that is ready to work with: running, reachable, migrated, and Django set up on it."""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Iterator

import psycopg

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.project import installation
from belltower.project.postgres import DatabaseInUse, Postgres

OLDEST_VERSION = 15
_ANSWER_LIMIT_S = 60.0


class DatabaseUnreachable(Refusal):
    """DATABASE_URL leads nowhere."""

    code = "database_unreachable"
    sentence = Text(
        zh="无法连接数据库：{reason}。请检查 DATABASE_URL，并确认 PostgreSQL 正在运行。",
        en="The database cannot be reached: {reason}. Check DATABASE_URL, and that PostgreSQL runs there.",
    )


class UnfitDatabase(Refusal):
    """The database answers, but must not be used like this."""

    code = "unfit_database"
    sentence = Text(
        zh="不能使用这个数据库：{reason}。请参阅 docs/guides/run.md 中“自备 PostgreSQL”一节。",
        en="This database cannot be used: {reason}. See 'A PostgreSQL of your own' in docs/guides/run.md.",
    )


@contextlib.contextmanager
def running(settings: dict[str, str] | None = None, *, alone: bool = False) -> Iterator[Postgres | None]:
    """The installation's database, running. Yields our own server, or None where another process serves it.

    With DATABASE_URL set there is nothing to start. When a city is being served already, its server is used, unless
    ``alone``: then DatabaseInUse is raised. Raises also what Postgres.start() raises.
    """
    chosen = installation.read()
    if chosen.database_url:
        yield None
        return
    server = Postgres(chosen.postgres_folder, settings=settings or {})
    try:
        server.start()
    except DatabaseInUse:
        if alone:
            raise
        _wait_until_it_answers(server.url())
        yield None
        return
    try:
        yield server
    finally:
        server.stop()


def _wait_until_it_answers(address: str) -> None:
    """Another process may be starting this server just now. Raises DatabaseUnreachable after a minute."""
    deadline = time.monotonic() + _ANSWER_LIMIT_S
    while True:
        try:
            psycopg.connect(address).close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise DatabaseUnreachable(reason=one_line(error)) from None
        time.sleep(0.1)


def refuse_unfit(address: str) -> None:
    """Raise DatabaseUnreachable, or UnfitDatabase where the server is too old or would make us a superuser."""
    try:
        with psycopg.connect(address, connect_timeout=10) as connection:
            row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
            version = connection.info.server_version // 10000
            user = connection.info.user
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(reason=one_line(error)) from None
    if version < OLDEST_VERSION:
        found = Text(
            zh=f"它是 PostgreSQL {version}，至少需要 {OLDEST_VERSION}",
            en=f"it is PostgreSQL {version}; {OLDEST_VERSION} or later is needed",
        )
        raise UnfitDatabase(reason=found)
    if row and row[0]:
        found = Text(zh=f"账号 {user} 是超级用户", en=f"the role {user} is a superuser")
        raise UnfitDatabase(reason=found)


def one_line(error: Exception) -> str:
    """What an error of the driver says, on one line."""
    return " ".join(str(error).split())


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
    """Bring the database to this version of the program; one process at a time, the others wait.

    Raises DatabaseUnreachable or UnfitDatabase.
    """
    refuse_unfit(url())
    set_up_django()
    from django.core.management import call_command
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('belltower migrations'))")
        try:
            if not migrations_of_the_code() <= _migrations_applied():
                call_command("migrate", verbosity=0, interactive=False)
        finally:
            cursor.execute("SELECT pg_advisory_unlock(hashtext('belltower migrations'))")


def _migrations_applied() -> frozenset[tuple[str, str]]:
    from django.db import connection
    from django.db.migrations.recorder import MigrationRecorder

    return frozenset(MigrationRecorder(connection).applied_migrations())


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
