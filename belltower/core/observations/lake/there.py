# SPDX-License-Identifier: Apache-2.0
"""Which readings that come late lie in the lake already: what is sent twice is stored once, also after its day was closed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import psycopg

from belltower.core.observations.lake.files import INSTANT, path_of
from belltower.core.observations.lake.rows import DAY_US, day_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

_FILES = "SELECT file FROM observations_lake_day WHERE day = ANY (%s::date[]) AND rows > 0"
_DELETED = "SELECT reading FROM observations_revision WHERE reading = ANY (%s) AND what = 'deleted'"
_FOUND = """
    SELECT w.n, r.id FROM wanted w JOIN read_parquet({paths}, hive_partitioning = false) r
      ON r.stream = w.stream AND r."at" = w."at" AND r.result_at = w.result_at
    WHERE r.stream BETWEEN {first} AND {last}
"""


def there(cursor: psycopg.Cursor[Any], streams: Ints, ats: Ints, results: Ints) -> Flags:
    """Of each (stream, at, result_at), instants in µs, whether a file of the lake holds it and nobody deleted it.

    Ask the hot store first: a day moves from there to here, never back.
    """
    found = np.zeros(len(streams), np.bool_)
    days = [day_of(int(day) * DAY_US) for day in np.unique(ats // DAY_US).tolist()]
    paths = [path_of(file) for (file,) in cursor.execute(_FILES, [days]).fetchall()] if days else []
    if paths:
        places, ids = _looked_up(paths, streams, ats, results)
        deleted = [one for (one,) in cursor.execute(_DELETED, [ids.tolist()]).fetchall()]
        found[places[~np.isin(ids, deleted)]] = True
    return found


def _looked_up(paths: list[Path], streams: Ints, ats: Ints, results: Ints) -> tuple[Ints, Ints]:
    """Places in the arrays, and ids of the rows that files hold there."""
    import pyarrow as pa

    from belltower.core.observations.lake.engine import engine

    columns = [np.arange(len(streams)), streams, pa.array(ats).cast(INSTANT), pa.array(results).cast(INSTANT)]
    listed = "[" + ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths) + "]"
    with engine() as connection:
        connection.register("wanted", pa.table(columns, names=["n", "stream", "at", "result_at"]))
        sql = _FOUND.format(paths=listed, first=int(streams.min()), last=int(streams.max()))
        table = connection.sql(sql).to_arrow_table()
    return table.column("n").to_numpy(), table.column("id").to_numpy()
