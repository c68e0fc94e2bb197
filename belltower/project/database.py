# SPDX-License-Identifier: Apache-2.0
"""A database that is ready to work with: running, reachable, migrated, and Django set up on it."""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Iterator
from typing import cast

import psycopg

from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.project import installation, roles
from belltower.project.migrating import migrate_giving_way
from belltower.project.postgres import DatabaseInUse, Postgres
from belltower.project.safekeeping.mark import refuse_half_restored

OLDEST_VERSION = 15
SEES_ALL = "-c belltower.sees=all"
"""The connection option of processes that serve nobody in particular."""
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
    refuse_half_restored(chosen.home)
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
    """Raise DatabaseUnreachable, or UnfitDatabase: too old, without our roles, or such that nothing would be hidden.

    Row-level security does not hold for a superuser, nor for who owns the tables or may become their owner.
    """
    try:
        with psycopg.connect(address, connect_timeout=10) as connection:
            unfit = _why_unfit(connection)
    except psycopg.OperationalError as error:
        raise DatabaseUnreachable(reason=one_line(error)) from None
    if unfit:
        raise UnfitDatabase(reason=unfit)


def _why_unfit(connection: psycopg.Connection) -> Text | None:
    version, user = connection.info.server_version // 10000, connection.info.user
    row = connection.execute(_RIGHTS).fetchone()
    is_super, is_bypassing, is_owner = row or (True, True, True)
    if version < OLDEST_VERSION:
        return Text(
            zh=f"它是 PostgreSQL {version}，至少需要 {OLDEST_VERSION}",
            en=f"it is PostgreSQL {version}; {OLDEST_VERSION} or later is needed",
        )
    if is_super:
        return Text(zh=f"账号 {user} 是超级用户", en=f"the role {user} is a superuser")
    if is_bypassing:
        return Text(zh=f"账号 {user} 不受行级安全约束", en=f"the role {user} bypasses row-level security")
    if is_owner:
        return Text(
            zh=f"账号 {user} 拥有数据表，行级安全对其无效；请以 {roles.APP} 连接，并把 {user} 的地址填入 DATABASE_OWNER_URL",
            en=f"the role {user} owns the tables, so that row-level security does not hold for it; let DATABASE_URL be "
            f"that of {roles.APP}, and DATABASE_OWNER_URL that of {user}",
        )
    if missing := roles.missing_roles(connection):
        named = ", ".join(missing)
        return Text(
            zh=f"缺少角色 {named}；请运行 belltower database roles",
            en=f"it has no role {named}; run `belltower database roles`",
        )
    return None


_RIGHTS = """
    SELECT rolsuper, rolbypassrls, EXISTS (
        SELECT FROM pg_class c WHERE c.relname IN ('places_asset', 'django_migrations')
        AND c.relnamespace = 'public'::regnamespace AND pg_has_role(current_user, c.relowner, 'MEMBER'))
    FROM pg_roles WHERE rolname = current_user
"""


def one_line(error: Exception) -> str:
    """What an error of the driver says, on one line."""
    return " ".join(str(error).split())


def set_up_django() -> None:
    """Django's settings and rooms, loaded; needs no database."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "belltower.project.settings")
    import django

    django.setup()


def see_everything() -> None:
    """Let this process see every row from its next connection on: it serves nobody in particular.

    Without this, as in the web, a connection sees nothing until a viewer's scope is set (places/scope.py).
    """
    from django.conf import settings
    from django.db import connections

    options = cast(dict[str, str], settings.DATABASES["default"]["OPTIONS"])
    if SEES_ALL not in options.get("options", ""):
        options["options"] = f"{options.get('options', '')} {SEES_ALL}".strip()
    connections.close_all()


def url() -> str:
    """The address of this installation's database for everything but migrations, ours or DATABASE_URL."""
    chosen = installation.read()
    return chosen.database_url or Postgres(chosen.postgres_folder).url(user=roles.APP)


def owner_url() -> str | None:
    """The address as the owner of the tables, ours or DATABASE_OWNER_URL; None where it was not told."""
    chosen = installation.read()
    if chosen.database_url:
        return chosen.database_owner_url
    return Postgres(chosen.postgres_folder).url()


@functools.cache
def migrations_of_the_code() -> frozenset[tuple[str, str]]:
    """Every migration (room, name) that this version of the program expects to find applied."""
    set_up_django()
    from django.db.migrations.loader import MigrationLoader

    return frozenset(MigrationLoader(None).disk_migrations)


def migrate() -> None:
    """Bring the database to this version of the program; one process at a time, the others wait.

    Migrations run as the owner of the tables. Raises DatabaseUnreachable, or UnfitDatabase: also where there is
    something to migrate and the owner's address was not told.
    """
    refuse_unfit(url())
    with psycopg.connect(url(), autocommit=True) as connection:
        if _is_migrated(connection):
            return
    owner = owner_url()
    if owner is None:
        raise UnfitDatabase(reason=_NO_OWNER)
    migrate_as_owner(owner)


_NO_OWNER = Text(
    zh="需要升级数据表，但未设置 DATABASE_OWNER_URL",
    en="its tables must be migrated, and DATABASE_OWNER_URL is not set",
)


def migrate_as_owner(address: str) -> None:
    """Apply what is missing of migrations and privileges, as the owner of the tables, whose address this is."""
    set_up_django()
    with _django_as(address), psycopg.connect(address, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('belltower migrations'))")
        if not migrations_of_the_code() <= _migrations_applied(connection):
            migrate_giving_way()
        roles.grant(connection)


@contextlib.contextmanager
def _django_as(address: str) -> Iterator[None]:
    """Django's connection to another address, as long as migrations run: what they do in Python goes there as well."""
    from django.conf import settings
    from django.db import connections

    from belltower.project.settings import database_at

    described = settings.DATABASES["default"]
    before = dict(described)
    connections.close_all()
    described.update(database_at(address))
    try:
        yield
    finally:
        connections.close_all()
        described.update(before)


def _is_migrated(connection: psycopg.Connection) -> bool:
    return migrations_of_the_code() <= _migrations_applied(connection) and roles.is_granted(connection)


def _migrations_applied(connection: psycopg.Connection) -> frozenset[tuple[str, str]]:
    """The migrations that were applied; none that one can see is none."""
    try:
        return frozenset(connection.execute("SELECT app, name FROM django_migrations").fetchall())
    except (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege):
        return frozenset()


@contextlib.contextmanager
def ready(settings: dict[str, str] | None = None) -> Iterator[Postgres | None]:
    """As running(), with migrations applied and Django set up; commands that touch the city begin with it."""
    with running(settings) as server:
        migrate()
        set_up_django()
        see_everything()
        from django.db import connections

        try:
            yield server
        finally:
            connections.close_all()
