# SPDX-License-Identifier: Apache-2.0
"""Every state, every step, every part: what may be done is what is written down here once more, by hand, and nothing else."""

from __future__ import annotations

from itertools import product

import pytest

from belltower.core.cases.table import (
    ENDED,
    OPEN,
    RULES,
    WITH_DESK,
    WITH_PARTY,
    Part,
    Stage,
    State,
    Step,
    holder_of,
    rule_for,
    stage_of,
    state_after,
    steps_for,
)

# A line a state: what each part may do there. Whoever is not named may do nothing.
MAY = {
    "reported": "desk: file decline merge | finding: file verify decline | clock: escalate",
    "filed": "desk: decline dispatch suspend merge | finding: dispatch verify decline | leader: suspend take_over"
    " | clock: escalate",
    "dispatched": "desk: hand_over suspend merge | worker: take refuse hand_over | finding: verify decline"
    " | leader: suspend take_over | committee: give_back | clock: escalate",
    "in_progress": "desk: hand_over suspend merge | worker: hand_over answer | finding: verify decline"
    " | leader: suspend take_over | committee: give_back | clock: escalate",
    "answered": "desk: suspend | checker: send_back verify | finding: verify decline | leader: suspend take_over"
    " | clock: escalate",
    "verified": "desk: close reopen | checker: close reopen | reporter: reopen | finding: close reopen decline"
    " | clock: escalate",
    "closed": "desk: reopen | checker: reopen evaluate | reporter: reopen | finding: reopen",
    "returned": "desk: hand_over suspend merge | worker: take hand_over | finding: verify decline"
    " | leader: suspend take_over | committee: give_back | clock: escalate",
    "reopened": "desk: hand_over suspend merge | worker: take hand_over | finding: verify decline"
    " | leader: suspend take_over | committee: give_back | clock: escalate",
    "declined": "desk: reopen | checker: reopen | reporter: reopen | finding: reopen",
    "suspended": "desk: resume | leader: resume | clock: resume | finding: verify decline",
    "merged": "desk: part",
}


def allowed(state: State) -> set[tuple[str, str]]:
    parts = (line.split(": ") for line in MAY[state].split(" | "))
    return {(part, step) for part, steps in parts for step in steps.split()}


@pytest.mark.parametrize("state", list(State))
def test_each_part_may_do_in_each_state_what_is_written_down_and_no_more(state: State) -> None:
    can = {(part.value, step.value) for part, step in product(Part, Step) if rule_for(step, state, {part})}
    assert can == allowed(state)
    assert {(part.value, step.value) for part in Part for step in steps_for(state, {part})} == allowed(state)


def test_nobody_may_do_anything_in_no_part() -> None:
    assert not any(rule_for(step, state, ()) for step, state in product(Step, State))


def test_only_a_checker_or_the_finding_says_that_it_was_put_right() -> None:
    """Answered is never put right: nobody who may do the work has a step to verified, and closed comes after it only."""
    to_verified = [rule for rule in RULES if rule.to is State.VERIFIED]
    assert {part for rule in to_verified for part in rule.parts} == {Part.CHECKER, Part.FINDING}
    to_closed = [rule for rule in RULES if rule.to is State.CLOSED]
    assert {state for rule in to_closed for state in rule.sources} == {State.VERIFIED}


def test_every_state_but_the_first_is_reached_and_every_open_one_is_left() -> None:
    reached = {state_after(rule, state, None, has_party=True) for rule in RULES for state in rule.sources}
    assert reached | {State.REPORTED} == set(State)
    assert all(steps_for(state, Part) for state in State)


def test_a_case_is_either_open_or_ended_and_held_by_one() -> None:
    assert set(State) == OPEN | ENDED
    assert not OPEN & ENDED
    assert WITH_DESK | WITH_PARTY | {State.SUSPENDED} | ENDED == set(State)
    assert {state for state in State if holder_of(state, None, 7) == 7} == WITH_PARTY


@pytest.mark.parametrize("before", [State.IN_PROGRESS, State.ANSWERED])
def test_a_suspended_case_goes_on_where_it_stood_and_with_whoever_had_it(before: State) -> None:
    rule = rule_for(Step.RESUME, State.SUSPENDED, {Part.DESK})
    assert rule
    assert state_after(rule, State.SUSPENDED, before, has_party=True) is before
    assert holder_of(State.SUSPENDED, before, 7) == holder_of(before, None, 7)


def test_a_reopened_case_goes_to_who_is_responsible_and_to_the_desk_where_nobody_is() -> None:
    rule = rule_for(Step.REOPEN, State.CLOSED, {Part.REPORTER})
    assert rule
    assert holder_of(state_after(rule, State.CLOSED, None, has_party=True), None, 7) == 7
    assert state_after(rule, State.DECLINED, None, has_party=False) is State.FILED


def test_work_on_what_was_sent_back_is_rework_until_it_is_answered() -> None:
    path = [State.DISPATCHED, State.IN_PROGRESS, State.ANSWERED, State.RETURNED, State.IN_PROGRESS, State.SUSPENDED,
            State.IN_PROGRESS, State.ANSWERED, State.VERIFIED, State.CLOSED, State.REOPENED, State.DISPATCHED]  # fmt: skip
    stages: list[Stage | None] = [None]
    for state in path:
        stages.append(stage_of(state, stages[-1]))
    assert stages[1:] == [
        Stage.HANDLING, Stage.HANDLING, Stage.CHECKING, Stage.REWORK, Stage.REWORK, Stage.REWORK, Stage.REWORK,
        Stage.CHECKING, Stage.CLOSING, None, Stage.REWORK, Stage.REWORK,
    ]  # fmt: skip


def test_everything_is_called_something_in_both_languages() -> None:
    for word in (*State, *Step, *Stage):
        assert word.text.zh
        assert word.text.en
