# SPDX-License-Identifier: Apache-2.0
"""The inspection form for the field: what to look at on a thing of a kind, with the limits beside it, judged by the clauses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from belltower.core.standards.checks import AttributeCheck
from belltower.core.standards.clauses import Example, Outcome
from belltower.core.standards.examples import outcome_of_example
from belltower.core.standards.outputs import vocabulary, wording
from belltower.core.standards.outputs.book import LANGUAGES, in_words
from belltower.core.standards.outputs.edition import ClauseOnDay, Edition
from belltower.core.standards.outputs.errors import NothingToPrint
from belltower.core.standards.outputs.named import asked
from belltower.core.standards.outputs.typesetting import typeset
from belltower.core.standards.predicates.nodes import names_in
from belltower.kernel.packs import Field, FieldType, Register
from belltower.kernel.texts import Text

WORDS = {
    "title": Text(zh="现场检查表", en="Inspection form"),
    "key": Text(zh="编号", en="Key"),
    "place": Text(zh="地点", en="Place"),
    "when": Text(zh="检查时间", en="Looked at"),
    "look": Text(zh="查看项", en="Look at"),
    "found": Text(zh="记录", en="Found"),
    "limits": Text(zh="现行数值", en="Limits in force"),
    "clause": Text(zh="条款", en="Clause"),
    "says": Text(zh="判断", en="Outcome"),
    "by_machine": Text(zh="以下条款由系统判断，现场无需记录", en="Judged by the system; nothing to note here"),
    "signed": Text(zh="检查人", en="Inspector"),
    "met": Text(zh="被检查方", en="For the inspected"),
    "rectify": Text(zh="整改时限", en="Put right"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """One thing to look at: a declared field, and the limits in force that speak of it, by clause."""

    field: Field
    limits: tuple[tuple[str, Text], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """What to look at on a thing of ``kind``; ``judged`` are the clauses that the answers decide, ``others`` the rest."""

    kind: str
    title: Text
    edition: Edition
    looks: tuple[Look, ...]
    judged: tuple[ClauseOnDay, ...]
    others: tuple[ClauseOnDay, ...]


def form(edition: Edition, kind: str, register: Register) -> Form:
    """The form for things of ``kind``. Raises NothingToPrint where no attribute clause of the edition is about them."""
    about = [one for one in edition.clauses if one.clause.applies_to == kind and not one.clause.is_of_areas]
    judged = tuple(one for one in about if isinstance(one.clause.check, AttributeCheck))
    if not judged:
        raise NothingToPrint(day=edition.day, chosen=kind)
    others = tuple(one for one in about if one not in judged)
    return Form(
        kind, vocabulary.kind_called(kind, register), edition, tuple(_looks(judged, kind, register)), judged, others
    )


def outcomes(form: Form, answers: Mapping[str, Any], register: Register) -> dict[str, Outcome | None]:
    """What each clause of the form says of the answers by field, on the form's day: judged as it judges its own examples.

    None where a clause is not meant for such a thing; what was not answered is not known.
    """
    day = form.edition.day
    thing = {name: given for name, given in answers.items() if given is not None}
    asked_of = Example(Text(en="form"), thing, day, Outcome.UNKNOWN, 0, datetime.combine(day, time.max))
    return {one.clause.id: outcome_of_example(one.clause, asked_of, register) for one in form.judged}


def as_json(form: Form) -> dict[str, Any]:
    """The form as data, for a screen or another program to fill in."""
    return {
        "kind": form.kind, "title": form.title.as_json(), "day": str(form.edition.day), "digest": form.edition.digest,
        "fields": [_field_json(look) for look in form.looks],
        "clauses": [_clause_json(one) for one in form.judged],
        "judged_by_the_system": [_clause_json(one) for one in form.others],
    }  # fmt: skip


def printed(form: Form, *, fonts: Path, language: str = "zh", publisher: str = "") -> bytes:
    """The form on A4 to be filled in by hand, a PDF. Raises NotTypeset, NoFonts."""
    return typeset("form", form_data(form, language=language, publisher=publisher), fonts=fonts, day=form.edition.day)


def form_data(form: Form, *, language: str, publisher: str) -> dict[str, Any]:
    """All that the form's template prints."""
    languages = LANGUAGES[language]
    day = wording.day(form.edition.day)
    return {
        "lang": languages[0], "publisher": publisher or "Belltower 钟鼓楼", "kind": in_words(form.title, languages),
        "words": {name: in_words(said, languages) for name, said in WORDS.items()},
        "edition": in_words(Text(zh=f"{day.zh}的数值", en=f"Values of {day.en}"), languages), "digest": form.edition.digest[:16],
        "looks": [
            {"title": in_words(look.field.title, languages), "choices": [in_words(one, languages) for one in _choices(look.field)],
             "unit": in_words(said, languages) if (said := wording.unit(look.field.unit)) else [],
             "limits": [in_words(says, languages) for says in dict.fromkeys(says for _, says in look.limits)]}
            for look in form.looks
        ],
        "clauses": [_row(one, languages) for one in form.judged], "others": [_row(one, languages) for one in form.others],
        "outcomes": [in_words(said, languages[:1])[0] for said in wording.OUTCOMES.values()],
    }  # fmt: skip


def _row(one: ClauseOnDay, languages: Iterable[str]) -> dict[str, Any]:
    tongues = tuple(languages)
    return {
        "id": one.clause.id,
        "title": in_words(one.clause.title, tongues),
        "rule": in_words(one.rule, tongues),
        "rectify": in_words(wording.time_allowed(one.rectify), tongues) if one.rectify else ["—"],
        "is_doubtful": one.is_doubtful,
    }


def _looks(judged: tuple[ClauseOnDay, ...], kind: str, register: Register) -> Iterator[Look]:
    """Every field that a clause asks of, in the order in which the pack declares them."""
    names = {
        one.clause.id: frozenset[str]().union(*(names_in(each.tree) for each, _ in asked(one.clause, register)))
        for one in judged
    }
    for name, field in vocabulary.fields_of_kind(kind, register).items():
        if any(name in found for found in names.values()):
            limits = tuple((one.clause.id, says) for one in judged for says in _limits_on(one, field))
            yield Look(field, limits)


def _limits_on(one: ClauseOnDay, field: Field) -> Iterator[Text]:
    for limit in one.limits:
        if limit.field is not None and limit.field.name == field.name:
            yield Text(
                zh=f"{limit.label.say('zh')} {limit.said.say('zh')}",
                en=f"{limit.label.say('en')} {limit.said.say('en')}",
            )


def _choices(field: Field) -> tuple[Text, ...]:
    return (wording.YES, wording.NO) if field.holds is FieldType.BOOLEAN else tuple(one.title for one in field.choices)


def _field_json(look: Look) -> dict[str, Any]:
    field = look.field
    return {
        "name": field.name, "title": field.title.as_json(), "holds": str(field.holds), "unit": field.unit,
        "choices": [{"value": one.value, "title": one.title.as_json()} for one in field.choices],
        "limits": [{"clause": clause, "says": says.as_json()} for clause, says in look.limits],
    }  # fmt: skip


def _clause_json(one: ClauseOnDay) -> dict[str, Any]:
    return {
        "id": one.clause.id, "title": one.clause.title.as_json(), "rule": one.rule.as_json(), "digest": one.digest,
        "values": {limit.name: limit.said.as_json() for limit in one.limits}, "is_doubtful": one.is_doubtful,
    }  # fmt: skip
