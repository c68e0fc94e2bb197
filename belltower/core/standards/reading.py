# SPDX-License-Identifier: Apache-2.0
"""A standard's YAML read whole or not at all: what is wrong is told with file, line, and what was probably meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from belltower.core.standards.clauses import (
    AttributeCheck,
    Clause,
    Dated,
    Document,
    Example,
    Grade,
    Outcome,
    Role,
    Source,
    TimeAllowed,
    Verified,
)
from belltower.core.standards.errors import BadStandard
from belltower.core.standards.predicates.binding import Given
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.errors import BadPredicate
from belltower.core.standards.predicates.kinds import WrongKind
from belltower.core.standards.predicates.nodes import Kind, Node, names_in
from belltower.core.standards.predicates.parsing import Vocabulary, parse
from belltower.kernel import written
from belltower.kernel.packs import AssetKind, FieldType, Register
from belltower.kernel.texts import Text
from belltower.kernel.written import Part, near

T = TypeVar("T")
_ID = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_TIME = re.compile(r"P(?=.)(\d{1,4}D)?(T(?=.)(\d{1,4}H)?(\d{1,4}M)?)?")
_DOCUMENT = ("id", "title", "issued_by", "clauses")
_CLAUSE = (
    "id", "title", "text", "source", "applies_to", "values", "check", "grade", "rectify_within", "responsible",
    "not_covered", "examples",
)  # fmt: skip
_KINDS = {FieldType.INTEGER: Kind.NUMBER, FieldType.NUMBER: Kind.NUMBER, FieldType.BOOLEAN: Kind.BOOLEAN,
          FieldType.DATE: Kind.DATE, FieldType.TEXT: Kind.TEXT, FieldType.CHOICE: Kind.TEXT}  # fmt: skip


def fields_of(kind: AssetKind) -> dict[str, Kind]:
    """What a predicate may ask of an asset of that kind: its declared fields (a quantity in its declared unit)."""
    return {one.name: _KINDS[one.holds] if isinstance(one.holds, FieldType) else Kind.NUMBER for one in kind.fields}


def read_document(text: str, *, file: str, register: Register) -> Document:
    """The document that ``text`` holds. Raises BadStandard at its first fault."""

    def refusing(line: int, reason: Text) -> BadStandard:
        return BadStandard(file=file, line=line, reason=reason)

    whole = written.read(text, refusing, name="document")
    whole.keys(known=_DOCUMENT)
    clauses = tuple(_clause(part, register) for part in whole.each("clauses"))
    for number, clause in enumerate(clauses):
        if clause.id in {one.id for one in clauses[:number]}:
            raise refusing(clause.line, Text(zh=f"“{clause.id}”出现了两次", en=f"'{clause.id}' stands there twice"))
    return Document(
        _matching(whole.need("id"), _ID), _text(whole.need("title")), _text(whole.need("issued_by")), clauses, file
    )


def _clause(part: Part, register: Register) -> Clause:
    part.keys(known=_CLAUSE)
    kind = _kind(part.need("applies_to"), register)
    values = {
        name: _dated(each, _value)
        for name, each in (_entries(part.get("values")) if part.get("values") else {}).items()
    }
    fields = fields_of(kind)
    _not_twice(part, values, fields)
    check = _check(part.need("check"), Vocabulary(fields, {name: _kind_of(each) for name, each in values.items()}))
    clause = Clause(
        id=_matching(part.need("id"), _ID), title=_text(part.need("title")), text=_text(part.need("text")),
        source=_source(part.need("source")), applies_to=kind.name, values=values, check=check,
        grade=Grade(part.need("grade").word(*Grade)), rectify_within=_dated(part.need("rectify_within"), _time),
        responsible=Role(part.need("responsible").word(*Role)),
        not_covered=_text(left) if (left := part.get("not_covered")) else None,
        examples=tuple(_example(each, fields) for each in part.each("examples")), line=part.line,
    )  # fmt: skip
    _in_range(part, clause)
    _both_sides(part, clause)
    return clause


def _check(part: Part, vocabulary: Vocabulary) -> AttributeCheck:
    part.need("kind").word("attribute")
    part.keys(known=("kind", "holds", "where"))
    holds, where = part.need("holds"), part.get("where")
    check = AttributeCheck(
        _predicate(holds, vocabulary), _predicate(where, vocabulary) if where else None, holds.text()
    )
    used = names_in(check.holds) | (names_in(check.where) if check.where else frozenset())
    for name in vocabulary.values:
        if name not in used:
            raise part.refuse(f"没有用到值“{name}”", f"does not use the value '{name}'")
    return check


def _predicate(part: Part, vocabulary: Vocabulary) -> Node:
    try:
        return parse(part.text(), vocabulary)
    except BadPredicate as error:
        reason = error.facts["reason"]
        assert isinstance(reason, Text)
        raise part.refuse(f"：{reason.zh}", f"cannot be used: {reason.en}") from None


def _source(part: Part) -> Source:
    part.keys(known=("document", "clause", "seen", "verified"))
    verified = Verified(part.need("verified").word(*Verified))
    return Source(part.need("document").text(), part.need("clause").text(), part.need("seen").day(), verified)


def _example(part: Part, fields: Mapping[str, Kind]) -> Example:
    part.keys(known=("name", "fields", "on", "outcome"))
    given = _entries(part.need("fields")) if part.get("fields") else {}
    for name, each in given.items():
        if name not in fields:
            zh, en = near(name, tuple(fields))
            raise each.refuse(f"未声明，{zh}", f"is not declared; {en}")
    plain = {name: _plain(each) for name, each in given.items()}
    outcome = Outcome(part.need("outcome").word(*Outcome))
    return Example(part.need("name").text(), plain, part.need("on").day(), outcome, part.line)


def _in_range(part: Part, clause: Clause) -> None:
    """With the values of each of its days the check can be worked out."""
    for day in sorted({start for dated in clause.values.values() for start, _ in dated.since}):
        values = clause.values_on(day)
        try:
            if values is not None:
                clause.check.on(values, day)
        except (WrongKind, OverflowError) as error:
            why = error.why if isinstance(error, WrongKind) else Text(zh="时长过大", en="a length of time is too long")
            raise part.need("values").refuse(f"自 {day} 起：{why.zh}", f"from {day}: {why.en}") from None


def _both_sides(part: Part, clause: Clause) -> None:
    outcomes = {example.outcome for example in clause.examples}
    for wanted in (Outcome.HOLDS, Outcome.BROKEN):
        if wanted not in outcomes:
            raise part.need("examples").refuse(f"缺少 {wanted} 的例子", f"have none that is {wanted}")
    for example in clause.examples:
        if clause.values_on(example.on) is None:
            why = Text(
                zh=f"例子“{example.name}”早于条款生效", en=f"the example '{example.name}' is before the clause holds"
            )
            raise part.refusing(example.line, why)


def _dated(part: Part, read: Callable[[Part], T]) -> Dated[T]:
    found: list[tuple[date, T]] = []
    for name, each in _entries(part).items():
        try:
            found.append((date.fromisoformat(name), read(each)))
        except ValueError:
            raise each.refuse(
                "应为生效日期，例如 2026-07-01", "must be the day it begins to hold, such as 2026-07-01"
            ) from None
    if not found or found != sorted(found, key=lambda one: one[0]):
        raise part.refuse("应按日期先后排列", "must list its days in their order")
    if len({type(value) for _, value in found}) > 1:
        raise part.refuse("各日期的值应为同一类", "must be of one kind on all its days")
    return Dated(tuple(found))


def _value(part: Part) -> Given:
    if isinstance(part.value, str) and part.value.startswith("P"):
        try:
            return CivilDuration.read(part.value)
        except ValueError:
            raise part.refuse(
                "应为时长，例如 P24M 或 P90D", "must be a length of whole days such as P24M or P90D"
            ) from None
    if isinstance(part.value, str) and ("\\" in part.value or not part.value.isprintable()):
        raise part.refuse("含反斜杠或不可见字符", "has a backslash or an invisible character")
    if isinstance(part.value, bool | str):
        return part.value
    return part.number()


def _kind_of(dated: Dated[Given]) -> Kind:
    value = dated.since[0][1]
    kinds = {bool: Kind.BOOLEAN, float: Kind.NUMBER, str: Kind.TEXT, CivilDuration: Kind.DURATION}
    return kinds[type(value)]


def _time(part: Part) -> TimeAllowed:
    part.keys(known=("natural", "working"))
    if len(_entries(part)) != 1:
        raise part.refuse("应为 natural 或 working 之一", "must say either natural or working")
    [(name, each)] = _entries(part).items()
    return TimeAllowed(_matching(each, _TIME), name == "working")


def _kind(part: Part, register: Register) -> AssetKind:
    name = part.text()
    if name not in register.kinds:
        zh, en = near(name, tuple(register.kinds))
        raise part.refuse(f"没有部件类型“{name}”，{zh}", f"names no declared kind: '{name}'; {en}")
    return register.kinds[name]


def _not_twice(part: Part, values: Mapping[str, Any], fields: Mapping[str, Kind]) -> None:
    for name in values:
        if name in fields or not _NAME.fullmatch(name) or name == "today":
            raise part.need("values").refuse(
                f"“{name}”不能作值名（与字段同名或不是小写名）",
                f"cannot be called '{name}': a field is, or it is no lower-case name",
            )


def _text(part: Part) -> Text:
    part.keys(known=("zh", "en"))
    return Text(zh=part.need("zh").text(), en=part.need("en").text())


def _matching(part: Part, pattern: re.Pattern[str]) -> str:
    said = part.text()
    if not pattern.fullmatch(said):
        raise part.refuse(
            f"“{said}”格式不符（{pattern.pattern}）", f"is '{said}', which is not of the form {pattern.pattern}"
        )
    return said


def _plain(part: Part) -> Any:
    if isinstance(part.value, dict | list):
        raise part.refuse("应为单个值", "must be a single value")
    return (
        part.value.isoformat() if isinstance(part.value, date) and not isinstance(part.value, datetime) else part.value
    )


def _entries(part: Part | None) -> dict[str, Part]:
    if part is None or not isinstance(part.value, dict):
        raise part.refuse("应为键值", "must be keys with values") if part else AssertionError("asked of nothing")
    return part.value
