# SPDX-License-Identifier: Apache-2.0
"""A sitting as pages show it: one question with its answers, which are answered, and afterwards what was right and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from belltower.core.learning.models import Sitting
from belltower.core.learning.rules import least_points
from belltower.kernel.texts import Text


@dataclass(frozen=True, slots=True)
class Answered:
    """A question after the hand-in. ``chosen`` None: it was left out."""

    number: int
    question: Text
    right: Text
    chosen: Text | None
    is_right: bool
    why: Text | None
    clause: str
    title: Text
    text: Text
    source: Text


def question_page(sitting: Sitting, number: int) -> dict[str, object]:
    """Question ``number`` (from 1) with its answers; which of them is right is not in it."""
    kept = sitting.questions[number - 1]
    return {
        "sitting": sitting,
        "number": number,
        "question": Text.read(kept["question"]),
        "answers": [(at, Text.read(one)) for at, one in enumerate(kept["answers"])],
        "chosen": sitting.answers[number - 1],
        **steps(sitting),
    }


def steps(sitting: Sitting) -> dict[str, object]:
    """Every question's number with whether it is answered, and how many are."""
    listed = [(at + 1, one is not None) for at, one in enumerate(sitting.answers)]
    answered = sum(done for _, done in listed)
    return {"steps": listed, "answered": answered, "total": len(listed), "left_out": len(listed) - answered}


def result_page(sitting: Sitting) -> dict[str, object]:
    """What came of it, with each question explained."""
    rows = [
        _answered(at, kept, chosen)
        for at, (kept, chosen) in enumerate(zip(sitting.questions, sitting.answers, strict=True), 1)
    ]
    took = sitting.handed_in_at - sitting.begun_at if sitting.handed_in_at else None
    return {
        "sitting": sitting,
        "wrong": [one for one in rows if not one.is_right],
        "rightly": [one for one in rows if one.is_right],
        "total": len(rows),
        "least": least_points(len(rows), sitting.pass_percent),
        "minutes": None if took is None else max(1, round(took.total_seconds() / 60)),
    }


def _answered(number: int, kept: Mapping[str, Any], chosen: int | None) -> Answered:
    answers = [Text.read(one) for one in kept["answers"]]
    return Answered(
        number, Text.read(kept["question"]), answers[kept["right"]], None if chosen is None else answers[chosen],
        chosen == kept["right"], Text.read(kept["why"]) if kept["why"] else None, kept["clause"],
        Text.read(kept["title"]), Text.read(kept["text"]), Text.read(kept["source"]),
    )  # fmt: skip
