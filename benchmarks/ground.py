# SPDX-License-Identifier: Apache-2.0
"""What every benchmark stands on: a database of its own with everyday durability, and one way to print figures."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg

if TYPE_CHECKING:
    from belltower.core.places.scope import Scope


@contextlib.contextmanager
def fresh_database() -> Iterator[Path]:
    """A new, migrated embedded database in a folder of its own, with the durability a real city has."""
    home = Path(tempfile.mkdtemp(prefix="belltower-bench-"))
    os.environ["BELLTOWER_HOME"] = str(home)
    os.environ.pop("DATABASE_URL", None)
    from belltower.project.database import ready

    try:
        with ready():
            yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


def owner() -> psycopg.Connection[Any]:
    """A connection that may make tables, each statement its own transaction; the application's role may not."""
    from belltower.project.installation import read
    from belltower.project.postgres import Postgres

    return psycopg.connect(Postgres(read().postgres_folder).url(), autocommit=True)


EVERYONE, ENTERPRISE = "everyone", "enterprise"


def viewers(arguments: list[str]) -> list[tuple[str, Scope]]:
    """Who asks: everyone, and the enterprise that owns the most; or the one that ``--as`` names."""
    from django.db import connection

    from belltower.core.places.scope import EVERYTHING, Scope

    with connection.cursor() as cursor:
        cursor.execute("SELECT owner_id FROM places_asset WHERE owner_id > 0 GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
        (owner,) = cursor.fetchone()
    known = {EVERYONE: EVERYTHING, ENTERPRISE: Scope(frozenset({owner}))}
    wanted = [arguments[arguments.index("--as") + 1]] if "--as" in arguments else list(known)
    return [(who, known[who]) for who in wanted]


def report(**figures: float | int | str) -> None:
    """The last line of a benchmark: one flat JSON object."""
    print(json.dumps(figures, ensure_ascii=False), flush=True)
