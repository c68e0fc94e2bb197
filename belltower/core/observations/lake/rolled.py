# SPDX-License-Identifier: Apache-2.0
"""Files of kept roll-ups: a civil day of one width each, its rows in a canonical form that one digest speaks for.

Instants are int64 microseconds since 1970-01-01 UTC, of when a span begins. A row is 64 bytes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from belltower.core.observations.lake.files import INSTANT
from belltower.core.observations.lake.rows import AT_ONCE, Tally, recut
from belltower.core.observations.rollups import RollUps

Rolled = NDArray[np.void]
Streams = NDArray[np.int64]

NUMBERS = ("mean", "min", "max", "first", "last")
ROLLED = np.dtype([("stream", "<i8"), ("at", "<i8"), ("count", "<i8"), *((name, "<f8") for name in NUMBERS)])
SCHEMA = pa.schema(
    [
        pa.field("stream", pa.int64(), nullable=False),
        pa.field("at", INSTANT, nullable=False),
        pa.field("count", pa.int64(), nullable=False),
        *(pa.field(name, pa.float64(), nullable=False) for name in NUMBERS),
    ]
)
EMPTY: Rolled = np.empty(0, ROLLED)


def name_of(every: str, day: date, part: int) -> str:
    """The name of a civil day's file; each one written anew has the next number."""
    return f"rollups/every={every}/day={day.isoformat()}/part-{part}.parquet"


def rows_of(found: RollUps) -> Rolled:
    """Roll-ups as rows."""
    rows = np.empty(len(found), ROLLED)
    for name in ROLLED.names or ():
        rows[name] = getattr(found, name)
    return rows


def ordered(rows: Rolled) -> Rolled:
    """The rows by stream and instant."""
    return rows[np.lexsort((rows["at"], rows["stream"]))]


def write(parts: Iterable[Rolled], path: Path) -> Tally:
    """Write rows that come in order to ``path`` and onto the disk; what was written."""
    tally = Tally()
    with path.open("wb") as file:
        with pq.ParquetWriter(file, SCHEMA, compression="zstd", use_dictionary=["stream"]) as writer:
            for part in recut(parts):
                writer.write_table(_table_of(tally.add(part)), row_group_size=AT_ONCE)
        file.flush()
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # what is read back comes from the disk
    return tally


def read(path: Path) -> Iterator[Rolled]:
    """The rows of a file, a row group's worth at a time."""
    with pq.ParquetFile(path) as file:
        yield from (of_arrow(batch) for batch in file.iter_batches(batch_size=AT_ONCE))


def of_arrow(table: pa.Table | pa.RecordBatch) -> Rolled:
    """The rows of an Arrow table or batch with SCHEMA's columns."""
    rows = np.empty(table.num_rows, ROLLED)
    for name in ROLLED.names or ():
        column = table.column(name)
        column = column.cast(INSTANT).cast(pa.int64()) if name == "at" else column
        rows[name] = column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy()
    return rows


def tally_of(path: Path) -> Tally:
    """Count and digest of what a file holds, read from end to end."""
    tally = Tally()
    for rows in read(path):
        tally.add(rows)
    return tally


def _table_of(rows: Rolled) -> pa.Table:
    columns = [pa.array(np.ascontiguousarray(rows[field.name])).cast(field.type) for field in SCHEMA]
    return pa.table(columns, schema=SCHEMA)
