# SPDX-License-Identifier: Apache-2.0
"""Taking backups: of one moment whatever is written meanwhile, only what is new, and never a half one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from belltower.project.safekeeping import checking, keeping, keys, manifest, restoring, taking
from belltower.project.safekeeping.errors import BackupUnderWay, DamagedBackup, NotABackupFolder
from belltower.project.safekeeping.manifest import DATABASE
from belltower.project.safekeeping.store import Store
from belltower.project.safekeeping.tests.scene import Town, contents_of, make_database, rows_of

LID = keys.Lid(passphrase="bell and drum")


def save(town: Town, to: Path) -> manifest.Manifest:
    return taking.take(town.source, to, lid=LID)


def test_a_second_backup_stores_only_what_is_new(town: Town, tmp_path: Path) -> None:
    """60,000 lights, one edited and one new picture: nearly all chunks are shared."""
    town.add_assets(3001, 60_000)
    town.put_file("files/attachments/11/1111", os.urandom(3_000_000))
    first = save(town, tmp_path / "backups")
    town.edit(30_000)
    town.put_file("files/attachments/22/2222", os.urandom(10_000))
    second = save(town, tmp_path / "backups")
    assert first.shared < 0.1
    assert second.shared > 0.8
    assert second.new_on_disk < first.new_on_disk / 4
    checking.check(tmp_path / "backups", first.id, secret=town.source.secret)
    checking.check(tmp_path / "backups", second.id, secret=town.source.secret)


def test_writers_during_a_backup_do_not_tear_it(town: Town, tmp_path: Path) -> None:
    """Every edit writes the light and its past in one transaction; the backup has both or neither, and its own counts."""
    is_over = threading.Event()
    written = []

    def write() -> None:
        number = 3001
        while not is_over.is_set():
            town.add_assets(number, number + 50)
            town.edit(*range(number, number + 50))
            number += 51
            written.append(number)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        made = [save(town, tmp_path / "backups") for _ in range(3)]
    finally:
        is_over.set()
        writer.join()
    assert len(written) > 3, "somebody wrote meanwhile"
    for one in made:
        url = make_database(template=None)
        restoring.restore(tmp_path / "backups", one.id, tmp_path / one.id, held=town.source.keys, url=url)
        counts = contents_of(url).tables
        assert counts == one.contents.tables
        edited = [row for row in rows_of(url, "places_asset") if "lamp" in row]
        assert len(edited) == counts["places_asset_past"]
    assert made[0].contents.tables["places_asset"] < made[2].contents.tables["places_asset"]


def test_a_file_that_vanishes_or_grows_meanwhile_stops_nothing(town: Town, tmp_path: Path) -> None:
    growing = town.put_file("files/tmpgrowing", b"x" * 100_000)
    gone = town.put_file("files/tmpgone", b"x" * 100)
    is_first = True

    def meanwhile(done: int, total: int | None, doing: object) -> None:
        nonlocal is_first
        if doing is taking.COPYING:
            gone.unlink(missing_ok=True)
            with growing.open("ab") as file:
                file.write(b"x" * 1000)
            is_first = False

    made = taking.take(town.source, tmp_path / "backups", lid=LID, progress=meanwhile)
    paths = {saved.path for saved in checking.files_of(Store(tmp_path / "backups"), made)}
    assert not is_first
    assert "home/files/tmpgone" not in paths
    checking.check(tmp_path / "backups", made.id, secret=town.source.secret)


def test_attachments_kept_on_another_disk_are_in_it_and_come_back_into_the_home(town: Town, tmp_path: Path) -> None:
    (tmp_path / "disk" / "ab").mkdir(parents=True)
    (tmp_path / "disk" / "ab" / "abcd").write_bytes(b"a picture")
    source = replace(town.source, elsewhere={"files/attachments": tmp_path / "disk"}, out_of_reach=("a bucket",))
    made = taking.take(source, tmp_path / "backups", lid=LID)
    assert made.left_out == ("a bucket",)
    home = tmp_path / "home"
    restoring.restore(tmp_path / "backups", made.id, home, held=town.source.keys, url=make_database(template=None))
    assert (home / "files" / "attachments" / "ab" / "abcd").read_bytes() == b"a picture"


def test_a_link_is_left_out_by_name(town: Town, tmp_path: Path) -> None:
    (town.home / "files" / "link").symlink_to("/etc/passwd")
    assert save(town, tmp_path / "backups").left_out == ("home/files/link",)


_TAKE = """
import os, sys
from pathlib import Path
from belltower.project.safekeeping import keys, taking
home, url, to = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
def tell(done, total, doing):
    print(doing.en, flush=True)
