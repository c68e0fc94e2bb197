# SPDX-License-Identifier: Apache-2.0
"""The alarm engine as a streaming query: the log cut by suppression group, each group's state kept by Spark.

The engine is the one of a single machine (alarms/engine.py), unchanged. A tick goes to every shard. Spark's checkpoint
makes the state, the position in the landing folder and what was written move together: each entry is judged once, also
when a machine dies. What comes out of a shard are the transitions' own bytes, with indexes of the whole.
"""

from __future__ import annotations

import pickle
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from belltower.analytics.alarms.definitions import LATEST_US, Definitions
from belltower.analytics.alarms.engine import step
from belltower.analytics.alarms.sharding import Shard, log_for, shards_of
from belltower.analytics.alarms.state import fresh, from_bytes
from belltower.analytics.alarms.transitions import TRANSITION, Transitions, merged
from belltower.analytics.spark.landing import SPARK_SCHEMA, log_of_table
from belltower.analytics.spark.packing import packed, unpacked

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.streaming.query import StreamingQuery

CUT = "shard int, part binary"
JUDGED = "shard int, transitions binary"
STATE = "state binary"


def judge(
    session: SparkSession, landing: Path, made: Path, checkpoint: Path, definitions: Definitions, *,
    shards: int, files_at_once: int = 8, is_endless: bool = True,
) -> StreamingQuery:  # fmt: skip
    """Start judging what lies and arrives in ``landing``; transitions go to Parquet files below ``made``.

    Begun again with the same checkpoint it goes on where it was, with the same definitions and ``shards``. Not
    ``is_endless``: it ends when all that lies there is judged.
    """
    read = session.readStream.schema(SPARK_SCHEMA).option("maxFilesPerTrigger", files_at_once)
    writer = (
        judged(read.parquet(str(landing)), definitions, shards)
        .writeStream.format("parquet")
        .outputMode("append")
        .option("path", str(made))
        .option("checkpointLocation", str(checkpoint))
    )
    return (writer if is_endless else writer.trigger(availableNow=True)).start()


def judged(log: DataFrame, definitions: Definitions, shards: int) -> DataFrame:
    """JUDGED rows of a stream of SPARK_SCHEMA rows."""
    from pyspark.sql.streaming.state import GroupStateTimeout

    known = pickle.dumps(
        (definitions.points, definitions.alarm_ids, definitions.stream_ids, definitions.chatter_within_us)
    )

    def cut(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            yield _cut(batch, known, shards)

    def one_shard(key: tuple[Any, ...], parts: Iterable[Any], state: Any) -> Iterator[Any]:
        yield from _one_shard(int(key[0]), parts, state, known, shards)

    return (
        log.mapInArrow(cut, CUT)
        .groupBy("shard")
        .applyInPandasWithState(one_shard, JUDGED, STATE, "append", GroupStateTimeout.NoTimeout)
    )


def transitions(session: SparkSession, made: Path) -> Transitions:
    """All that was judged, in the one order; only files that the query has committed to."""
    rows = session.read.schema(JUDGED).parquet(str(made)).select("transitions").toArrow()
    parts = (np.frombuffer(one, TRANSITION) for one in rows.column(0).to_pylist())
    return merged([Transitions(part) for part in parts])


@lru_cache(maxsize=2)
def _known(known: bytes, shards: int) -> tuple[Definitions, list[Shard]]:
    """Definitions and shards, made once a process."""
    definitions = Definitions(*pickle.loads(known))  # nosec B301  # made by judged() of the same query
    return definitions, shards_of(definitions, shards)


def _cut(batch: pa.RecordBatch, known: bytes, shards: int) -> pa.RecordBatch:
    """One CUT row for each shard that an entry of the batch is about."""
    definitions, parts = _known(known, shards)
    log = log_of_table(batch, definitions)
    cuts = [(number, log_for(log, shard, definitions)) for number, shard in enumerate(parts)]
    filled = [(number, packed(part)) for number, part in cuts if len(part)]
    columns = [pa.array([one[0] for one in filled], pa.int32()), pa.array([one[1] for one in filled], pa.binary())]
    return pa.RecordBatch.from_arrays(columns, names=["shard", "part"])


def _one_shard(number: int, parts: Iterable[Any], state: Any, known: bytes, shards: int) -> Iterator[Any]:
    """Judge a shard's entries of one micro-batch from the state that the last one left."""
    import pandas as pd  # type: ignore[import-untyped]

    shard = _known(known, shards)[1][number]
    log = unpacked(blob for frame in parts for blob in frame["part"])
    before = from_bytes(state.get[0]) if state.exists else fresh(shard.definitions)
    after, found = step(before, log, LATEST_US, shard.definitions)  # refuses what it has judged before
    state.update((after.to_bytes(),))
    rows = found.rows.copy()
    rows["alarm"] = shard.alarms[rows["alarm"]]
    if len(rows):
        yield pd.DataFrame({"shard": [number], "transitions": [rows.tobytes()]})
