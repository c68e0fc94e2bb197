# SPDX-License-Identifier: Apache-2.0
"""A standard's YAML read whole or not at all: what is wrong is told with file, line, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from belltower.core.standards.checks import limits_of, predicates_of
from belltower.core.standards.clauses import (
    Clause,
    Dated,
    Document,
    Grade,
    Role,
    TimeAllowed,
)
from belltower.core.standards.errors import BadStandard
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.kinds import WrongKind
from belltower.core.standards.predicates.nodes import Kind
from belltower.core.standards.reading_checks import Around, read_check
from belltower.core.standards.reading_examples import both_sides, read_example, read_quiz
from belltower.core.standards.reading_parts import dated, entries, known, matching, source, text, value
from belltower.core.standards.reading_parts import fields_of as fields_of
from belltower.kernel import written
from belltower.kernel.packs import AREA_LEVELS, Register
from belltower.kernel.texts import Text
from belltower.kernel.written import Part

DOCUMENT_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TIME = re.compile(r"P(?=.)(\d{1,4}D)?(T(?=.)(\d{1,4}H)?(\d{1,4}M)?)?")
_DOCUMENT = ("id", "title", "issued_by", "clauses")
_CLAUSE = (
    "id", "title", "text", "source", "applies_to", "values", "check", "grade", "rectify_within", "responsible",
    "not_covered", "examples", "closes_after", "reopens_within", "quiz",
)  # fmt: skip


def read_document(text_: str, *, file: str, register: Register) -> Document:
    """The document that the text holds. Raises BadStandard at its first fault."""

    def refusing(line: int, reason: Text) -> BadStandard:
        return BadStandard(file=file, line=line, reason=_ended(reason))

    whole = written.read(text_, refusing, name="document")
    whole.keys(known=_DOCUMENT)
    clauses = tuple(_clause(part, register) for part in whole.each("clauses"))
    for number, clause in enumerate(clauses):
        if clause.id in {one.id for one in clauses[:number]}:
            raise refusing(clause.line, Text(zh=f"“{clause.id}”出现了两次", en=f"'{clause.id}' stands there twice"))
    return Document(
        matching(whole.need("id"), DOCUMENT_ID), text(whole.need("title")), text(whole.need("issued_by")), clauses, file
    )


def _ended(reason: Text) -> Text:
    """The reason as a sentence: what ends in a question needs no full stop."""
    zh, en = reason.zh.strip(), reason.en.strip()
    return Text(zh=zh if zh.endswith("？") else f"{zh}。", en=en if en.endswith("?") else f"{en}.")


def _clause(part: Part, register: Register) -> Clause:
    part.keys(known=_CLAUSE)
    subject, is_of_areas = _applies_to(part.need("applies_to"), register)
    values = {name: dated(each, value) for name, each in _maybe_entries(part.get("values")).items()}
    around = Around(subject, is_of_areas, values, register)
    _not_twice(part, values, around.fields)
    check = read_check(part.need("check"), around)
    clause = Clause(
        id=matching(part.need("id"), DOCUMENT_ID), title=text(part.need("title")), text=text(part.need("text")),
        source=source(part.need("source")), applies_to=subject, values=values, check=check,
        grade=Grade(part.need("grade").word(*Grade)), rectify_within=dated(part.need("rectify_within"), _time),
        responsible=Role(part.need("responsible").word(*Role)),
        not_covered=text(left) if (left := part.get("not_covered")) else None,
        examples=tuple(read_example(each, check, around.fields, register) for each in part.each("examples")),
        line=part.line, is_of_areas=is_of_areas, closes_after=_lengths(part.get("closes_after")),
        reopens_within=_lengths(part.get("reopens_within")),
        quiz=tuple(read_quiz(each) for each in part.each("quiz")) if part.get("quiz") else (),
    )  # fmt: skip
    _in_range(part, clause)
    both_sides(part, clause)
    return clause


def _applies_to(part: Part, register: Register) -> tuple[str, bool]:
    """A kind of asset; or a level of areas, and True."""
    if isinstance(part.value, dict):
        part.keys(known=("area",))
        return known(part.need("area"), AREA_LEVELS, zh="区域层级", en="level of areas"), True
    return known(part, register.kinds, zh="部件类型", en="kind"), False


def _in_range(part: Part, clause: Clause) -> None:
    """With the values of each of its days the check can be worked out."""
    for day in sorted({start for one in clause.values.values() for start, _ in one.since}):
        try:
            _work_out(clause, day)
        except (WrongKind, OverflowError) as error:
            why = error.why if isinstance(error, WrongKind) else Text(zh="时长过大", en="a length of time is too long")
            raise part.need("values").refuse(f"自 {day} 起：{why.zh}", f"from {day}: {why.en}") from None


def _work_out(clause: Clause, day: date) -> None:
    """Every predicate and length with the values of the day. Raises WrongKind or OverflowError."""
    values = clause.values_on(day)
    if values is None:
        return
    for predicate in predicates_of(clause.check):
        predicate.on(values, day)
    for name in limits_of(clause.check):
        if isinstance(length := values[name], CivilDuration):
            length.after(day, -1)


def _lengths(part: Part | None) -> Dated[timedelta] | None:
    return dated(part, lambda each: timedelta(seconds=each.seconds())) if part else None


def _time(part: Part) -> TimeAllowed:
    part.keys(known=("natural", "working"))
    if len(entries(part)) != 1:
        raise part.refuse("应为 natural 或 working 之一", "must say either natural or working")
    [(name, each)] = entries(part).items()
    return TimeAllowed(matching(each, _TIME), name == "working")


def _not_twice(part: Part, values: Mapping[str, Any], fields: Mapping[str, Kind]) -> None:
    for name in values:
        if name in fields or not _NAME.fullmatch(name) or name == "today":
            raise part.need("values").refuse(
                f"“{name}”不能作值名（与字段同名或不是小写名）",
                f"cannot be called '{name}': a field is, or it is no lower-case name",
            )


def _maybe_entries(part: Part | None) -> dict[str, Part]:
    return entries(part) if part else {}
