# SPDX-License-Identifier: Apache-2.0
"""A stream's readings of a span, or their roll-ups, taken home as CSV or Parquet; memory holds a day at a time."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Any, cast
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from belltower.core.access.rules import EXPORT
from belltower.core.observations.reading import history, parts
from belltower.core.observations.rollups import WIDTHS, Every
from belltower.kernel.errors import NotFound
from belltower.kernel.texts import Text
from belltower.screens.console import dates, stream_span
from belltower.screens.console.doors import ConsoleRequest, door
from belltower.screens.console.stream_span import Span
from belltower.screens.console.views.streams import find

IN_MEMORY = 8 * 1024 * 1024  # bytes; a larger file is made on disk
_INSTANT = pa.timestamp("us", tz="UTC")
_READINGS = ("at", "result_at", "value", "quality", "flags")
_ROLLUPS = ("at", "count", "mean", "min", "max", "first", "last")


@door(EXPORT)
def send(request: ConsoleRequest, uid: UUID, form: str) -> HttpResponseBase:
    """The span that the query string asks for; ``every`` says by which roll-up. Raises NotFound for another format."""
    stream, zone = find(uid), dates.city_zone()
    if form not in _FORMS:
        raise NotFound(noun=Text(zh="文件格式", en="file format"), name=form)
    span = stream_span.read(request.GET.dict(), now=request.now, zone=zone)
    given = request.GET.get("every", "")
    every = given if given in WIDTHS else None
    answer = _FORMS[form](_tables(stream.pk, span, every))
    words = [stream.name, every or "", span.since.astimezone(zone).date().isoformat()]
    name = f"{slugify('-'.join(word for word in words if word), allow_unicode=True) or 'stream'}.{form}"
    answer.headers["Content-Disposition"] = (
        content_disposition_header(as_attachment=True, filename=name) or "attachment"
    )
    return answer


def _tables(stream: int, span: Span, every: Every | None) -> Iterator[pa.Table]:
    """At least one table, empty where there is nothing, so that a file always has its columns."""
    if every:
        yield _table(history([stream], span.since, span.until, every=every, zone=dates.city_zone()), _ROLLUPS)
        return
    yield _table(history([stream], span.since, span.since), _READINGS)
    for found in parts([stream], span.since, span.until):
        yield _table(found, _READINGS)


def _table(found: Any, names: tuple[str, ...]) -> pa.Table:
    """Columns of arrays as an Arrow table: instants as instants, what is no number as null."""
    columns = {}
    for name in names:
        column = getattr(found, name)
        is_null = np.isnan(column) if column.dtype.kind == "f" else None
        array = pa.array(column, mask=is_null)
        columns[name] = array.cast(_INSTANT) if name in ("at", "result_at") else array
    return pa.table(columns)


def _csv(tables: Iterator[pa.Table]) -> HttpResponseBase:
    return StreamingHttpResponse(_lines(tables), content_type="text/csv; charset=utf-8")


def _lines(tables: Iterator[pa.Table]) -> Iterator[bytes]:
    begun = False
    for table in tables:
        buffer = io.StringIO()
        writer = csv.writer(buffer)
        if not begun:
            writer.writerow(table.column_names)
            begun = True
        columns = [_cells(table.column(name)) for name in table.column_names]
        writer.writerows(zip(*columns, strict=True))
        yield buffer.getvalue().encode()


def _cells(column: pa.ChunkedArray) -> list[Any]:
    """Instants in ISO 8601 with microseconds, in UTC; numbers with all their digits; nothing for null."""
    if pa.types.is_timestamp(column.type):
        text = np.datetime_as_string(column.to_numpy().astype("datetime64[us]"), unit="us")
        return [f"{one}Z" for one in text.tolist()]
    return ["" if one is None else one for one in column.to_pylist()]


def _parquet(tables: Iterator[pa.Table]) -> HttpResponseBase:
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by the answer once it is sent
    try:
        _write(tables, cast(IO[bytes], file))
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return FileResponse(file, content_type="application/vnd.apache.parquet")


def _write(tables: Iterator[pa.Table], file: IO[bytes]) -> None:
    first = next(tables)
    with pq.ParquetWriter(file, first.schema, compression="zstd") as writer:
        writer.write_table(first)
        for table in tables:
            writer.write_table(table)


_FORMS: dict[str, Callable[[Iterator[pa.Table]], HttpResponseBase]] = {"csv": _csv, "parquet": _parquet}
