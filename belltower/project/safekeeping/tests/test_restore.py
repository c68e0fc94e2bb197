# SPDX-License-Identifier: Apache-2.0
"""A backup comes back as it was: head, counts, rows, files, keys; or not at all."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from belltower.project.postgres import Postgres
from belltower.project.safekeeping import checking, keys, mark, restoring, snapshot, taking
from belltower.project.safekeeping.errors import HalfRestored, NotAnEmptyHome, NotAsItWas, OtherKeys, UnfitForRestore
from belltower.project.safekeeping.manifest import Manifest
from belltower.project.safekeeping.tests.scene import Town, contents_of, make_database, rows_of, server

LID = keys.Lid(passphrase="bell and drum")


def save(town: Town, to: Path) -> Manifest:
    return taking.take(town.source, to, lid=LID)


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_city_comes_back_in_another_folder_as_it_was(town: Town, tmp_path: Path) -> None:
    """Onto a server of its own, as on another machine: counts, head, shape, each row, each file, the keys."""
    made = save(town, tmp_path / "backups")
    sealed = checking.sealed_keys(tmp_path / "backups", made).read_bytes()
    held = keys.open_sealed(sealed, keys.Opener(passphrase="bell and drum"), backup=made.id)
    home = tmp_path / "elsewhere" / "home"
    restoring.restore(tmp_path / "backups", made.id, home, held=held)
    with Postgres(home / "postgres") as its:
        assert contents_of(its.url()) == town.contents() == made.contents
        for table in ("places_asset", "places_asset_past", "places_party", "django_migrations"):
            assert rows_of(its.url(), table) == rows_of(town.source.url, table)
    for folder in ("files", "lake"):
        assert files_below(home / folder) == files_below(town.home / folder)
    assert (home / "ledger-key").read_bytes() == (town.home / "ledger-key").read_bytes()
    assert (home / keys.SECRET).read_text() == town.source.secret
    mark.refuse_half_restored(home)


def test_it_comes_back_into_the_empty_database_of_another_server(town: Town, tmp_path: Path) -> None:
    made = save(town, tmp_path / "backups")
    url = make_database(template=None)
    restoring.restore(tmp_path / "backups", made.id, tmp_path / "home", held=town.source.keys, url=url)
    assert contents_of(url) == town.contents()
    assert not (tmp_path / "home" / "postgres").exists()


def test_rules_of_the_database_hold_after_it(town: Town, tmp_path: Path) -> None:
    """Triggers and policies are there and work: nothing is deleted, and the past is kept."""
    made = save(town, tmp_path / "backups")
    url = make_database(template=None)
    restoring.restore(tmp_path / "backups", made.id, tmp_path / "home", held=town.source.keys, url=url)
    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.RaiseException, match="nothing is deleted"):
        connection.execute("DELETE FROM places_asset")
    again = Town(taking.Source(tmp_path / "home", url, town.source.keys))
    again.edit(100)
    assert contents_of(url).tables["places_asset_past"] == made.contents.tables["places_asset_past"] + 1
    with psycopg.connect(url) as new, psycopg.connect(town.source.url) as old:
        assert snapshot.lines_of_shape(new) == snapshot.lines_of_shape(old)


def test_the_ledger_of_a_restored_city_verifies_and_a_forged_one_does_not(town: Town, tmp_path: Path) -> None:
    """Somebody changed a row past the ledger before the backup: the restore says so, and the home keeps its mark."""
    made = save(town, tmp_path / "backups")
    assert made.contents.head
    assert made.contents.head.size > 3
    assert made.contents.head.pending == 0
    name = psycopg.conninfo.conninfo_to_dict(town.source.url)["dbname"]
    with psycopg.connect(server().replace("/postgres?", f"/{name}?")) as forger:
        forger.execute("SET session_replication_role = replica")
        forger.execute("UPDATE places_asset SET life = 'retired' WHERE key = 'L-7'")
    forged = save(town, tmp_path / "backups")
    with pytest.raises(NotAsItWas, match="places_asset"):
        restoring.restore(
            tmp_path / "backups", forged.id, tmp_path / "home", held=town.source.keys, url=make_database(template=None)
        )
    with pytest.raises(HalfRestored):
        mark.refuse_half_restored(tmp_path / "home")


def test_sessions_stay_behind(town: Town, tmp_path: Path) -> None:
    """Who was signed out stays signed out, and a stolen backup opens no door."""
    with town.connect() as connection:
        connection.execute("INSERT INTO django_session VALUES ('of-a-thief', 'x', now() + interval '1 day')")
    made = save(town, tmp_path / "backups")
    url = make_database(template=None)
    restoring.restore(tmp_path / "backups", made.id, tmp_path / "home", held=town.source.keys, url=url)
    assert rows_of(url, "django_session") == []


def test_a_home_in_use_is_refused_untouched(town: Town, tmp_path: Path) -> None:
    made = save(town, tmp_path / "backups")
    before = files_below(town.home)
    with pytest.raises(NotAnEmptyHome):
        restoring.restore(tmp_path / "backups", made.id, town.home, held=town.source.keys)
    assert files_below(town.home) == before


def test_a_database_in_use_is_refused_and_the_home_stays_empty(town: Town, tmp_path: Path) -> None:
    made = save(town, tmp_path / "backups")
    with pytest.raises(UnfitForRestore, match="not empty"):
        restoring.restore(tmp_path / "backups", made.id, tmp_path / "home", held=town.source.keys, url=town.source.url)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("wrong", [{}, {keys.SECRET: b"another town's secret"}, "without the ledger's"])
def test_keys_of_another_installation_are_refused(town: Town, tmp_path: Path, wrong: dict[str, bytes] | str) -> None:
    made = save(town, tmp_path / "backups")
    held = {keys.SECRET: town.source.keys[keys.SECRET]} if isinstance(wrong, str) else wrong
    with pytest.raises(OtherKeys):
        restoring.restore(tmp_path / "backups", made.id, tmp_path / "home", held=held)
    assert not (tmp_path / "home").exists()


def test_an_interrupted_restore_is_known_as_one(town: Town, tmp_path: Path) -> None:
    made = save(town, tmp_path / "backups")

    def stop(done: int, total: int | None, doing: object) -> None:
        if doing is restoring.FILLING:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        restoring.restore(tmp_path / "backups", made.id, tmp_path / "home", held=town.source.keys, progress=stop)
    with pytest.raises(HalfRestored, match=made.id):
        mark.refuse_half_restored(tmp_path / "home")
    with pytest.raises(HalfRestored):
        restoring.restore(tmp_path / "backups", made.id, tmp_path / "home", held=town.source.keys)
