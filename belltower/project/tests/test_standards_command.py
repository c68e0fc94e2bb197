# SPDX-License-Identifier: Apache-2.0
"""`belltower standards`: every clause of the installed packs is right in itself, in each engine; a city is assessed by it."""

from __future__ import annotations

import json
from contextlib import nullcontext
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from django.db import connection

from belltower.core.standards.clauses import Clause, Example, Outcome
from belltower.core.standards.predicates.judging import known
from belltower.core.standards.predicates.nodes import Kind
from belltower.core.standards.predicates.sql import Engine, fields_of_json, sql_of
from belltower.core.standards.reading import fields_of, read_document
from belltower.packs.register import discover, standards
from belltower.project.commands import standards as commands
from tests.scenes.quiet_street import QuietStreet

REGISTER = discover()
EXAMPLES = [
    pytest.param(clause, example, id=f"{clause.id}: {example.name}")
    for file, text in standards(REGISTER)
    for clause in read_document(text, file=file, register=REGISTER).clauses
    for example in clause.examples
]
TYPES = {Kind.NUMBER: "DOUBLE", Kind.BOOLEAN: "BOOLEAN", Kind.TEXT: "VARCHAR", Kind.DATE: "VARCHAR"}


def said(is_meant: bool | None, holds: bool | None) -> Outcome:
    if is_meant is None or holds is None:
        return Outcome.UNKNOWN
    return Outcome.HOLDS if holds else Outcome.BROKEN


@pytest.mark.django_db
@pytest.mark.parametrize(("clause", "example"), EXAMPLES)
def test_every_example_comes_out_as_written_in_both_engines(clause: Clause, example: Example) -> None:
    kinds = fields_of(REGISTER.kind(clause.applies_to))
    values = clause.values_on(example.on)
    assert values is not None
    pair = clause.check.on(values, example.on)
    written = ", ".join(sql_of(node, Engine.POSTGRES, fields_of_json(kinds, "t.fields")) for node in pair)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {written.replace('%', '%%')} FROM (SELECT %s::jsonb AS fields) AS t",
            [json.dumps(dict(example.fields))],
        )
        assert said(*cursor.fetchone()) is example.outcome
    columns = ", ".join(f"CAST(? AS {TYPES[kind]}) AS {name}" for name, kind in kinds.items())
    written = ", ".join(sql_of(node, Engine.DUCKDB, {name: name for name in kinds}) for node in pair)
    with duckdb.connect() as database:
        row = database.execute(
            f"SELECT {written} FROM (SELECT {columns})", [*known(example.fields, kinds).values()]
        ).fetchone()
    assert row
    assert said(*row) is example.outcome


def test_the_installed_standards_are_checked_and_a_fault_is_told(tmp_path: Path) -> None:
    good = CliRunner().invoke(commands.command, ["check"])
    assert good.exit_code == 0
    assert "ok    poles/lamp_poles.yaml: 2 clauses, 9 examples" in good.output
    [(_, text), *_] = [one for one in standards(REGISTER) if one[0] == "poles/lamp_poles.yaml"]
    spoilt, wrong = tmp_path / "spoilt.yaml", tmp_path / "wrong.yaml"
    spoilt.write_text(text.replace("width <= width_at_most", "widht <= width_at_most"), encoding="utf-8")
    wrong.write_text(text.replace("width: 1.2}, outcome: broken", "width: 1}, outcome: broken", 1), encoding="utf-8")
    bad = CliRunner().invoke(commands.command, ["check", str(spoilt), str(wrong)])
    assert bad.exit_code == 1
    assert "did you mean 'width'?" in bad.output
    assert "example 'A hand too wide': came out as holds" in bad.output


@pytest.mark.django_db
def test_a_city_is_assessed_from_the_command_line(
    quiet_street: QuietStreet, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(commands.database, "ready", nullcontext)
    [(_, text), *_] = [one for one in standards(REGISTER) if one[0] == "poles/shared_poles.yaml"]
    file = tmp_path / "lights.yaml"
    file.write_text(text.replace("applies_to: shared_pole", "applies_to: street_light"), encoding="utf-8")
    told = CliRunner().invoke(commands.command, ["assess", str(file), "--on", "2026-11-23"])
    assert told.exit_code == 0, told.output
    assert "poles.shared_pole_height: 10 hold, 0 broken, 0 unknown" in told.output
    file.write_text(
        file.read_text(encoding="utf-8")
        .replace("2018-01-01: 8}", "2018-01-01: 9}")
        .replace("height: 8}", "height: 9}"),
        encoding="utf-8",
    )
    told = CliRunner().invoke(commands.command, ["assess", str(file), "--on", "2026-11-23"])
    assert "0 hold, 10 broken, 0 unknown" in told.output
    assert "broken: L-01, L-02" in told.output
    assert (
        "not in force on 2017-12-31"
        in CliRunner().invoke(commands.command, ["assess", str(file), "--on", "2017-12-31"]).output
    )
