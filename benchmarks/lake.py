# SPDX-License-Identifier: Apache-2.0
"""How long our hourly roll-up of a lake of 100 million readings takes, beside DuckDB's SQL written by hand.

    python -m benchmarks.lake [--quick]

The files are written by the lake's own writer, a day at a time, in bounded memory: STREAMS streams that report evenly, each
a tenth of a second beside its time. Both read all of them and give the same columns: count, mean, least, greatest, first
and last by stream and hour, good readings only; taken in turns, the best of TURNS. The results are compared. By hand the
hour is whole numbers: date_trunc of an instant with a zone asks ICU for each row, and is half as fast or slower.
"""

from __future__ import annotations

import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.ground import report

ROWS, QUICK_ROWS = 100_000_000, 5_000_000
DAYS, STREAMS, TURNS = 10, 5_000, 5
FIRST = date(2026, 11, 1)
BY_HAND = """
    SELECT stream, epoch_us("at") // 3600000000 * 3600000000 AS hour, count(*) AS count, avg(value) AS mean, min(value) AS min,
           max(value) AS max, arg_min(value, "at") AS first, arg_max(value, "at") AS last
    FROM read_parquet({paths}) WHERE value IS NOT NULL AND quality < 2 GROUP BY 1, 2
"""


def main(arguments: list[str]) -> None:
    """Make the lake, roll it up both ways in turns, compare, report."""
    home = Path(tempfile.mkdtemp(prefix="belltower-bench-"))
    os.environ["BELLTOWER_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "belltower.project.settings")
    import django

    django.setup()
    try:
        measure(home, QUICK_ROWS if "--quick" in arguments else ROWS)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def measure(home: Path, rows: int) -> None:
    """Print each turn, and report."""
    began = time.monotonic()
    paths = [_write(home, number, rows // DAYS) for number in range(DAYS)]
    size = sum(path.stat().st_size for path in paths)
    print(f"{rows:,} rows in {DAYS} files, {size / rows:.1f} bytes each, written in {time.monotonic() - began:.0f} s")
    ours, by_hand = _ours(paths), _by_hand(paths)
    _agree(ours(), by_hand())  # and the files are in the kernel's cache for both
    turns = [(_timed(ours), _timed(by_hand)) for _ in range(TURNS)]
    for mine, theirs in turns:
        print(f"ours {mine:6.2f} s   by hand {theirs:6.2f} s")
    best, best_by_hand = min(one for one, _ in turns), min(one for _, one in turns)
    report(
        vs_duckdb=round(best / best_by_hand, 3),
        ours_s=round(best, 2),
        duckdb_s=round(best_by_hand, 2),
        rows=rows,
        rows_per_s=round(rows / best),
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def _write(home: Path, number: int, rows: int) -> Path:
    """One day's file, as a closing writes it."""
    from belltower.core.observations.lake import files

    path = home / files.name_of(FIRST + timedelta(days=number), 0)
    path.parent.mkdir(parents=True)
    files.write(_rows(number, rows), path)
    return path


def _rows(number: int, rows: int) -> Iterator[Any]:
    """A day of readings in the order of (stream, at, id), a hundred streams at a time."""
    from belltower.core.observations.lake.rows import ROW, micros

    per_stream = rows // STREAMS
    random = np.random.default_rng(number)
    begin = micros(datetime(FIRST.year, FIRST.month, FIRST.day, tzinfo=UTC) + timedelta(days=number))
    step = 86_400_000_000 // per_stream
    for first in range(0, STREAMS, 100):
        part = np.zeros(100 * per_stream, ROW)
        part["stream"] = np.repeat(np.arange(first, first + 100), per_stream)
        part["at"] = begin + np.tile(np.arange(per_stream) * step, 100) + random.integers(0, 100_000, len(part))
        part["id"] = number * rows + first * per_stream + np.arange(len(part))
        part["result_at"] = part["at"]
        part["value"] = random.normal(20, 5, len(part)).round(2)
        part["quality"] = random.choice([0, 2], len(part), p=[0.99, 0.01])
        yield part


def _ours(paths: list[Path]) -> Callable[[], Any]:
    """The roll-up as history() runs it: the Ibis expression, over the view of the lake."""
    from belltower.core.observations.lake.engine import engine, offer
    from belltower.core.observations.rollups import duckdb_sql

    def run() -> Any:
        with engine() as connection:
            offer(connection, paths, None, 0, 4_000_000_000_000_000)
            return connection.sql(duckdb_sql("hour", ((0, 8 * 3_600_000_000),), by_id=False)).to_arrow_table()

    return run


def _by_hand(paths: list[Path]) -> Callable[[], Any]:
    """The same in DuckDB's words, in an engine with the same limits."""
    from belltower.core.observations.lake.engine import engine

    def run() -> Any:
        with engine() as connection:
            return connection.sql(BY_HAND.format(paths=[str(path) for path in paths])).to_arrow_table()

    return run


def _timed(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _agree(ours: Any, by_hand: Any) -> None:
    """Raise AssertionError where the two differ by more than sums in another order may."""
    mine, theirs = (
        ours.sort_by([("stream", "ascending"), ("bucket", "ascending")]),
        by_hand.sort_by([("stream", "ascending"), ("hour", "ascending")]),
    )
    np.testing.assert_array_equal(mine.column("bucket").to_numpy(), theirs.column("hour").to_numpy())
    for name in ("stream", "count", "min", "max", "first", "last"):
        np.testing.assert_array_equal(mine.column(name).to_numpy(), theirs.column(name).to_numpy())
    np.testing.assert_allclose(mine.column("mean").to_numpy(), theirs.column("mean").to_numpy(), rtol=1e-12)


if __name__ == "__main__":
    main(sys.argv[1:])
