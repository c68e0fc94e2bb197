# SPDX-License-Identifier: Apache-2.0
"""The verbs of templates: write one, change it, withdraw it; and fill one in for a case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from belltower.core.answers.errors import NoSuchTemplate, TemplateChanged
from belltower.core.answers.models import AnswerTemplate
from belltower.core.answers.rules import check, filled
from belltower.core.cases.kinds import case_kinds, title_of
from belltower.core.cases.models import Case
from belltower.core.cases.wording import day_said
from belltower.core.ledger.entries import action
from belltower.core.places import city
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Words:
    """What a template is made of; ``kind`` "" is every kind of case."""

    name: str
    text: str
    language: str = "zh"
    kind: str = ""


@action("answers.write")
def write(words: Words, *, by: Actor, now: datetime) -> AnswerTemplate:
    """Keep a new template. Raises BadTemplate."""
    template = AnswerTemplate(changed_at=now, changed_by=by.reference)
    _put(template, words)
    with seen_as(EVERYTHING):
        template.save(force_insert=True)
    return template


@action("answers.change")
def change(
    uid: UUID, words: Words, *, seen: int, by: Actor, now: datetime, is_withdrawn: bool = False
) -> AnswerTemplate:
    """Put other words in its place, or withdraw it; ``seen`` is the number of the wording that was read.

    Raises BadTemplate, NoSuchTemplate, TemplateChanged.
    """
    with seen_as(EVERYTHING):
        template = AnswerTemplate.objects.select_for_update().filter(uid=uid).first()
        if template is None:
            raise NoSuchTemplate(template=uid)
        if template.number != seen:
            raise TemplateChanged(template=template.name)
        _put(template, words)
        template.number, template.changed_at, template.changed_by = seen + 1, now, by.reference
        template.is_withdrawn = is_withdrawn
        template.save()
    return template


def find(uid: UUID) -> AnswerTemplate:
    """The template with that uid. Raises NoSuchTemplate."""
    found = AnswerTemplate.objects.filter(uid=uid).first()
    if found is None:
        raise NoSuchTemplate(template=uid)
    return found


def find_named(said: str) -> AnswerTemplate:
    """The same, by a uid as an address says it. Raises NoSuchTemplate."""
    try:
        return find(UUID(said))
    except ValueError:
        raise NoSuchTemplate(template=said[:40]) from None


def offered(kind: str) -> QuerySet[AnswerTemplate]:
    """The templates for cases of that kind: those of the kind, then those of every kind."""
    return AnswerTemplate.objects.filter(kind__in=(kind, ""), is_withdrawn=False).order_by("-kind", "name", "id")


def answer(template: AnswerTemplate, case: Case) -> str:
    """The words of a template for a case, in the template's language."""
    language = template.language
    values = {
        "number": case.number, "title": case.name.say(language), "kind": title_of(case.kind).say(language),
        "area": case.area.title.say(language) if case.area else "", "address": case.address,
        "asset": case.asset.key if case.asset else "", "party": case.party.title.say(language) if case.party else "",
        "reported": day_said(case.reported_at, city.current().tz).say(language),
    }  # fmt: skip
    return filled(template.text, values)


def _put(template: AnswerTemplate, words: Words) -> None:
    check(words.name, words.kind, words.language, words.text, case_kinds())
    template.name, template.text = words.name.strip(), words.text.strip()
    template.language, template.kind = words.language, words.kind
