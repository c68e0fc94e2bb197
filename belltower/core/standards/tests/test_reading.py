# SPDX-License-Identifier: Apache-2.0
"""A standard's file is taken whole or not at all; each fault is told with its line and what was meant."""

from __future__ import annotations

import random
from datetime import date

import pytest

from belltower.core.standards.clauses import Document, Outcome, Verified
from belltower.core.standards.errors import BadStandard
from belltower.core.standards.examples import wrong_examples
from belltower.core.standards.reading import read_document
from belltower.kernel.packs import AssetKind, Field, FieldType, Geometry, Pack, Register
from belltower.kernel.texts import Text
from belltower.kernel.units import Quantity

LAMP = Text(zh="灯", en="Lamp")
REGISTER = Register((
    Pack("street", LAMP, LAMP, assets=(
        AssetKind("lamp", LAMP, Geometry.POINT, fields=(
            Field("height", Quantity.LENGTH, LAMP, unit="m"), Field("works", FieldType.BOOLEAN, LAMP),
            Field("installed", FieldType.DATE, LAMP), Field("colour", FieldType.TEXT, LAMP),
        )),
    )),
))  # fmt: skip
GOOD = """\
id: street.lamps
title: {zh: 灯, en: Lamps}
issued_by: {zh: 市, en: City}
clauses:
- id: street.high_enough
  title: {zh: 够高, en: High enough}
  text: {zh: 够高。, en: It is high enough.}
  source: {document: Order 7, clause: "4.2", seen: 2026-08-01, verified: primary}
  applies_to: lamp
  values:
    least: {2022-01-01: 6, 2025-01-01: 8}
    age: {2022-01-01: P10Y}
  check: {kind: attribute, where: installed >= today - age, holds: height >= least AND works}
  grade: general
  rectify_within: {2022-01-01: {working: P5D}, 2025-01-01: {natural: PT8H}}
  responsible: owner
  examples:
  - {name: high, on: 2026-01-01, fields: {height: 8, works: true, installed: 2020-01-01}, outcome: holds}
  - {name: once enough, on: 2024-12-31, fields: {height: 6, works: true, installed: 2020-01-01}, outcome: holds}
  - {name: low, on: 2026-01-01, fields: {height: 6, works: true, installed: 2020-01-01}, outcome: broken}
  - {name: nobody knows when, on: 2026-01-01, fields: {height: 6, works: true}, outcome: unknown}
"""


def read(text: str) -> Document:
    return read_document(text, file="street/lamps.yaml", register=REGISTER)


def test_a_clause_is_read_with_its_dated_values_source_and_examples() -> None:
    document = read(GOOD)
    [clause] = document.clauses
    assert (clause.id, clause.source.verified, clause.line) == ("street.high_enough", Verified.PRIMARY, 5)
    assert [clause.values["least"].on(date(year, 6, 1)) for year in (2021, 2022, 2025)] == [None, 6.0, 8.0]
    allowed = clause.rectify_within.on(date(2024, 1, 1))
    assert allowed
    assert (allowed.length, allowed.is_working) == ("P5D", True)
    assert [*wrong_examples(document, REGISTER)] == []


def test_an_example_that_does_not_come_out_is_named() -> None:
    [(clause, name, found)] = wrong_examples(read(GOOD.replace("height: 8", "height: 7.99")), REGISTER)
    assert (clause.id, name, found) == ("street.high_enough", Text(en="high"), Outcome.BROKEN)


def test_an_example_is_named_in_both_languages_and_an_older_plain_name_is_taken_by_its_script() -> None:
    both = read(GOOD.replace("{name: high,", "{name: {zh: 够高, en: high},").replace("name: low", "name: 太低"))
    names = [example.name for example in both.clauses[0].examples]
    assert names[:3] == [Text(zh="够高", en="high"), Text(en="once enough"), Text(zh="太低")]
    assert names[1].say("zh") == "once enough"


