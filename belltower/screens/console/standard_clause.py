# SPDX-License-Identifier: Apache-2.0
"""What the page of a clause says of the clause itself: its check in words, its values over time, its examples."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from belltower.core.standards.clauses import Clause, Example, Facts, Outcome, Role, TimeAllowed
from belltower.kernel.packs import Register
from belltower.kernel.texts import Text
from belltower.screens.console import dates, standard_timeline
from belltower.screens.console.shown import ShownField, plain, shown
from belltower.screens.console.standard_listing import Entry
from belltower.screens.console.standard_sentences import sentence, subject_fields, subject_title, units_of
from belltower.screens.console.standard_timeline import Span
from belltower.screens.console.standard_words import Speaker

ROLES = {
    Role.TERRITORY: _("the territorial government"),
    Role.SECTOR: _("the sector's regulator"),
    Role.ENTERPRISE: _("the enterprise"),
    Role.OWNER: _("the owner"),
}
OUTCOMES = {Outcome.HOLDS: _("It holds"), Outcome.BROKEN: _("Broken"), Outcome.UNKNOWN: _("Unknown")}
WHEN = {"past": _("past"), "now": _("in force"), "announced": _("announced")}
ABOUT = {
    "attribute": _("Every thing of the kind is looked at by itself, by its own fields."),
    "cadence": _("Every thing must have had it done within a time."),
    "signal": _("A measured value must stay so; one alarm watches each stream."),
    "spatial": _("Every thing is measured against others around it."),
    "coverage": _("Every place must be within reach, or every area served in time."),
    "indicator": _("A rate over a window must reach a value, with its interval."),
}
_ALLOWED = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")
_UNITS = (
    ("天", "个工作日", "day", "days"),
    ("小时", "个工作小时", "hour", "hours"),
    ("分钟", "工作分钟", "minute", "minutes"),
)


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One value while it holds, said with its unit."""

    name: str
    said: str
    span: Span

    @property
    def word(self) -> str:
        return str(WHEN[self.span.when])


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """A worked example: a thing's fields, and what the clause says of it."""

    example: Example
    fields: list[ShownField]
    facts: list[str]

    @property
    def word(self) -> str:
        return str(OUTCOMES[self.example.outcome])


def page_of(entry: Entry, today: date, register: Register, language: str) -> dict[str, Any]:
    """The context of the page."""
    clause = entry.clause
    values = clause.values_on(today)
    return {
        "entry": entry,
        "clause": clause,
        "subject": subject_title(clause, register),
        "today": today,
        "is_in_force": values is not None,
        "other_language": "en" if language.startswith("zh") else "zh-Hans",
        "other_text": clause.text.en if language.startswith("zh") else clause.text.zh,
        "check_about": ABOUT[entry.check],
        "sentence": sentence(clause, register, values or {}, language),
        "timeline": standard_timeline.drawn(clause.values, today, _saying(clause, register, language)),
        "value_rows": value_rows(clause, register, today, language),
        "allowed": _allowed_on(clause, today, language),
        "allowed_rows": [
            (span, time_allowed(span.value).say(language), WHEN[span.when])
            for span in standard_timeline.spans_of(clause.rectify_within, today)
        ],
        "responsible": ROLES[clause.responsible],
        "examples": [_example(one, clause, register, language) for one in clause.examples],
    }


def value_rows(clause: Clause, register: Register, today: date, language: str) -> list[ValueRow]:
    """Every dated value, said with its unit, the earliest of each name first."""
    say = _saying(clause, register, language)
    return [
        ValueRow(name, say(name, span.value), span)
        for name, dated in clause.values.items()
        for span in standard_timeline.spans_of(dated, today)
    ]


def time_allowed(allowed: TimeAllowed) -> Text:
    """P5D of working time as "5 working days"."""
    found = _ALLOWED.fullmatch(allowed.length)
    assert found
    parts = [(int(count), *words) for count, words in zip(found.groups(), _UNITS, strict=True) if count]
    zh = " ".join(f"{count} {at_work if allowed.is_working else plain}" for count, plain, at_work, _, _ in parts)
    working = "working " if allowed.is_working else ""
    en = " ".join(f"{count} {working}{one if count == 1 else many}" for count, _, _, one, many in parts)
    return Text(zh=zh, en=en)


def _saying(clause: Clause, register: Register, language: str) -> Callable[[str, Any], str]:
    speaker, units = Speaker({}, {}, language), units_of(clause, register)
    return lambda name, value: speaker.value(value, units.get(name, ""))


def _allowed_on(clause: Clause, today: date, language: str) -> str:
    allowed = clause.rectify_within.on(today)
    return time_allowed(allowed).say(language) if allowed else ""


def _example(example: Example, clause: Clause, register: Register, language: str) -> ExampleRow:
    declared = subject_fields(clause, register)
    fields = [shown(declared[name], value) for name, value in example.fields.items() if name in declared]
    return ExampleRow(example, fields, _facts(example.facts, language))


def _facts(facts: Facts, language: str) -> list[str]:
    """What an example tells beside the thing's own fields, each in a few words."""
    speaker = Speaker({}, {}, language)
    told = [f"{dates.day(facts.since, language)} –"] if facts.since else []
    told += [f"{one.at:%Y-%m-%d %H:%M} {_listed(one.fields)}" for one in facts.activities]
    told += [f"+{speaker.value(after)}: {'–' if value is None else f'{value:g}'}" for after, value in facts.readings]
    for other in facts.others:
        far = (
            _("inside") if other.is_inside else _("outside") if other.is_inside is False else f"{other.distance_m:g} m"
        )
        told.append(f"{far} {_listed(other.fields)}")
    told += [f"{facts.nearest_m:g} m"] if facts.nearest_m is not None else []
    told += [f"{facts.counted:,} / {facts.among:,}"] if facts.among else []
    return [one.strip() for one in told]


def _listed(fields: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {plain(value) or '–'}" for name, value in fields.items())
