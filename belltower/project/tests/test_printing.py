# SPDX-License-Identifier: Apache-2.0
"""`belltower standards book|quiz|form|oscal|csv`: the whole installed library is printed, and every output carries its values."""

from __future__ import annotations

import csv
import io
import json
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from belltower.core.standards.installing import install
from belltower.core.standards.outputs.book import Print, book
from belltower.core.standards.outputs.edition import edition
from belltower.core.standards.outputs.forms import as_json, form
from belltower.core.standards.outputs.oscal import catalogue, param_id
from belltower.core.standards.outputs.quiz import bank
from belltower.core.standards.outputs.table import table
from belltower.core.standards.outputs.tests.scene import FONTS, WRITTEN, outside_the_page, text_of
from belltower.core.standards.reading import read_document
from belltower.kernel.actors import Actor
from belltower.packs.register import discover, standards
from belltower.project import printing
from belltower.project.commands.standards import command
from tests.scenes.quiet_street import QuietStreet

DAY = date(2026, 11, 23)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(command, [*arguments, "--on", str(DAY)], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def squeezed(text: str) -> str:
    return "".join(text.replace("\u00a0", " ").split())


def test_every_output_of_the_whole_library_carries_the_same_values() -> None:
    register = discover()
    documents = [read_document(text, file=file, register=register) for file, text in standards(register)]
    library = edition(documents, day=DAY, register=register)
    assert len(library.chapters) == len(documents)
    made = book(library, Print(FONTS, address="https://city.example"))
    assert outside_the_page(made, 12) == []
    text = squeezed(text_of(made))
    said = [(one.clause.id, limit) for one in library.clauses for limit in one.limits]
    assert [name for name, limit in said if squeezed(limit.label.say("zh")) not in text] == []
    assert [name for name, limit in said if squeezed(limit.said.say("zh")) not in text] == []
    groups = catalogue(library, title="x")["catalog"]["groups"]
    values = {
        param["id"]: param["values"] for group in groups for one in group["controls"] for param in one.get("params", ())
    }
    assert values == {param_id(name, limit.name): [limit.said.say("zh")] for name, limit in said}
    rows = [row for row in csv.DictReader(io.StringIO(table(library).decode("utf-8-sig"))) if row["value"]]
    # A spreadsheet would take "-0.85" for a formula: such a cell begins with an apostrophe, which it does not show.
    assert [(row["clause"], row["value"], row["is_zh"].removeprefix("'")) for row in rows] == [
        (x, y.name, y.said.say("zh")) for x, y in said
    ]
    assert {one.clause for one in bank(library)} == {one.clause.id for one in library.clauses}
    for kind in {one.clause.applies_to for one in library.clauses if str(one.clause.check.kind) == "attribute"}:
        assert as_json(form(library, kind, register))["fields"], kind


def test_a_file_of_ones_own_is_printed_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BELLTOWER_HOME", str(tmp_path))
    own = tmp_path / "own.yaml"
    own.write_text(WRITTEN, encoding="utf-8")

    def made(name: str, to: str, *more: str) -> Path:
        run(*name.split(), "--file", str(own), "--to", str(tmp_path / to), *more)
        return tmp_path / to

    assert "No QR codes" in run("book", "--file", str(own), "--to", str(tmp_path / "book.pdf"))
    assert "功率≥60W" in squeezed(text_of(made("form street_light", "form.pdf", "--language", "both").read_bytes()))
    assert json.loads(made("form street_light", "form.json").read_text())["kind"] == "street_light"
    assert len(json.loads(made("quiz", "bank.json").read_text())["questions"]) == 6
    assert len(json.loads(made("quiz", "exam.json", "--questions", "5").read_text())["questions"]) == 5
    assert json.loads(made("oscal", "oscal.json").read_text())["catalog"]["metadata"]["oscal-version"] == "1.1.3"
    assert made("csv", "table.csv", "--role", "owner").read_text(encoding="utf-8-sig").count("poles.bright_enough") == 2


@pytest.mark.django_db
def test_what_is_in_force_in_the_city_is_printed(
    quiet_street: QuietStreet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing.database, "ready", nullcontext)
    install([("own.yaml", WRITTEN)], by=Actor.system("tests"), now=datetime(2026, 11, 23, tzinfo=UTC))
    out = tmp_path / "table.csv"
    assert "1 clauses of 1 documents" in run("csv", "--in-force", "--to", str(out))
    assert "poles.bright_enough" in out.read_text(encoding="utf-8-sig")
