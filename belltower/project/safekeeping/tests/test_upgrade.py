# SPDX-License-Identifier: Apache-2.0
"""From every released version with its data to this one, and back: tests/releases holds a small city of each."""

from __future__ import annotations

import lzma
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from belltower.project import database, migrating
from belltower.project.migrating import TablesBusy, migrate_giving_way
from belltower.project.postgres import Postgres
from belltower.project.safekeeping import dumping, mark, snapshot, upgrading
from belltower.project.safekeeping.errors import HalfUndone, NotAsItWas
from belltower.project.safekeeping.manifest import Contents
from belltower.project.safekeeping.tests.scene import contents_of, make_database
from belltower.project.tests.keeper import QUICK

ROOT = Path(__file__).parents[4]
RELEASES = sorted((ROOT / "tests" / "releases").glob("*.sql.xz"))
# What people know a city by, in columns that every version has.
KNOWN = {
    "assets": "SELECT uid, kind, key, life, encode(geometry, 'hex'), fields, valid_from, recorded_at, owner_id FROM places_asset",
    "past": "SELECT asset_id, life, fields, valid_from, recorded_at, superseded_at FROM places_asset_past",
    "areas": "SELECT uid, code, level, name, valid_from, valid_until FROM places_area",
    "parties": "SELECT uid, key, kind, name FROM places_party",
    "responsibilities": "SELECT party_id, role, area_id, kind, valid_from, valid_until FROM places_responsibility",
    "loads": "SELECT uid, file_name, stored_as, state FROM places_load",
    "people": "SELECT uid, username, password, party_id FROM access_user",
    "grants": "SELECT user_id, role, valid_from, valid_until FROM access_grant",
    "tokens": "SELECT uid, prefix, digest FROM access_token",
    "jobs": "SELECT uid, work, state, result FROM jobs_job",
}


def known(url: str) -> dict[str, list[Any]]:
    found = {}
    with psycopg.connect(url, options="-c belltower.sees=all") as connection:
        for noun, query in KNOWN.items():
            found[noun] = sorted(map(repr, connection.execute(query).fetchall()))
    return found


def fill(release: Path, url: str) -> None:
    dumping.restore([lzma.decompress(release.read_bytes())], url)


