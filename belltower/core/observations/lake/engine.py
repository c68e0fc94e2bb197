# SPDX-License-Identifier: Apache-2.0
"""DuckDB over files of the lake: one short-lived engine in memory, that loads nothing and asks no network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from belltower.core.observations.lake.files import SCHEMA, rows_of, table_of
from belltower.core.observations.lake.rows import EMPTY, Rows, instant
from belltower.core.observations.rollups import KEPT_COLUMNS, READINGS

MEMORY = "1GB"
THREADS = 2
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": THREADS,
    "memory_limit": MEMORY,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
_NAMES = ", ".join(f'"{field.name}"' for field in SCHEMA)
_MANY = 1_000  # streams named in the statement itself; more are joined


@contextmanager
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB of one's own, gone with the block."""
    with duckdb.connect(":memory:", config=_CONFIG) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def offer(
    connection: duckdb.DuckDBPyConnection,
    paths: Sequence[Path],
    streams: Sequence[int] | None,
    since: int,
    until: int,
    *,
    without: Sequence[int] = (),
    beside: Rows = EMPTY,
) -> None:
    """Make the view READINGS: rows of ``paths`` of those streams (None: all) in [since, until) µs, and rows ``beside``.

    Rows of files whose ids are in ``without`` are left out.
    """
    parts = [f"SELECT {_NAMES} FROM beside"]
    connection.register("beside", table_of(beside))
    if paths:
        parts.append(f"SELECT {_NAMES} FROM read_parquet({_listed(paths)}) WHERE {_span(since, until)}")
        parts[1] += _of_streams(connection, streams)
    if paths and without:
        connection.register("without", pa.table({"id": pa.array(list(without), pa.int64())}))
        parts[1] += " AND id NOT IN (SELECT id FROM without)"
    connection.execute(f"CREATE VIEW {READINGS} AS {' UNION ALL '.join(parts)}")


def rows_in(connection: duckdb.DuckDBPyConnection) -> Rows:
    """All rows of the view READINGS, in no order."""
    return rows_of(connection.sql(f"SELECT * FROM {READINGS}").to_arrow_table())


def rows_with(paths: Sequence[Path], ids: Sequence[int]) -> Rows:
    """The rows of those ids in files of the lake."""
    if not paths or not ids:
        return EMPTY
    with engine() as connection:
        connection.register("wanted", pa.table({"id": pa.array(sorted(ids), pa.int64())}))
        sql = f"SELECT {_NAMES} FROM read_parquet({_listed(paths)}) WHERE id IN (SELECT id FROM wanted)"
        return rows_of(connection.sql(sql).to_arrow_table())


def rolled_in(paths: Sequence[str], streams: Sequence[int], since: int, until: int) -> pa.Table:
    """The columns KEPT_COLUMNS, ``at`` in µs, of files of roll-ups: those of the streams that begin in [since, until) µs."""
    names = ", ".join(f'epoch_us("{name}") AS "{name}"' if name == "at" else f'"{name}"' for name in KEPT_COLUMNS)
    with engine() as connection:
        if not paths:
            kinds = {name: pa.int64() if kind == "int64" else pa.float64() for name, kind in KEPT_COLUMNS.items()}
            return pa.schema(list(kinds.items())).empty_table()
        where = _span(since, until) + _of_streams(connection, streams)
        sql = f"SELECT {names} FROM read_parquet({_listed([Path(path) for path in paths])}) WHERE {where}"
        return connection.sql(sql).to_arrow_table()


def _listed(paths: Sequence[Path]) -> str:
    quoted = (str(path).replace("'", "''") for path in paths)
    return "[" + ", ".join(f"'{path}'" for path in quoted) + "], hive_partitioning = false"


def _span(since: int, until: int) -> str:
    return f"\"at\" >= '{instant(since).isoformat()}' AND \"at\" < '{instant(until).isoformat()}'"


def _of_streams(connection: duckdb.DuckDBPyConnection, streams: Sequence[int] | None) -> str:
    """A condition on the stream, with the bounds by which row groups are passed over."""
    if streams is None:
        return ""
    if len(streams) <= _MANY:
        return f" AND stream IN ({', '.join(str(int(one)) for one in streams) or 'NULL'})"
    array = np.asarray(streams, np.int64)
    connection.register("wanted_streams", pa.table({"stream": array}))
    bounds = f"stream BETWEEN {array.min()} AND {array.max()}"
    return f" AND {bounds} AND stream IN (SELECT stream FROM wanted_streams)"
