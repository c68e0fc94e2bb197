# SPDX-License-Identifier: Apache-2.0
"""On a real cluster of a master and two workers, one of which is killed: the same transitions, bit for bit, and the same roll-ups.

Run by `make test-spark`; Spark is no part of the default set-up.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from belltower.analytics.alarms import engine
from belltower.analytics.alarms.definitions import AlarmPoint, Definitions, define
from belltower.analytics.alarms.log import Log
from belltower.analytics.alarms.sharding import groups
from belltower.analytics.alarms.state import fresh
from belltower.analytics.alarms.states import Command, EventKind, Kind
from belltower.analytics.spark.landing import put
from tests.spark.cluster import Cluster, cluster

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]
FOR_EVER = 2**60
SHARDS = 4
DISTRICTS, PER_DISTRICT = 40, 15
PATIENCE_S = 120


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("spark"), workers=2) as running:
        yield running


@pytest.fixture(scope="module")
def session(machines: Cluster) -> Iterator[SparkSession]:
    made = machines.session("belltower")
    yield made
    made.stop()


def a_city(chance: np.random.Generator) -> Definitions:
    """DISTRICTS groups of alarms of all kinds; within one, streams are shared and alarms suppress one another."""
    points = []
    for number in range(DISTRICTS * PER_DISTRICT):
        district, within = divmod(number, PER_DISTRICT)
        kind, stream = list(Kind)[within % len(Kind)], 5 * district + within % 5
        points.append(AlarmPoint(
            alarm=1_000 + number, stream=10_000 + stream, kind=kind, deadband=0.5, latching=within % 4 == 0,
            limit=2.0 if kind not in (Kind.LO, Kind.LOLO) else -2.0, priority=1 + number % 4,
            reference=10_000 + 5 * district + (within + 1) % 5 if kind is Kind.DISCREPANCY else None,
            on_delay_us=int(chance.choice([0, 300])), off_delay_us=int(chance.choice([0, 300])),
            stale_after_us=int(chance.choice([400, 2000])), armed_us=1,
            suppressed_by=999 + number if within and within % 3 == 2 else None,
        ))  # fmt: skip
    return define(points, chatter_within_us=2_000)


def a_day(definitions: Definitions, chance: np.random.Generator, size: int) -> Log:
    """Readings, some late, bad or no number, commands and ticks."""
    kind = chance.choice([EventKind.READING] * 40 + [EventKind.COMMAND, EventKind.TICK], size).astype(np.uint8)
    commands, ticks = kind == EventKind.COMMAND, kind == EventKind.TICK
    index = chance.integers(0, len(definitions.stream_ids), size).astype(np.int32)
    index[commands], index[ticks] = chance.integers(0, len(definitions.points), int(commands.sum())), 0
    at = 100 + np.cumsum(chance.integers(0, 3, size)) - np.where(chance.random(size) < 0.02, 50, 0)
    value = np.where(chance.random(size) < 0.01, np.nan, chance.normal(size=size, scale=1.6))
    code = np.where(commands, chance.integers(1, max(Command) + 1, size), chance.choice([0] * 30 + [1, 2], size))
    return Log(0, kind, index, at, value, code.astype(np.uint8), at + chance.integers(1, 60_000, size))


def digest(transitions: Any) -> str:
    return hashlib.sha256(transitions.to_bytes()).hexdigest()


def test_transitions_are_those_of_one_machine_though_a_worker_dies(
    machines: Cluster, session: SparkSession, tmp_path: Path
) -> None:
    """The query is also ended and begun again from its checkpoint: nothing is judged twice, nothing left out."""
    from belltower.analytics.spark.judging import judge, transitions

    chance = np.random.default_rng(191)
    definitions = a_city(chance)
    log = a_day(definitions, chance, 60_000)
    assert len(set(groups(definitions).tolist())) == DISTRICTS
    _, expected = engine.step(fresh(definitions), log, FOR_EVER, definitions)
    assert len(expected) > 10_000
    landing, made, checkpoint = (tmp_path / name for name in ("landing", "made", "checkpoint"))
    landing.mkdir()
    put(landing, log.cut(0, 20_000), definitions)
    judge(session, landing, made, checkpoint, definitions, shards=SHARDS, is_endless=False).awaitTermination(PATIENCE_S)
    assert len(transitions(session, made)) > 0
    query = judge(session, landing, made, checkpoint, definitions, shards=SHARDS, files_at_once=1)
    put(landing, log.cut(20_000, 40_000), definitions)
    _until_it_judges(query)
    machines.kill(0)
    put(landing, log.cut(40_000, 60_000), definitions)
    query.processAllAvailable()
    query.stop()
    found = transitions(session, made)
    assert digest(found) == digest(expected)


@pytest.mark.parametrize("by_id", [False, True])
def test_roll_ups_are_those_of_duckdb(session: SparkSession, tmp_path: Path, by_id: bool) -> None:
    """The same Ibis expressions over the same files of the lake, in a zone whose day has 25 hours; and of roll-ups again."""
    import duckdb
    import ibis

    from belltower.core.observations import rollups
    from belltower.core.observations.lake import files
    from belltower.core.observations.lake.rows import ordered

    begin, until = datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 27, tzinfo=UTC)
    path = tmp_path / "part-0.parquet"
    files.write(iter([ordered(some_readings(begin, 40_000, has_equal_instants=by_id))]), path)
    offsets = rollups.offsets_between(ZoneInfo("Europe/Berlin"), begin, until)
    assert len(offsets) == 2
    spark = ibis.pyspark.connect(session)
    spark.read_parquet(str(path), table_name=rollups.READINGS)
    with duckdb.connect() as one_machine:
        one_machine.execute("SET TimeZone = 'UTC'")
        one_machine.execute(f"CREATE VIEW {rollups.READINGS} AS SELECT * FROM read_parquet('{path}')")
        for every in ("hour", "day"):
            asked = rollups.expression(every, offsets, engine="pyspark", by_id=by_id)
            here = one_machine.sql(rollups.duckdb_sql(every, offsets, by_id=by_id)).to_arrow_table()
            agree(spark.to_pyarrow(asked), here)
            if every == "hour":
                kept = here.rename_columns(["at" if name == "bucket" else name for name in here.column_names])
        one_machine.register(rollups.KEPT, kept)
        spark.create_table(rollups.KEPT, kept.select(list(rollups.KEPT_COLUMNS)), overwrite=True)
        twice = one_machine.sql(rollups.duckdb_again("day", offsets)).to_arrow_table()
        agree(spark.to_pyarrow(rollups.again("day", offsets, engine="pyspark")), twice)
        agree(twice, here)


def some_readings(begin: datetime, count: int, *, has_equal_instants: bool) -> Any:
    """Readings of 40 streams over three days, a few bad or no number."""
    from belltower.core.observations.lake.rows import ROW, canonical, micros

    chance = np.random.default_rng(7)
    rows = np.zeros(count, ROW)
    rows["stream"] = chance.integers(1, 41, count)
    step = 60_000_000 if has_equal_instants else 1
    rows["at"] = micros(begin) + chance.integers(0, 3 * 86_400_000_000 // step, count) * step
    rows["id"], rows["result_at"] = np.arange(count), rows["at"]
    rows["value"] = np.where(chance.random(count) < 0.01, np.nan, chance.normal(20, 5, count))
    rows["quality"] = chance.choice([0, 1, 2], count, p=[0.9, 0.05, 0.05])
    return canonical(rows)


def agree(one: Any, other: Any) -> None:
    """All equal; the mean to 1e-12, for it is summed in another order."""
    keys = [("stream", "ascending"), ("bucket", "ascending")]
    one, other = one.sort_by(keys), other.sort_by(keys)
    for name in ("stream", "bucket", "count", "min", "max", "first", "last"):
        np.testing.assert_array_equal(one.column(name).to_numpy(), other.column(name).to_numpy(), err_msg=name)
    np.testing.assert_allclose(one.column("mean").to_numpy(), other.column("mean").to_numpy(), rtol=1e-12)


def _until_it_judges(query: Any) -> None:
    """A micro-batch is under way: a worker that dies now dies with work in its hands."""
    deadline = time.monotonic() + PATIENCE_S
    while not query.status["isTriggerActive"] or not query.status["isDataAvailable"]:
        assert time.monotonic() < deadline
        assert query.exception() is None
        time.sleep(0.02)
