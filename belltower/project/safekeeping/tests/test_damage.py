# SPDX-License-Identifier: Apache-2.0
"""A damaged backup is refused with the reason, by verify and by restore, and nothing is touched."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from belltower.kernel.errors import Refusal
from belltower.project.safekeeping import checking, keys, manifest, restoring, taking
from belltower.project.safekeeping.errors import DamagedBackup, NoBackup
from belltower.project.safekeeping.manifest import DATABASE, Manifest
from belltower.project.safekeeping.store import Store
from belltower.project.safekeeping.tests.scene import Town, build

LID = keys.Lid(passphrase="bell and drum")


def chunk_of_database(folder: Path, made: Manifest) -> Path:
    [saved] = [one for one in checking.files_of(Store(folder), made) if one.path == DATABASE]
    return Store(folder).path(saved.chunks[len(saved.chunks) // 2])


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def flip_a_bit(folder: Path, made: Manifest) -> None:
    path = chunk_of_database(folder, made)
    flip(path, path.stat().st_size // 2)


def lose_a_chunk(folder: Path, made: Manifest) -> None:
    chunk_of_database(folder, made).unlink()


def cut_a_chunk_off(folder: Path, made: Manifest) -> None:
    path = chunk_of_database(folder, made)
    path.write_bytes(path.read_bytes()[:-7])


def empty_a_chunk(folder: Path, made: Manifest) -> None:
    chunk_of_database(folder, made).write_bytes(b"")


def put_another_chunk_in_its_place(folder: Path, made: Manifest) -> None:
    """Whole in itself, but not what its name says."""
    other = Store(folder).path(made.catalogue.chunks[0])
    chunk_of_database(folder, made).write_bytes(other.read_bytes())


def flip_a_bit_of_the_list(folder: Path, made: Manifest) -> None:
    flip(Store(folder).path(made.catalogue.chunks[0]), 20)


def lose_the_list(folder: Path, made: Manifest) -> None:
    Store(folder).path(made.catalogue.chunks[0]).unlink()


def change_a_count(folder: Path, made: Manifest) -> None:
    path = manifest.place(folder, made.id)
    path.write_text(path.read_text().replace('"places_asset": 3000', '"places_asset": 3001'))


def write_the_manifest_anew(folder: Path, made: Manifest) -> None:
    """With a right digest, by somebody who has not got the installation's key."""
    path = manifest.place(folder, made.id)
    kept = json.loads(path.read_text())
    kept["manifest"]["contents"]["tables"]["places_asset"] = 3001
    kept["digest"] = manifest._digest(kept["manifest"])
    path.write_text(json.dumps(kept))


def cut_the_manifest_off(folder: Path, made: Manifest) -> None:
    path = manifest.place(folder, made.id)
    path.write_text(path.read_text()[:-100])


def take_the_manifest_of_another_day(folder: Path, made: Manifest) -> None:
    path = manifest.place(folder, made.id)
    path.with_name("20200101T000000Z-000000.json").write_bytes(path.read_bytes())
    path.unlink()


def lose_the_sealed_keys(folder: Path, made: Manifest) -> None:
    checking.sealed_keys(folder, made).unlink()


def take_sealed_keys_of_another(folder: Path, made: Manifest) -> None:
    other = {keys.SECRET: b"another installation's"}
    checking.sealed_keys(folder, made).write_bytes(keys.seal(other, LID, backup=made.id))


DAMAGES = [
    flip_a_bit, lose_a_chunk, cut_a_chunk_off, empty_a_chunk, put_another_chunk_in_its_place, flip_a_bit_of_the_list,
    lose_the_list, change_a_count, write_the_manifest_anew, cut_the_manifest_off, take_the_manifest_of_another_day,
    lose_the_sealed_keys, take_sealed_keys_of_another,
]  # fmt: skip


@pytest.fixture(scope="module")
def saved(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """One backup for all damages; each test works on a copy."""
    place = tmp_path_factory.mktemp("saved")
    for town in build(place / "town"):
        yield town, place / "backups", taking.take(town.source, place / "backups", lid=LID)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_damage_is_found_named_and_refused_before_anything_is_touched(
    saved: tuple[Town, Path, Manifest], tmp_path: Path, damage: Callable[[Path, Manifest], None]
) -> None:
    town, whole, made = saved
    folder = copied(whole, tmp_path / "backups")
    damage(folder, made)
    id = made.id if manifest.place(folder, made.id).exists() else manifest.ids(folder)[-1]
    with pytest.raises(DamagedBackup) as found:
        checking.check(folder, id, secret=town.source.secret)
    assert len(found.value.say("zh")) > 20
    assert found.value.facts["reason"]
    with pytest.raises(Refusal) as refused:
        restoring.restore(folder, id, tmp_path / "home", held=town.source.keys)
    assert refused.value.code == "damaged_backup"
    assert not (tmp_path / "home").exists()


def test_the_whole_one_is_not_called_damaged(saved: tuple[Town, Path, Manifest]) -> None:
    town, folder, made = saved
    assert checking.check(folder, made.id, secret=town.source.secret) == made
    assert checking.check(folder, made.id) == made


@pytest.mark.parametrize("seed", range(20))
def test_a_flipped_bit_anywhere_is_found(saved: tuple[Town, Path, Manifest], tmp_path: Path, seed: int) -> None:
    """In any chunk, at any place, whichever bit; behind the frame's header, which has a bit that means nothing (RFC 8878)."""
    chance = random.Random(seed)
    _town, whole, made = saved
    folder = copied(whole, tmp_path / "backups")
    path = chance.choice(sorted((folder / "chunks").rglob("*.zst")))
    content = bytearray(path.read_bytes())
    at = chance.randrange(6, len(content))
    content[at] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    with pytest.raises(DamagedBackup):
        checking.check(folder, made.id)


def test_a_list_of_files_that_leads_out_of_the_home_is_refused(
    tmp_path: Path, saved: tuple[Town, Path, Manifest]
) -> None:
    """Even where whoever wrote it holds the keys."""
    town, whole, made = saved
    folder = copied(whole, tmp_path / "backups")
    files = list(checking.files_of(Store(folder), made))
    strange = [replace(one, path="home/files/../../../outside") if "cdef" in one.path else one for one in files]
    listed = Store(folder).put(one.as_line() for one in strange)
    catalogue = replace(made.catalogue, size=listed.size, sha256=listed.sha256, chunks=listed.chunks)
    manifest.write(folder, replace(made, catalogue=catalogue), secret=town.source.secret)
    with pytest.raises(DamagedBackup, match="strange place"):
        restoring.restore(folder, made.id, tmp_path / "home", held=town.source.keys)
    assert not (tmp_path / "home").exists()


def test_where_no_backup_is_none_is_found(tmp_path: Path) -> None:
    with pytest.raises(NoBackup):
        manifest.latest(tmp_path)


def copied(whole: Path, to: Path) -> Path:
    return Path(shutil.copytree(whole, to))
