# SPDX-License-Identifier: Apache-2.0
"""One bridge a source: who holds its advisory lock works, and writes on the very connection that holds it.

The lock is of the session, so PostgreSQL lets it go when the holder's connection ends, however it ends; and whoever lost
the connection cannot commit any more. A machine that vanished is noticed by keep-alives within six seconds.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.db import connections
from psycopg.conninfo import make_conninfo

LOOK_EVERY_S = 1.0
_SPACE = 0x736F7572  # "sour": keeps these locks apart from other advisory locks
# Both ends notice a peer that is gone without a word: 2 s of silence, then two questions 2 s apart.
_ALIVE: dict[str, Any] = {
    "keepalives_idle": 2,
    "keepalives_interval": 2,
    "keepalives_count": 2,
    "tcp_user_timeout": 6_000,
    "connect_timeout": 5,
}
_ALIVE_THERE = """
    SELECT set_config('tcp_keepalives_idle', '2', false), set_config('tcp_keepalives_interval', '2', false),
           set_config('tcp_keepalives_count', '2', false), set_config('tcp_user_timeout', '6000', false)
"""


def our_address() -> str:
    """Where this process's own connections go, with all that they are told (that they see every row)."""
    asked = connections["default"].get_connection_params()
    wanted = ("dbname", "user", "password", "host", "port", "options", "sslmode", "sslrootcert")
    return make_conninfo(**{name: asked[name] for name in wanted if asked.get(name)})


@contextmanager
def holding(address: str, source: str, stopping: threading.Event) -> Iterator[psycopg.Connection[Any] | None]:
    """A connection (no transaction open) that holds the lock of ``source``; waits for it. None when told to stop first.

    Raises psycopg.OperationalError where the database is away.
    """
    with psycopg.connect(address, **_ALIVE, application_name=f"belltower bridge {source}"[:63]) as connection:
        connection.execute(_ALIVE_THERE)
        while not _took(connection, source):
            connection.rollback()
            if stopping.wait(LOOK_EVERY_S):
                yield None
                return
        connection.commit()
        yield connection


def _took(connection: psycopg.Connection[Any], source: str) -> bool:
    row = connection.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [_SPACE, source]).fetchone()
    return bool(row and row[0])
