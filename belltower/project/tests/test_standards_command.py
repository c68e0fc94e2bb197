# SPDX-License-Identifier: Apache-2.0
"""`belltower standards`: every clause of the installed packs is right in itself, in each engine; a city is assessed by it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime, time
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from django.db import connection

from belltower.core.activities.models import Activity
from belltower.core.places.city import current
from belltower.core.places.models import Asset
from belltower.core.standards import asking, attribute, cadence
from belltower.core.standards.checks import AttributeCheck, CadenceCheck, predicates_of
from belltower.core.standards.clauses import Clause, Example, Outcome
from belltower.core.standards.predicates.judging import judge, known
from belltower.core.standards.predicates.nodes import Kind
from belltower.core.standards.predicates.sql import Engine, sql_of
from belltower.core.standards.reading import fields_of, read_document
from belltower.kernel.identity import uuid7
from belltower.kernel.instants import civil_instant
from belltower.packs.register import discover, standards
from belltower.project.commands import standards as commands
from tests.scenes.quiet_street import QuietStreet

REGISTER = discover()
EXAMPLES: list[tuple[Clause, Example]] = [
    (clause, example)
    for file, text in standards(REGISTER)
    for clause in read_document(text, file=file, register=REGISTER).clauses
    if isinstance(clause.check, AttributeCheck | CadenceCheck)
    for example in clause.examples
]
TYPES = {Kind.NUMBER: "DOUBLE", Kind.BOOLEAN: "BOOLEAN", Kind.TEXT: "VARCHAR", Kind.DATE: "VARCHAR"}


LETTERS = {"h": Outcome.HOLDS, "b": Outcome.BROKEN, "u": Outcome.UNKNOWN, "-": None}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.mark.django_db
def test_every_example_of_attribute_and_cadence_comes_out_as_written_in_postgresql(quiet_street: QuietStreet) -> None:
    """By the statement that passes over the city run: each example is put down as an asset, with what was done to it."""
    wrong = []
    for number, (clause, example) in enumerate(EXAMPLES):
        now = civil_instant(example.at, current().tz)
        since = datetime.combine(example.facts.since, time()) if example.facts.since else None
        asset = Asset.objects.create(
            uid=uuid7(), kind=clause.applies_to, key=f"example-{number}", area=quiet_street.district, fields=dict(example.fields),
            valid_from=civil_instant(since, current().tz) if since else LONG_AGO, recorded_at=now, recorded_by="tests",
        )  # fmt: skip
        if isinstance(clause.check, CadenceCheck):
            Activity.objects.bulk_create(
                Activity(activity=clause.check.activity, asset=asset, at=civil_instant(one.at, current().tz), fields=dict(one.fields),
                         recorded_at=now) for one in example.facts.activities
            )  # fmt: skip
            question = cadence.question(clause, clause.check, 0, now=now, register=REGISTER)
        else:
            assert isinstance(clause.check, AttributeCheck)
            question = attribute.question(clause, clause.check, now=now, register=REGISTER)
        fields = fields_of(REGISTER.kind(clause.applies_to))
        with connection.cursor() as cursor:
            cursor.execute(asking.statement(clause.applies_to, fields, [(question, asking.Spared())], [asset.pk]))
            [(_, _, letter)] = cursor.fetchall()
        if LETTERS[letter] is not example.outcome:
            wrong.append((clause.id, example.name, letter))
    assert wrong == []


def test_the_predicates_of_every_example_come_out_in_duckdb_as_in_python() -> None:
    """Of things by attribute and cadence clauses, and of the activities that are counted."""
    with duckdb.connect() as database:
        for clause, example in EXAMPLES:
            values = clause.values_on(example.on)
            assert values is not None
            kinds = fields_of(REGISTER.kind(clause.applies_to))
            asked = [(one, example.fields, kinds) for one in predicates_of(clause.check)]
            if isinstance(clause.check, CadenceCheck):
                kinds_of_done = fields_of(REGISTER.activities[clause.check.activity])
                asked = [(clause.check.where, example.fields, kinds)] if clause.check.where else []
                if clause.check.counts:
                    asked += [(clause.check.counts, one.fields, kinds_of_done) for one in example.facts.activities]
            for predicate, given, declared in asked:
                node, thing = predicate.on(values, example.on), known(given, declared)
                columns = ", ".join(f'CAST(? AS {TYPES[kind]}) AS "{name}"' for name, kind in declared.items())
                written = sql_of(node, Engine.DUCKDB, {name: f'"{name}"' for name in declared})
                row = database.execute(f"SELECT {written} FROM (SELECT {columns})", [*thing.values()]).fetchone()
                assert row == (judge(node, thing),), (clause.id, example.name, predicate.written)


def test_the_installed_standards_are_checked_and_a_fault_is_told(tmp_path: Path) -> None:
    good = CliRunner().invoke(commands.command, ["check"])
    assert good.exit_code == 0
    assert "ok    poles/lamp_poles.yaml: 2 clauses" in good.output
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
