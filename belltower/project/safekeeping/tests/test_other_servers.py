# SPDX-License-Identifier: Apache-2.0
"""Backups move between versions of PostgreSQL, upwards; a server that is older than the saved one is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from belltower.project.postgres import Postgres, embedded_programs
from belltower.project.postgres_folder import major_version
from belltower.project.safekeeping import dumping, keys, restoring, snapshot, taking
from belltower.project.safekeeping.errors import ProgramFailed, UnfitForRestore
from belltower.project.safekeeping.tests.scene import Town, contents_of, rows_of
from belltower.project.tests.keeper import QUICK

LID = keys.Lid(passphrase="bell and drum")
COMPARED = ("places_asset", "places_asset_past", "places_party", "ledger_entry", "ledger_leaf", "ledger_head")


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Postgres]:
    """A running server of Debian's older version."""
    found = [
        programs
        for programs in sorted(Path("/usr/lib/postgresql").glob("*/bin"))
        if int(major_version(programs)) < int(major_version(embedded_programs()))
    ]
    if not found:
        pytest.skip("Debian's PostgreSQL is not older than ours")
    with Postgres(tmp_path / "older" / "postgres", programs=found[0], settings=QUICK) as server:
        yield server


def moved(town: Town, to: Postgres) -> Town:
    """The town on another server, as a bureau's own would hold it."""
    with snapshot.taken(town.source.url) as moment:
        parts = dumping.dump(town.source.url, snapshot=moment.name, server=moment.server)
        dumping.restore(parts, to.url())
    return Town(taking.Source(town.home, to.url(), town.source.keys))


@pytest.mark.server
@pytest.mark.debian
def test_a_city_of_an_older_server_comes_back_on_ours_and_its_ledger_verifies(
    town: Town, older: Postgres, tmp_path: Path
) -> None:
    """The way from a bureau's PostgreSQL 15 to the embedded one, and from one year's to the next."""
    before = moved(town, older)
    made = taking.take(before.source, tmp_path / "backups", lid=LID)
    assert made.server // 10000 == int(major_version(older.programs))
    home = tmp_path / "home"
    restoring.restore(tmp_path / "backups", made.id, home, held=town.source.keys)
    with Postgres(home / "postgres", settings=QUICK) as ours:
        assert contents_of(ours.url()) == made.contents
        for table in COMPARED:
            assert rows_of(ours.url(), table) == rows_of(before.source.url, table)


@pytest.mark.server
@pytest.mark.debian
def test_a_city_of_an_older_server_comes_back_on_another_such_server(
    town: Town, older: Postgres, tmp_path: Path
) -> None:
    """With our newer programs: what only newer servers know is left out of what is said to it."""
    before = moved(town, older)
    made = taking.take(before.source, tmp_path / "backups", lid=LID)
    with psycopg.connect(older.url("postgres", user="postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE again OWNER belltower")
    restoring.restore(tmp_path / "backups", made.id, tmp_path / "home", held=town.source.keys, url=older.url("again"))
    assert contents_of(older.url("again")) == made.contents


@pytest.mark.server
@pytest.mark.debian
def test_an_older_server_than_the_saved_one_is_refused(town: Town, older: Postgres, tmp_path: Path) -> None:
    made = taking.take(town.source, tmp_path / "backups", lid=LID)
    with pytest.raises(UnfitForRestore, match="the server is PostgreSQL"):
        restoring.restore(tmp_path / "backups", made.id, tmp_path / "home", held=town.source.keys, url=older.url())
    assert not (tmp_path / "home").exists()


@pytest.mark.server
@pytest.mark.debian
def test_programs_that_are_older_than_the_server_are_refused_by_name(
    town: Town, older: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BELLTOWER_PG_BIN", str(older.programs))
    with pytest.raises(ProgramFailed, match="BELLTOWER_PG_BIN"):
        taking.take(town.source, tmp_path / "backups", lid=LID)
