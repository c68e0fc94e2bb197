# SPDX-License-Identifier: Apache-2.0
"""Files of the lake: where they lie, what a row group holds, and how one comes to be there whole or not at all."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings

from belltower.core.observations.lake.errors import LakeFull
from belltower.core.observations.lake.rows import AT_ONCE, NAMES, ROW, Rows, Tally, canonical, recut

INSTANT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("id", pa.int64(), nullable=False),
        pa.field("stream", pa.int64(), nullable=False),
        pa.field("at", INSTANT, nullable=False),
        pa.field("result_at", INSTANT, nullable=False),
        pa.field("value", pa.float64()),
        pa.field("quality", pa.int16(), nullable=False),
        pa.field("flags", pa.int16(), nullable=False),
    ]
)
# Instants and ids rise from row to row: their differences are a fraction of the columns.
_RISING = dict.fromkeys(("id", "at", "result_at"), "DELTA_BINARY_PACKED")
_SORTED = pq.SortingColumn.from_ordering(SCHEMA, [(name, "ascending") for name in ("stream", "at", "id")])
_PART = re.compile(r"part-(\d+)\.parquet")


def lake() -> Path:
    """The folder of the lake in this installation's home; backups cover it."""
    return Path(settings.BELLTOWER_LAKE)


def path_of(file: str) -> Path:
    """Where a file lies that the manifest names, such as "readings/day=2026-11-23/part-0.parquet"."""
    return lake() / file


def name_of(day: date, part: int) -> str:
    """The name of a day's file; each one written anew has the next number."""
    return f"readings/day={day.isoformat()}/part-{part}.parquet"


def number_of(file: str) -> int:
    """The number in a file's name. Raises ValueError for a name that is none of ours."""
    found = _PART.fullmatch(Path(file).name)
    if not found:
        raise ValueError(f"{file} is no file of the lake")
    return int(found[1])


def table_of(rows: Rows) -> pa.Table:
    """Rows as an Arrow table of SCHEMA; what is no number is null."""
    columns = {name: pa.array(np.ascontiguousarray(rows[name])) for name in NAMES}
    columns["value"] = pa.array(np.ascontiguousarray(rows["value"]), mask=np.isnan(rows["value"]))
    return pa.table([columns[field.name].cast(field.type) for field in SCHEMA], schema=SCHEMA)


def rows_of(batch: pa.RecordBatch | pa.Table) -> Rows:
    """The rows of an Arrow batch with SCHEMA's columns, in its order."""
    rows = np.empty(batch.num_rows, ROW)
    for name in NAMES:
        column = batch.column(name)
        if pa.types.is_timestamp(column.type):
            column = column.cast(INSTANT).cast(pa.int64())
        rows[name] = column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy()
    return canonical(rows)


def write(parts: Iterable[Rows], path: Path) -> Tally:
    """Write rows that come in order to ``path`` and onto the disk, a row group at a time; what was written.

    Raises LakeFull; nothing is left there then.
    """
    try:
        return _written(parts, path)
    except OSError as error:
        path.unlink(missing_ok=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise LakeFull(folder=lake()) from error
        raise


def _written(parts: Iterable[Rows], path: Path) -> Tally:
    tally = Tally()
    with path.open("wb") as file:
        options = {
            "compression": "zstd",
            "use_dictionary": ["stream", "quality", "flags"],
            "column_encoding": _RISING,
            "sorting_columns": _SORTED,
            "write_page_index": True,
        }
        with pq.ParquetWriter(file, SCHEMA, **options) as writer:
            for part in recut(parts):
                writer.write_table(table_of(tally.add(part)), row_group_size=AT_ONCE)
        file.flush()
        os.fsync(file.fileno())
        # What is read back comes from the disk, not from what the kernel still holds in memory.
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    return tally


def read(path: Path) -> Iterator[Rows]:
    """The rows of a file, a row group's worth at a time."""
    with pq.ParquetFile(path) as file:
        yield from (rows_of(batch) for batch in file.iter_batches(batch_size=AT_ONCE))


def tally_of(path: Path) -> Tally:
    """Count and digest of what a file holds, read from end to end."""
    tally = Tally()
    for rows in read(path):
        tally.add(rows)
    return tally


def put(temporary: Path, path: Path) -> None:
    """Give a file that is on the disk its name, for good: after a power cut it is there."""
    temporary.replace(path)
    for folder in (path.parent, path.parent.parent, path.parent.parent.parent):
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Put a folder's names onto the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
