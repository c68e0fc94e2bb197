# SPDX-License-Identifier: Apache-2.0
"""The form in which a campaign is written: what can be chosen, what was typed, and the draft that this makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.http import QueryDict

from belltower.core.campaigns.actions import Draft, title_of
from belltower.core.campaigns.errors import BadCampaign
from belltower.core.campaigns.targets import MEASURES, Measure, Target
from belltower.core.places.kinds import register
from belltower.core.places.models import Area
from belltower.core.standards.clauses import Document
from belltower.kernel.texts import Text
from belltower.screens.console import standard_shelf

LINES = 4
"""Targets that the form has room for."""
_USUAL: tuple[Mapping[str, str], ...] = (
    {"measure": "put_right", "limit": "95"},
    {"measure": "overdue", "limit": "0", "grade": "major"},
)
_NO_DAY = Text(zh="日期无法读取", en="a day cannot be read")


@dataclass(frozen=True, slots=True)
class Form:
    """What stands in the form: as it begins, or as it was sent."""

    title_zh: str = ""
    title_en: str = ""
    purpose: str = ""
    first_day: str = ""
    last_day: str = ""
    areas: frozenset[str] = frozenset()
    more_areas: str = ""
    clauses: Sequence[str] = ()
    targets: Sequence[Mapping[str, str]] = field(default_factory=tuple)

    @property
    def lines(self) -> list[Mapping[str, str]]:
        """The lines of targets, the empty ones at the end."""
        return [*self.targets, *({} for _ in range(LINES - len(self.targets)))]

    @classmethod
    def begun(cls, asked: Mapping[str, str], documents: Sequence[Document], day: date) -> Form:
        """A form with the clauses of the document or sector that was asked for, a month from ``day``, and two usual targets."""
        document, sector = asked.get("document", ""), asked.get("sector", "")
        chosen = [one for one in documents if one.id == document or (sector and sector_of(one) == sector)]
        keys = tuple(clause.id for one in chosen for clause in one.clauses)
        last = day + timedelta(days=29)
        return cls(first_day=day.isoformat(), last_day=last.isoformat(), clauses=keys, targets=_USUAL)

    @classmethod
    def sent(cls, form: QueryDict) -> Form:
        """A form as it was sent."""
        parts = zip(form.getlist("measure"), form.getlist("limit"), form.getlist("grade"), strict=False)
        targets = [
            {"measure": measure, "limit": limit.strip(), "grade": grade}
            for measure, limit, grade in parts
            if measure and limit.strip()
        ]
        texts = {name: form.get(name, "")[:1000] for name in (
            "title_zh", "title_en", "purpose", "first_day", "last_day", "more_areas")}  # fmt: skip
        return cls(
            **texts, areas=frozenset(form.getlist("area")), clauses=tuple(form.getlist("clause")),
            targets=targets[:LINES],
        )  # fmt: skip

    def draft(self) -> Draft:
        """The campaign that it says. Raises BadCampaign."""
        return Draft(
            title=title_of(self.title_zh, self.title_en), first_day=_day(self.first_day), last_day=_day(self.last_day),
            clauses=self.clauses, targets=[Target.read(one) for one in self.targets],
            areas=[*sorted(self.areas), *self.more_areas.split()],
            purpose=Text.read(self.purpose.strip()) if self.purpose.strip() else None,
        )  # fmt: skip


def choices(day: date) -> dict[str, Any]:
    """What the form offers: documents with their clauses in force, sectors, districts, measures."""
    documents = [one for one in standard_shelf.documents(day) if one.clauses]
    districts = Area.objects.current().filter(level="district").defer("geometry", "words").order_by("code")
    packs = {pack.name: pack.title for pack in register().packs}
    sectors = sorted({sector_of(one) for one in documents})
    return {
        "documents": documents,
        "sectors": [(one, packs.get(one, Text(en=one))) for one in sectors],
        "districts": list(districts),
        "measures": [(one.value, MEASURES[one], one.is_share) for one in Measure],
    }


def sector_of(document: Document) -> str:
    """The sector of a document: the first part of its id, a pack's name."""
    return document.id.partition(".")[0]


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadCampaign(reason=_NO_DAY) from None
