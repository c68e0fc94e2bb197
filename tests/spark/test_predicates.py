# SPDX-License-Identifier: Apache-2.0
"""A clause's predicate means the same in Spark as in plain Python, unknown included."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belltower.core.standards.predicates.binding import bind
from belltower.core.standards.predicates.judging import judge, known
from belltower.core.standards.predicates.parsing import parse
from belltower.core.standards.predicates.sql import Engine, sql_of
from belltower.core.standards.tests.chance import FIELDS, TODAY, TYPES, VALUES, WORDS, predicates, things

pytestmark = [pytest.mark.spark, pytest.mark.xdist_group("spark")]
SQL_TYPES = {"DOUBLE": "DOUBLE", "BOOLEAN": "BOOLEAN", "VARCHAR": "STRING"}


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]").appName("predicates").config("spark.ui.enabled", "false")
    session = builder.config("spark.sql.shuffle.partitions", "1").getOrCreate()
    yield session
    session.stop()


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(st.lists(predicates, min_size=8, max_size=8), st.lists(things, min_size=6, max_size=6))
def test_spark_agrees(spark: Any, written: list[str], rows: list[dict[str, Any]]) -> None:
    bound = [bind(parse(one, WORDS), VALUES, TODAY) for one in written]
    table = [[n, *known(row, FIELDS).values()] for n, row in enumerate(rows)]
    columns = ", ".join(f"{name} {SQL_TYPES[TYPES[kind]]}" for name, kind in FIELDS.items())
    frame = spark.createDataFrame(table, f"n INT, {columns}")
    asked = [f"{sql_of(node, Engine.SPARK, {name: name for name in FIELDS})} AS p{n}" for n, node in enumerate(bound)]
    found = frame.selectExpr("n", *asked).orderBy("n").collect()
    for n, row in enumerate(found):
        assert list(row)[1:] == [judge(node, known(rows[n], FIELDS)) for node in bound]
