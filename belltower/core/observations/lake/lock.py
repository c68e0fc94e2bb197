# SPDX-License-Identifier: Apache-2.0
"""The one lock of the lake: who closes days holds it alone, backups hold it together, so that none reads half a move."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

LOCK = 0x6C616B65  # "lake"


@contextmanager
def still(url: str) -> Iterator[None]:
    """While the block runs, no day moves into the lake and no file of it goes; a closing under way is waited for.

    ``url`` is the database's address. Raises psycopg.OperationalError.
    """
    with psycopg.connect(url, autocommit=True, application_name="belltower lake is still") as connection:
        connection.execute("SET statement_timeout = 0")
        connection.execute("SELECT pg_advisory_lock_shared(%s)", [LOCK])
        try:
            yield
        finally:
            # Closing alone would let go only when the server notices it, some time after this returns.
            connection.execute("SELECT pg_advisory_unlock_shared(%s)", [LOCK])
