# SPDX-License-Identifier: Apache-2.0
"""One predicate, the same outcome in PostgreSQL, DuckDB and plain Python, unknown included."""

from __future__ import annotations

import json
from typing import Any

import duckdb
import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from belltower.core.standards.predicates.binding import bind
from belltower.core.standards.predicates.judging import judge, known
from belltower.core.standards.predicates.nodes import Node
from belltower.core.standards.predicates.parsing import parse
from belltower.core.standards.predicates.sql import Engine, fields_of_json, sql_of
from belltower.core.standards.tests.chance import FIELDS, TODAY, TYPES, VALUES, WORDS, predicates, things


def in_python(node: Node, rows: list[dict[str, Any]]) -> list[bool | None]:
    return [judge(node, known(row, FIELDS)) for row in rows]


def in_postgres(node: Node, rows: list[dict[str, Any]]) -> list[bool | None]:
    written = sql_of(node, Engine.POSTGRES, fields_of_json(FIELDS, "t.fields"))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {written.replace('%', '%%')} FROM jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS t(fields, n) ORDER BY n",
            [json.dumps(rows)],
        )
        return [one for (one,) in cursor.fetchall()]


def in_duckdb(node: Node, rows: list[dict[str, Any]]) -> list[bool | None]:
    columns = ", ".join(f"{name} {TYPES[kind]}" for name, kind in FIELDS.items())
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE thing (n INTEGER, {columns})")
        table = [[n, *known(row, FIELDS).values()] for n, row in enumerate(rows)]
        database.executemany(f"INSERT INTO thing VALUES ({', '.join('?' * (len(FIELDS) + 1))})", table)
        written = sql_of(node, Engine.DUCKDB, {name: name for name in FIELDS})
        return [one for (one,) in database.execute(f"SELECT {written} FROM thing ORDER BY n").fetchall()]


@pytest.mark.django_db
@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(predicates, st.lists(things, min_size=6, max_size=6))
def test_the_engines_agree(written: str, rows: list[dict[str, Any]]) -> None:
    node = bind(parse(written, WORDS), VALUES, TODAY)
    expected = in_python(node, rows)
    assert in_postgres(node, rows) == expected
    assert in_duckdb(node, rows) == expected
