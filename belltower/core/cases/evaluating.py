# SPDX-License-Identifier: Apache-2.0
"""The seventh stage: what a closed case is worth, from its clocks, from what was thought of the work, and from residents.

Values and pure functions; the table of scores is dated YAML (``scores/default.yaml``), read with its lines. No look-ups.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from belltower.core.standards.clauses import Source
from belltower.core.standards.reading_parts import source, text
from belltower.kernel import written
from belltower.kernel.errors import Refusal
from belltower.kernel.texts import Text
from belltower.kernel.written import Part

READY = Path(__file__).parent / "scores" / "default.yaml"
FULL, STARS = 100, 5
Word = TypeVar("Word", bound=StrEnum)


class BadScores(Refusal):
    """A table of scores that cannot be used; nothing of it is. ``line`` is where it says so, the first being 1."""

    code = "bad_scores"
    sentence = Text(
        zh="评价标准 {file} 第 {line} 行：{reason}。整个文件未载入；请更正后再试。",
        en="{file}, line {line}: {reason}. Nothing of this table of scores is loaded; correct it and try again.",
    )


class Mark(StrEnum):
    """What whoever evaluates thinks of the work."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"

    @property
    def text(self) -> Text:
        return _MARKS[self]


class Score(StrEnum):
    """What is scored, of 100 each."""

    TIMELINESS = "timeliness"
    QUALITY = "quality"
    RESIDENTS = "residents"

    @property
    def text(self) -> Text:
        return _SCORES[self]


class Evaluated(StrEnum):
    """What it comes to."""

    EXCELLENT = "excellent"
    GOOD = "good"
    PASSED = "passed"
    FAILED = "failed"

    @property
    def text(self) -> Text:
        return _GRADES[self]


_MARKS = {
    Mark.GOOD: Text(zh="好", en="Good"),
    Mark.FAIR: Text(zh="一般", en="Fair"),
    Mark.POOR: Text(zh="差", en="Poor"),
}
_SCORES = {
    Score.TIMELINESS: Text(zh="时效", en="Timeliness"),
    Score.QUALITY: Text(zh="质量", en="Quality"),
    Score.RESIDENTS: Text(zh="市民评分", en="Residents"),
}
_GRADES = {
    Evaluated.EXCELLENT: Text(zh="优秀", en="Excellent"),
    Evaluated.GOOD: Text(zh="良好", en="Good"),
    Evaluated.PASSED: Text(zh="合格", en="Passed"),
    Evaluated.FAILED: Text(zh="不合格", en="Failed"),
}
GOOD_GRADES = frozenset({Evaluated.EXCELLENT, Evaluated.GOOD})


@dataclass(frozen=True, slots=True)
class Scores:
    """What counts how much for cases that were closed from the civil day ``since`` on. ``grades`` are the least totals, the best first."""

    since: date
    source: Source
    weights: Mapping[Score, float]
    late_each: float
    rework_each: float
    quality: Mapping[Mark, float]
    grades: Sequence[tuple[float, Evaluated]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Whole points of 100; a score is None where there is nothing to score. ``since`` is the table's day."""

    mark: Mark
    scores: Mapping[Score, int | None]
    total: int
    grade: Evaluated
    since: date

    def as_json(self) -> dict[str, Any]:
        """As it is kept with the step."""
        scores = {one.value: points for one, points in self.scores.items()}
        return {"mark": self.mark.value, "scores": scores, "total": self.total, "grade": self.grade.value,
                "since": self.since.isoformat()}  # fmt: skip

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Evaluation:
        """What was kept with a step."""
        scores = {Score(name): points for name, points in kept["scores"].items()}
        return cls(
            Mark(kept["mark"]), scores, kept["total"], Evaluated(kept["grade"]), date.fromisoformat(kept["since"])
        )


def evaluate(table: Scores, mark: Mark, *, late: int, reworked: int, stars: Sequence[int]) -> Evaluation:
    """What it comes to with so many ``late`` stages, so often sent back or reopened, and these ``stars`` (1 to 5 each)."""
    scores: dict[Score, int | None] = {
        Score.TIMELINESS: _points(FULL - table.late_each * late),
        Score.QUALITY: _points(table.quality[mark] - table.rework_each * reworked),
        Score.RESIDENTS: _points(FULL * sum(stars) / (STARS * len(stars))) if stars else None,
    }
    known = {one: points for one, points in scores.items() if points is not None}
    weight = sum(table.weights[one] for one in known)
    total = round(sum(table.weights[one] * points for one, points in known.items()) / weight) if weight else 0
    grade = next((grade for least, grade in table.grades if total >= least), Evaluated.FAILED)
    return Evaluation(mark, scores, total, grade, table.since)


def scores_on(tables: Sequence[Scores], day: date) -> Scores:
    """The table in force on that civil day; before the first, the first."""
    return next((one for one in reversed(tables) if one.since <= day), tables[0])


@lru_cache(maxsize=4)
def tables(path: Path = READY) -> tuple[Scores, ...]:
    """The tables in that file. Read once a process. Raises BadScores."""
    return read_scores(path.read_text(encoding="utf-8"), file=path.name)


def read_scores(text_: str, *, file: str) -> tuple[Scores, ...]:
    """The tables that the text holds, in the order of their days. Raises BadScores at the first fault."""

    def refusing(line: int, reason: Text) -> BadScores:
        return BadScores(file=file, line=line, reason=reason)

    whole = written.read(text_, refusing, name="scores")
    whole.keys(known=("title", "scores"))
    text(whole.need("title"))
    found: list[Scores] = []
    for part in whole.each("scores"):
        one = _table(part)
        if found and one.since <= found[-1].since:
            raise part.refuse("应按日期先后排列", "must stand in the order of their days")
        found.append(one)
    return tuple(found)


def _table(part: Part) -> Scores:
    part.keys(known=("since", "source", "weights", "late_each", "rework_each", "quality", "grades"))
    least = _numbers(part.need("grades"), Evaluated.EXCELLENT, Evaluated.GOOD, Evaluated.PASSED)
    weights = _numbers(part.need("weights"), *Score)
    if not sum(weights[one] for one in (Score.TIMELINESS, Score.QUALITY)):
        raise part.need("weights").refuse(
            "时效和质量的权重不能都为零", "must not be nothing for timeliness and quality"
        )
    return Scores(
        part.need("since").day(), source(part.need("source")), weights, part.need("late_each").number(least=0),
        part.need("rework_each").number(least=0), _numbers(part.need("quality"), *Mark),
        sorted(((points, grade) for grade, points in least.items()), reverse=True),
    )  # fmt: skip


def _numbers(part: Part, *words: Word) -> dict[Word, float]:
    """A number for each of the words, and nothing else."""
    part.keys(known=tuple(one.value for one in words))
    return {one: part.need(one.value).number(least=0) for one in words}


def _points(points: float) -> int:
    return round(min(FULL, max(0, points)))
