# SPDX-License-Identifier: Apache-2.0
"""The certificate of a passed sitting as a PDF, and whose a number is when somebody checks it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from belltower.core.access.personal import masked
from belltower.core.learning import drawing, rules
from belltower.core.learning.models import Sitting
from belltower.core.observations.reading import city_zone
from belltower.core.places.scope import EVERYTHING, seen_as
from belltower.core.standards.outputs import exams
from belltower.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class Known:
    """What anybody who holds a certificate's number may learn of it: no more than stands on it, and the name masked."""

    number: str
    name: Text
    about: Text
    day: date
    points: int
    questions: int


def printed(sitting: Sitting, *, fonts: Path, language: str = "zh", publisher: str = "", address: str = "") -> bytes:
    """The PDF. ``address`` is the page on which its number is checked. Raises BadExam where it was not passed, NotTypeset."""
    marked = drawing.marked(sitting.questions, sitting.answers, pass_percent=sitting.pass_percent)
    return exams.certificate(
        marked, name=_name(sitting).say(language), about=sitting.exam.name, day=day_of(sitting), fonts=fonts,
        language=language, publisher=publisher, number=sitting.certificate or "", address=address,
    )  # fmt: skip


def known(typed: str) -> Known | None:
    """The certificate of a number as somebody typed it; None where it is not one of ours. Asked by anybody, so seen as all."""
    number = rules.read_number(typed)
    if number is None:
        return None
    with seen_as(EVERYTHING):
        row = Sitting.objects.select_related("exam", "person").filter(certificate=number).first()
        if row is None:
            return None
        [person] = masked([row.person])
        return Known(number, person.name, row.exam.name, day_of(row), row.points or 0, len(row.questions))


def day_of(sitting: Sitting) -> date:
    """The civil day on which it was handed in."""
    at: datetime = sitting.handed_in_at or sitting.ends_at
    return at.astimezone(city_zone()).date()


def _name(sitting: Sitting) -> Text:
    """The person's name; an account that several use says so, for it is nobody's own."""
    name = sitting.person.title
    if not sitting.person.is_shared:
        return name
    return Text(zh=f"{name.say('zh')}（共用账号）", en=f"{name.say('en')} (shared account)")
