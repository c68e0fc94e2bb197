# SPDX-License-Identifier: Apache-2.0
"""The small parts of a written standard: texts in both languages, dated values, names of values, fields that may be asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from belltower.core.standards.clauses import Dated, Source, Verified
from belltower.core.standards.predicates.binding import Given
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.core.standards.predicates.nodes import Kind
from belltower.kernel.packs import Activity, AssetKind, Field, FieldType, Register
from belltower.kernel.texts import Text
from belltower.kernel.written import Part, near

T = TypeVar("T")
AREA_FIELDS = {"population": Kind.NUMBER, "area_m2": Kind.NUMBER}
"""What a predicate may ask of an area."""
_LENGTH = re.compile(r"P[\dT]")
_KINDS = {FieldType.INTEGER: Kind.NUMBER, FieldType.NUMBER: Kind.NUMBER, FieldType.BOOLEAN: Kind.BOOLEAN,
          FieldType.DATE: Kind.DATE, FieldType.TEXT: Kind.TEXT, FieldType.CHOICE: Kind.TEXT}  # fmt: skip
_TYPES: Mapping[type, Text] = {
    float: Text(zh="数", en="a number"),
    str: Text(zh="文字", en="a text"),
    bool: Text(zh="是否", en="yes or no"),
    CivilDuration: Text(zh="以日计的时长（如 P30D）", en="a length of days such as P30D"),
    timedelta: Text(zh="以时分计的时长（如 PT4H）", en="a length of hours such as PT4H"),
}


def fields_of(of: AssetKind | Activity) -> dict[str, Kind]:
    """What a predicate may ask of it: its declared fields (a quantity in its declared unit)."""
    return {one.name: _kind(one) for one in of.fields}


def _kind(one: Field) -> Kind:
    return _KINDS[one.holds] if isinstance(one.holds, FieldType) else Kind.NUMBER


def fields_of_subject(name: str, register: Register, *, is_of_areas: bool) -> dict[str, Kind]:
    """What a predicate may ask of what a clause applies to."""
    return dict(AREA_FIELDS) if is_of_areas else fields_of(register.kind(name))


def dated(part: Part, read: Callable[[Part], T]) -> Dated[T]:
    """Values by the day from which each holds, in the order of their days."""
    found: list[tuple[date, T]] = []
    for name, each in entries(part).items():
        try:
            day = date.fromisoformat(name) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", name) else None
        except ValueError:
            day = None
        if day is None:
            raise each.refuse("应为生效日期，例如 2026-07-01", "must be the day it begins to hold, such as 2026-07-01")
        found.append((day, read(each)))
    if not found or found != sorted(found, key=lambda one: one[0]):
        raise part.refuse("应按日期先后排列", "must list its days in their order")
    if len({type(value) for _, value in found}) > 1:
        raise part.refuse("各日期的值应为同一类", "must be of one kind on all its days")
    return Dated(tuple(found))


def value(part: Part) -> Given:
    """A number, a text, yes or no, or a length of time."""
    said = part.value
    if isinstance(said, str) and _LENGTH.match(said):
        return length(part)
    if isinstance(said, str) and ("\\" in said or not said.isprintable()):
        raise part.refuse("含反斜杠或不可见字符", "has a backslash or an invisible character")
    if isinstance(said, bool | str):
        return said
    return part.number()


def length(part: Part) -> CivilDuration | timedelta:
    """Whole days such as P24M; with hours or minutes, such as PT4H, a length of natural time."""
    said = str(part.value)
    if "T" in said:
        return timedelta(seconds=part.seconds())
    try:
        return CivilDuration.read(said)
    except ValueError:
        raise part.refuse(
            "应为时长，例如 P24M、P90D 或 PT4H", "must be a length of time such as P24M, P90D or PT4H"
        ) from None


def limit(part: Part, values: Mapping[str, Dated[Given]], *types: type) -> str:
    """The name of a dated value of one of these types."""
    known = tuple(name for name, each in values.items() if type_of(each) in types)
    name = part.value
    if isinstance(name, str) and name in known:
        return name
    wanted = _either(_TYPES[one] for one in types)
    if isinstance(name, str) and name in values:
        is_now = _TYPES[type_of(values[name])]
        raise part.refuse(
            f"用到“{name}”，它是{is_now.zh}，应为{wanted.zh}", f"names '{name}', {is_now.en}; it must be {wanted.en}"
        )
    zh, en = near(str(name), known)
    listed = ", ".join(known) or "-"
    raise part.refuse(
        f"应为本条款的一个值的名称（{wanted.zh}），不能直接写“{name}”；{zh}已有 {listed}",
        f"must be the name of one of the clause's values ({wanted.en}), not '{name}'; {en}there are {listed}",
    )


def type_of(of: Dated[Given]) -> type:
    """The type of a dated value, the same on all its days."""
    return type(of.since[0][1])


def _either(words: Iterable[Text]) -> Text:
    found = list(words)
    return Text(zh="或".join(one.zh for one in found), en=" or ".join(one.en for one in found))


def text(part: Part) -> Text:
    """A text in both languages."""
    part.keys(known=("zh", "en"))
    return Text(zh=part.need("zh").text(), en=part.need("en").text())


def text_or_plain(part: Part) -> Text:
    """A text in both languages; a plain one, as was written before there were two, is taken by its script (Text.read)."""
    return Text.read(part.text()) if isinstance(part.value, str) else text(part)


def source(part: Part) -> Source:
    """Where something is written, when it was seen there, and how far that was verified."""
    part.keys(known=("document", "clause", "seen", "verified"))
    verified = Verified(part.need("verified").word(*Verified))
    return Source(part.need("document").text(), part.need("clause").text(), part.need("seen").day(), verified)


def matching(part: Part, pattern: re.Pattern[str]) -> str:
    """A text of that form."""
    said = part.text()
    if not pattern.fullmatch(said):
        raise part.refuse(
            f"“{said}”格式不符（{pattern.pattern}）", f"is '{said}', which is not of the form {pattern.pattern}"
        )
    return said


def known(part: Part, names: Iterable[str], *, zh: str, en: str) -> str:
    """One of the declared ``names``; ``zh`` and ``en`` say of what."""
    name, there = part.text(), tuple(names)
    if name not in there:
        guess_zh, guess_en = near(name, there)
        listed = "" if guess_en else ", ".join(sorted(there)) or "-"
        raise part.refuse(
            f"没有{zh}“{name}”，{guess_zh or f'已声明的有 {listed}'}",
            f"names no declared {en}: '{name}'; {guess_en or f'there are {listed}'}".rstrip(),
        )
    return name


def given_fields(part: Part | None, declared: Mapping[str, Kind]) -> dict[str, Any]:
    """Fields of a thing in an example, as JSON has them: declared ones only."""
    found = entries(part) if part else {}
    for name, each in found.items():
        if name not in declared:
            zh, en = near(name, tuple(declared))
            listed = "" if en else ", ".join(declared) or "-"
            raise each.refuse(
                f"未声明，{zh or f'已有 {listed}'}", f"is not declared; {en or f'there are {listed}'}".rstrip()
            )
    return {name: plain(each) for name, each in found.items()}


def plain(part: Part) -> Any:
    """A single value as JSON has it."""
    if isinstance(part.value, dict | list):
        raise part.refuse("应为单个值", "must be a single value")
    is_day = isinstance(part.value, date) and not isinstance(part.value, datetime)
    return part.value.isoformat() if is_day else part.value


def entries(part: Part) -> dict[str, Part]:
    """Keys with values."""
    if not isinstance(part.value, dict):
        raise part.refuse("应为键值", "must be keys with values")
    return part.value
