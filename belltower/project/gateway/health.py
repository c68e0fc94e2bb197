# SPDX-License-Identifier: Apache-2.0
"""Whether this installation is alive and ready, for load balancers and `belltower doctor`."""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

WORKER_SILENT_AFTER_S = 30


@dataclass(frozen=True, slots=True)
class Readiness:
    """What must hold before traffic is let in."""

    database: bool
    migrations: bool
    worker: bool

    @property
    def is_ready(self) -> bool:
        return self.database and self.migrations and self.worker

    def as_json(self) -> dict[str, bool]:
        """For /readyz."""
        return {"ready": self.is_ready, "database": self.database, "migrations": self.migrations, "worker": self.worker}


async def readiness(url: str, *, expected_migrations: frozenset[tuple[str, str]]) -> Readiness:
    """Look at the database behind ``url``: it answers, every expected migration is applied, a worker is alive."""
    try:
        async with await psycopg.AsyncConnection.connect(url, connect_timeout=2, autocommit=True) as connection:
            applied = await (await connection.execute("SELECT app, name FROM django_migrations")).fetchall()
            alive = await (
                await connection.execute(
                    "SELECT count(*) FROM procrastinate_workers"
                    " WHERE last_heartbeat > now() - make_interval(secs => %s)",
                    [WORKER_SILENT_AFTER_S],
                )
            ).fetchone()
    except psycopg.errors.UndefinedTable:
        return Readiness(database=True, migrations=False, worker=False)
    except psycopg.Error:
        return Readiness(database=False, migrations=False, worker=False)
    return Readiness(database=True, migrations=expected_migrations <= set(applied), worker=bool(alive and alive[0]))
