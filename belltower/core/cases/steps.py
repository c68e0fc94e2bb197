# SPDX-License-Identifier: Apache-2.0
"""One step of a case: judged as values here, written by actions.py. No look-ups."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from belltower.core.cases.acting import Acting, Standing, is_independent, parts_of
from belltower.core.cases.errors import BadStep, NotYourStep, StepOutOfTurn
from belltower.core.cases.evaluating import Mark
from belltower.core.cases.models import Case
from belltower.core.cases.table import (
    Needs,
    Part,
    Rule,
    Stage,
    State,
    Step,
    rule_for,
    rules_of,
    stage_of,
    state_after,
)
from belltower.kernel.texts import Text

LONGEST_REASON = 2000
COMMITTEE = Text(zh="专委会（须为已登记的专委会）", en="a standing committee, as it is registered")
_MISSING = {
    Needs.REASON: Text(zh="说明", en="a reason"),
    Needs.UNTIL: Text(zh="截止时间（须晚于现在）", en="an instant in the future until which it holds"),
    Needs.PARTY: Text(zh="责任单位", en="the party that must put it right"),
    Needs.INTO: Text(zh="并入的案卷", en="the case to merge it into"),
    Needs.MARK: Text(zh="办理质量（好、一般、差）", en="what you think of the work (good, fair or poor)"),
}
_DID_IT = Text(
    zh="核查人不得参与处理，也不得属于责任单位",
    en="who checks must not have done the work, nor be of the party that did",
)
_OTHERS = Text(zh="不在您的职责范围内", en="it is outside of what you may do here")


@dataclass(frozen=True, slots=True)
class Told:
    """What comes with a step. ``about`` is small JSON without personal data that is kept with it."""

    reason: str = ""
    until: datetime | None = None
    party_id: int | None = None
    into: Case | None = None
    about: dict[str, Any] = field(default_factory=dict)
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What the step makes of the case: its state, whose clock runs, who has to put it right, and in which part it was taken."""

    state: State
    stage: Stage | None
    party_id: int | None
    part: Part
    keeps_before: bool = False


def judge(step: Step, case: Case, standing: Standing, told: Told, acting: Acting, *, now: datetime) -> Moved:
    """What comes of the step. Raises StepOutOfTurn, NotYourStep or BadStep; nothing is written here."""
    state = State(case.state)
    if not rules_of(step, state):
        raise StepOutOfTurn(case=case.number, state=state.text, step=step.text)
    parts = parts_of(acting, standing)
    rule = rule_for(step, state, parts)
    if rule is None:
        raise NotYourStep(case=case.number, step=step.text, reason=_why_not(step, state, standing, acting))
    _check_told(rule, told, now)
    party = told.party_id if Needs.PARTY in rule.needs else case.party_id
    if step is Step.GIVE_BACK:
        party = standing.taken_from
    after = state_after(rule, state, State(case.before) if case.before else None, has_party=party is not None)
    stage = stage_of(after, Stage(case.stage) if case.stage else None)
    part = next(one for one in Part if one in rule.parts & parts)
    return Moved(after, stage, party, part, keeps_before=after in (State.SUSPENDED, State.MERGED))


def _why_not(step: Step, state: State, standing: Standing, acting: Acting) -> Text:
    is_check = any(Part.CHECKER in rule.parts for rule in rules_of(step, state))
    return _DID_IT if is_check and not is_independent(acting, standing) else _OTHERS


def _check_told(rule: Rule, told: Told, now: datetime) -> None:
    given = {
        Needs.REASON: bool(told.reason.strip()),
        Needs.UNTIL: told.until is not None and told.until > now,
        Needs.PARTY: told.party_id is not None,
        Needs.INTO: told.into is not None,
        Needs.MARK: told.mark in set(Mark),
    }
    if missing := [_MISSING[need] for need in Needs if need in rule.needs and not given[need]]:
        raise BadStep(step=rule.step.text, missing=missing[0])
