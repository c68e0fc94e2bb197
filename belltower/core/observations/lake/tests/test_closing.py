# SPDX-License-Identifier: Apache-2.0
"""A day moves into a verified file and out of the hot store, all or nothing, and what comes later is merged into it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import psycopg
import pyarrow.parquet as pq
import pytest
from django.db import connection

from belltower.core.ledger.models import Entry
from belltower.core.observations.lake import closing, files, manifest
from belltower.core.observations.lake.errors import DayNotOver, DayStillMoves, DigestsDiffer, LakeBusy
from belltower.core.observations.lake.lock import still
from belltower.core.observations.lake.tests.ponds import BEGIN, BY, FIRST, NOW, all_of, close, hot, put_rows
from belltower.core.observations.models import LakeDay, Revision
from belltower.core.observations.tests.senses import asked, raw, streams

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _lake(settings, tmp_path):  # type: ignore[no-untyped-def]
    settings.BELLTOWER_LAKE = tmp_path / "lake"
    yield
    with connection.cursor() as cursor:  # days are no rows: no flush takes them away
        cursor.execute("SELECT test_as_owner(format('DROP TABLE %I', 'observations_reading_' || to_char(d, 'YYYYMMDD')))"
                       " FROM observations_hot_days() d WHERE d < '2026-11-20'")  # fmt: skip


def test_a_closed_day_lies_in_a_sorted_file_and_no_longer_in_the_database() -> None:
    one, two = streams(2)
    put_rows((two, 5, 2.5), (one, 7, -1.0), (one, 3, 4.0))
    before = all_of()
    made = close()
    assert made
    assert (made.rows, made.file) == (3, "readings/day=2026-11-10/part-0.parquet")
    assert hot() == []
    assert all_of() == before == [(one, 3, 4.0), (one, 7, -1.0), (two, 5, 2.5)]
    table = pq.read_table(files.path_of(made.file))
    assert table.schema.equals(files.SCHEMA)
    assert table.column("stream").to_pylist() == [one, one, two]
    column = pq.ParquetFile(files.path_of(made.file)).metadata.row_group(0).column(1)
    assert (column.compression, column.statistics.min, column.statistics.max) == ("ZSTD", one, two)


def test_the_closing_is_an_entry_of_the_ledger() -> None:
    put_rows((streams(1)[0], 1, 1.0))
    made = close()
    assert made
    entry = Entry.objects.filter(what="observations.close_day").get()
    assert (entry.actor, entry.row, entry.operation) == (BY.reference, made.pk, "insert")


def test_a_day_without_readings_leaves_no_file() -> None:
    asked("SELECT observations_make_day('2026-11-10')")
    assert close() is None
    assert (hot(), LakeDay.objects.count()) == ([], 0)


def test_a_day_that_is_not_over_is_not_closed() -> None:
    with pytest.raises(DayNotOver):
        close(NOW.date())


def test_what_comes_late_stands_beside_the_file_until_it_is_merged() -> None:
    [one] = streams(1)
    put_rows((one, 10, 1.0), (one, 90_000, 9.0))
    close()
    put_rows((one, 5, 2.0), (one, 20, 3.0))
    beside = all_of()
    assert beside == [(one, 5, 2.0), (one, 10, 1.0), (one, 20, 3.0), (one, 90_000, 9.0)]
    assert hot() == [FIRST, FIRST + timedelta(days=1)]
    merged = close()
    assert merged
    assert (merged.rows, merged.file) == (3, "readings/day=2026-11-10/part-1.parquet")
    assert all_of() == beside
    folder = files.path_of(merged.file).parent
    assert [path.name for path in folder.iterdir()] == ["part-1.parquet"]


def test_a_result_that_is_no_number_is_null_and_stays_so() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.5))
    assert asked("UPDATE observations_reading SET value = NULL RETURNING 1") == [(1,)]
    made = close()
    assert made
    assert pq.read_table(files.path_of(made.file)).column("value").to_pylist() == [None]
    assert np.isnan(all_of()[0][2])


def test_a_row_that_arrives_while_the_day_is_read_out_is_in_the_file_too() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0))
    seen: list[str] = []

    def meanwhile(step: str) -> None:
        if step == "drop" and "late" not in seen:
            put_rows((one, 2, 2.0))
            seen.append("late")

    made = closing.close_day(FIRST, by=BY, now=NOW, at_step=meanwhile)
    assert made
    assert made.rows == 2
    assert all_of() == [(one, 1, 1.0), (one, 2, 2.0)]


def test_a_day_that_never_holds_still_stays_where_it_is() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0))
    seconds = iter(range(2, 100))

    def meanwhile(step: str) -> None:
        if step == "drop":
            put_rows((one, next(seconds), 2.0))

    with pytest.raises(DayStillMoves):
        closing.close_day(FIRST, by=BY, now=NOW, at_step=meanwhile)
    assert hot() == [FIRST]
    assert len(all_of()) == 1 + closing.ANEW


def test_somebody_who_reads_is_waited_for_not_thrown_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "TRIES", 2)
    [one] = streams(1)
    put_rows((one, 1, 1.0))
    with psycopg.connect(raw().info.dsn, password=raw().info.password) as reader:
        reader.execute("LOCK TABLE observations_reading IN ACCESS SHARE MODE")
        with pytest.raises(DayStillMoves):
            close()
        assert reader.execute("SELECT count(*) FROM observations_reading WHERE false").fetchone() == (0,)
    assert hot() == [FIRST]
    assert close()


def test_what_does_not_read_back_is_not_kept_and_the_database_holds_the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0))

    def flip(step: str) -> None:
        if step == "verify":
            path = files.path_of(files.name_of(FIRST, 0)).with_suffix(".writing")
            wrong = files.table_of(next(files.read(path)))
            values = wrong.column("value").to_numpy() + 1e-9
            pq.write_table(wrong.set_column(4, "value", [values]).cast(files.SCHEMA), path)

    with pytest.raises(DigestsDiffer):
        closing.close_day(FIRST, by=BY, now=NOW, at_step=flip)
    assert (hot(), LakeDay.objects.count(), all_of()) == ([FIRST], 0, [(one, 1, 1.0)])


def test_while_a_backup_reads_the_lake_no_day_is_closed() -> None:
    put_rows((streams(1)[0], 1, 1.0))
    with still(raw().info.dsn), pytest.raises(LakeBusy):
        close()
    assert close()


def test_revisions_are_laid_over_the_file_and_then_merged_into_it() -> None:
    one, two = streams(2)
    put_rows((one, 1, 1.0), (one, 2, 2.0), (two, 3, 3.0))
    close()
    first, second, _ = asked_ids()
    revise(first, one, 1, None)
    revise(second, one, 2, 22.0)
    assert all_of() == [(one, 2, 22.0), (two, 3, 3.0)]
    merged = close()
    assert merged
    assert merged.rows == 2
    assert all_of() == [(one, 2, 22.0), (two, 3, 3.0)]


def test_a_reading_moved_to_another_day_is_shown_there_once() -> None:
    [one] = streams(1)
    put_rows((one, 1, 1.0), (one, 2, 2.0), (one, 90_000, 9.0))
    close()
    close(FIRST + timedelta(days=1))
    revise(asked_ids()[0], one, 1, 1.0, to=100_000)
    moved = [(one, 2, 2.0), (one, 90_000, 9.0), (one, 100_000, 1.0)]
    assert all_of() == moved
    close()
    assert all_of() == moved
    close(FIRST + timedelta(days=1))
    assert (all_of(), hot()) == (moved, [])


def asked_ids() -> list[int]:
    """Ids of what lies in files, in their order."""
    rows = [files.read(path) for path in manifest.paths(list(LakeDay.objects.all()))]
    return [int(id) for parts in rows for part in parts for id in part["id"]]


def revise(id: int, stream: int, seconds: float, value: float | None, *, to: float | None = None) -> None:
    """A revision as the database writes one; ``value`` None deletes."""
    at = BEGIN + timedelta(seconds=seconds)
    now: datetime = BEGIN + timedelta(seconds=seconds if to is None else to)
    row = {"id": id, "stream": stream, "at": now.isoformat(), "result_at": now.isoformat(), "value": value,
           "quality": 0, "flags": 0}  # fmt: skip
    Revision.objects.create(
        reading=id, stream=stream, at=at, what="deleted" if value is None else "changed",
        row=None if value is None else row, recorded_at=NOW,
    )  # fmt: skip


def test_nothing_else_lies_in_the_folder_after_a_closing() -> None:
    put_rows((streams(1)[0], 1, 1.0))
    folder = files.path_of(files.name_of(date(2026, 11, 10), 0)).parent
    folder.mkdir(parents=True)
    (folder / "part-7.parquet").write_bytes(b"left by a killed closing")
    close()
    assert [path.name for path in folder.iterdir()] == ["part-0.parquet"]
