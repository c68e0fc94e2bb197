# SPDX-License-Identifier: Apache-2.0
"""What may be done with a case: one table of steps, from which states, to which, by whom, and what each asks for.

The seven official stages (信息收集 → 案卷建立 → 任务派遣 → 任务处理 → 处理反馈 → 核实结案 → 综合评价) and the ways back
and aside. Whoever holds a case, and which clock runs, follows from its state. No look-ups here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum

from belltower.kernel.texts import Text


class State(StrEnum):
    """Where a case stands. *Answered* is what who did the work says; *verified* is what somebody else, or the finding, found."""

    REPORTED = "reported"
    FILED = "filed"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    ANSWERED = "answered"
    VERIFIED = "verified"
    CLOSED = "closed"
    RETURNED = "returned"
    REOPENED = "reopened"
    DECLINED = "declined"
    SUSPENDED = "suspended"
    MERGED = "merged"

    @property
    def text(self) -> Text:
        return _STATES[self]


class Stage(StrEnum):
    """What a clock runs for. Rework is work on what was sent back or reopened, until it is answered again."""

    FILING = "filing"
    DISPATCHING = "dispatching"
    HANDLING = "handling"
    REWORK = "rework"
    CHECKING = "checking"
    CLOSING = "closing"

    @property
    def text(self) -> Text:
        return _STAGE_TITLES[self]


class Step(StrEnum):
    """What is done with a case."""

    REPORT = "report"
    FILE = "file"
    DECLINE = "decline"
    DISPATCH = "dispatch"
    TAKE = "take"
    REFUSE = "refuse"
    HAND_OVER = "hand_over"
    ANSWER = "answer"
    SEND_BACK = "send_back"
    VERIFY = "verify"
    CLOSE = "close"
    REOPEN = "reopen"
    SUSPEND = "suspend"
    RESUME = "resume"
    MERGE = "merge"
    PART = "part"
    ESCALATE = "escalate"
    TAKE_OVER = "take_over"
    GIVE_BACK = "give_back"
    EVALUATE = "evaluate"

    @property
    def text(self) -> Text:
        return _STEPS[self]


_STATES = {
    State.REPORTED: Text(zh="已上报", en="Reported"),
    State.FILED: Text(zh="已立案", en="Filed"),
    State.DISPATCHED: Text(zh="已派遣", en="Dispatched"),
    State.IN_PROGRESS: Text(zh="处理中", en="In progress"),
    State.ANSWERED: Text(zh="已反馈，待核实", en="Answered, to be checked"),
    State.VERIFIED: Text(zh="已核实整改到位", en="Put right, verified"),
    State.CLOSED: Text(zh="已结案", en="Closed"),
    State.RETURNED: Text(zh="返工", en="Sent back"),
    State.REOPENED: Text(zh="重新办理", en="Reopened"),
    State.DECLINED: Text(zh="不予立案", en="Not taken up"),
    State.SUSPENDED: Text(zh="挂账", en="Suspended"),
    State.MERGED: Text(zh="已并案", en="Merged"),
}
_STAGE_TITLES = {
    Stage.FILING: Text(zh="立案", en="Filing"),
    Stage.DISPATCHING: Text(zh="派遣", en="Dispatching"),
    Stage.HANDLING: Text(zh="处置", en="Handling"),
    Stage.REWORK: Text(zh="返工", en="Rework"),
    Stage.CHECKING: Text(zh="核查", en="Checking"),
    Stage.CLOSING: Text(zh="结案", en="Closing"),
}
_STEPS = {
    Step.REPORT: Text(zh="上报", en="Report"),
    Step.FILE: Text(zh="立案", en="File"),
    Step.DECLINE: Text(zh="不予立案", en="Do not take up"),
    Step.DISPATCH: Text(zh="派遣", en="Dispatch"),
    Step.TAKE: Text(zh="接单", en="Take on"),
    Step.REFUSE: Text(zh="退单", en="Refuse"),
    Step.HAND_OVER: Text(zh="移交", en="Hand over"),
    Step.ANSWER: Text(zh="反馈", en="Answer"),
    Step.SEND_BACK: Text(zh="退回返工", en="Send back"),
    Step.VERIFY: Text(zh="核实通过", en="Verify"),
    Step.CLOSE: Text(zh="结案", en="Close"),
    Step.REOPEN: Text(zh="重新办理", en="Reopen"),
    Step.SUSPEND: Text(zh="挂账", en="Suspend"),
    Step.RESUME: Text(zh="恢复办理", en="Resume"),
    Step.MERGE: Text(zh="并案", en="Merge"),
    Step.PART: Text(zh="拆案", en="Take apart"),
    Step.ESCALATE: Text(zh="提级", en="Escalate"),
    Step.TAKE_OVER: Text(zh="提级办理", en="Take over"),
    Step.GIVE_BACK: Text(zh="退回原单位", en="Give back"),
    Step.EVALUATE: Text(zh="综合评价", en="Evaluate"),
}


class Part(StrEnum):
    """In what part somebody acts on a case. One person may have several at once.

    ``WORKER`` is somebody of the party that holds it; ``CHECKER`` may check and had no hand in the work, nor their party;
    ``COMMITTEE`` is somebody of the standing committee that took the case over from another party, and still has it.
    ``REPORTER`` holds the code of a report of it; ``FINDING`` is the city's own judge, which found that the clause holds again.
    """

    DESK = "desk"
    WORKER = "worker"
    CHECKER = "checker"
    LEADER = "leader"
    COMMITTEE = "committee"
    REPORTER = "reporter"
    FINDING = "finding"
    CLOCK = "clock"


class Needs(StrEnum):
    """What a step must be told. ``MARK`` is what somebody thinks of the work."""

    REASON = "reason"
    UNTIL = "until"
    PARTY = "party"
    INTO = "into"
    MARK = "mark"


@dataclass(frozen=True, slots=True)
class Rule:
    """A step: from which states, to which (None: back to the state before, or it stays), in which parts, and what it needs."""

    step: Step
    sources: Set[State]
    to: State | None
    parts: Set[Part]
    needs: Set[Needs] = frozenset()


_S, _P = State, Part
BEFORE_DISPATCH = frozenset({_S.REPORTED, _S.FILED})
WITH_PARTY = frozenset({_S.DISPATCHED, _S.IN_PROGRESS, _S.RETURNED, _S.REOPENED})
"""The responsible party holds it."""
WITH_DESK = frozenset({_S.REPORTED, _S.FILED, _S.ANSWERED, _S.VERIFIED})
"""The duty desk holds it: to file, to dispatch, to have it checked, to close."""
RUNNING = BEFORE_DISPATCH | WITH_PARTY | {_S.ANSWERED, _S.VERIFIED}
OPEN = RUNNING | {_S.SUSPENDED}
ENDED = frozenset({_S.CLOSED, _S.DECLINED, _S.MERGED})
TO_PUT_RIGHT = OPEN - {_S.VERIFIED}
"""Nobody has found yet that it was put right."""

_DESK, _WORKER, _CHECKER, _LEADER = ({one} for one in (_P.DESK, _P.WORKER, _P.CHECKER, _P.LEADER))
_REASON, _PARTY = frozenset({Needs.REASON}), frozenset({Needs.PARTY})

RULES: tuple[Rule, ...] = (
    Rule(Step.FILE, {_S.REPORTED}, _S.FILED, _DESK | {_P.FINDING}),
    Rule(Step.DECLINE, BEFORE_DISPATCH, _S.DECLINED, _DESK, _REASON),
    # The clause means or binds it no more: there is nothing left to put right, and nobody has put it right.
    Rule(Step.DECLINE, OPEN, _S.DECLINED, {_P.FINDING}, _REASON),
    Rule(Step.DISPATCH, {_S.FILED}, _S.DISPATCHED, _DESK | {_P.FINDING}, _PARTY),
    Rule(Step.TAKE, {_S.DISPATCHED, _S.RETURNED, _S.REOPENED}, _S.IN_PROGRESS, _WORKER),
    Rule(Step.REFUSE, {_S.DISPATCHED}, _S.FILED, _WORKER, _REASON),
    Rule(Step.HAND_OVER, WITH_PARTY, _S.DISPATCHED, _DESK | _WORKER, _REASON | _PARTY),
    Rule(Step.ANSWER, {_S.IN_PROGRESS}, _S.ANSWERED, _WORKER, _REASON),
    Rule(Step.SEND_BACK, {_S.ANSWERED}, _S.RETURNED, _CHECKER, _REASON),
    Rule(Step.VERIFY, {_S.ANSWERED}, _S.VERIFIED, _CHECKER),
    # What was broken holds again: that is a check by the city itself, whoever has the case at that moment.
    Rule(Step.VERIFY, TO_PUT_RIGHT, _S.VERIFIED, {_P.FINDING}),
    Rule(Step.CLOSE, {_S.VERIFIED}, _S.CLOSED, _DESK | _CHECKER | {_P.FINDING}),
    Rule(Step.REOPEN, {_S.VERIFIED, _S.CLOSED, _S.DECLINED}, _S.REOPENED, _DESK | _CHECKER | {_P.REPORTER, _P.FINDING}, _REASON),
    Rule(Step.SUSPEND, RUNNING - {_S.REPORTED, _S.VERIFIED}, _S.SUSPENDED, _DESK | _LEADER, _REASON | {Needs.UNTIL}),
    Rule(Step.RESUME, {_S.SUSPENDED}, None, _DESK | _LEADER | {_P.CLOCK}),
    Rule(Step.MERGE, BEFORE_DISPATCH | WITH_PARTY, _S.MERGED, _DESK, _REASON | {Needs.INTO}),
    Rule(Step.PART, {_S.MERGED}, None, _DESK, _REASON),
    Rule(Step.ESCALATE, RUNNING, None, {_P.CLOCK}),
    # The party is a standing committee (actions.py looks it up).
    Rule(Step.TAKE_OVER, RUNNING - {_S.REPORTED, _S.VERIFIED}, _S.DISPATCHED, _LEADER, _REASON | _PARTY),
    # To whom it was taken from; where nobody had it, the committee refuses it, and the desk has it.
    Rule(Step.GIVE_BACK, WITH_PARTY, _S.DISPATCHED, {_P.COMMITTEE}, _REASON),
    # After the close, and again after another: whoever had a hand in the work has none in it.
    Rule(Step.EVALUATE, {_S.CLOSED}, None, _CHECKER, frozenset({Needs.MARK})),
)  # fmt: skip


def rules_of(step: Step, state: State) -> list[Rule]:
    """The rules by which that step may be done from that state."""
    return [rule for rule in RULES if rule.step == step and state in rule.sources]


def rule_for(step: Step, state: State, parts: Iterable[Part]) -> Rule | None:
    """The rule by which somebody in those parts may do it; None where they may not."""
    mine = frozenset(parts)
    return next((rule for rule in rules_of(step, state) if rule.parts & mine), None)


def steps_for(state: State, parts: Iterable[Part]) -> list[Step]:
    """What somebody in those parts may do now, in the order of the table."""
    mine = frozenset(parts)
    return list(dict.fromkeys(rule.step for rule in RULES if state in rule.sources and rule.parts & mine))


def state_after(rule: Rule, state: State, before: State | None, *, has_party: bool) -> State:
    """The state that the step leads to. ``before`` is the one that a suspended or merged case had.

    A case that is reopened goes to the responsible party; where it never had one, back to the desk.
    """
    if rule.to is None:
        return (before or State.FILED) if state in (State.SUSPENDED, State.MERGED) else state
    if rule.to is State.REOPENED and not has_party:
        return State.FILED
    return rule.to


_STAGES: Mapping[State, Stage] = {
    _S.REPORTED: Stage.FILING,
    _S.FILED: Stage.DISPATCHING,
    _S.DISPATCHED: Stage.HANDLING,
    _S.IN_PROGRESS: Stage.HANDLING,
    _S.RETURNED: Stage.REWORK,
    _S.REOPENED: Stage.REWORK,
    _S.ANSWERED: Stage.CHECKING,
    _S.VERIFIED: Stage.CLOSING,
}


def stage_of(state: State, before: Stage | None) -> Stage | None:
    """Whose clock runs in ``state``, where ``before`` ran until then; None while none runs.

    A suspended case stays in its stage, with its clock stopped. Work on what was sent back stays rework until it is answered.
    """
    if state is State.SUSPENDED:
        return before
    stage = _STAGES.get(state)
    return Stage.REWORK if stage is Stage.HANDLING and before is Stage.REWORK else stage


def holder_of(state: State, before: State | None, party_id: int | None) -> int | None:
    """The party that has a case in ``state``; None: the duty desk, or nobody once it is ended."""
    running = before if state is State.SUSPENDED and before else state
    return party_id if running in WITH_PARTY else None


OFFICIAL: Mapping[State, str] = {
    _S.REPORTED: "信息收集",
    _S.FILED: "案卷建立",
    _S.DISPATCHED: "任务派遣",
    _S.IN_PROGRESS: "任务处理",
    _S.RETURNED: "任务处理",
    _S.REOPENED: "任务处理",
    _S.ANSWERED: "处理反馈",
    _S.VERIFIED: "核实结案",
    _S.CLOSED: "综合评价",
}
"""The official stage (七步闭环) that a state belongs to; the others stand outside of the seven."""
