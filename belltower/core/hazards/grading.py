# SPDX-License-Identifier: Apache-2.0
"""How bad a hazard is: general (一般) or major (重大), by the clause it names, by dated rules, or as the sheet says. Values only.

There are two grades in the whole country. 较大 is a grade of risks, and a sheet that gives it to a hazard is not guessed at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from belltower.core.cases.kinds import Grade
from belltower.core.hazards.errors import BadGrading
from belltower.core.standards.clauses import Source
from belltower.core.standards.reading_parts import source, text
from belltower.kernel import written
from belltower.kernel.texts import Text
from belltower.kernel.written import Part

READY = Path(__file__).parent / "rules" / "default.yaml"
STATED = "stated"
_SAID = {"一般": Grade.GENERAL, "一般隐患": Grade.GENERAL, "general": Grade.GENERAL, "重大": Grade.MAJOR,
         "重大隐患": Grade.MAJOR, "major": Grade.MAJOR}  # fmt: skip
_BY_CLAUSE = Text(zh="条款：{title}", en="Clause: {title}")
_AS_STATED = Text(zh="按表格所填等级，没有规则判定", en="As the sheet says; no rule judged it")
_STATED_WORSE = Text(zh="表格填为重大，从严（规则：{title}）", en="The sheet says major, which stands (rule: {title})")
_NOT_A_GRADE = Text(
    zh="等级“{said}”不是隐患等级：只有一般和重大（较大是风险等级）",
    en="'{said}' is no grade of a hazard: there are general and major (较大 is a grade of risks)",
)
_NOBODY_SAID = Text(
    zh="没有规则可判定等级，表格也未填", en="no rule tells its grade, and the sheet does not say it either"
)
_NO_CLAUSE = Text(zh="没有生效的条款“{clause}”", en="there is no clause '{clause}' in force")


@dataclass(frozen=True, slots=True)
class GradingRule:
    """Holds from ``since`` where a text has one of ``any_of``, and one of ``and_any`` if there are such."""

    id: str
    title: Text
    grade: Grade
    since: date
    any_of: tuple[str, ...]
    and_any: tuple[str, ...]
    source: Source

    def holds(self, said: str, day: date) -> bool:
        """Whether it is in force on that civil day and means the text."""
        return (
            self.since <= day
            and any(word in said for word in self.any_of)
            and (not self.and_any or any(word in said for word in self.and_any))
        )


@dataclass(frozen=True, slots=True)
class ClauseGrade:
    """What a clause in force says of a breach of it."""

    title: Text
    grade: Grade


@dataclass(frozen=True, slots=True)
class Graded:
    """The grade, by which clause or rule, and why in words."""

    grade: Grade
    rule: str
    because: Text


def grade(
    said: str, *, stated: str, clause: str, on: date, rules: Iterable[GradingRule], clauses: Mapping[str, ClauseGrade]
) -> Graded | Text:
    """The grade of a hazard found ``on`` a civil day; a text that says why it cannot be told.

    The clause that it names goes first, then the worst rule that means its text. What the sheet states is never made milder.
    """
    if stated and stated.strip().lower() not in _SAID:
        return _NOT_A_GRADE.format(said=stated[:40])
    own = _SAID[stated.strip().lower()] if stated else None
    if clause:
        if clause not in clauses:
            return _NO_CLAUSE.format(clause=clause[:60])
        found = clauses[clause]
        judged = Graded(found.grade, clause, _BY_CLAUSE.format(title=found.title))
    else:
        meant = [one for one in rules if one.holds(said, on)]
        worst = next((one for one in meant if one.grade is Grade.MAJOR), meant[0] if meant else None)
        if worst is None:
            return Graded(own, STATED, _AS_STATED) if own else _NOBODY_SAID
        judged = Graded(worst.grade, worst.id, worst.title)
    if own is Grade.MAJOR and judged.grade is not Grade.MAJOR:
        return Graded(Grade.MAJOR, STATED, _STATED_WORSE.format(title=judged.because))
    return judged


def read_rules(text_: str, *, file: str) -> tuple[GradingRule, ...]:
    """The rules that the text holds. Raises BadGrading at the first fault."""

    def refusing(line: int, reason: Text) -> BadGrading:
        return BadGrading(file=file, line=line, reason=reason)

    whole = written.read(text_, refusing, name="grading")
    whole.keys(known=("title", "rules"))
    text(whole.need("title"))
    return tuple(_rule(part) for part in whole.each("rules"))


@lru_cache(maxsize=4)
def rules(path: Path = READY) -> tuple[GradingRule, ...]:
    """The rules in that file. Read once a process. Raises BadGrading."""
    return read_rules(path.read_text(encoding="utf-8"), file=path.name)


def _rule(part: Part) -> GradingRule:
    part.keys(known=("id", "title", "grade", "since", "any", "and_any", "source"))
    return GradingRule(
        part.need("id").text(), text(part.need("title")), Grade(part.need("grade").word("general", "major")),
        part.need("since").day(), part.need("any").words(), part.need("and_any").words() if part.get("and_any") else (),
        source(part.need("source")),
    )  # fmt: skip
