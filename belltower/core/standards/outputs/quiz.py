# SPDX-License-Identifier: Apache-2.0
"""Questions about written standards, made from the clauses in force: their numbers, their examples, and what was asked in the file."""

from __future__ import annotations

import hashlib
import json
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from belltower.core.standards.clauses import Outcome
from belltower.core.standards.outputs import wording
from belltower.core.standards.outputs.edition import ClauseOnDay, Edition
from belltower.core.standards.outputs.limits import Limit
from belltower.core.standards.predicates.binding import Given
from belltower.core.standards.predicates.durations import CivilDuration
from belltower.kernel.texts import Text

WRONG = 3
_STEPS = (2.0, 0.5, 1.5, 0.75, 1.25, 3.0, 0.25, 4.0, 5.0, 10.0)
"""What a wrong number is of the right one, the most usual slip first: twice, half, half as much again."""


_CLOCK = ((3600, "hours"), (60, "minutes"), (1, "seconds"))


class Origin(StrEnum):
    """Where a question comes from."""

    WRITTEN = "written"
    VALUE = "value"
    EXAMPLE = "example"


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its answers, the right one first; ``id`` is the clause and a digest of all that is asked.

    When a value changes, so does the id: answers to the old question are never counted for the new one.
    """

    id: str
    clause: str
    origin: Origin
    question: Text
    answers: tuple[Text, ...]
    why: Text | None

    @property
    def right(self) -> Text:
        return self.answers[0]


def bank(edition: Edition) -> tuple[Item, ...]:
    """Every question of an edition, in the clauses' order; no two with the same id."""
    found = {item.id: item for one in edition.clauses for item in _items(one)}
    return tuple(found.values())


def distractors(right: float, others: tuple[float, ...] = (), *, most: float = math.inf) -> tuple[float, ...]:
    """Three plausible wrong numbers: first other values of the clause (an earlier one best of all), then multiples.

    As exact as the right one is written; never equal to it, nor to each other, nor of another sign, nor above ``most``.
    """
    places = len(format(right, ".12g").partition(".")[2]) if right != int(right) else 0
    found: list[float] = []
    stretched = (round(right * step, places if right * step != int(right * step) else 0) for step in _STEPS)
    # 0 has no multiples, of small whole numbers many fall together, and a share cannot be doubled.
    counted = (right + step * 10.0**-places for step in (1, -1, 2, -2, 3, 4))
    near = (right - step for step in (5, 10, 20, 30) if math.isfinite(most))
    for one in (*others, *near, *stretched, *counted):
        is_plausible = (one >= 0) == (right >= 0) and (one != 0 or right == 0) and one <= most
        if is_plausible and one != right and one not in found:
            found.append(one)
    return tuple(found[:WRONG])


def _items(one: ClauseOnDay) -> Iterator[Item]:
    yield from _written(one)
    for limit in one.limits:
        if (wrong := _wrong(limit, one)) and _is_clear(limit, one):
            yield _item(one, Origin.VALUE, _asked(limit, one), (limit.said, *wrong), _because(limit, one))
    for example in one.examples:
        right = wording.OUTCOMES[example.outcome]
        others = tuple(said for outcome, said in wording.OUTCOMES.items() if outcome is not example.outcome)
        on = wording.day(example.on)
        question = Text(
            zh=f"{one.clause.title.say('zh')}（{one.subject.say('zh')}）。{on.zh}：{example.says.say('zh')}。按本条应判为？",
            en=f"{one.clause.title.say('en')} ({one.subject.say('en')}). On {on.en}: {example.says.say('en')}. What does the clause say?",
        )
        why = one.rule if example.outcome is not Outcome.UNKNOWN else None
        yield _item(one, Origin.EXAMPLE, question, (right, *others), why)


def _written(one: ClauseOnDay) -> Iterator[Item]:
    for asked in getattr(one.clause, "quiz", ()):
        yield _item(one, Origin.WRITTEN, asked.question, (asked.right, *asked.wrong), asked.why)


def _is_clear(limit: Limit, one: ClauseOnDay) -> bool:
    """Whether a question about the value has one right answer: no other value of the clause limits the same."""
    return not limit.is_technical and [other.label for other in one.limits].count(limit.label) == 1


def _asked(limit: Limit, one: ClauseOnDay) -> Text:
    """The question names the day from which the value holds, not the day on which it is asked: so it stays the same."""
    since = wording.day(limit.since)
    return Text(
        zh=f"{one.clause.text.say('zh')}（自 {since.zh} 起）{limit.label.say('zh')} ？",
        en=f"{one.clause.text.say('en')} (since {since.en}) {limit.label.say('en')} ?",
    )


def _because(limit: Limit, one: ClauseOnDay) -> Text:
    since, source = wording.day(limit.since), wording.place_in(one.clause.source)
    return Text(
        zh=f"{limit.label.say('zh')} {limit.said.say('zh')}，自 {since.zh} 起。{source.say('zh')}。",
        en=f"{limit.label.say('en')} {limit.said.say('en')} since {since.en}. {source.say('en')}.",
    )


def _wrong(limit: Limit, one: ClauseOnDay) -> tuple[Text, ...]:
    """Wrong answers of the value's own kind; none for a text or a truth, of which there is nothing plausible to ask."""
    mine = _counted(limit.value)
    if mine is None:
        return ()
    count, measure = mine
    earlier = [given for _, given in reversed(one.clause.values[limit.name].since)]
    beside = [other.value for other in one.limits if other.unit == limit.unit]
    others = tuple(found[0] for given in (*earlier, *beside) if (found := _counted(given)) and found[1] == measure)
    most = 100.0 if limit.unit == "%" and count <= 100 else math.inf
    return tuple(_uncounted(wrong, measure, limit.unit) for wrong in distractors(count, others, most=most))


def _counted(given: Given) -> tuple[float, str] | None:
    """The value as a number of something that others of its kind are numbers of as well; None for what is not counted."""
    match given:
        case bool():
            return None
        case float() | int():
            return float(given), "number"
        case CivilDuration(months, 0):
            return float(months), "months"
        case CivilDuration(0, days):
            return float(days), "days"
        case timedelta():
            seconds = int(given.total_seconds())
            step, name = next((step, name) for step, name in _CLOCK if seconds % step == 0)
            return seconds / step, name
        case _:
            return None


def _uncounted(count: float, measure: str, unit: str | None) -> Text:
    match measure:
        case "number":
            return wording.amount(count, unit)
        case "months":
            return wording.value(CivilDuration(int(count), 0))
        case "days":
            return wording.value(CivilDuration(0, int(count)))
        case _:
            step = next(step for step, name in _CLOCK if name == measure)
            return wording.seconds(int(count) * step)


def _item(one: ClauseOnDay, origin: Origin, question: Text, answers: tuple[Text, ...], why: Text | None) -> Item:
    told: list[Any] = [question.as_json(), [answer.as_json() for answer in answers]]
    digest = hashlib.sha256(json.dumps(told, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:12]
    return Item(f"{one.clause.id}:{digest}", one.clause.id, origin, question, answers, why)


def shuffled(item: Item, seed: int) -> tuple[Text, ...]:
    """The answers in an order that the seed and the question decide."""
    answers = list(item.answers)
    random.Random(f"{seed}:{item.id}").shuffle(answers)  # nosec B311  # the order of answers is no secret
    return tuple(answers)
