# SPDX-License-Identifier: Apache-2.0
"""The examples of a clause, each with the facts that its kind of check needs, and its quiz."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from belltower.core.standards.checks import (
    AttributeCheck,
    CadenceCheck,
    Check,
    IndicatorCheck,
    Must,
    ReachCheck,
    SignalCheck,
    SpatialCheck,
    WatchCheck,
)
from belltower.core.standards.clauses import Clause, Done, Example, Facts, Other, Outcome, Quiz
from belltower.core.standards.predicates.nodes import Kind
from belltower.core.standards.reading_parts import fields_of, given_fields, text, text_or_plain
from belltower.kernel.packs import Register
from belltower.kernel.texts import Text
from belltower.kernel.written import Part

_ALWAYS = ("name", "on", "outcome")
_INSTANT = timedelta(microseconds=1)


def read_example(part: Part, check: Check, fields: Mapping[str, Kind], register: Register) -> Example:
    """One example; keys that its kind of check has no use for are refused."""
    part.keys(known=(*_ALWAYS, *_KEYS[type(check)]))
    on, at = _on(part.need("on"))
    return Example(
        name=text_or_plain(part.need("name")), fields={} if isinstance(check, IndicatorCheck) else given_fields(part.get("fields"), fields),
        on=on, outcome=Outcome(part.need("outcome").word(*Outcome)), line=part.line, at=at,
        facts=_facts(part, check, register),
    )  # fmt: skip


def _facts(part: Part, check: Check, register: Register) -> Facts:
    match check:
        case AttributeCheck():
            return Facts()
        case CadenceCheck(activity=name) | WatchCheck(activity=name):
            since = part.get("since") if isinstance(check, CadenceCheck) else None
            return Facts(activities=_activities(part, name, register), since=since.day() if since else None)
        case SignalCheck():
            return Facts(readings=_readings(part))
        case SpatialCheck(of=kind):
            return Facts(others=_others(part, check, kind, register))
        case ReachCheck(by=kind):
            nearest = part.get("nearest_m")
            if nearest and part.get("others"):
                raise nearest.refuse("与 others 只能写其一", "and others cannot both be given")
            return Facts(
                others=_others(part, check, kind, register), nearest_m=nearest.number(least=0) if nearest else None
            )
        case IndicatorCheck():
            return _counts(part)


def _counts(part: Part) -> Facts:
    most = 10**9
    among = part.need("among").whole(least=0, most=most)
    unknown = part.get("unknown")
    return Facts(
        counted=part.need("counted").whole(least=0, most=among), among=among,
        unknown=unknown.whole(least=0, most=most) if unknown else 0,
    )  # fmt: skip


def _activities(part: Part, name: str, register: Register) -> tuple[Done, ...]:
    declared = fields_of(register.activities[name])
    found = []
    for each in _each(part, "activities"):
        each.keys(known=("at", "fields"))
        found.append(Done(_instant(each.need("at")), given_fields(each.get("fields"), declared)))
    return tuple(found)


def _readings(part: Part) -> tuple[tuple[timedelta, float | None], ...]:
    found: list[tuple[timedelta, float | None]] = []
    for each in _each(part, "readings"):
        if not isinstance(each.value, list) or len(each.value) != 2:
            raise each.refuse("应为 [PT10M, 数值]", "must each be [PT10M, a value]")
        when, value = each.value
        found.append((_offset(when), None if value.value is None else value.number()))
    if [at for at, _ in found] != sorted(at for at, _ in found):
        raise part.need("readings").refuse("应按时间先后排列", "must be in the order of their times")
    return tuple(found)


def _offset(part: Part) -> timedelta:
    return timedelta(0) if part.value == "PT0S" else timedelta(seconds=part.seconds())


def _others(part: Part, check: SpatialCheck | ReachCheck, kind: str, register: Register) -> tuple[Other, ...]:
    is_inside = isinstance(check, SpatialCheck) and check.must in (Must.BE_INSIDE, Must.BE_OUTSIDE)
    how = "inside" if is_inside else "distance_m"
    found = []
    for each in _each(part, "others"):
        each.keys(known=("fields", how))
        fields = given_fields(each.get("fields"), fields_of(register.kind(kind)))
        said = each.need(how)
        if is_inside and not isinstance(said.value, bool):
            raise said.refuse("应为 true 或 false", "must be true or false")
        found.append(Other(fields, None if is_inside else said.number(least=0), said.value if is_inside else None))
    return tuple(found)


def _each(part: Part, key: str) -> list[Part]:
    """The parts of a list that may be left out, or be empty."""
    found = part.get(key)
    if found is None:
        return []
    if not isinstance(found.value, list):
        raise found.refuse("应为列表", "must be a list")
    return found.value


def _on(part: Part) -> tuple[date, datetime]:
    """A day, which ends as the next one begins; or an instant of it."""
    if isinstance(part.value, date) and not isinstance(part.value, datetime):
        if part.value.year >= 9999:
            raise part.refuse("日期过晚", "is too late a day")
        return part.value, datetime.combine(part.value + timedelta(days=1), time()) - _INSTANT
    at = _instant(part)
    return at.date(), at


def _instant(part: Part) -> datetime:
    """An instant as the city's clock shows it; an offset may stand behind it, and is not needed."""
    found = part.value
    if isinstance(found, str):
        try:
            found = datetime.fromisoformat(found)
        except ValueError:
            found = None
    if not isinstance(found, datetime):
        raise part.refuse("应为日期时间，例如 2026-11-23T08:30", "must be a day and time such as 2026-11-23T08:30")
    return found.replace(tzinfo=None)


def both_sides(part: Part, clause: Clause) -> None:
    """An example that holds and one that is broken, each on a day on which the clause holds."""
    outcomes = {example.outcome for example in clause.examples}
    for wanted in (Outcome.HOLDS, Outcome.BROKEN):
        if wanted not in outcomes:
            raise part.need("examples").refuse(f"缺少 {wanted} 的例子", f"have none that is {wanted}")
    for example in clause.examples:
        if clause.values_on(example.on) is None:
            why = Text(
                zh=f"例子“{example.name.say('zh')}”早于条款生效",
                en=f"the example '{example.name.say('en')}' is before the clause holds",
            )
            raise part.refusing(example.line, why)


def read_quiz(part: Part) -> Quiz:
    """A question with its right answer and three wrong ones, all different."""
    part.keys(known=("question", "right", "wrong", "why"))
    wrong = [text(each) for each in part.each("wrong")]
    if len(wrong) != 3:
        raise part.need("wrong").refuse("应为三个错误答案", "must be three wrong answers")
    right, why = text(part.need("right")), part.get("why")
    if len({one.zh for one in (right, *wrong)}) < 4 or len({one.en for one in (right, *wrong)}) < 4:
        raise part.need("wrong").refuse("四个答案应各不相同", "and right must be four different answers")
    return Quiz(text(part.need("question")), right, (wrong[0], wrong[1], wrong[2]), text(why) if why else None)


_KEYS: Mapping[type, tuple[str, ...]] = {
    AttributeCheck: ("fields",),
    CadenceCheck: ("fields", "activities", "since"),
    SignalCheck: ("fields", "readings"),
    SpatialCheck: ("fields", "others"),
    ReachCheck: ("fields", "nearest_m", "others"),
    WatchCheck: ("fields", "activities"),
    IndicatorCheck: ("counted", "among", "unknown"),
}
