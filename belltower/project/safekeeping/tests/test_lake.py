# SPDX-License-Identifier: Apache-2.0
"""A backup holds every reading once: in a partition of its dump, or in a file that its manifest of the lake names."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings as django_settings

from belltower.core.observations.lake import files
from belltower.kernel.texts import Text
from belltower.project.safekeeping import keys, manifest, restoring, taking
from belltower.project.safekeeping.tests.scene import Town, make_database

LID = keys.Lid(passphrase="bell and drum")
_READINGS = """
    SELECT observations_make_day('2026-11-10');
    INSERT INTO observations_reading (id, stream, at, result_at, value)
        SELECT nextval('observations_reading_id'), n % 3, t, t, n
        FROM generate_series(1, 300) AS n, LATERAL (SELECT '2026-11-10Z'::timestamptz + n * interval '1 second') AS at (t)
"""


class Closer:
    """A process that closes the town's day when told, and answers how it ended."""

    def __init__(self, town: Town) -> None:
        url = f"{town.source.url}&options=-c%20belltower.sees%3Dall"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "belltower.core.observations.lake.tests.killed", str(town.home / "lake")],
            env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "belltower.project.settings"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def close(self) -> bool:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("2026-11-10 never\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip() == "0"


@pytest.fixture
def closer(town: Town) -> Iterator[Closer]:
    with town.connect() as connection:
        for statement in _READINGS.split(";"):
            connection.execute(statement)
    one = Closer(town)
    yield one
    one.process.communicate(timeout=30)


def restored(town: Town, to: Path, made: manifest.Manifest) -> tuple[str, Path]:
    url, home = make_database(template=None), to.parent / made.id
    restoring.restore(to, made.id, home, held=town.source.keys, url=url)
    return url, home


def holds(url: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[int, int]:
    """How many readings are in the database, and in files that its manifest names; each must be what was verified."""
    monkeypatch.setattr(django_settings, "BELLTOWER_LAKE", home / "lake")
    with psycopg.connect(url, options="-c belltower.sees=all") as connection:
        hot = connection.execute("SELECT count(*) FROM observations_reading").fetchone()
        days = connection.execute("SELECT file, rows, digest FROM observations_lake_day").fetchall()
    for file, rows, digest in days:
        found = files.tally_of(files.path_of(file))
        assert (found.rows, found.digest) == (rows, bytes(digest))
    assert hot
    return hot[0], sum(rows for _, rows, _ in days)


def test_a_closed_day_comes_back_as_its_file_and_an_open_one_in_the_database(
    town: Town, closer: Closer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    to = tmp_path / "backups"
    before = taking.take(town.source, to, lid=LID)
    assert closer.close()
    after = taking.take(town.source, to, lid=LID)
    assert holds(*restored(town, to, before), monkeypatch) == (300, 0)
    assert holds(*restored(town, to, after), monkeypatch) == (0, 300)


def test_a_day_is_not_closed_while_a_backup_is_taken(
    town: Town, closer: Closer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the dump could lack the partition and name no file, or name one that is gone when files are read."""
    closed: list[bool] = []

    def meanwhile(done: int, total: int | None, doing: Text) -> None:
        if not closed:
            closed.append(closer.close())

    made = taking.take(town.source, tmp_path / "backups", lid=LID, progress=meanwhile)
    assert closed == [False]
    assert closer.close(), "and afterwards it is"
    assert holds(*restored(town, tmp_path / "backups", made), monkeypatch) == (300, 0)