source = taking.Source(home, url, keys.held(home, (home / keys.SECRET).read_text()))
taking.take(source, to, lid=keys.Lid(passphrase="bell and drum"), progress=tell)
"""


@pytest.mark.parametrize(
    "at", [taking.DUMPING, taking.COPYING, taking.REREADING], ids=lambda text: text.en.split(" (")[0]
)
def test_a_kill_leaves_the_last_good_one_and_no_half_one(town: Town, tmp_path: Path, at: object) -> None:
    folder = tmp_path / "backups"
    good = save(town, folder)
    town.add_assets(3001, 20_000)
    town.put_file("files/attachments/33/3333", os.urandom(2_000_000))
    command = [sys.executable, "-c", _TAKE, str(town.home), town.source.url, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as taker:
        assert taker.stdout
        for line in taker.stdout:
            if line.strip() == at.en:  # type: ignore[attr-defined]
                break
        taker.send_signal(signal.SIGKILL)
    assert manifest.ids(folder) == [good.id]
    checking.check(folder, good.id, secret=town.source.secret)
    after = save(town, folder)
    assert manifest.ids(folder) == [good.id, after.id]
    keeping.keep(folder, most=5)
    assert not list(folder.rglob("*.part")), "halves are swept"
    for one in (good, after):
        checking.check(folder, one.id, secret=town.source.secret)


def test_two_at_once_are_refused(town: Town, tmp_path: Path) -> None:
    with Store(tmp_path / "backups").alone(), pytest.raises(BackupUnderWay):
        save(town, tmp_path / "backups")


def test_a_folder_with_something_else_in_it_is_refused(town: Town, tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "cat.jpg").write_bytes(b"cat")
    with pytest.raises(NotABackupFolder):
        save(town, tmp_path / "photos")
    assert [path.name for path in (tmp_path / "photos").iterdir()] == ["cat.jpg"]


def test_backups_of_another_installation_are_not_mixed_in(town: Town, tmp_path: Path) -> None:
    save(town, tmp_path / "backups")
    other = taking.Source(town.home, town.source.url, {keys.SECRET: b"another secret"})
    with pytest.raises(NotABackupFolder):
        taking.take(other, tmp_path / "backups", lid=LID)


def test_a_folder_inside_what_is_saved_is_refused(town: Town) -> None:
    with pytest.raises(NotABackupFolder):
        save(town, town.home / "files" / "backups")


def test_a_chunk_that_went_bad_is_found_by_the_next_backup_and_mended_by_the_one_after(
    town: Town, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    first = save(town, folder)
    [dump] = [one for one in checking.files_of(Store(folder), first) if one.path == DATABASE]
    bad = Store(folder).path(dump.chunks[1])
    bad.write_bytes(b"rotten")
    with pytest.raises(DamagedBackup):
        save(town, folder)
    assert manifest.ids(folder) == [first.id]
    second = save(town, folder)
    for one in (first, second):
        checking.check(folder, one.id, secret=town.source.secret)


def test_retention_never_takes_a_chunk_in_use(town: Town, tmp_path: Path) -> None:
    """Six backups, two kept: each restores; what only the old ones had is gone from the disk."""
    folder = tmp_path / "backups"
    only_once = town.put_file("files/attachments/44/4444", os.urandom(500_000))
    made = []
    for number in range(6):
        made.append(save(town, folder))
        only_once.unlink(missing_ok=True)
        town.add_assets(10_000 + number * 300, 10_000 + number * 300 + 299)
    before = Store(folder).bytes_on_disk()
    swept = keeping.keep(folder, most=2)
    assert list(swept.gone) == [one.id for one in made[:4]]
    assert manifest.ids(folder) == [one.id for one in made[4:]]
    assert before - Store(folder).bytes_on_disk() >= 500_000
    for one in made[4:]:
        checking.check(folder, one.id, secret=town.source.secret)


def test_retention_stops_where_it_cannot_tell_what_is_needed(town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    made = [save(town, folder) for _ in range(3)]
    manifest.place(folder, made[0].id).write_text("{")
    before = len(list((folder / "chunks").rglob("*.zst")))
    swept = keeping.keep(folder, most=1)
    assert swept.because
    assert len(list((folder / "chunks").rglob("*.zst"))) == before
    checking.check(folder, made[2].id, secret=town.source.secret)


def test_a_backup_that_is_refused_by_the_server_is_none(town: Town, tmp_path: Path) -> None:
    """pg_dump is cut off in the middle: no manifest."""
    folder = tmp_path / "backups"
    killed = []

    def cut(done: int, total: int | None, doing: object) -> None:
        if doing is taking.DUMPING and not killed:
            with town.connect() as connection:
                killed.extend(
                    connection.execute(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pg_dump'"
                        " AND datname = current_database()"
                    ).fetchall()
                )

    town.add_assets(3001, 40_000)
    with pytest.raises(Exception, match="pg_dump"):
        taking.take(town.source, folder, lid=LID, progress=cut)
    assert killed
    assert manifest.ids(folder) == []


def test_no_key_lies_open_in_the_folder(town: Town, tmp_path: Path) -> None:
    """Neither in any file as it lies there, nor in any chunk unpacked."""
    made = save(town, tmp_path / "backups")
    secrets = list(town.source.keys.values())
    store = Store(tmp_path / "backups")
    unpacked = [store.read(path.stem) for path in (tmp_path / "backups" / "chunks").rglob("*.zst")]
    lying = [path.read_bytes() for path in (tmp_path / "backups").rglob("*") if path.is_file()]
    assert made.keys.keys() == town.source.keys.keys()
    assert not [secret for secret in secrets for content in [*unpacked, *lying] if secret in content]


def test_backups_of_one_second_are_in_order() -> None:
    """Retention goes by their names."""
    moment = datetime(2026, 1, 1, 23, 59, 59, 999_998, tzinfo=UTC)
    names = [manifest.new_id(moment + timedelta(microseconds=after)) for after in range(4)]
    assert names == sorted(set(names))
