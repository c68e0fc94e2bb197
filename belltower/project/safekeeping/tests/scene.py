# SPDX-License-Identifier: Apache-2.0
"""A small installation to save: a database of its own with rows in many tables, files, a lake, keys."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from belltower.core.ledger.heads import TreeHead
from belltower.core.ledger.keys import ALGORITHM, SigningKey
from belltower.project.safekeeping import keys, snapshot
from belltower.project.safekeeping.manifest import Contents
from belltower.project.safekeeping.taking import Source

_numbers = itertools.count(1)
# Plain SQL: nothing here rests on actions of other rooms. What the ledger asks of a writer is said by the connection.
_SAYS = " ".join(
    f"-c belltower.{name}={value}"
    for name, value in {
        "sees": "all", "actor": "system:scene", "what": "scene.fill", "action": "00000000-0000-7000-8000-000000000001",
    }.items()
)  # fmt: skip
_PARTY = "INSERT INTO places_party (uid, key, kind, name, credit_code) VALUES (gen_random_uuid(), 'lighting', 'enterprise', '{\"zh\": \"照明\"}', '')"
_ASSETS = """
    INSERT INTO places_asset (uid, kind, key, life, lon, lat, fields, source, valid_from, recorded_at, recorded_by)
    SELECT gen_random_uuid(), 'street_light', 'L-' || n, 'in_service', 112.5 + n * 1e-5, 26.9,
           jsonb_build_object('height', n %% 12, 'note', md5(n::text)), 'scene', '2024-01-01Z', '2026-01-01Z', 'scene'
    FROM generate_series(%s::int, %s::int) AS n
"""
_EDIT = """
    UPDATE places_asset SET fields = fields || '{"lamp": "LED"}', recorded_at = recorded_at + interval '1 minute'
    WHERE key = ANY (%s)
"""


def server() -> str:
    """The test run's server, as superuser, for making databases."""
    return os.environ["BELLTOWER_TEST_SERVER"].replace("belltower@/belltower?", "postgres@/postgres?")


def make_database(*, template: str | None = "template_ready") -> str:
    """The address (as owner) of a new database on the test run's server: migrated, or with None empty."""
    name = f"safekeeping_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(server(), autocommit=True) as admin:
        copied = f"TEMPLATE {template} " if template else ""
        admin.execute(f"CREATE DATABASE {name} {copied}OWNER belltower")
    return os.environ["BELLTOWER_TEST_SERVER"].replace("@/belltower?", f"@/{name}?")


@dataclass
class Town:
    """The installation, and what may happen in it."""

    source: Source

    @property
    def home(self) -> Path:
        return self.source.home

    def connect(self) -> psycopg.Connection:
        """A connection whose writes say who writes."""
        return psycopg.connect(self.source.url, options=_SAYS)

    def add_assets(self, first: int, last: int) -> None:
        """Street lights with these numbers."""
        with self.connect() as connection:
            connection.execute(_ASSETS, [first, last])

    def edit(self, *numbers: int) -> None:
        """Give these lights a field more; what they were before is kept by the database."""
        with self.connect() as connection:
            connection.execute(_EDIT, [[f"L-{number}" for number in numbers]])

    def sign(self) -> None:
        """Put the ledger in order and sign its head, as workers do every few seconds."""
        key = SigningKey(self.home / "ledger-key")
        with self.connect() as connection:
            connection.execute("SELECT ledger_sequence(100000)")
            row = connection.execute(
                "SELECT count(*), ledger_root(string_agg(hash, ''::bytea ORDER BY position)) FROM ledger_leaf"
            ).fetchone()
            assert row
            head = TreeHead(row[0], row[1], datetime.now(UTC), ALGORITHM, key.name, b"")
            connection.execute(
                "INSERT INTO ledger_head (size, root, at, algorithm, key, signature) VALUES (%s, %s, %s, %s, %s, %s)",
                [head.size, head.root, head.at, head.algorithm, head.key, key.sign(head.text)],
            )

    def put_file(self, path: str, content: bytes) -> Path:
        """A file in the home."""
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file

    def contents(self) -> Contents:
        """What the database holds now."""
        return contents_of(self.source.url)


def contents_of(url: str) -> Contents:
    with psycopg.connect(url, options="-c belltower.sees=all") as connection:
        return snapshot.contents(connection)


def rows_of(url: str, table: str) -> list[str]:
    """Every row of a table as text, in order."""
    with psycopg.connect(url, options="-c belltower.sees=all") as connection:
        return [row for (row,) in connection.execute(f"SELECT t::text FROM {table} t ORDER BY 1")]


def build(home: Path) -> Iterator[Town]:
    """A town with 3,000 lights, three files and its keys."""
    home.mkdir(parents=True)
    (home / keys.SECRET).write_text("the secret of this town, long enough to be one")
    SigningKey(home / "ledger-key")
    url = make_database()
    town = Town(Source(home, url, keys.held(home, (home / keys.SECRET).read_text())))
    with town.connect() as connection:
        connection.execute(_PARTY)
    town.add_assets(1, 3000)
    town.edit(*range(1, 50))
    town.sign()
    town.put_file("files/loads/ab/abcd.csv", b"key,lon,lat\nL-1,112.5,26.9\n" * 5000)
    town.put_file("files/attachments/cd/cdef", os.urandom(300_000))
    town.put_file("lake/day=2026-01-01/part.parquet", os.urandom(50_000))
    yield town
    with psycopg.connect(server(), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE {psycopg.conninfo.conninfo_to_dict(url)['dbname']} WITH (FORCE)")
