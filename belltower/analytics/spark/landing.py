# SPDX-License-Identifier: Apache-2.0
"""The landing folder: the engine's one ordered log as Parquet files, each named by the position it begins at.

A row names its stream (of a reading) or alarm (of a command) by id, so that a file outlives definitions. A file appears
whole or not at all, never changes, and has a later time than the one before it: who reads by time reads in order.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from belltower.analytics.alarms.definitions import Definitions
from belltower.analytics.alarms.log import Log
from belltower.analytics.alarms.refusals import BadLog
from belltower.analytics.alarms.states import EventKind

SCHEMA = pa.schema(
    [
        pa.field("position", pa.int64(), nullable=False),
        pa.field("kind", pa.int16(), nullable=False),
        pa.field("id", pa.int64(), nullable=False),
        pa.field("at", pa.int64(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("code", pa.int16(), nullable=False),
        pa.field("arg", pa.int64(), nullable=False),
    ]
)
"""``kind`` EventKind, ``at`` and ``arg`` microseconds since 1970 UTC, ``code`` a reading's quality or a command."""
SPARK_SCHEMA = "position long, kind short, id long, at long, value double, code short, arg long"
_NAME = re.compile(r"log-(\d{19})-(\d{19})\.parquet")
_TICK_NS = 2_000_000  # between two files: some file systems tell times by the millisecond


def put(folder: Path, log: Log, definitions: Definitions) -> Path:
    """Write the log's next entries. Raises BadLog where they do not begin at the end of what lies there."""
    before = newest(folder)
    if before and end_of(before) != log.first:
        raise BadLog(position=log.first, reason=f"the landing folder goes on at {end_of(before)}")
    path = folder / f"log-{log.first:019d}-{log.end:019d}.parquet"
    temporary = folder / f".{path.name}.writing"  # Spark passes over names that begin so
    with temporary.open("wb") as file:
        pq.write_table(table_of(log, definitions), file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())
    if before:
        later = max(temporary.stat().st_mtime_ns, before.stat().st_mtime_ns + _TICK_NS)
        os.utime(temporary, ns=(later, later))
    temporary.replace(path)
    return path


def newest(folder: Path) -> Path | None:
    """The last file of the folder; None when there is none."""
    return max((path for path in folder.iterdir() if _NAME.fullmatch(path.name)), default=None)


def end_of(path: Path) -> int:
    """The position after a file's last entry. Raises ValueError for a name that is none of ours."""
    found = _NAME.fullmatch(path.name)
    if not found:
        raise ValueError(f"{path.name} is no file of a landing folder")
    return int(found[2])


def table_of(log: Log, definitions: Definitions) -> pa.Table:
    """The log with ids in place of indexes."""
    ids = np.zeros(len(log), np.int64)
    heard, told = log.kind == EventKind.READING, log.kind == EventKind.COMMAND
    ids[heard], ids[told] = definitions.stream_ids[log.index[heard]], definitions.alarm_ids[log.index[told]]
    columns = (_positions(log), log.kind, ids, log.at, log.value, log.code, log.arg)
    return pa.table([pa.array(one).cast(field.type) for one, field in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def log_of_table(table: pa.Table | pa.RecordBatch, definitions: Definitions) -> Log:
    """The entries about what is defined, in the order of their positions; a stream without an alarm says nothing."""
    columns = {name: table.column(name).to_numpy(zero_copy_only=False) if isinstance(table, pa.RecordBatch)
               else table.column(name).to_numpy() for name in SCHEMA.names}  # fmt: skip
    order = np.argsort(columns["position"], kind="stable")
    columns = {name: column[order] for name, column in columns.items()}
    index = _indexes(columns["kind"], columns["id"], definitions)
    known = index >= 0
    first = int(columns["position"][0]) if len(order) else 0
    return Log(
        first, columns["kind"][known].astype(np.uint8), index[known], columns["at"][known], columns["value"][known],
        columns["code"][known].astype(np.uint8), columns["arg"][known], columns["position"][known],
    )  # fmt: skip


def _positions(log: Log) -> NDArray[np.int64]:
    return np.arange(log.first, log.first + len(log)) if log.positions is None else log.positions


def _indexes(kind: NDArray[np.int16], ids: NDArray[np.int64], definitions: Definitions) -> NDArray[np.int32]:
    """Indexes of streams and alarms, 0 for a tick, -1 for what is not defined."""
    index = np.zeros(len(kind), np.int32)
    heard, told = kind == EventKind.READING, kind == EventKind.COMMAND
    index[heard], index[told] = definitions.streams_at(ids[heard]), definitions.alarms_at(ids[told])
    return index
