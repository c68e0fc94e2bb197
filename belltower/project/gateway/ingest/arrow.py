# SPDX-License-Identifier: Apache-2.0
"""An Arrow IPC stream of readings, record batch by record batch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from belltower.kernel.texts import Text
from belltower.project.gateway.ingest.cutting import BrokenStream
from belltower.project.gateway.ingest.rows import Columns, RefusedRow

AT_ONCE = 50_000
_MICROS = pa.timestamp("us")
_NEEDED = ("stream", "at", "value")
_MISSING = Text(zh="该行缺少必要的值。", en="The row has a value missing.")


class Coded:
    """Names of streams by their place in a short list of distinct ones."""

    def __init__(self, codes: NDArray[np.int64], names: list[str]) -> None:
        self.codes, self.names = codes, names

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, at: Any) -> Any:
        return self.names[self.codes[at]]


def columns_of(file: BinaryIO, *, most: int) -> Iterator[Columns]:
    """The readings of the stream in ``file``, at most AT_ONCE at a time. Raises BrokenStream; also past ``most`` rows."""
    first = 1
    try:
        with pa.ipc.open_stream(file) as reader:
            _refuse_other_columns(reader.schema)
            for batch in reader:
                if first + batch.num_rows > most + 1:
                    raise BrokenStream(f"there are more than {most} rows")
                batch.validate(full=True)
                for offset in range(0, batch.num_rows, AT_ONCE):
                    part = batch.slice(offset, AT_ONCE)
                    yield _columns(part, first + offset)
                first += batch.num_rows
    except (pa.ArrowException, OSError, ValueError) as error:
        raise BrokenStream(" ".join(str(error).split())[:200]) from None


def _refuse_other_columns(schema: pa.Schema) -> None:
    if missing := [name for name in _NEEDED if schema.names.count(name) != 1]:
        raise BrokenStream(f"the stream has no column {', '.join(missing)}, or several")


def _columns(batch: pa.RecordBatch, first: int) -> Columns:
    numbers = np.arange(first, first + batch.num_rows)
    needed = [batch.column(name) for name in _NEEDED]
    refused: list[RefusedRow] = []
    if any(column.null_count for column in needed):
        whole = np.ones(batch.num_rows, bool)
        for column in needed:
            whole &= column.is_valid().to_numpy(zero_copy_only=False)
        refused = [RefusedRow(int(number), "unreadable_row", _MISSING, b"") for number in numbers[~whole]]
        batch, numbers = batch.filter(pa.array(whole)), numbers[whole]
    names = batch.schema.names
    at = _instants(batch.column("at"))
    return Columns(
        number=numbers,
        stream=_streams(batch.column("stream")),
        at=at,
        value=batch.column("value").cast(pa.float64()).to_numpy(zero_copy_only=False),
        quality=_qualities(batch.column("quality")) if "quality" in names else None,
        result_at=_results(batch.column("result_at"), at) if "result_at" in names else None,
        unit=batch.column("unit").cast(pa.string()).to_pylist() if "unit" in names else None,
        refused=refused,
    )


def _streams(column: pa.Array) -> Any:
    if pa.types.is_integer(column.type):
        return column.cast(pa.int64()).to_numpy()
    coded = column if pa.types.is_dictionary(column.type) else column.dictionary_encode()
    codes: NDArray[np.int64] = coded.indices.cast(pa.int64()).to_numpy()
    return Coded(codes, coded.dictionary.cast(pa.string()).to_pylist())


def _instants(column: pa.Array) -> NDArray[np.int64]:
    """µs since 1970; a timestamp that names no zone is taken for UTC, a finer one than µs is cut."""
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    elif pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = column.cast(pa.timestamp("us", "UTC"))
    found: NDArray[np.int64] = column.cast(pa.int64()).to_numpy()
    return found


def _results(column: pa.Array, at: NDArray[np.int64]) -> NDArray[np.int64]:
    there = column.is_valid().to_numpy(zero_copy_only=False)
    if not there.any():
        return at
    return np.where(there, _instants(column.fill_null(column.drop_null()[0])), at)


def _qualities(column: pa.Array) -> NDArray[np.int16]:
    found: NDArray[np.int16] = column.cast(pa.int16()).fill_null(0).to_numpy()
    return found
