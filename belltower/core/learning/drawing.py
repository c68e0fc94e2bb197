# SPDX-License-Identifier: Apache-2.0
"""Questions of a sitting: drawn from the standards of its day, frozen as JSON, and read again to be marked.

A frozen question has all that is shown and explained, so that a later revision, or a pack that is gone, changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from belltower.core.standards.outputs import exams, wording
from belltower.core.standards.outputs.edition import ClauseOnDay, Edition
from belltower.core.standards.outputs.exams import Marked, Question
from belltower.core.standards.outputs.quiz import Item, Origin, bank
from belltower.kernel.texts import Text


def drawn(part: Edition, *, questions: int, seed: int) -> list[dict[str, Any]]:
    """``questions`` of the part's bank as they are kept; the same for the same seed. Raises BadExam where it has fewer."""
    clauses = {one.clause.id: one for one in part.clauses}
    chosen = exams.exam(bank(part), questions, seed)
    return [frozen(one, clauses[one.item.clause]) for one in chosen.questions]


def frozen(question: Question, clause: ClauseOnDay) -> dict[str, Any]:
    """One question with its clause as it stands on the day, as plain JSON."""
    item = question.item
    return {
        "id": item.id, "clause": item.clause, "origin": str(item.origin), "question": item.question.as_json(),
        "answers": [one.as_json() for one in question.answers], "right": question.right,
        "why": item.why.as_json() if item.why else None, "title": clause.clause.title.as_json(),
        "text": clause.clause.text.as_json(), "source": wording.place_in(clause.clause.source).as_json(),
    }  # fmt: skip


def thawed(questions: Sequence[dict[str, Any]], *, seed: int, pass_percent: int) -> exams.Exam:
    """The exam that these frozen questions are."""
    return exams.Exam(tuple(_question(one) for one in questions), seed, pass_percent / 100)


def marked(questions: Sequence[dict[str, Any]], answers: Sequence[int | None], *, pass_percent: int) -> Marked:
    """The answers to frozen questions, marked. Raises BadExam where it is not one answer a question."""
    return exams.mark(thawed(questions, seed=0, pass_percent=pass_percent), answers)


def _question(kept: dict[str, Any]) -> Question:
    answers = tuple(Text.read(one) for one in kept["answers"])
    right = answers[kept["right"]]
    others = tuple(one for at, one in enumerate(answers) if at != kept["right"])
    why = Text.read(kept["why"]) if kept["why"] else None
    item = Item(kept["id"], kept["clause"], Origin(kept["origin"]), Text.read(kept["question"]), (right, *others), why)
    return Question(item, answers, kept["right"])
