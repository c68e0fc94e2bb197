# SPDX-License-Identifier: Apache-2.0
"""What an exam's sittings show, as its setters read it: by unit, by question, and each person's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from belltower.core.access.personal import masked
from belltower.core.learning import drawing, statistics
from belltower.core.learning.models import Exam, Sitting
from belltower.core.learning.statistics import QuestionTally, Sat
from belltower.core.places.models import Party
from belltower.core.standards.outputs.quiz import Item
from belltower.kernel.texts import Text
from belltower.screens.console import learning_words

NO_UNIT = Text(zh="未归属单位", en="No unit")
MOST_PEOPLE = 300


@dataclass(frozen=True, slots=True)
class QuestionRow:
    """A question with how it was answered; ``slip`` is the wrong answer chosen most."""

    item: Item
    said: str
    share: float
    slip: Text | None
    slips: int
    unanswered: int
    discrimination: float | None


def page_of(exam: Exam) -> dict[str, object]:
    """Everything that the viewer may see of the exam's sittings; those under way are counted only."""
    rows = list(exam.sittings.select_related("person", "party").order_by("-begun_at"))
    over = [one for one in rows if not one.is_open]
    sat = [_sat(one) for one in over]
    return {
        "people": learning_words.rate(statistics.passed(sat)) if sat else "",
        "sittings": len(over),
        "under_way": len(rows) - len(over),
        "units": _units(sat, over),
        "questions": _questions(sat),
        "least": statistics.LEAST_TO_DISCRIMINATE,
        "persons": _persons(over[:MOST_PEOPLE]),
        "left_out": max(0, len(over) - MOST_PEOPLE),
    }


def _sat(row: Sitting) -> Sat:
    marked = drawing.marked(row.questions, row.answers, pass_percent=row.pass_percent)
    return Sat(row.person_id, row.party_id, marked, tuple(row.answers))


def _units(sat: Sequence[Sat], rows: Sequence[Sitting]) -> list[dict[str, object]]:
    parties: dict[int | None, Party | None] = {one.party_id: one.party for one in rows}
    found = []
    for one in statistics.by_unit(sat):
        party = parties.get(one.unit)
        found.append({
            "title": party.title if party else NO_UNIT, "said": learning_words.rate(one.passed),
            "share": (one.passed.share or 0) / 100, "mean": f"{100 * one.mean:.0f} %", "sittings": one.sittings,
        })  # fmt: skip
    return found


def _questions(sat: Sequence[Sat]) -> list[QuestionRow]:
    items = {question.item.id: question.item for one in sat for question in one.marked.exam.questions}
    return [_question(items[one.id], one) for one in statistics.by_question(sat)]


def _question(item: Item, tally: QuestionTally) -> QuestionRow:
    slip, slips = tally.slip or (0, 0)
    return QuestionRow(
        item, learning_words.rate(tally.rightly), (tally.rightly.share or 0) / 100, item.answers[slip] if slips else None,
        slips, tally.unanswered, tally.discrimination,
    )  # fmt: skip


def _persons(rows: Sequence[Sitting]) -> list[dict[str, object]]:
    names = masked([one.person for one in rows])
    return [{"sitting": one, "name": who.name, "of": len(one.questions)} for one, who in zip(rows, names, strict=True)]
