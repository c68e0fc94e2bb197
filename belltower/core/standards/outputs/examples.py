# SPDX-License-Identifier: Apache-2.0
"""A clause's worked examples as people read them on a day: only those that the values of that day bear out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from belltower.core.standards.checks import AttributeCheck, IndicatorCheck, ReachCheck, SignalCheck, SpatialCheck
from belltower.core.standards.clauses import Clause, Example, Outcome
from belltower.core.standards.examples import outcome_of_example
from belltower.core.standards.outputs import vocabulary, wording
from belltower.core.standards.outputs.named import asked
from belltower.core.standards.predicates.nodes import names_in
from belltower.kernel.packs import Field, Register
from belltower.kernel.texts import Text

_NO_READING = Text(zh="无读数", en="no reading")


@dataclass(frozen=True, slots=True)
class Shown:
    """An example in words, the day on which it is judged, and how it comes out."""

    says: Text
    on: date
    outcome: Outcome


def shown_on(clause: Clause, day: date, register: Register) -> tuple[Shown, ...]:
    """The examples to show on ``day``.

    One that was written for other values is judged anew on ``day`` where nothing in it is tied to its own day, and left out
    where it no longer comes out as written: its name would be false.
    """
    values = clause.values_on(day)
    return tuple(
        Shown(_says(clause, example, register), on, example.outcome)
        for example in clause.examples
        if (on := example.on if clause.values_on(example.on) == values else day) == example.on
        or _comes_out_so(clause, example, day, register)
    )


def _comes_out_so(clause: Clause, example: Example, day: date, register: Register) -> bool:
    if example.facts.activities or example.facts.since:
        return False
    on_day = replace(example, on=day, at=datetime.combine(day, time.max))
    return outcome_of_example(clause, on_day, register) is example.outcome


def _says(clause: Clause, example: Example, register: Register) -> Text:
    """What the example tells, after its name; one that is written in one language only stands in that language alone."""
    fields = vocabulary.fields_of_subject(clause, register)
    said = [
        _field(fields[name], given) for name, given in example.fields.items() if given is not None and name in fields
    ]
    said += [*_missing(clause, example, register), *_facts(clause, example, register)]
    name = example.name
    if not said:
        return name
    things = wording.joined(said, zh="，", en=", ")
    return Text(
        zh=f"{name.zh}：{things.zh}" if name.zh else things.zh, en=f"{name.en}: {things.en}" if name.en else things.en
    )


def _field(field: Field, given: object) -> Text:
    value = wording.field_value(field, given)
    zh, en = ("：", ": ") if isinstance(given, bool) else (" ", " ")
    return Text(zh=f"{field.title.say('zh')}{zh}{value.say('zh')}", en=f"{field.title.say('en')}{en}{value.say('en')}")


def _missing(clause: Clause, example: Example, register: Register) -> list[Text]:
    """What an attribute check asks for and the example does not know, where that decides."""
    if example.outcome is not Outcome.UNKNOWN or not isinstance(clause.check, AttributeCheck):
        return []
    names = frozenset[str]().union(*(names_in(one.tree) for one, _ in asked(clause, register)))
    return [
        Text(zh=f"{one.title.say('zh')}不明", en=f"{one.title.say('en')} not known")
        for name, one in vocabulary.fields_of_subject(clause, register).items()
        if name in names and example.fields.get(name) is None
    ]


def _facts(clause: Clause, example: Example, register: Register) -> Iterator[Text]:
    """What happened to it and what is around it, as its kind of check needs it."""
    facts, check = example.facts, clause.check
    if facts.since:
        day = wording.day(facts.since)
        yield Text(zh=f"{day.zh}起在用", en=f"in service since {day.en}")
    for done in facts.activities:
        yield wording.instant(done.at)
    if isinstance(check, SignalCheck):
        stream = vocabulary.stream_of(check.stream, clause, register)
        for after, value in facts.readings:
            value_said = wording.amount(value, stream.unit if stream else None) if value is not None else _NO_READING
            yield _after(int(after.total_seconds()), value_said)
    if isinstance(check, SpatialCheck):
        yield from _others(check, example, register)
    if isinstance(check, ReachCheck):
        yield _nearest(check, example, register)
    if isinstance(check, IndicatorCheck):
        yield Text(zh=f"{facts.among} 个中有 {facts.counted} 个", en=f"{facts.counted} of {facts.among}")
        if facts.unknown:
            yield Text(zh=f"另有 {facts.unknown} 个不明", en=f"{facts.unknown} more not known")


def _after(count: int, said: Text) -> Text:
    if not count:
        return Text(zh=f"起初 {said.say('zh')}", en=f"{said.say('en')} at first")
    at = wording.seconds(count)
    return Text(zh=f"{at.zh}后 {said.say('zh')}", en=f"{said.say('en')} after {at.en}")


def _others(check: SpatialCheck, example: Example, register: Register) -> Iterator[Text]:
    called, fields = vocabulary.kind_called(check.of, register), vocabulary.fields_of_kind(check.of, register)
    for other in example.facts.others:
        more = [
            _field(fields[name], given) for name, given in other.fields.items() if given is not None and name in fields
        ]
        zh, en = called.say("zh"), called.say("en")
        if more:
            which = wording.joined(more, zh="，", en=", ")
            zh, en = f"{zh}（{which.zh}）", f"{en} ({which.en})"
        if other.distance_m is not None:
            metres = wording.amount(other.distance_m, "m")
            yield Text(zh=f"距{zh} {metres.say('zh')}", en=f"{metres.say('en')} from {en}")
        else:
            yield Text(
                zh=f"在{zh}{'之内' if other.is_inside else '之外'}",
                en=f"{'inside' if other.is_inside else 'outside'} {en}",
            )
    if not example.facts.others:
        yield Text(zh=f"附近没有{called.say('zh')}", en=f"no {called.say('en')} about")


def _nearest(check: ReachCheck, example: Example, register: Register) -> Text:
    called = vocabulary.kind_called(check.by, register)
    if example.facts.nearest_m is None:
        return Text(zh=f"没有{called.say('zh')}", en=f"no {called.say('en')}")
    metres = wording.amount(example.facts.nearest_m, "m")
    return Text(
        zh=f"最近的{called.say('zh')}在 {metres.say('zh')}处",
        en=f"the nearest {called.say('en')} {metres.say('en')} away",
    )
