# SPDX-License-Identifier: Apache-2.0
"""Connections that only read, one a thread, each knowing whose rows it shows: a page is then one statement, one way there.

Elsewhere a scope holds for one transaction (core/places/scope.py). Here nothing is written, and a connection says who looks
again whenever that is another one than before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import psycopg

from belltower.core.places.scope import Scope, settings_of
from belltower.edges.features.errors import TooBroad

PATIENCE_MS = 8_000
"""How long a statement may take."""
# Every statement here walks an index in its order and stops after a page, whatever the values: one plan serves for all of
# them. Bitmaps read to the end before the first row comes.
_OPTIONS = (
    f"-c default_transaction_read_only=on -c statement_timeout={PATIENCE_MS} -c timezone=UTC -c jit=off"
    " -c plan_cache_mode=force_generic_plan -c enable_bitmapscan=off"
)
_PREPARE_AFTER = 0
_SAY = "SELECT set_config('belltower.' || said.name, said.value, false) FROM unnest(%s::text[], %s::text[]) AS said(name, value)"


class Connections:
    """The connections of a process's threads to the database at ``address()``."""

    def __init__(self, address: Callable[[], str]) -> None:
        self._address = address
        self._own = threading.local()

    def fetch(self, scope: Scope, sql: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        """All rows of a statement, as ``scope`` sees the tables. Raises TooBroad, the database's errors."""
        try:
            return self._fetched(scope, sql, values)
        except psycopg.errors.QueryCanceled:
            raise TooBroad from None
        except (psycopg.OperationalError, psycopg.InterfaceError):
            if self._forget():
                raise
            return self._fetched(scope, sql, values)  # the database was started anew since this thread last asked

    def _fetched(self, scope: Scope, sql: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        with self._as(scope).cursor(binary=True) as cursor:
            rows = cursor.execute(sql.encode(), dict(values)).fetchall()
        self._own.is_new = False
        return rows

    def _as(self, scope: Scope) -> psycopg.Connection[Any]:
        connection: psycopg.Connection[Any] | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = psycopg.connect(self._address(), autocommit=True, options=_OPTIONS)
            connection.prepare_threshold = _PREPARE_AFTER
            self._own.connection, self._own.scope, self._own.is_new = connection, None, True
        if self._own.scope != scope:
            self._own.scope = None
            said = settings_of(scope)
            connection.execute(_SAY, [list(said), list(said.values())])
            self._own.scope = scope
        return connection

    def _forget(self) -> bool:
        """Let this thread's connection go; whether it was a new one, so that asking again helps nothing."""
        connection = getattr(self._own, "connection", None)
        was_new: bool = getattr(self._own, "is_new", True)
        self._own.connection = None
        if connection is not None:
            connection.close()
        return was_new
