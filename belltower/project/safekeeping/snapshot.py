# SPDX-License-Identifier: Apache-2.0
"""One moment of the database: an exported snapshot that the dump reads too, and what the database holds at it."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from belltower.project.safekeeping.manifest import Contents, Head

# Tables that are saved without their rows, and why.
WITHOUT_ROWS = {
    "django_session": "a session that was ended must not come back to life, and a stolen backup must open no door",
}
Told = Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An open snapshot: its name for pg_dump, its instant, and the server's version number."""

    name: str
    at: datetime
    server: int
    connection: psycopg.Connection

    def contents(self, told: Told = lambda done, total: None) -> Contents:
        """What the database holds at this moment."""
        return contents(self.connection, told)


@contextlib.contextmanager
def taken(url: str) -> Iterator[Snapshot]:
    """A snapshot of the database at ``url``, held until the block ends. Raises psycopg.OperationalError."""
    with psycopg.connect(url, options="-c belltower.sees=all", application_name="belltower backup") as connection:
        connection.execute("SET idle_in_transaction_session_timeout = 0")
        connection.execute("SET statement_timeout = 0")
        connection.commit()
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute("SELECT pg_export_snapshot(), now()").fetchone()
        assert row
        yield Snapshot(row[0], row[1], connection.info.server_version, connection)
        connection.rollback()


def contents(connection: psycopg.Connection, told: Told = lambda done, total: None) -> Contents:
    """Counts of all tables, the ledger's head, the shape, the migrations; read in the connection's own transaction."""
    names = [name for (name,) in connection.execute(_TABLES).fetchall() if name not in WITHOUT_ROWS]
    counts = {}
    for done, name in enumerate(names):
        told(done, len(names))
        counts[name] = _count(connection, name)
    migrations = connection.execute("SELECT app || ' ' || name FROM django_migrations ORDER BY 1").fetchall()
    return Contents(
        tables=counts,
        head=head(connection),
        shape=shape(connection),
        migrations=tuple(name for (name,) in migrations),
    )


def head(connection: psycopg.Connection) -> Head | None:
    """The newest signed head of the ledger, with how many entries are not under it yet; None where there is none."""
    there = connection.execute("SELECT to_regclass('public.ledger_head') IS NOT NULL").fetchone()
    if not there or not there[0]:
        return None
    row = connection.execute(
        "SELECT size, root, at, algorithm, key, signature FROM ledger_head ORDER BY size DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return None
    size, root, at, algorithm, key, signature = row
    waiting = connection.execute(_NOT_UNDER_IT, [size]).fetchone()
    signed = {
        "size": size, "root": root.hex(), "at": at.astimezone(UTC).isoformat(), "algorithm": algorithm, "key": key,
        "signature": signature.hex(),
    }  # fmt: skip
    return Head(size, root.hex(), waiting[0] if waiting else 0, signed)


_NOT_UNDER_IT = """
    SELECT (SELECT count(*) FROM ledger_leaf WHERE position >= %s) + (SELECT count(*) FROM ledger_pending)
"""


def shape(connection: psycopg.Connection) -> str:
    """A digest of everything but the rows: columns, constraints, indexes, triggers, row security, policies, functions."""
    lines = [line for query in _SHAPE for (line,) in connection.execute(query)]
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def lines_of_shape(connection: psycopg.Connection) -> set[str]:
    """What shape() is the digest of, to say what differs."""
    return {line for query in _SHAPE for (line,) in connection.execute(query)}


def _count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("public", table))).fetchone()
    assert row
    return int(row[0])


# Unlogged tables are caches: they are saved empty.
_TABLES = """
    SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND relpersistence = 'p'
    ORDER BY relname
"""
_OURS = "relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')"


def _plain(expression: str) -> str:
    """SQL of an expression's text without casts and brackets: a server writes them otherwise once it has read its own."""
    return f"regexp_replace({expression}, '::[a-z ]+(\\[\\])?|[()]', '', 'g')"


# Written alike by every major version of the server; the names of NOT NULL constraints (18) are left out.
_SHAPE = (
    f"""SELECT concat_ws(' ', 'column', relname, attname, format_type(atttypid, atttypmod), attnotnull)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE {_OURS} AND attnum > 0 AND NOT attisdropped""",
    f"SELECT concat_ws(' ', 'table', relname, relrowsecurity, relforcerowsecurity, relpersistence) FROM pg_class WHERE {_OURS}",
    """SELECT concat_ws(' ', 'constraint', conrelid::regclass, conname, contype, convalidated)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid <> 0""",
    f"SELECT 'index ' || {_plain('indexdef')} FROM pg_indexes WHERE schemaname = 'public'",
    """SELECT concat_ws(' ', 'trigger', tgrelid::regclass, tgname, tgenabled, tgtype)
        FROM pg_trigger WHERE NOT tgisinternal""",
    f"""SELECT concat_ws(' ', 'policy', tablename, policyname, cmd, array_to_string(roles, ','), {_plain("qual")}, {_plain("with_check")})
        FROM pg_policies WHERE schemaname = 'public'""",
    """SELECT concat_ws(' ', 'function', p.oid::regprocedure, prosecdef, md5(prosrc))
        FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND prokind IN ('f', 'p')
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')""",
    """SELECT concat_ws(' ', 'rights', c.relname, coalesce(g.rolname, 'public'), a.privilege_type)
        FROM pg_class c, aclexplode(c.relacl) a LEFT JOIN pg_roles g ON g.oid = a.grantee
        WHERE c.relnamespace = 'public'::regnamespace AND a.grantee <> c.relowner""",
)
