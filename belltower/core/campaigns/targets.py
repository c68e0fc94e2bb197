# SPDX-License-Identifier: Apache-2.0
"""What a campaign sets itself, as data, and whether that is met: pure judgements on counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from belltower.core.campaigns.errors import BadCampaign
from belltower.core.campaigns.progress import Judged, Lot, score
from belltower.core.standards.clauses import Grade
from belltower.kernel.texts import Text


class Measure(StrEnum):
    """What is counted. The first three are shares in per cent, the others numbers of findings."""

    PUT_RIGHT = "put_right"
    HOLDS = "holds"
    UNKNOWN = "unknown"
    OPEN = "open"
    OVERDUE = "overdue"

    @property
    def is_share(self) -> bool:
        return self in (Measure.PUT_RIGHT, Measure.HOLDS, Measure.UNKNOWN)

    @property
    def is_at_least(self) -> bool:
        """Whether more is better."""
        return self in (Measure.PUT_RIGHT, Measure.HOLDS)

    @property
    def takes_grade(self) -> bool:
        """Whether it may be asked of findings of one grade only."""
        return self not in (Measure.HOLDS, Measure.UNKNOWN)


MEASURES = {
    Measure.PUT_RIGHT: Text(zh="已整改的问题占比", en="Share of found breaches put right"),
    Measure.HOLDS: Text(zh="符合条款的占比", en="Share that holds, of all judged"),
    Measure.UNKNOWN: Text(zh="未知的占比", en="Share not known, of all judged"),
    Measure.OPEN: Text(zh="未整改的问题数", en="Findings still open"),
    Measure.OVERDUE: Text(zh="逾期未整改的问题数", en="Findings overdue"),
}
_OF_GRADE = {
    Grade.MAJOR: Text(zh="（重大隐患）", en=" (major)"),
    Grade.GENERAL: Text(zh="（一般隐患）", en=" (general)"),
}


class State(StrEnum):
    """How a target stands. ``unknown``: nothing is there to count, or not everything was judged; never as good as met."""

    MET = "met"
    NOT_YET = "not_yet"
    MISSED = "missed"
    UNKNOWN = "unknown"


STATES = {
    State.MET: Text(zh="达到", en="Met"),
    State.NOT_YET: Text(zh="尚未达到", en="Not yet"),
    State.MISSED: Text(zh="未达到", en="Missed"),
    State.UNKNOWN: Text(zh="未知", en="Not known"),
}


@dataclass(frozen=True, slots=True)
class Target:
    """One target: the measure and its limit, in per cent for a share; ``grade``: only of findings of that grade."""

    measure: Measure
    limit: float
    grade: Grade | None = None

    @classmethod
    def read(cls, said: Mapping[str, Any]) -> Target:
        """From JSON. Raises BadCampaign for what cannot be a target."""
        try:
            measure, limit = Measure(str(said["measure"])), float(said["limit"])
            grade = Grade(str(said["grade"])) if said.get("grade") else None
        except (KeyError, TypeError, ValueError):
            raise BadCampaign(reason=_UNREADABLE) from None
        if not 0 <= limit <= (100 if measure.is_share else 1_000_000_000):
            raise BadCampaign(reason=_OUT_OF_RANGE.format(measure=MEASURES[measure]))
        if grade and not measure.takes_grade:
            raise BadCampaign(reason=_NO_GRADE.format(measure=MEASURES[measure]))
        return cls(measure, limit, grade)

    def as_json(self) -> dict[str, Any]:
        """As it is kept."""
        graded = {"grade": self.grade.value} if self.grade else {}
        return {"measure": self.measure.value, "limit": self.limit, **graded}

    @property
    def said(self) -> Text:
        """The target as a sentence: share of found breaches put right at least 95 %."""
        what, unit = MEASURES[self.measure], " %" if self.measure.is_share else ""
        of = _OF_GRADE[self.grade] if self.grade else Text(zh=" ", en=" ")
        zh, en = ("≥", "at least") if self.measure.is_at_least else ("≤", "at most")
        limit = f"{self.limit:g}{unit}"
        return Text(zh=f"{what.zh}{of.zh.strip()} {zh} {limit}", en=f"{what.en}{of.en.rstrip()}: {en} {limit}")


_UNREADABLE = Text(zh="目标无法读取", en="a target cannot be read")
_OUT_OF_RANGE = Text(zh="“{measure}”的目标值超出范围", en="the limit of '{measure}' is out of range")
_NO_GRADE = Text(zh="“{measure}”不分等级", en="'{measure}' is not told by grade")


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a target stands: ``counted`` of ``among`` (None: a plain number)."""

    target: Target
    counted: int
    among: int | None
    state: State

    @property
    def share(self) -> float | None:
        """In per cent; None of none, and for a plain number."""
        return 100 * self.counted / self.among if self.among else None


def reached(target: Target, lots: Sequence[Lot], judged: Judged | None, *, clauses: int, is_over: bool) -> Reached:
    """Where a target stands, by the findings and by what was judged last; ``clauses`` is how many the campaign has.

    A share is met by its counts, not by its rounded quotient: 19 of 20 is exactly 95 per cent. Of subjects it is known
    only where every clause was judged; what is not known among them counts against it.
    """
    counted, among = _counts(target, lots, judged)
    if among == 0 or (not target.measure.takes_grade and (judged is None or judged.clauses < clauses)):
        return Reached(target, counted, among, State.UNKNOWN)
    left, right = (counted, target.limit) if among is None else (100 * counted, target.limit * among)
    if left >= right if target.measure.is_at_least else left <= right:
        return Reached(target, counted, among, State.MET)
    return Reached(target, counted, among, State.MISSED if is_over else State.NOT_YET)


def _counts(target: Target, lots: Sequence[Lot], judged: Judged | None) -> tuple[int, int | None]:
    found = score(one for one in lots if target.grade is None or one.grade == target.grade)
    subjects = judged or Judged()
    match target.measure:
        case Measure.PUT_RIGHT:
            return found.put_right, found.among
        case Measure.HOLDS:
            return subjects.holds, subjects.judged
        case Measure.UNKNOWN:
            return subjects.unknown, subjects.judged
        case Measure.OPEN:
            return found.open, None
        case Measure.OVERDUE:
            return found.overdue, None