def shape_of(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        # conftest.py gives the template one function of its own.
        return {line for line in snapshot.lines_of_shape(connection) if "function test_as_owner" not in line}


@pytest.fixture
def unblocked(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


def test_there_is_a_city_of_the_released_version() -> None:
    assert [path.name for path in RELEASES] == ["0.1.0.sql.xz"]
    assert all(path.stat().st_size < 200_000 for path in RELEASES)


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_a_city_of_a_released_version_is_as_it_was_after_the_migrations(unblocked: None, release: Path) -> None:
    url = make_database(template=None)
    fill(release, url)
    before, rows = known(url), contents_of(url)
    assert len(before["assets"]) == 400
    assert len(before["past"]) == 40
    database.migrate_as_owner(url)
    assert known(url) == before
    after = contents_of(url)
    assert set(after.migrations) >= set(rows.migrations)
    upgrading.refuse_loss(rows, after)
    database.migrate_as_owner(url)  # once more changes nothing
    assert contents_of(url) == after


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name)
def test_an_upgraded_city_has_the_shape_of_a_new_one(unblocked: None, release: Path) -> None:
    """No path through the versions leaves another database than starting afresh."""
    url = make_database(template=None)
    fill(release, url)
    database.migrate_as_owner(url)
    assert shape_of(url) ^ shape_of(make_database()) == set()


def belltower(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BELLTOWER", "DATABASE"))}
    return subprocess.run(
        [sys.executable, "-m", "belltower", *arguments], capture_output=True, text=True, cwd=ROOT, timeout=240,
        env={**kept, "BELLTOWER_HOME": str(home)},
    )  # fmt: skip


@pytest.mark.server
def test_the_command_upgrades_a_city_and_takes_it_back(tmp_path: Path) -> None:
    """By its command line, on a server of its own: backup, migrations, comparison; then undone, and upgraded again."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with Postgres(home / "postgres", settings=QUICK) as server:
        fill(RELEASES[0], server.url())
        before, rows = known(server.url()), contents_of(server.url())

    upgraded = belltower(home, "upgrade")
    assert upgraded.returncode == 0, upgraded.stderr
    assert "--undo" in upgraded.stdout
    with Postgres(home / "postgres", settings=QUICK) as server:
        assert known(server.url()) == before
        assert len(contents_of(server.url()).migrations) > len(rows.migrations)
    assert "Nothing to do" in belltower(home, "upgrade").stdout

    undone = belltower(home, "upgrade", "--undo")
    assert undone.returncode == 0, undone.stderr
    assert "0.1.0" in undone.stdout
    [aside] = home.glob("postgres-upgraded-*")
    assert (aside / "data" / "PG_VERSION").exists()
    with Postgres(home / "postgres", settings=QUICK) as server:
        assert known(server.url()) == before
        assert contents_of(server.url()) == rows
    refused = belltower(home, "upgrade", "--undo")
    assert refused.returncode == 1
    assert "[nothing_to_undo]" in refused.stderr


def test_a_half_undone_home_is_not_served(tmp_path: Path) -> None:
    mark.put(tmp_path, mark.UNDO, "20260101T000000Z-000000")
    with pytest.raises(HalfUndone, match="--undo"):
        mark.refuse_half_restored(tmp_path)
    mark.take_away(tmp_path, mark.UNDO)
    mark.refuse_half_restored(tmp_path)


def counted(**tables: int) -> Contents:
    return Contents(tables=tables, head=None, shape="", migrations=())


def test_fewer_rows_than_before_are_refused_with_the_way_back() -> None:
    with pytest.raises(NotAsItWas, match=r"places_asset 3 → 2.*--undo"):
        upgrading.refuse_loss(counted(places_asset=3), counted(places_asset=2))


def test_what_is_made_anew_may_shrink_and_what_is_no_more_is_named() -> None:
    before = counted(procrastinate_jobs=3, places_asset=3, old_words=1, old_empty=0)
    assert upgrading.refuse_loss(before, counted(procrastinate_jobs=0, places_asset=4)) == ("old_words",)


class Busy:
    """A table that others hold for the first ``tries`` attempts."""

    def __init__(self, url: str, tries: int) -> None:
        self.holder = psycopg.connect(url)
        self.holder.execute("LOCK TABLE places_city")
        self.left = tries
        self.pauses: list[float] = []

    def sleep(self, pause: float) -> None:
        self.pauses.append(pause)
        self.left -= 1
        if self.left == 0:
            self.holder.close()


@pytest.fixture
def waiting(unblocked: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A database whose one missing migration wants a table."""
    url = make_database()
    monkeypatch.setattr(migrating, "LOCK_TIMEOUT_S", 0.1)

    def migrate(*_: object, **__: object) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE places_city ADD COLUMN of_a_test int")

    monkeypatch.setattr("django.core.management.call_command", migrate)
    with database._django_as(url):
        yield url


def test_a_migration_that_had_to_give_way_is_tried_again(waiting: str) -> None:
    busy = Busy(waiting, tries=2)
    migrate_giving_way(sleep=busy.sleep)
    assert busy.pauses == [1.0, 2.0]
    with psycopg.connect(waiting) as connection:
        connection.execute("SELECT of_a_test FROM places_city")


def test_one_that_never_finds_its_moment_says_so(waiting: str) -> None:
    busy = Busy(waiting, tries=99)
    try:
        with pytest.raises(TablesBusy):
            migrate_giving_way(pauses_s=(0.0, 0.0), sleep=busy.sleep)
        assert len(busy.pauses) == 2
    finally:
        busy.holder.close()
