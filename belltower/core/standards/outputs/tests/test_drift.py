# SPDX-License-Identifier: Apache-2.0
"""One clause, many outputs, never out of step: all of them carry the value that the check uses, and change on its day."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import date, datetime, time

import pytest

from belltower.core.places.kinds import register
from belltower.core.standards.clauses import Outcome
from belltower.core.standards.examples import outcome_of_example
from belltower.core.standards.outputs.book import Print, book, book_data
from belltower.core.standards.outputs.forms import as_json, form, form_data, outcomes, printed
from belltower.core.standards.outputs.oscal import catalogue
from belltower.core.standards.outputs.quiz import Origin, bank
from belltower.core.standards.outputs.table import table
from belltower.core.standards.outputs.tests.scene import AFTER, BEFORE, FONTS, lights, on, text_of


@pytest.mark.parametrize(
    ("day", "value", "other", "allowed"), [(BEFORE, "40", "60", "PT8H"), (AFTER, "60", "40", "P5D")]
)
def test_every_output_says_what_the_check_judges_by_and_changes_with_it(
    day: date, value: str, other: str, allowed: str
) -> None:
    """A light of 50 W held until the last day of 2024, and is broken from the first of 2025."""
    said, wrong = f"{value}\u00a0W", f"{other}\u00a0W"
    edition, [clause] = on(day), lights().clauses
    outcome = Outcome.HOLDS if day == BEFORE else Outcome.BROKEN
    thing = replace(clause.examples[2], on=day, at=datetime.combine(day, time.max))
    assert outcome_of_example(clause, thing, register()) is outcome

    how = Print(FONTS, language="both", address="https://city.example")
    [printed_clause] = book_data(edition, how)["chapters"][0]["clauses"]
    source = json.dumps({**printed_clause, "examples": []}, ensure_ascii=False)
    pdf = text_of(book(edition, how)).replace("\u00a0", " ")
    assert said in source
    assert wrong not in source
    assert f"功率 ≥ {value} W" in pdf
    assert f"功率 ≥ {other} W" not in pdf
    assert ("另有新值" in source) == (day == BEFORE)

    made = form(edition, "street_light", register())
    assert outcomes(made, {"height": 8, "wattage": 50}, register()) == {clause.id: outcome}
    assert outcomes(made, {"height": 8}, register()) == {clause.id: Outcome.UNKNOWN}
    assert outcomes(made, {"height": 2, "wattage": 5}, register()) == {clause.id: None}
    assert as_json(made)["clauses"][0]["values"]["least"] == {"zh": said, "en": said}
    assert f"功率 ≥ {said}" in json.dumps(form_data(made, language="zh", publisher=""), ensure_ascii=False)
    assert f"功率 ≥ {value} W" in text_of(printed(made, fonts=FONTS)).replace("\u00a0", " ")

    [item] = [one for one in bank(edition) if one.origin is Origin.VALUE and "功率 ≥ ？" in one.question.zh]
    assert item.right.zh == said
    assert wrong in [answer.zh for answer in item.answers[1:]]

    [control] = catalogue(edition, title="x")["catalog"]["groups"][0]["controls"]
    assert {one["id"]: one["values"] for one in control["params"]}["poles.bright_enough_prm_least"] == [said]
    assert [one["value"] for one in control["props"] if one["name"] == "rectify-within"] == [allowed]

    rows = {row["value"]: row for row in csv.DictReader(io.StringIO(table(edition).decode("utf-8-sig")))}
    assert rows["least"]["is_zh"] == said
    assert rows["least"]["since"] == ("2020-01-01" if day == BEFORE else "2025-01-01")
    assert rows["least"]["digest"] == edition.clauses[0].digest


def test_the_digest_and_the_questions_change_with_the_value_and_with_nothing_else() -> None:
    before, same, after, later = (on(day) for day in (date(2023, 5, 1), BEFORE, AFTER, date(2026, 3, 1)))
    assert before.digest == same.digest
    assert same.digest != after.digest
    assert after.digest == later.digest
    ids = [{one.id for one in bank(edition) if one.origin is Origin.VALUE} for edition in (before, same, after, later)]
    assert ids[0] == ids[1]
    assert ids[2] == ids[3]
    assert len(ids[0] - ids[2]) == 1


def test_an_example_is_shown_only_where_the_values_of_the_day_bear_it_out() -> None:
    """'dim since 2025' is not dim in 2024: the book of that day leaves it out, and nobody is asked about it."""
    assert [one.outcome for one in on(BEFORE).clauses[0].examples] == [Outcome.HOLDS, Outcome.BROKEN]
    assert len(on(AFTER).clauses[0].examples) == 3
    assert sum(one.origin is Origin.EXAMPLE for one in bank(on(BEFORE))) == 2
