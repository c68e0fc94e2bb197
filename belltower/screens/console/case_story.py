# SPDX-License-Identifier: Apache-2.0
"""A case as pages draw it: its row, what was done with it, what may be done now, and its clocks with their arithmetic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from belltower.core.access.people import today
from belltower.core.attachments.models import Attachment
from belltower.core.attachments.models import State as Kept
from belltower.core.cases.acting import Acting, Standing, parts_of
from belltower.core.cases.actions import standing_of
from belltower.core.cases.chain import DESK, rungs_of
from belltower.core.cases.clocks import Clock
from belltower.core.cases.deadlines import clocks_of
from belltower.core.cases.kinds import Grade, Source, title_of
from belltower.core.cases.merging import reports_of
from belltower.core.cases.models import Case, CaseStep
from belltower.core.cases.table import ENDED, OFFICIAL, Needs, State, Step, holder_of, rule_for, steps_for
from belltower.core.cases.wording import VERIFIED, WHY, limit_said
from belltower.core.places.models import Party
from belltower.core.places.responsibilities import known_to_viewer, resolve
from belltower.kernel.texts import Text
from belltower.screens.console import case_related
from belltower.screens.console.finding_story import length

MOST_PARTIES = 500
SEVEN = ("信息收集", "案卷建立", "任务派遣", "任务处理", "处理反馈", "核实结案", "综合评价")
_SEVEN_EN = ("Collected", "Filed", "Dispatched", "Handled", "Answered", "Verified", "Evaluated")


@dataclass(frozen=True, slots=True)
class Row:
    """One case as lists draw it."""

    case: Case
    now: datetime

    @property
    def state(self) -> State:
        return State(self.case.state)

    @property
    def kind(self) -> Text:
        return title_of(self.case.kind)

    @property
    def source(self) -> Text:
        return Source(self.case.source).text

    @property
    def grade(self) -> Text | None:
        return None if self.case.grade == Grade.NONE else Grade(self.case.grade).text

    @property
    def is_ended(self) -> bool:
        return self.state in ENDED

    @property
    def holder(self) -> Text | None:
        """Who has it now; None once it is ended."""
        if self.is_ended:
            return None
        before = State(self.case.before) if self.case.before else None
        is_with_party = holder_of(self.state, before, self.case.party_id) is not None
        return self.case.party.title if is_with_party and self.case.party else DESK

    @property
    def is_overdue(self) -> bool:
        due = self.case.due_at
        return due is not None and due < self.now and not self.is_ended

    @property
    def left(self) -> str:
        """How long until its clock ends, or since it did, in the largest whole unit."""
        due = self.case.due_at
        if due is None or self.is_ended:
            return ""
        said = length(abs(due - self.now))
        return _("overdue by %(time)s") % {"time": said} if due < self.now else _("%(time)s left") % {"time": said}


@dataclass(frozen=True, slots=True)
class May:
    """A step that the viewer may take now, and what it must be told."""

    step: Step
    needs: frozenset[Needs]

    @property
    def wants_party(self) -> bool:
        return Needs.PARTY in self.needs

    @property
    def wants_until(self) -> bool:
        return Needs.UNTIL in self.needs

    @property
    def wants_into(self) -> bool:
        return Needs.INTO in self.needs

    @property
    def wants_mark(self) -> bool:
        return Needs.MARK in self.needs

    @property
    def wants_reason(self) -> bool:
        return Needs.REASON in self.needs


def page_of(case: Case, acting: Acting, now: datetime) -> dict[str, Any]:
    """The context of the page of a case."""
    steps = list(case.steps.select_related("party", "holder").defer("party__words", "holder__words"))
    can = may(case, steps, acting)
    return {
        "row": Row(case, now),
        "case": case,
        "lines": case_related.lines(reversed(steps)),
        "seen": len(steps),
        "can": can,
        "may_merge": any(one.step is Step.MERGE for one in can),
        "parties": _parties(case, now),
        "clocks": [shown(one, now) for one in reversed(clocks_of(case, now))],
        "remarks": list(case.remarks.order_by("-pk")[:100]),
        "files": list(_files(case).order_by("pk")),
        "seven": seven(steps),
        "groups": case_related.groups(case),
        "near": case_related.near(case),
        "rungs": rungs_of(case, now),
        "reports": reports_of(case).count(),
    }  # fmt: skip


def _files(case: Case) -> QuerySet[Attachment]:
    """What stands beside the case and is no evidence of a step, which has a place of its own."""
    return Attachment.objects.filter(
        subject_kind="cases.case", subject_uid=case.uid, state=Kept.KEPT, evidence__isnull=True
    )


def may(case: Case, steps: Sequence[CaseStep], acting: Acting) -> list[May]:
    """What the viewer may do with it now."""
    state, parts = State(case.state), parts_of(acting, _standing(case, steps))
    rules = ((step, rule_for(step, state, parts)) for step in steps_for(state, parts))
    return [May(step, frozenset(rule.needs)) for step, rule in rules if rule]


def _standing(case: Case, steps: Sequence[CaseStep]) -> Standing:
    parties = [(one.step, one.party_id) for one in steps]
    return standing_of(case, [(one.step, one.by) for one in steps], parties)


def seven(steps: Sequence[CaseStep]) -> list[tuple[Text, datetime | None, bool]]:
    """The seven official stages: what each is called, when it was last reached, and whether the case stands there."""
    reached: dict[str, datetime] = {}
    for one in steps:
        if official := OFFICIAL.get(State(one.state)):
            reached[official] = one.at
    here = next((OFFICIAL[State(one.state)] for one in reversed(steps) if State(one.state) in OFFICIAL), "")
    return [(Text(zh=zh, en=en), reached.get(zh), zh == here) for zh, en in zip(SEVEN, _SEVEN_EN, strict=True)]


def shown(clock: Clock, now: datetime) -> Mapping[str, Any]:
    """One clock as the page draws it: its limit and source, what was counted while who held it, and what was not and why."""
    return {
        "clock": clock,
        "stage": clock.stage.text,
        "is_overdue": clock.is_overdue(now),
        "runs": clock.ended_at is None,
        "segments": [(one, length(one.length)) for one in clock.segments if one.length],
        "pauses": [(one, length(one.length), WHY[one.why]) for one in clock.pauses if one.length],
        "limit": limit_said(clock.limit) if clock.limit else None,
        "verified": VERIFIED[clock.limit.source.verified] if clock.limit else None,
    }


def _parties(case: Case, now: datetime) -> dict[str, Any]:
    """Who is proposed, each by the rule that says so; and everybody else."""
    asset = case.asset
    kind = asset.kind if asset else ""
    decided = known_to_viewer(resolve(kind, case.area, asset.owner if asset else None, today(now)))
    proposed = [(role.label, one.party, one.because) for role, one in decided.items()]
    return {"proposed": proposed, "all": list(Party.objects.defer("words").order_by("key")[:MOST_PARTIES])}