@pytest.mark.parametrize(
    ("was", "becomes", "line", "said"),
    [
        ("applies_to: lamp", "applies_to: lump", 9, "did you mean 'lamp'?"),
        ("height >= least", "hight >= least", 13, "did you mean 'height'?"),
        ("height >= least", "height >= lest", 13, "did you mean 'least'?"),
        ("height >= least AND", "works AND", 13, "does not use the value 'least'"),
        ("height >= least", "colour >= least", 13, "cannot be compared"),
        ("height >= least", "pg_sleep(9) >= least", 13, "not part of the language"),
        ("kind: attribute", "kind: atribute", 13, "must be one of attribute"),
        ("grade: general", "grade: serious", 14, "must be one of general, major"),
        ("responsible: owner", "responsible: nobody", 16, "must be one of territory, sector, enterprise, owner"),
        ("  responsible: owner\n", "", 5, "'responsible' is missing"),
        ("responsible:", "responsable:", 16, "did you mean 'responsible'?"),
        ("verified: primary", "verified: yes", 8, "must be one of primary"),
        ("seen: 2026-08-01", "seen: last August", 8, "must be a day"),
        ("least: {2022-01-01: 6,", "least: {2026-01-01: 6,", 11, "in their order"),
        ("least: {2022-01-01: 6,", "least: {once: 6,", 11, "the day it begins to hold"),
        ("least: {2022-01-01: 6,", "least: {2022-01-01: high,", 11, "of one kind on all its days"),
        ("least: {", "height: {", 10, "cannot be called 'height'"),
        ("age: {2022-01-01: P10Y}", "age: {2022-01-01: P10H}", 12, "a length of time such as P24M"),
        ("age: {2022-01-01: P10Y}", "age: {2022-01-01: .inf}", 12, "must be a number"),
        ("working: P5D", "working: 5 days", 15, "not of the form"),
        ("{working: P5D}", "{working: P5D, natural: P9D}", 15, "either natural or working"),
        ("{height: 8, works", "{hieght: 8, works", 18, "did you mean 'height'?"),
        ("outcome: unknown", "outcome: perhaps", 21, "must be one of holds, broken, unknown"),
        ("outcome: broken", "outcome: holds", 17, "have none that is broken"),
        ("{name: high,", "{name: {en: high},", 18, "'zh' is missing"),
        ("{name: high,", "{name: {zh: 够高, en: high, fr: haut},", 18, "'fr' is not known here"),
        ("{name: high,", "{name: 7,", 18, "'name' must be"),
        ("on: 2024-12-31", "on: 2021-12-31", 19, "is before the clause holds"),
        ("{zh: 够高, en: High enough}", "{en: High enough}", 6, "'zh' is missing"),
        ("id: street.high_enough", "id: High enough", 5, "not of the form"),
        ("clauses:\n", "clauses: []\nmore:\n", 5, "is not known here"),
        ("title: {zh: 灯, en: Lamps}", "title: {zh: 灯, en: Lamps", 3, "no YAML"),
        ("title: {zh: 灯, en: Lamps}", "title: {zh: 灯, zh: 灯, en: Lamps}", 2, "stands there twice"),
        ("title: {zh: 灯, en: Lamps}", "title: &a {zh: 灯, en: Lamps}\nissued_by: *a", 1, "aliases"),
        ("title: {zh: 灯, en: Lamps}", "title: {zh: [灯], en: Lamps}", 2, "must be a text"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_and_what_was_meant(was: str, becomes: str, line: int, said: str) -> None:
    assert was in GOOD
    with pytest.raises(BadStandard) as refused:
        read(GOOD.replace(was, becomes, 1))
    assert f"street/lamps.yaml, line {line}:" in str(refused.value)
    assert said in str(refused.value)


def test_a_clause_told_twice_is_refused_at_the_second() -> None:
    clause = GOOD[GOOD.index("- id:") :]
    with pytest.raises(BadStandard, match=r"line 22: .*stands there twice"):
        read(GOOD + clause)


def test_a_hundred_spoilt_files_are_each_refused_with_a_line_or_taken_whole() -> None:
    """Never anything else than the document or a located refusal, whatever was done to the file."""
    refused = 0
    for seed in range(150):
        chance = random.Random(seed)
        text = GOOD
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text))
            cut = chance.choice([0, 1, 1, 7, 40])
            text = (
                text[:at]
                + chance.choice(["", "x", ":", "{", "'", "\t", "- ", "\n", "[]", "!!python/name:os", "\x07"])
                + text[at + cut :]
            )
        try:
            read(text)
        except BadStandard as refusal:
            refused += "street/lamps.yaml, line " in str(refusal)
    assert refused >= 100
